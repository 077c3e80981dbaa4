package dev.redial.internal.connection;

import dev.redial.ClientClosedException;
import dev.redial.ConnectFailedException;
import dev.redial.ConnectTimeoutException;
import dev.redial.ExchangeEvidence;
import dev.redial.ExchangeFailure;
import dev.redial.ExchangeStage;
import dev.redial.KeepAlive;
import dev.redial.ServerActed;
import dev.redial.TlsHandshakeException;
import dev.redial.internal.http1.Limits;
import dev.redial.internal.wire.PlainWire;
import dev.redial.internal.wire.SocketSettings;
import dev.redial.internal.wire.TlsWire;
import dev.redial.internal.wire.Watchdog;
import dev.redial.internal.wire.Wire;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedByInterruptException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * Opens connections: TCP, then a tunnel through a proxy if there is one, then TLS, all within one
 * time limit.
 */
public final class Connector {
  private static final int SHORTEST_HEAD = 16;

  /** The buffer doubles, and arrays end at 2 GiB. */
  private static final int LONGEST_HEAD = 1 << 29;

  private final SocketSettings sockets;
  private final SSLContext tls;
  private final SSLParameters tlsParameters;
  private final Limits limits;
  private final int bodyBuffer;
  private final Watchdog watchdog = new Watchdog();
  private final Set<Opening> openings = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /**
   * What is read at most.
   *
   * @param headOctets of a whole head
   * @param interimResponses before a final one
   * @param bodyBuffer octets of a body in one buffer
   */
  public record Reading(int headOctets, int interimResponses, int bodyBuffer) {}

  /**
   * A connector.
   *
   * @param keepAlive the times of TCP keep-alive
   * @param localAddress to bind sockets to, or null
   * @param tls makes the engines
   * @param tlsParameters with endpoint identification and application protocols as wanted
   * @param reading what is read at most
   */
  public Connector(
      KeepAlive keepAlive,
      @Nullable InetAddress localAddress,
      SSLContext tls,
      SSLParameters tlsParameters,
      Reading reading) {
    this.sockets =
        new SocketSettings(
            keepAlive.tcpIdle(),
            keepAlive.tcpInterval(),
            keepAlive.tcpProbes(),
            localAddress,
            0,
            0);
    this.tls = tls;
    this.tlsParameters = tlsParameters;
    this.limits = limits(reading);
    this.bodyBuffer = reading.bodyBuffer();
  }

  /** Who allows longer heads allows longer fields, too. */
  private static Limits limits(Reading reading) {
    Limits usual = Limits.DEFAULT;
    int headOctets = Math.clamp(reading.headOctets(), SHORTEST_HEAD, LONGEST_HEAD);
    boolean longer = headOctets > usual.headBytes();
    return new Limits(
        usual.statusLine(),
        longer ? headOctets : usual.headerLine(),
        longer ? Math.max(usual.headerCount(), headOctets / 64) : usual.headerCount(),
        headOctets,
        reading.interimResponses(),
        usual.chunkLine(),
        usual.trailerBytes());
  }

  /** Ends every opening that is under way; later ones fail at once. */
  public void close() {
    closed = true;
    for (Opening opening : openings) opening.run();
  }

  /**
   * Opens a connection to the first address that answers.
   *
   * @param dial to whom
   * @return the open connection
   * @throws IOException a typed failure: the one of the first address, or the time-out if the time
   *     ran out; the others are suppressed in it
   * @throws InterruptedException if the thread was interrupted
   */
  public Connection open(Dial dial) throws IOException, InterruptedException {
    long deadline = dial.deadlineNanos();
    IOException told = null;
    for (InetSocketAddress address : dial.addresses()) {
      try {
        return open(dial, address, deadline);
      } catch (IOException e) {
        if (told == null) {
          told = e;
        } else if (e instanceof ConnectTimeoutException) {
          e.addSuppressed(told);
          told = e;
        } else {
          told.addSuppressed(e);
        }
        if (!leavesOthers(e, deadline)) break;
      }
    }
    throw Objects.requireNonNull(told, "no address");
  }

  /**
   * Whether the failure of one address says nothing about the others, and there is time for them.
   */
  private static boolean leavesOthers(IOException e, long deadline) {
    if (deadline != Long.MAX_VALUE && deadline - System.nanoTime() <= 0) return false;
    return e instanceof ConnectFailedException
        || e instanceof ConnectTimeoutException // the kernel's
        || (e instanceof TlsHandshakeException handshake && handshake.hungUp());
  }

  private Connection open(Dial dial, InetSocketAddress address, long deadline)
      throws IOException, InterruptedException {
    Opening opening = new Opening(socket(dial, address));
    Watchdog.Alarm alarm = watchdog.alarm(opening);
    opening.alarm = alarm;
    openings.add(opening);
    boolean open = false;
    try {
      if (deadline != Long.MAX_VALUE) alarm.arm(deadline);
      if (closed) throw new IOException("closed");
      Connection connection = open(dial, address, opening);
      opening.connection = connection;
      if (!alarm.disarm()) throw new IOException("timed out at the last moment");
      open = true;
      return connection;
    } catch (IOException e) {
      throw failed(dial, address, opening, e);
    } finally {
      openings.remove(opening);
      if (!open) {
        opening.run();
        alarm.release();
      }
    }
  }

  private Connection open(Dial dial, InetSocketAddress address, Opening opening)
      throws IOException, InterruptedException {
    PlainWire plain = opening.plain;
    plain.connect(address);
    Connection connection =
        new Connection(plain, opening.alarm(), limits, System.nanoTime(), bodyBuffer);
    if (dial.tunnel() != null) connection.openTunnel(dial.label(), dial.tunnel());
    if (dial.tls() == null) return connection;
    opening.stage = ExchangeStage.TLS_HANDSHAKE;
    Wire encrypted =
        TlsWire.handshake(plain, tls, tlsParameters, dial.tls().host(), dial.tls().port());
    opening.wire = encrypted;
    return new Connection(encrypted, opening.alarm(), limits, connection.openedNanos, bodyBuffer);
  }

  private PlainWire socket(Dial dial, InetSocketAddress address) throws ConnectFailedException {
    try {
      return PlainWire.unconnected(sockets);
    } catch (IOException e) { // no descriptor, or no such local address
      ExchangeEvidence evidence = evidence(dial, ExchangeStage.CONNECTING);
      throw new ConnectFailedException(
          e.getMessage() + "; " + address + "; " + evidence, evidence, e);
    }
  }

  private static ExchangeEvidence evidence(Dial dial, ExchangeStage stage) {
    return new ExchangeEvidence(
        dial.label(),
        dial.attempt(),
        stage,
        false,
        Duration.ZERO,
        Duration.ZERO,
        0,
        0,
        ServerActed.NO);
  }

  private IOException failed(Dial dial, InetSocketAddress address, Opening opening, IOException e)
      throws InterruptedException {
    if (e instanceof ClosedByInterruptException) {
      boolean unused = Thread.interrupted(); // the exception says it
      throw new InterruptedException("interrupted while connecting for " + dial.label());
    }
    ExchangeEvidence evidence = evidence(dial, opening.stage);
    String what = e.getMessage() + "; " + address + "; " + evidence;
    if (opening.alarm().fired() || isKernelTimeout(e)) {
      ConnectException cause = new ConnectException("HTTP connect timed out");
      cause.initCause(e);
      return new ConnectTimeoutException(
          "HTTP connect timed out; " + address + "; " + evidence, evidence, cause);
    }
    if (closed)
      return new ClientClosedException(
          "the client was shut down while connecting; " + evidence, evidence, e);
    if (e instanceof ExchangeFailure || e instanceof TunnelRefusedException) return e;
    if (opening.stage == ExchangeStage.TLS_HANDSHAKE)
      return new TlsHandshakeException("TLS handshake failed: " + what, evidence, isHangUp(e), e);
    return new ConnectFailedException(what, evidence, e);
  }

  private static boolean isKernelTimeout(IOException e) {
    return e instanceof ConnectException && String.valueOf(e.getMessage()).contains("timed out");
  }

  /**
   * Whether a handshake failed because the peer went away, which says nothing about the peer's
   * other addresses.
   */
  private static boolean isHangUp(IOException e) {
    Throwable cause = e;
    for (int depth = 0; cause != null && depth < 10; depth++, cause = cause.getCause()) {
      if (cause instanceof CertificateException) return false;
      if (cause instanceof EOFException) return true;
    }
    return !(e instanceof SSLException);
  }

  /** A connection in the making, and afterwards what its alarm closes. */
  private static final class Opening implements Runnable {
    final PlainWire plain;
    volatile Wire wire;
    volatile @Nullable Connection connection; // once it is open
    Watchdog.@Nullable Alarm alarm;
    ExchangeStage stage = ExchangeStage.CONNECTING;

    Opening(PlainWire plain) {
      this.plain = plain;
      this.wire = plain;
    }

    Watchdog.Alarm alarm() {
      return Objects.requireNonNull(alarm);
    }

    @Override
    public void run() {
      Connection open = connection;
      if (open == null) wire.close();
      else open.close();
    }
  }
}
