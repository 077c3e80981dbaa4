package dev.redial.internal.pool;

import dev.redial.PoolLimits;
import dev.redial.PoolStats;
import java.util.Locale;

/** No connection became free: the pool stands at a limit. Nothing was taken, nothing sent. */
public final class PoolExhausted extends Exception {
  private static final long serialVersionUID = 1L;

  /** What ended the wait. */
  public enum Reason {
    /** {@link PoolLimits#acquireTimeout()}. */
    ACQUIRE_TIMEOUT,
    /** The caller's own deadline, which came first. */
    DEADLINE,
    /** There was none: {@link PoolLimits#maxWaitersPerOrigin()} callers wait already. */
    TOO_MANY_WAITERS
  }

  private final Reason reason;
  private final transient PoolStats stats;

  PoolExhausted(Reason reason, long waitedNanos, Standing standing, PoolLimits limits) {
    super(message(reason, waitedNanos, standing, limits));
    this.reason = reason;
    this.stats = standing.stats();
  }

  /**
   * What ended the wait.
   *
   * @return the reason
   */
  public Reason reason() {
    return reason;
  }

  /**
   * The pool at that moment.
   *
   * @return the snapshot that the message is made of
   */
  public PoolStats stats() {
    return stats;
  }

  private static String message(
      Reason reason, long waitedNanos, Standing standing, PoolLimits limits) {
    PoolStats stats = standing.stats();
    return String.format(
        Locale.ROOT,
        "%s; %d of at most %d connections to this origin, %d of at most %d in all (total=%d, active=%d, idle=%d, waiting=%d)",
        what(reason, waitedNanos, standing, limits),
        standing.ofOrigin(),
        limits.maxPerOrigin(),
        stats.total(),
        limits.maxConnections(),
        stats.total(),
        stats.active(),
        stats.idle(),
        stats.waiting());
  }

  private static String what(
      Reason reason, long waitedNanos, Standing standing, PoolLimits limits) {
    return switch (reason) {
      case ACQUIRE_TIMEOUT ->
          "no connection became free within the acquire timeout of " + time(waitedNanos);
      case DEADLINE ->
          "no connection became free in the " + time(waitedNanos) + " that the request had left";
      case TOO_MANY_WAITERS ->
          "no connection is free, and "
              + standing.waitingForOrigin()
              + " of at most "
              + limits.maxWaitersPerOrigin()
              + " callers wait for one to this origin already";
    };
  }

  private static String time(long nanos) {
    long millis = nanos / 1_000_000;
    return millis % 1000 == 0 ? millis / 1000 + " s" : millis + " ms";
  }
}
