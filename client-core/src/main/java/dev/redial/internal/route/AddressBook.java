package dev.redial.internal.route;

import dev.redial.Resolver;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;

/**
 * Looks up the addresses to connect to for a route; every new connection asks again, so changes of
 * DNS are seen.
 */
public final class AddressBook {
  private static final Pattern IPV4;

  static {
    String octet = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
    IPV4 = Pattern.compile(octet + "(\\." + octet + "){3}");
  }

  private final Lookups lookups;

  /**
   * An address book; it has no thread yet.
   *
   * @param resolver asked for names
   */
  public AddressBook(Resolver resolver) {
    this(resolver, System::nanoTime);
  }

  AddressBook(Resolver resolver, LongSupplier clock) {
    this.lookups = new Lookups(resolver, clock);
  }

  /**
   * All addresses of the host, or of the proxy, in the resolver's order.
   *
   * @param route where to
   * @param deadlineNanos on the scale of {@link System#nanoTime()}; {@link Long#MAX_VALUE} for none
   * @return at least one, resolved, none twice
   * @throws UnknownHostException if there is none
   * @throws TimeoutException if the deadline passed
   * @throws InterruptedException if the thread was interrupted
   * @throws CancellationException if the book was closed
   */
  public List<InetSocketAddress> addresses(Route route, long deadlineNanos)
      throws UnknownHostException, TimeoutException, InterruptedException {
    InetSocketAddress proxy = route.proxy();
    if (proxy == null)
      return addresses(route.origin().host(), route.origin().port(), deadlineNanos);
    return proxy.isUnresolved()
        ? addresses(proxy.getHostString().toLowerCase(Locale.ROOT), proxy.getPort(), deadlineNanos)
        : List.of(proxy);
  }

  /** Ends every look-up that is under way; later ones fail at once. */
  public void close() {
    lookups.close();
  }

  private List<InetSocketAddress> addresses(String host, int port, long deadlineNanos)
      throws UnknownHostException, TimeoutException, InterruptedException {
    if (isLiteral(host))
      return List.of(new InetSocketAddress(InetAddress.getByName(host), port)); // asks nobody
    List<InetSocketAddress> addresses = new ArrayList<>();
    for (InetAddress address : lookups.find(host, deadlineNanos))
      addresses.add(new InetSocketAddress(address, port));
    return addresses;
  }

  /** Whether a host is an address already. Odd spellings of IPv4 are left to the resolver. */
  private static boolean isLiteral(String host) {
    return host.indexOf(':') >= 0 || IPV4.matcher(host).matches();
  }
}
