package dev.redial.internal.pool;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * The background thread's work: sweeps while anything is idle, then ends; the next connection that
 * goes idle starts another.
 *
 * <p>It holds on to the pool, never to the client: when the client was dropped, it retires the pool
 * and ends.
 */
final class Reaper<R, C extends Poolable> implements Runnable {

  /** How often it sweeps, and the idle time from which on it looks at a connection. */
  static final long PERIOD_NANOS = Duration.ofMillis(250).toNanos();

  /**
   * A sweep may take this part of the time: with very many connections it comes round less often.
   */
  private static final long REST_PER_WORK = 50;

  private static final long LONGEST_PAUSE_NANOS = Duration.ofSeconds(5).toNanos();

  private final Pool<R, C> pool;
  private final BooleanSupplier abandoned;

  Reaper(Pool<R, C> pool, BooleanSupplier abandoned) {
    this.pool = pool;
    this.abandoned = abandoned;
  }

  /**
   * How long after the last look a connection of this idle age is looked at again: as precise as
   * {@link IdleMemory} can use, and no more, so that long idle ones cost little.
   */
  static long lookAfterNanos(long ageNanos) {
    return Math.max(PERIOD_NANOS, ageNanos * 3 / 100);
  }

  @Override
  public void run() {
    try {
      long pause = PERIOD_NANOS;
      do {
        LockSupport.parkNanos(this, pause);
        // An interrupt means nothing here, but a flag left set would make the next pause return at once.
        boolean unused = Thread.interrupted();
        Errands.runReporting(this::retireIfAbandoned);
        pause = Math.clamp(REST_PER_WORK * pool.sweep(), PERIOD_NANOS, LONGEST_PAUSE_NANOS);
      } while (pool.reaperStays());
    } catch (Throwable bug) {
      pool.reaperEnded();
      throw bug;
    }
  }

  private void retireIfAbandoned() {
    if (abandoned.getAsBoolean()) pool.retire();
  }
}
