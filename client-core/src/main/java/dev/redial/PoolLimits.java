package dev.redial;

import java.time.Duration;
import java.util.Objects;

/**
 * How many connections a client may have open, and how long a caller waits for one.
 *
 * <p>Immutable. Start at {@link #defaults()} and change what has to differ.
 *
 * @param maxConnections connections in total. Default 10,000
 * @param maxPerOrigin connections to one origin (through one proxy). Default 1,000: high enough
 *     that code written for an unbounded client does not notice, low enough that one stuck origin
 *     cannot eat every descriptor
 * @param maxWaitersPerOrigin callers that may wait for a connection to one origin; one more fails
 *     at once. Default 100,000
 * @param acquireTimeout how long a caller waits for a connection when the pool stands at a limit.
 *     Default 30 s
 */
public record PoolLimits(
    int maxConnections, int maxPerOrigin, int maxWaitersPerOrigin, Duration acquireTimeout) {

  private static final PoolLimits DEFAULTS =
      new PoolLimits(10_000, 1_000, 100_000, Duration.ofSeconds(30));

  /** Checks every value; a bad one is named in the message. */
  public PoolLimits {
    Objects.requireNonNull(acquireTimeout, "acquireTimeout");
    if (maxConnections < 1)
      throw new IllegalArgumentException("maxConnections must be at least 1: " + maxConnections);
    if (maxPerOrigin < 1)
      throw new IllegalArgumentException("maxPerOrigin must be at least 1: " + maxPerOrigin);
    if (maxPerOrigin > maxConnections)
      throw new IllegalArgumentException(
          "maxPerOrigin must not exceed maxConnections: " + maxPerOrigin + " > " + maxConnections);
    if (maxWaitersPerOrigin < 0)
      throw new IllegalArgumentException(
          "maxWaitersPerOrigin must not be negative: " + maxWaitersPerOrigin);
    if (acquireTimeout.isNegative() || acquireTimeout.isZero())
      throw new IllegalArgumentException(
          "acquireTimeout must be more than zero: " + acquireTimeout);
  }

  /**
   * The defaults.
   *
   * @return every value as documented at its component
   */
  public static PoolLimits defaults() {
    return DEFAULTS;
  }

  /**
   * A copy with another limit of connections in total; {@link #maxPerOrigin()} is lowered to it
   * where it would exceed it.
   *
   * @param limit at least 1
   * @return the copy
   */
  public PoolLimits withMaxConnections(int limit) {
    return new PoolLimits(
        limit, Math.min(maxPerOrigin, Math.max(1, limit)), maxWaitersPerOrigin, acquireTimeout);
  }

  /**
   * A copy with another limit of connections to one origin.
   *
   * @param limit 1 to {@link #maxConnections()}
   * @return the copy
   */
  public PoolLimits withMaxPerOrigin(int limit) {
    return new PoolLimits(maxConnections, limit, maxWaitersPerOrigin, acquireTimeout);
  }

  /**
   * A copy with another limit of waiting callers per origin.
   *
   * @param limit zero (nobody waits) or more
   * @return the copy
   */
  public PoolLimits withMaxWaitersPerOrigin(int limit) {
    return new PoolLimits(maxConnections, maxPerOrigin, limit, acquireTimeout);
  }

  /**
   * A copy with another acquire time-out.
   *
   * @param timeout more than zero
   * @return the copy
   */
  public PoolLimits withAcquireTimeout(Duration timeout) {
    return new PoolLimits(maxConnections, maxPerOrigin, maxWaitersPerOrigin, timeout);
  }
}
