package dev.redial.internal.route;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * A way to an origin: straight, or through an HTTP proxy. Connections of equal routes are
 * interchangeable.
 *
 * @param origin where the request is for
 * @param proxy the proxy's address, maybe unresolved; null to go straight
 */
public record Route(Origin origin, @Nullable InetSocketAddress proxy) {

  /**
   * Whether the proxy forwards plain requests, which then carry the absolute form of their target
   * (RFC 9112, section 3.2.2).
   *
   * @return false for straight and for tunnelled routes
   */
  public boolean forwarded() {
    return proxy != null && !origin.secure();
  }

  /**
   * Whether the proxy only passes octets through a tunnel made with CONNECT.
   *
   * @return true for https through a proxy
   */
  public boolean tunnelled() {
    return proxy != null && origin.secure();
  }

  @Override
  public String toString() {
    return proxy == null
        ? origin.toString()
        : origin + " through proxy " + proxy.getHostString() + ":" + proxy.getPort();
  }
}
