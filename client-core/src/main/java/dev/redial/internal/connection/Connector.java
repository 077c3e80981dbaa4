package dev.redial.internal.connection;

import dev.redial.ClientClosedException;
import dev.redial.ConnectFailedException;
import dev.redial.ConnectTimeoutException;
import dev.redial.ExchangeEvidence;
import dev.redial.ExchangeFailure;
import dev.redial.ExchangeStage;
import dev.redial.KeepAlive;
import dev.redial.ResponseLimits;
import dev.redial.TlsHandshakeException;
import dev.redial.internal.wire.Newcomers;
import dev.redial.internal.wire.PlainWire;
import dev.redial.internal.wire.SocketSettings;
import dev.redial.internal.wire.TlsWire;
import dev.redial.internal.wire.Watchdog;
import dev.redial.internal.wire.Wire;
import dev.redial.internal.wire.WireFailure;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * Opens connections: TCP, then a tunnel through a proxy if there is one, then TLS, all within one
 * time limit.
 */
public final class Connector {
  /** RFC 8305, section 8. */
  private static final long STAGGER = TimeUnit.MILLISECONDS.toNanos(250);

  private static final long SHORTEST_STAGGER = TimeUnit.MILLISECONDS.toNanos(10);

  private final SocketSettings sockets;
  private final Newcomers newcomers;
  private final SSLContext tls;
  private final SSLParameters tlsParameters;
  private final ResponseLimits limits;
  private final int bodyBuffer;
  private final Watchdog watchdog = new Watchdog();
  private final Reachability reachability;
  private final long staggerNanos;
  private final Set<Runnable> openings = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /**
   * What is read at most.
   *
   * @param limits of each part of a response
   * @param bodyBuffer octets of a body in one buffer
   */
  public record Reading(ResponseLimits limits, int bodyBuffer) {}

  /**
   * What the system is asked to hold for each connection.
   *
   * @param receive octets received and not read; 0 for the system's own choice
   * @param send octets written and not acknowledged; 0 for the system's own choice
   */
  public record SocketBuffers(int receive, int send) {
    /** The system's own choice, which on most systems grows as needed. */
    public static final SocketBuffers SYSTEM = new SocketBuffers(0, 0);
  }

  /**
   * A connector.
   *
   * @param keepAlive the times of TCP keep-alive
   * @param localAddress to bind sockets to, or null
   * @param tls makes the engines
   * @param tlsParameters with endpoint identification and application protocols as wanted
   * @param reading what is read at most
   * @param buffers of each socket
   */
  public Connector(
      KeepAlive keepAlive,
      @Nullable InetAddress localAddress,
      SSLContext tls,
      SSLParameters tlsParameters,
      Reading reading,
      SocketBuffers buffers) {
    this(keepAlive, localAddress, tls, tlsParameters, reading, buffers, STAGGER, System::nanoTime);
  }

  /**
   * A connector with a time of its own.
   *
   * @param staggerNanos between one address and the next
   * @param clock for what is remembered of addresses
   */
  Connector(
      KeepAlive keepAlive,
      @Nullable InetAddress localAddress,
      SSLContext tls,
      SSLParameters tlsParameters,
      Reading reading,
      SocketBuffers buffers,
      long staggerNanos,
      LongSupplier clock) {
    this.sockets =
        new SocketSettings(
            keepAlive.tcpIdle(),
            keepAlive.tcpInterval(),
            keepAlive.tcpProbes(),
            localAddress,
            buffers.receive(),
            buffers.send());
    this.newcomers = new Newcomers(sockets, watchdog);
    this.tls = tls;
    this.tlsParameters = tlsParameters;
    this.limits = reading.limits();
    this.bodyBuffer = reading.bodyBuffer();
    this.staggerNanos = staggerNanos;
    this.reachability = new Reachability(clock);
  }

  /**
   * Wakes a thread that waits for something else than a connection, at the time when it gives up.
   *
   * @param thread to be unparked
   * @param nanos when, on the scale of {@link System#nanoTime()}
   * @return takes that back; to be run once, in any case
   */
  public Runnable wakeAt(Thread thread, long nanos) {
    Watchdog.Alarm alarm = watchdog.alarm(() -> LockSupport.unpark(thread));
    try {
      alarm.arm(nanos);
    } catch (Throwable failure) {
      alarm.release();
      throw failure;
    }
    return alarm::release;
  }

  /** Ends every opening that is under way; later ones fail at once. */
  public void close() {
    closed = true;
    for (Runnable opening : openings) opening.run();
  }

  /**
   * Opens a connection to the address that answers first.
   *
   * <p>A single address is connected to on the calling thread. Of several the next is tried as soon
   * as the one before has failed, or has not answered for a while. Tunnel and TLS are made with the
   * one that answered; if that one goes away instead, those that are left race once more.
   *
   * @param dial to whom
   * @return the open connection
   * @throws IOException a typed failure, which names every address and its reason if there are
   *     several
   * @throws InterruptedException if the thread was interrupted
   */
  public Connection open(Dial dial) throws IOException, InterruptedException {
    ConnectFailures failures = new ConnectFailures(dial);
    List<InetSocketAddress> left = reachability.ordered(dial.addresses());
    do {
      InetSocketAddress address = left.get(0);
      PlainWire wire = null;
      if (left.size() > 1) {
        Race.Finish finish = race(dial, left, failures);
        if (finish.winner() == null) break;
        address = finish.winner();
        wire = finish.wire();
      }
      left.remove(address);
      try {
        return open(dial, address, wire, failures);
      } catch (IOException e) {
        if (!leavesOthers(e)) throw failures.last(e);
      }
    } while (!left.isEmpty() && !late(dial));
    throw failures.all(late(dial));
  }

  private static boolean late(Dial dial) {
    return dial.deadlineNanos() != Long.MAX_VALUE && dial.deadlineNanos() - System.nanoTime() <= 0;
  }

  /** Whether the failure of one address says nothing about the others. */
  private static boolean leavesOthers(IOException e) {
    if (e instanceof TlsHandshakeException handshake) return handshake.hungUp();
    return e instanceof ConnectFailedException || e instanceof ConnectTimeoutException;
  }

  /** Those that fail in the race are no longer left. */
  private Race.Finish race(Dial dial, List<InetSocketAddress> left, ConnectFailures failures)
      throws IOException, InterruptedException {
    long stagger = stagger(dial, left.size());
    Race.Finish finish = race(dial, new Race(left, sockets), stagger);
    if (finish.stopped()) throw shutDown(failures.evidence(ExchangeStage.CONNECTING), null);
    for (Race.Tried tried : finish.others()) {
      InetSocketAddress address = tried.address();
      if (tried.failure() != null) {
        left.remove(address);
        IOException unused = connectFailed(address, tried.waitedNanos(), tried.failure(), failures);
      } else {
        if (tried.waitedNanos() >= stagger) reachability.missed(address);
        if (finish.winner() == null) failures.timedOut(address, tried.waitedNanos(), null);
      }
    }
    return finish;
  }

  private Race.Finish race(Dial dial, Race race, long stagger) throws InterruptedException {
    openings.add(race);
    try {
      if (closed) race.run();
      return race.run(dial.deadlineNanos(), stagger);
    } catch (InterruptedException e) {
      throw interrupted(dial);
    } finally {
      openings.remove(race);
    }
  }

  /** Every address gets its share of the time, also where there is little. */
  private long stagger(Dial dial, int addresses) {
    if (dial.deadlineNanos() == Long.MAX_VALUE) return staggerNanos;
    long share = (dial.deadlineNanos() - System.nanoTime()) / addresses;
    return Math.min(staggerNanos, Math.max(share, SHORTEST_STAGGER));
  }

  /**
   * Opens a connection to one address.
   *
   * @param connected to it, or null if there is no connection yet
   */
  private Connection open(
      Dial dial, InetSocketAddress address, @Nullable PlainWire connected, ConnectFailures failures)
      throws IOException, InterruptedException {
    Opening opening = new Opening(connected == null ? socket(address, failures) : connected);
    Watchdog.Alarm alarm = watchdog.alarm(opening);
    opening.alarm = alarm;
    openings.add(opening);
    boolean open = false;
    try {
      if (dial.deadlineNanos() != Long.MAX_VALUE) alarm.arm(dial.deadlineNanos());
      if (closed) throw new IOException("closed");
      if (connected == null) opening.plain.connect(address);
      newcomers.add(opening.plain);
      RoundTrip roundTrip = reachability.reached(address, opening.plain.connectNanos());
      Connection connection = furnish(dial, opening);
      connection.server = address;
      connection.connectNanos = opening.plain.connectNanos();
      if (!opening.plain.isLocal()) connection.roundTrip = roundTrip;
      opening.connection = connection;
      if (!alarm.disarm()) throw new IOException("timed out at the last moment");
      open = true;
      return connection;
    } catch (IOException e) {
      throw failed(dial, address, opening, e, failures);
    } finally {
      openings.remove(opening);
      if (!open) {
        opening.run();
        alarm.release();
      }
    }
  }

  private PlainWire socket(InetSocketAddress address, ConnectFailures failures)
      throws ConnectFailedException {
    try {
      return PlainWire.unconnected(sockets, address);
    } catch (IOException e) { // no descriptor, or no such local address
      throw failures.failed(address, e);
    }
  }

  /** Adds tunnel and TLS as wanted. */
  private Connection furnish(Dial dial, Opening opening) throws IOException {
    PlainWire plain = opening.plain;
    Connection connection =
        new Connection(plain, opening.alarm(), limits, System.nanoTime(), bodyBuffer);
    if (dial.tunnel() != null) connection.openTunnel(dial.label(), dial.tunnel());
    if (dial.tls() == null) return connection;
    opening.beginHandshake(dial);
    Wire encrypted =
        TlsWire.handshake(plain, tls, tlsParameters, dial.tls().host(), dial.tls().port());
    opening.wire = encrypted;
    return new Connection(encrypted, opening.alarm(), limits, connection.openedNanos, bodyBuffer);
  }

  private IOException failed(
      Dial dial,
      InetSocketAddress address,
      Opening opening,
      IOException e,
      ConnectFailures failures)
      throws InterruptedException {
    if (e instanceof ClosedByInterruptException) {
      boolean unused = Thread.interrupted(); // the exception says it
      throw interrupted(dial);
    }
    long waited = System.nanoTime() - opening.begun;
    boolean handshake = opening.stage == ExchangeStage.TLS_HANDSHAKE;
    if (opening.alarm().fired()) {
      reachability.missed(address);
      return handshake
          ? failures.handshakeTimedOut(address, waited, opening.expiry, e)
          : failures.timedOut(address, waited, e);
    }
    if (closed) return shutDown(failures.evidence(opening.stage), e);
    if (e instanceof ExchangeFailure || e instanceof TunnelRefusedException) return e;
    if (!handshake) return connectFailed(address, waited, e, failures);
    boolean hungUp = WireFailure.of(e) != WireFailure.TLS;
    if (hungUp) reachability.missed(address);
    return failures.handshakeFailed(address, hungUp, e);
  }

  private IOException connectFailed(
      InetSocketAddress address, long waitedNanos, IOException e, ConnectFailures failures) {
    WireFailure failure = WireFailure.of(e);
    if (failure != WireFailure.NO_DESCRIPTOR) reachability.missed(address);
    return failure == WireFailure.TIMED_OUT
        ? failures.timedOut(address, waitedNanos, e)
        : failures.failed(address, e);
  }

  private static InterruptedException interrupted(Dial dial) {
    return new InterruptedException("interrupted while connecting for " + dial.label());
  }

  private static ClientClosedException shutDown(
      ExchangeEvidence evidence, @Nullable IOException cause) {
    String message = "the client was shut down while connecting; " + evidence;
    return cause == null
        ? new ClientClosedException(message, evidence)
        : new ClientClosedException(message, evidence, cause);
  }

  /** A connection in the making, and afterwards what its alarm closes. */
  private static final class Opening implements Runnable {
    final PlainWire plain;
    final long begun = System.nanoTime();
    volatile Wire wire;
    volatile @Nullable Connection connection; // once it is open
    Watchdog.@Nullable Alarm alarm;
    ExchangeStage stage = ExchangeStage.CONNECTING;
    String expiry = ""; // of the limit of the handshake alone, if that comes first

    Opening(PlainWire plain) {
      this.plain = plain;
      this.wire = plain;
    }

    Watchdog.Alarm alarm() {
      return Objects.requireNonNull(alarm);
    }

    /** Whichever ends first counts: the limit of the handshake, or that of the whole opening. */
    void beginHandshake(Dial dial) {
      stage = ExchangeStage.TLS_HANDSHAKE;
      long limit = Objects.requireNonNull(dial.tls()).handshakeNanos();
      if (limit == Long.MAX_VALUE) return;
      long end = System.nanoTime() + limit;
      long deadline = dial.deadlineNanos();
      if (deadline != Long.MAX_VALUE && deadline - end <= 0) return;
      expiry =
          "TLS handshake not done within "
              + TimeText.of(Duration.ofNanos(limit))
              + " (TimeLimits.tlsHandshake)";
      alarm().arm(end);
    }

    @Override
    public void run() {
      Connection open = connection;
      if (open == null) wire.close();
      else open.close();
    }
  }
}
