package dev.redial.internal.call;

import dev.redial.ClientClosedException;
import dev.redial.CloseReason;
import dev.redial.ConnectFailedException;
import dev.redial.ConnectTimeoutException;
import dev.redial.ExchangeEvidence;
import dev.redial.ExchangeFailure;
import dev.redial.ExchangeStage;
import dev.redial.HangUpException;
import dev.redial.PoolTimeoutException;
import dev.redial.ServerActed;
import dev.redial.UnresolvedHostException;
import dev.redial.internal.connection.Dial;
import dev.redial.internal.connection.Exchange;
import dev.redial.internal.connection.OutgoingRequest;
import dev.redial.internal.connection.TunnelRefusedException;
import dev.redial.internal.policy.RetryRule;
import dev.redial.internal.pool.Lease;
import dev.redial.internal.pool.Pool;
import dev.redial.internal.pool.PoolClosed;
import dev.redial.internal.pool.PoolExhausted;
import dev.redial.internal.route.Route;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One try: borrows a connection, carries the exchange up to the head of the answer, and sees the
 * connection off.
 */
final class Attempt implements Pool.Opener<Route, PooledConnection>, Exchange.Ending {
  private final Engine engine;
  private final OutgoingRequest request;
  private final Route route;
  private final int number;
  private final long deadline;
  private final Supplier<Map<String, List<String>>> tunnelFields;
  private @Nullable Lease<PooledConnection> lease;
  private @Nullable Exchange exchange;
  private volatile boolean answered;
  private volatile boolean lostTheRace;

  Attempt(
      Engine engine,
      OutgoingRequest request,
      Route route,
      int number,
      long deadline,
      Supplier<Map<String, List<String>>> tunnelFields) {
    this.engine = engine;
    this.request = request;
    this.route = route;
    this.number = number;
    this.deadline = deadline;
    this.tunnelFields = tunnelFields;
  }

  /**
   * Runs the try.
   *
   * @param repeatable whether a lost race can be made good, so that a riskier connection will do
   * @param fresh whether only a new connection will do
   * @return the exchange, with the head of the final answer received
   */
  Exchange run(boolean repeatable, boolean fresh) throws IOException, InterruptedException {
    Lease<PooledConnection> lent = lend(repeatable, fresh);
    lease = lent;
    lent.connection().goesIntoUse();
    Exchange started =
        new Exchange(
            lent.connection().connection,
            request,
            number,
            lent.idleNanos(),
            deadline,
            engine.settings().timeLimits(),
            this);
    exchange = started;
    try {
      started.send();
      started.receiveHead();
      answered = true;
      return started;
    } catch (IOException e) {
      lostTheRace = e instanceof ExchangeFailure failure && RetryRule.lostTheRace(failure);
      if (e instanceof HangUpException) lent.connection().leaves(CloseReason.HUNG_UP);
      throw e;
    } finally {
      if (!answered) {
        try {
          started.abort();
        } finally {
          giveUp(lent);
        }
      }
    }
  }

  /** Whether the body may have been asked for, so that it would have to be published again. */
  boolean bodyTouched() {
    Exchange begun = exchange;
    return begun != null && begun.bodyTouched();
  }

  /** The answer says that the server ended this connection for its idleness. */
  void lostTheRace() {
    lostTheRace = true;
  }

  private void giveUp(Lease<PooledConnection> lent) {
    lent.connection().leaves(CloseReason.BROKEN_OFF);
    if (lostTheRace) lent.hungUp();
    else lent.discard();
  }

  private Lease<PooledConnection> lend(boolean repeatable, boolean fresh)
      throws IOException, InterruptedException {
    try {
      return engine.pool().lend(route, repeatable, fresh, deadline, this);
    } catch (PoolExhausted e) {
      ExchangeEvidence evidence = evidence(ExchangeStage.WAITING_FOR_CONNECTION);
      throw new PoolTimeoutException(e.getMessage() + "; " + evidence, evidence, e);
    } catch (PoolClosed e) {
      ExchangeEvidence evidence = evidence(ExchangeStage.WAITING_FOR_CONNECTION);
      throw new ClientClosedException("closed: the client was shut down; " + evidence, evidence, e);
    }
  }

  boolean reused() {
    return lease != null && lease.reused();
  }

  @Override
  public PooledConnection open(Route to) throws IOException, InterruptedException {
    Dial.Peer peer = to.origin().secure() ? peer(to) : null;
    Dial.Tunnel tunnel =
        to.tunnelled() ? new Dial.Tunnel(to.origin().hostAndPort(), tunnelFields.get()) : null;
    long begun = System.nanoTime();
    long openBy = Deadline.within(deadline, engine.settings().connectTimeout());
    List<InetSocketAddress> addresses = addresses(to, openBy);
    boolean toProxy = to.proxy() != null;
    Dial dial = new Dial(request.label(), number, addresses, toProxy, peer, tunnel, openBy);
    PooledConnection opened =
        new PooledConnection(engine.connector().open(dial), to.origin(), engine);
    opened.tellOpened(begun);
    return opened;
  }

  private Dial.Peer peer(Route to) {
    long handshakeNanos =
        engine.settings().timeLimits().tlsHandshake().map(Deadline::nanos).orElse(Deadline.NONE);
    return new Dial.Peer(to.origin().host(), to.origin().port(), handshakeNanos);
  }

  private List<InetSocketAddress> addresses(Route to, long openBy)
      throws IOException, InterruptedException {
    ExchangeEvidence evidence = evidence(ExchangeStage.RESOLVING);
    try {
      return engine.addressBook().addresses(to, openBy);
    } catch (UnknownHostException e) {
      String whose = to.proxy() == null ? "" : " (the proxy)";
      throw new UnresolvedHostException(
          "unknown host: " + e.getMessage() + whose + "; " + evidence, evidence, e);
    } catch (TimeoutException e) {
      ConnectException cause = new ConnectException("HTTP connect timed out");
      cause.initCause(e);
      throw new ConnectTimeoutException(
          "HTTP connect timed out while looking up the address; " + evidence, evidence, cause);
    } catch (CancellationException e) {
      throw new ClientClosedException(
          "the client was shut down while looking up the address; " + evidence, evidence, e);
    }
  }

  /** The failure of an attempt whose proxy opened no tunnel: nothing of the request was sent. */
  ConnectFailedException withoutTunnel(TunnelRefusedException refused) {
    ExchangeEvidence evidence = evidence(ExchangeStage.CONNECTING);
    String told = "Tunnel failed, got: " + refused.answer().statusCode() + "; " + route;
    return new ConnectFailedException(told + "; " + evidence, evidence, "EIO", refused);
  }

  private ExchangeEvidence evidence(ExchangeStage stage) {
    return new ExchangeEvidence(
        request.label(), number, stage, false, Duration.ZERO, Duration.ZERO, 0, 0, ServerActed.NO);
  }

  @Override
  public void ended(boolean clean) {
    Lease<PooledConnection> lent = Objects.requireNonNull(lease);
    if (clean) {
      lent.connection().goesIdle();
      lent.giveBack();
    } else {
      if (lent.connection().connection.isOpen())
        lent.connection().leaves(CloseReason.LAST_EXCHANGE);
      if (answered) giveUp(lent); // if not, run() does it, as it knows why
    }
  }
}
