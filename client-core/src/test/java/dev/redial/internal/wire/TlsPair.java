package dev.redial.internal.wire;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * A TLS wire and the server's end of it, an {@link SSLSocket} over a plain one; between them a
 * relay, if asked for.
 */
record TlsPair(
    TlsWire wire, PlainWire beneathWire, SSLSocket peer, Socket beneath, @Nullable Relay relay)
    implements AutoCloseable {

  static TlsPair open(Setting setting) throws Exception {
    return open(setting, false, 0);
  }

  /**
   * With a relay that cuts what it passes on to the client into pieces; everything is let through
   * from the start.
   */
  static TlsPair relayed(Setting setting, int piece) throws Exception {
    return open(setting, true, piece);
  }

  private static TlsPair open(Setting setting, boolean relayed, int piece) throws Exception {
    try (Peer listener = new Peer()) {
      CompletableFuture<Accepted> accepting =
          CompletableFuture.supplyAsync(
              () -> accept(setting, listener),
              command -> Thread.ofPlatform().daemon().start(command));
      Relay relay = relayed ? new Relay(listener.address(), piece) : null;
      if (relay != null) relay.allowEverything();
      PlainWire plain = Peer.connect(relay == null ? listener.address() : relay.address());
      try {
        TlsWire wire = setting.handshake(plain);
        Accepted accepted = accepting.get(10, TimeUnit.SECONDS);
        return new TlsPair(wire, plain, accepted.tls, accepted.plain, relay);
      } catch (ExecutionException e) {
        plain.close();
        throw new IOException(e.getCause());
      }
    }
  }

  private static Accepted accept(Setting setting, Peer listener) {
    try {
      Socket plain = listener.accept();
      SSLSocket tls =
          (SSLSocket)
              setting.server.getSocketFactory().createSocket(plain, null, plain.getPort(), true);
      tls.setUseClientMode(false);
      SSLParameters parameters = tls.getSSLParameters();
      parameters.setApplicationProtocols(new String[] {"http/1.1"});
      tls.setSSLParameters(parameters);
      tls.startHandshake();
      return new Accepted(tls, plain);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private record Accepted(SSLSocket tls, Socket plain) {}

  @Override
  public void close() throws IOException {
    wire.close();
    beneath.close();
    if (relay != null) relay.close();
  }

  /** The contexts of both sides and what the client asks for. */
  record Setting(SSLContext server, SSLContext client, String protocol, String host) {
    TlsWire handshake(PlainWire plain) throws IOException {
      SSLParameters parameters = new SSLParameters();
      parameters.setProtocols(new String[] {protocol});
      parameters.setApplicationProtocols(new String[] {"http/1.1"});
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      int port =
          plain.remote().map(address -> ((InetSocketAddress) address).getPort()).orElseThrow();
      return TlsWire.handshake(plain, client, parameters, host, port);
    }
  }
}
