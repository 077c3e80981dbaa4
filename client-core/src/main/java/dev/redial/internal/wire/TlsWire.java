package dev.redial.internal.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;

/**
 * TLS over a {@link PlainWire}.
 *
 * <p>Drives the JDK's engine by itself instead of using an {@code SSLSocket}, because only so can
 * an idle connection be probed: what arrives may be a session ticket, a key update, close_notify or
 * stray content, and from outside they all look alike.
 */
public final class TlsWire implements Wire {
  private static final int STUCK = 100;

  private final PlainWire below;
  private final TlsEngine engine;
  private final TlsOutbound outbound;
  private final TlsInbound inbound;

  private TlsWire(PlainWire below, TlsEngine engine) {
    this.below = below;
    this.engine = engine;
    this.outbound = new TlsOutbound(engine, below);
    this.inbound = new TlsInbound(engine, below, outbound);
  }

  /**
   * Makes a connected wire a TLS client's. Waits as long as the peer does; closing the wire below
   * ends it.
   *
   * <p>A session with the same host and port is resumed if the context still knows one.
   *
   * @param below connected, with nothing left to read; the new wire owns it
   * @param context keys, trust and the cache of sessions
   * @param parameters protocols, ciphers, ALPN, endpoint identification; the server names are for a
   *     host that is an address, any other host is named as it is
   * @param peerHost the host meant, for server name, identification and session cache
   * @param peerPort its port
   * @return the wire, with the handshake done
   * @throws javax.net.ssl.SSLHandshakeException if the handshake fails, also with an {@link
   *     java.io.EOFException} as its cause because the peer closed the connection
   * @throws IOException if the wire below fails. It is closed after any failure
   */
  public static TlsWire handshake(
      PlainWire below, SSLContext context, SSLParameters parameters, String peerHost, int peerPort)
      throws IOException {
    try {
      TlsWire wire = new TlsWire(below, TlsEngine.client(context, parameters, peerHost, peerPort));
      wire.handshake();
      return wire;
    } catch (IOException | RuntimeException | Error e) {
      below.close();
      throw e;
    }
  }

  private void handshake() throws IOException {
    inbound.lock.lock();
    outbound.lock.lock();
    try {
      engine.beginHandshake();
      driveHandshake();
      engine.checkPeer();
    } catch (IOException | RuntimeException e) {
      close(); // says why, if there is something to say
      throw e;
    } finally {
      outbound.lock.unlock();
      inbound.lock.unlock();
    }
  }

  private void driveHandshake() throws IOException {
    int flushes = 0;
    while (true) {
      switch (engine.status()) {
        case NEED_WRAP -> {
          if (++flushes > STUCK) throw new SSLException("the TLS handshake is stuck");
          outbound.flush();
        }
        case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> inbound.advanceHandshake();
        case NEED_TASK -> engine.runTasks();
        case FINISHED, NOT_HANDSHAKING -> {
          return;
        }
      }
    }
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    if (!into.hasRemaining()) throw new IllegalArgumentException("no room to read into: " + into);
    return inbound.read(into);
  }

  @Override
  public int readAvailable(ByteBuffer into) throws IOException {
    inbound.lock.lock();
    outbound.lock.lock();
    try {
      below.beginGlimpse();
      int octets = inbound.readNow(into);
      if (octets == 0) settleNow();
      return octets;
    } finally {
      outbound.lock.unlock();
      inbound.lock.unlock();
    }
  }

  @Override
  public void beginDuplex() throws IOException {
    below.beginDuplex();
  }

  private void settleNow() {
    try {
      outbound.settleNow();
    } catch (IOException e) {
      // The way out is closed; there may still be something to read, and every later write fails.
    }
  }

  @Override
  public void write(ByteBuffer from) throws IOException {
    outbound.write(from);
  }

  @Override
  public long sent() {
    return outbound.sent();
  }

  @Override
  public long received() {
    return inbound.received();
  }

  @Override
  public Probe probe() {
    inbound.lock.lock();
    outbound.lock.lock();
    try {
      below.beginGlimpse();
      Probe found = inbound.glimpse();
      if (found == Probe.ALIVE) outbound.settleNow();
      return found;
    } catch (IOException e) {
      return Probe.RST;
    } finally {
      outbound.lock.unlock();
      inbound.lock.unlock();
    }
  }

  @Override
  public void rest() {
    inbound.lock.lock();
    try {
      inbound.rest();
    } finally {
      inbound.lock.unlock();
    }
  }

  @Override
  public void close() {
    // A lock that is taken belongs to somebody parked in the channel, or about to be: even looking
    // at the channel would wait for him.
    if (below.isOpen() && inbound.lock.tryLock()) {
      try {
        closeAsReader();
      } finally {
        inbound.lock.unlock();
      }
    }
    below.close();
  }

  private void closeAsReader() {
    if (!outbound.lock.tryLock()) return;
    try {
      below.beginGlimpse();
      outbound.sayGoodbye();
    } catch (IOException e) {
      // The peer learns it from the FIN that follows.
    } finally {
      below.close(); // before anybody can write behind that
      outbound.lock.unlock();
    }
  }

  @Override
  public boolean isOpen() {
    return below.isOpen();
  }

  @Override
  public Optional<SSLSession> session() {
    return Optional.of(new ReadOnlySession(engine.session()));
  }

  @Override
  public String toString() {
    return "TlsWire[" + below + "]";
  }
}
