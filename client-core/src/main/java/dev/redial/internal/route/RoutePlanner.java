package dev.redial.internal.route;

import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Chooses the route of a request; asks the {@link ProxySelector} once per request. */
public final class RoutePlanner {
  private final @Nullable ProxySelector proxies;

  /**
   * A planner.
   *
   * @param proxies whom to ask, or null to always go straight
   */
  public RoutePlanner(@Nullable ProxySelector proxies) {
    this.proxies = proxies;
  }

  /**
   * The route to a target.
   *
   * @param uri http or https, with a host
   * @return straight unless the selector's first choice is an HTTP proxy: a SOCKS proxy, which the
   *     default selector names for every target once {@code socksProxyHost} is set, is passed over
   *     as the JDK's client does
   */
  public Route plan(URI uri) {
    Origin origin = Origin.of(uri);
    if (proxies == null) return new Route(origin, null);
    List<Proxy> choices = proxies.select(uri);
    if (choices == null || choices.isEmpty()) return new Route(origin, null);
    Proxy first = choices.get(0);
    return switch (first.type()) {
      case DIRECT, SOCKS -> new Route(origin, null);
      case HTTP -> new Route(origin, (InetSocketAddress) first.address());
    };
  }
}
