package dev.redial;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/**
 * Turns the name of a host into its addresses.
 *
 * <p>It is asked for every new connection to a server or proxy that is given by name; never for an
 * address literal. Callers that want the same name at the same time share one look-up. It is called
 * on a thread of the client's own, by several threads at a time, and may block: a call that waits
 * for it still fails at its time-out, when its thread is interrupted, and when the client is shut
 * down, which interrupts the look-ups under way.
 *
 * <p>The order of the addresses is a preference: the client takes turns between IPv6 and IPv4,
 * beginning with the family of the first, and tries those last that failed lately.
 */
@FunctionalInterface
public interface Resolver {

  /**
   * Looks a host up.
   *
   * @param host a name as in the URI, in lower case
   * @return its addresses, the preferred ones first; neither null nor empty. Null, an empty list, a
   *     null among the addresses and an unchecked exception fail the call with an {@link
   *     UnresolvedHostException} that says so
   * @throws UnknownHostException if it has none; among the causes of the {@link
   *     UnresolvedHostException} that the caller gets
   */
  List<InetAddress> resolve(String host) throws UnknownHostException;
}
