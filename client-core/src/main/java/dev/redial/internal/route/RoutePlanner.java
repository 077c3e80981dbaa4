package dev.redial.internal.route;

import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Chooses the route of a request; asks the {@link ProxySelector} once per request. */
public final class RoutePlanner {
  /** Of so many origins the straight route is kept, so that their names are put together once. */
  private static final int MOST_KEPT = 1_024;

  private final @Nullable ProxySelector proxies;
  private final @Nullable NoProxies noProxies;
  private final ConcurrentHashMap<Origin, Route> straight = new ConcurrentHashMap<>();

  /**
   * A planner.
   *
   * @param proxies whom to ask, or null to always go straight
   */
  public RoutePlanner(@Nullable ProxySelector proxies) {
    this.proxies = proxies;
    this.noProxies = proxies == null ? null : NoProxies.of(proxies);
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
    InetSocketAddress proxy = proxy(uri, origin);
    return proxy == null ? straight(origin) : new Route(origin, proxy);
  }

  private @Nullable InetSocketAddress proxy(URI uri, Origin origin) {
    if (proxies == null || (noProxies != null && noProxies.areSetFor(origin))) return null;
    List<Proxy> choices = proxies.select(uri);
    if (choices == null || choices.isEmpty()) return null;
    Proxy first = choices.get(0);
    return switch (first.type()) {
      case DIRECT, SOCKS -> null;
      case HTTP -> (InetSocketAddress) first.address();
    };
  }

  /** For tests. */
  int kept() {
    return straight.size();
  }

  private Route straight(Origin origin) {
    Route known = straight.get(origin);
    if (known != null) return known;
    if (straight.size() >= MOST_KEPT) straight.clear();
    Route route = new Route(origin, null);
    straight.put(origin, route);
    return route;
  }
}
