package dev.redial;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Objects;

/**
 * That a connection was closed.
 *
 * @param connection its label, as in {@link ConnectionOpened}
 * @param origin where requests on it went
 * @param server the address that it led to
 * @param reason why
 * @param age how long it had been open
 * @param idle how long it had been idle; zero if it was in use
 */
public record ConnectionClosed(
    String connection,
    String origin,
    InetSocketAddress server,
    CloseReason reason,
    Duration age,
    Duration idle) {

  /** Checks that nothing is missing. */
  public ConnectionClosed {
    Objects.requireNonNull(connection, "connection");
    Objects.requireNonNull(origin, "origin");
    Objects.requireNonNull(server, "server");
    Objects.requireNonNull(reason, "reason");
    Objects.requireNonNull(age, "age");
    Objects.requireNonNull(idle, "idle");
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
        + " closed ("
        + reason
        + "), open "
        + ExchangeEvidence.seconds(age)
        + ", idle "
        + ExchangeEvidence.seconds(idle);
  }
}
