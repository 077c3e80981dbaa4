package dev.redial;

import java.util.List;

/**
 * A snapshot of the connections of a client, taken under one lock so that its numbers agree with
 * each other.
 *
 * @param total connections that are open or being opened
 * @param active connections that carry an exchange or are being opened
 * @param idle connections that wait for reuse
 * @param waiting callers that wait for a connection
 * @param opened connections opened since the client was built
 * @param reused exchanges that rode on a used connection
 * @param discardedStale idle connections that the probe found ended, or with stray bytes, at
 *     hand-out or in the background
 * @param origins the same numbers by origin, in the order of their names: every origin that has a
 *     connection or a waiting caller, or of whose idle limit something is known
 */
public record PoolStats(
    int total,
    int active,
    int idle,
    int waiting,
    long opened,
    long reused,
    long discardedStale,
    List<OriginStats> origins) {

  /** A snapshot; the list is copied. */
  public PoolStats {
    origins = List.copyOf(origins);
  }
}
