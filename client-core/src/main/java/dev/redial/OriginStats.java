package dev.redial;

import java.util.Objects;
import java.util.Optional;

/**
 * One origin's part of {@link PoolStats}.
 *
 * @param origin scheme, host and port, and the proxy if the way leads through one
 * @param total connections to it that are open or being opened
 * @param active connections to it that carry an exchange or are being opened
 * @param idle connections to it that wait for reuse
 * @param waiting callers that wait for a connection to it
 * @param idleLimit how long it keeps an idle connection, if anything is known of that; where it has
 *     several addresses, the shortest
 */
public record OriginStats(
    String origin, int total, int active, int idle, int waiting, Optional<IdleLimit> idleLimit) {

  /** A part. */
  public OriginStats {
    Objects.requireNonNull(origin, "origin");
    Objects.requireNonNull(idleLimit, "idleLimit");
  }
}
