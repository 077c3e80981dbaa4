package dev.redial;

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
 */
public record PoolStats(
    int total, int active, int idle, int waiting, long opened, long reused, long discardedStale) {}
