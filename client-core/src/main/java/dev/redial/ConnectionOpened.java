package dev.redial;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Objects;

/**
 * That a connection was opened, TLS and a tunnel included.
 *
 * @param connection its label, which {@code HttpResponse.connectionLabel()} of Java 25 tells, too
 * @param origin where requests on it go, for instance {@code https://example.com}
 * @param server the address that it leads to: the origin's, or that of a proxy
 * @param took how long it took, the look-up of the address included
 */
public record ConnectionOpened(
    String connection, String origin, InetSocketAddress server, Duration took) {

  /** Checks that nothing is missing. */
  public ConnectionOpened {
    Objects.requireNonNull(connection, "connection");
    Objects.requireNonNull(origin, "origin");
    Objects.requireNonNull(server, "server");
    Objects.requireNonNull(took, "took");
  }

  /** One line that reads alone in a log. */
  @Override
  public String toString() {
    return "connection "
        + connection
        + " to "
        + origin
        + " at "
        + server
        + " opened in "
        + took.toMillis()
        + " ms";
  }
}
