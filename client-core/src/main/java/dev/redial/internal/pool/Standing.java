package dev.redial.internal.pool;

import dev.redial.PoolStats;
import java.util.List;

/**
 * How full the pool is, as told to a caller that got nothing.
 *
 * @param stats the pool, without its origins
 * @param ofOrigin the connections of the caller's route
 * @param waitingForOrigin the callers that wait for that route
 */
record Standing(PoolStats stats, int ofOrigin, int waitingForOrigin) {
  static final Standing NONE = new Standing(new PoolStats(0, 0, 0, 0, 0, 0, 0, List.of()), 0, 0);
}
