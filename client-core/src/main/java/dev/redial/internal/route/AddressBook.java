package dev.redial.internal.route;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

/**
 * Looks up the addresses to connect to for a route; every new connection asks again, so changes of
 * DNS are seen.
 */
public final class AddressBook {

  /**
   * All addresses of the host, or of the proxy, in the resolver's order.
   *
   * @param route where to
   * @return at least one, resolved
   * @throws UnknownHostException if there is none
   */
  public List<InetSocketAddress> addresses(Route route) throws UnknownHostException {
    InetSocketAddress proxy = route.proxy();
    if (proxy == null) return addresses(route.origin().host(), route.origin().port());
    return proxy.isUnresolved()
        ? addresses(proxy.getHostString(), proxy.getPort())
        : List.of(proxy);
  }

  private static List<InetSocketAddress> addresses(String host, int port)
      throws UnknownHostException {
    InetAddress[] found = InetAddress.getAllByName(host);
    List<InetSocketAddress> addresses = new ArrayList<>(found.length);
    for (InetAddress address : found) addresses.add(new InetSocketAddress(address, port));
    return addresses;
  }
}
