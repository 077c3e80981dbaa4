package dev.redial.internal.connection;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What it takes to open one connection.
 *
 * @param label method and origin, for failures
 * @param attempt the number of the attempt, for failures
 * @param addresses of the server, or of the proxy, in the order in which to try them; not empty,
 *     resolved
 * @param toProxy whether they are a proxy's
 * @param tls the server's name for TLS, or null for a plain connection
 * @param tunnel what to ask the proxy for before TLS, or null
 * @param deadlineNanos when it must be open, TLS included, on the scale of {@link
 *     System#nanoTime()}; {@link Long#MAX_VALUE} for none
 */
public record Dial(
    String label,
    int attempt,
    List<InetSocketAddress> addresses,
    boolean toProxy,
    @Nullable Peer tls,
    @Nullable Tunnel tunnel,
    long deadlineNanos) {

  /**
   * Whom TLS must prove to be talking to.
   *
   * @param host name or literal
   * @param port number
   * @param handshakeNanos how long the handshake may take; {@link Long#MAX_VALUE} for no limit of
   *     its own
   */
  public record Peer(String host, int port, long handshakeNanos) {

    /** Without a limit of the handshake's own. */
    public Peer(String host, int port) {
      this(host, port, Long.MAX_VALUE);
    }
  }

  /**
   * A tunnel through a proxy (RFC 9110, section 9.3.6).
   *
   * @param authority host and port, always with the port
   * @param headers for the proxy alone
   */
  public record Tunnel(String authority, Map<String, List<String>> headers) {}
}
