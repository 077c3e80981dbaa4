package dev.redial.internal.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;

/**
 * The JDK's TLS engine of one connection, with its delegated tasks run on the calling thread.
 *
 * <p>One thread may wrap while another unwraps.
 */
final class TlsEngine {
  private static final Pattern IPV4 = Pattern.compile("[0-9.]+");

  private final SSLEngine engine;
  private final ReentrantLock tasks =
      new ReentrantLock(); // who finds a task taken waits for its end here

  private TlsEngine(SSLEngine engine) {
    this.engine = engine;
  }

  static TlsEngine client(
      SSLContext context, SSLParameters parameters, String peerHost, int peerPort) {
    String host = peerHost.endsWith(".") ? peerHost.substring(0, peerHost.length() - 1) : peerHost;
    SSLEngine engine = context.createSSLEngine(host, peerPort);
    engine.setUseClientMode(true);
    engine.setSSLParameters(parameters);
    if (!isAddress(host)) {
      // The engine would name the host only if it contains a dot.
      SSLParameters named = engine.getSSLParameters();
      named.setServerNames(serverName(host));
      engine.setSSLParameters(named);
    }
    return new TlsEngine(engine);
  }

  private static boolean isAddress(String host) {
    return host.contains(":") || IPV4.matcher(host).matches();
  }

  private static List<SNIServerName> serverName(String host) {
    try {
      return List.of(
          new SNIHostName(host.getBytes(StandardCharsets.UTF_8))); // from octets: underscores pass
    } catch (IllegalArgumentException e) {
      return List.of(); // not a name that SNI can carry; servers have a default
    }
  }

  SSLEngineResult wrap(ByteBuffer from, ByteBuffer into) throws SSLException {
    SSLEngineResult result = engine.wrap(from, into);
    if (result.getHandshakeStatus() == HandshakeStatus.NEED_TASK) runTasks();
    return result;
  }

  SSLEngineResult unwrap(ByteBuffer from, ByteBuffer into) throws SSLException {
    SSLEngineResult result = engine.unwrap(from, into);
    if (result.getHandshakeStatus() == HandshakeStatus.NEED_TASK) runTasks();
    return result;
  }

  /**
   * Whether a handshake message or an alert waits to be wrapped, as far as the last unwrapping
   * tells.
   */
  boolean hasToSend(SSLEngineResult last) {
    return switch (last.getHandshakeStatus()) {
      case NEED_WRAP -> true;
      case NEED_TASK -> engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP;
      case NEED_UNWRAP, NEED_UNWRAP_AGAIN, FINISHED, NOT_HANDSHAKING -> false;
    };
  }

  void beginHandshake() throws SSLException {
    engine.beginHandshake();
  }

  /** Once the handshake is done: what the JDK does not check. */
  void checkPeer() throws SSLException {
    if ("h2".equals(engine.getApplicationProtocol()))
      throw new SSLHandshakeException(
          "the server chose HTTP/2 (ALPN h2): the client's SSLParameters offer it, but only HTTP/1.1"
              + " is spoken");
  }

  void runTasks() {
    tasks.lock();
    try {
      for (Runnable task = engine.getDelegatedTask();
          task != null;
          task = engine.getDelegatedTask()) task.run();
    } finally {
      tasks.unlock();
    }
  }

  HandshakeStatus status() {
    return engine.getHandshakeStatus();
  }

  void closeOutbound() {
    engine.closeOutbound();
  }

  SSLSession session() {
    return engine.getSession();
  }

  /** Room that any record needs, wrapped. */
  int recordLimit() {
    return engine.getSession().getPacketBufferSize();
  }

  /** Room that the content of any record needs. */
  int contentLimit() {
    return engine.getSession().getApplicationBufferSize();
  }
}
