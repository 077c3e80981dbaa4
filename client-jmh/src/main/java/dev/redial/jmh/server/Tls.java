package dev.redial.jmh.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;

/** Octets inside TLS. */
final class Tls implements Octets {
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final SocketChannel channel;
  private final SSLEngine engine;
  private final ByteBuffer inbound;
  private final ByteBuffer outbound;
  private boolean handshaking = true;

  Tls(SocketChannel channel, SSLEngine engine) {
    this.channel = channel;
    this.engine = engine;
    int record = engine.getSession().getPacketBufferSize();
    this.inbound = ByteBuffer.allocateDirect(record);
    this.outbound = ByteBuffer.allocateDirect(2 * record).limit(0);
    engine.setUseClientMode(false);
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    int before = into.position();
    boolean ended = channel.read(inbound) < 0;
    inbound.flip();
    while (true) {
      SSLEngineResult result = engine.unwrap(inbound, into);
      if (handshaking || isHandshaking(result)) shakeHands();
      if (result.getStatus() == Status.CLOSED) ended = true;
      if (result.getStatus() != Status.OK) break;
      if (result.bytesConsumed() == 0 && result.bytesProduced() == 0 && !inbound.hasRemaining())
        break;
    }
    inbound.compact();
    int count = into.position() - before;
    return count == 0 && ended ? -1 : count;
  }

  @Override
  public boolean write(ByteBuffer from) throws IOException {
    while (flush()) {
      if (!from.hasRemaining()) return true;
      wrap(from);
    }
    return false;
  }

  private static boolean isHandshaking(SSLEngineResult result) {
    return result.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING
        && result.getHandshakeStatus() != HandshakeStatus.FINISHED;
  }

  /** Does the server's share of the handshake, whose few octets always fit a socket's buffer. */
  private void shakeHands() throws IOException {
    handshaking = true;
    while (true) {
      switch (engine.getHandshakeStatus()) {
        case NEED_TASK -> engine.getDelegatedTask().run();
        case NEED_WRAP -> {
          wrap(NOTHING);
          if (!flush()) throw new IOException("a handshake larger than the socket's buffer");
        }
        case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
          return;
        }
        case NOT_HANDSHAKING, FINISHED -> {
          handshaking = false;
          return;
        }
      }
    }
  }

  private void wrap(ByteBuffer from) throws IOException {
    outbound.clear();
    SSLEngineResult result = engine.wrap(from, outbound);
    outbound.flip();
    if (result.getStatus() != Status.OK && result.getStatus() != Status.CLOSED)
      throw new IOException("wrap: " + result);
  }

  private boolean flush() throws IOException {
    if (outbound.hasRemaining()) channel.write(outbound);
    return !outbound.hasRemaining();
  }
}
