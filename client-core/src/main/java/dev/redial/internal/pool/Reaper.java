package dev.redial.internal.pool;

import dev.redial.internal.pool.Poolable.Health;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

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

  private static final long SHORTEST_PAUSE_NANOS = Duration.ofMillis(10).toNanos();

  private static final long LONGEST_PAUSE_NANOS = Duration.ofSeconds(5).toNanos();

  /** The idle time after which a connection is told to rest. */
  private static final long REST_NANOS = Duration.ofSeconds(1).toNanos();

  /** So few that a borrower hardly ever finds its only idle connection in the reaper's hands. */
  private static final int SLICE = 4;

  /** How many idle connections it passes under one hold of the lock. */
  private static final int STEPS = 64;

  private final Pool<R, C> pool;
  private final LongSupplier nanoClock;
  private final BooleanSupplier abandoned;

  Reaper(Pool<R, C> pool, LongSupplier nanoClock, BooleanSupplier abandoned) {
    this.pool = pool;
    this.nanoClock = nanoClock;
    this.abandoned = abandoned;
  }

  /**
   * How long after the last look a connection of this idle age is looked at again: as precise as
   * {@link Lesson} can use, and no more, so that long idle ones cost little.
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
        // An interrupt means nothing here, but would end the next pause at once.
        boolean unused = Thread.interrupted();
        Errands.runReporting(this::retireIfAbandoned);
        pause = pauseAfter(sweep());
      } while (pool.reaperStays());
    } catch (Throwable bug) {
      pool.reaperEnded();
      throw bug;
    }
  }

  private long pauseAfter(long workNanos) {
    long wanted = Math.max(SHORTEST_PAUSE_NANOS, pool.pauseNanos());
    return Math.clamp(REST_PER_WORK * workNanos, wanted, LONGEST_PAUSE_NANOS);
  }

  /** Looks once at what has not been looked at for a while; returns how long that took. */
  long sweep() {
    long start = nanoClock.getAsLong();
    List<Berth<R, C>> slice = new ArrayList<>(SLICE);
    List<@Nullable Health> found = new ArrayList<>(SLICE);
    pool.beginSweep();
    while (pool.nextSlice(slice, found, SLICE, STEPS)) {
      for (Berth<R, C> berth : slice) found.add(look(berth));
    }
    return nanoClock.getAsLong() - start;
  }

  /** Null if the connection could not be looked at. */
  private @Nullable Health look(Berth<R, C> berth) {
    try {
      C idle = berth.boarded();
      Health health = idle.probe();
      if (health == Health.ALIVE
          && !berth.rested
          && nanoClock.getAsLong() - berth.idleSinceNanos >= REST_NANOS) {
        berth.rested = true;
        idle.rest();
      }
      return health;
    } catch (Throwable bug) {
      Errands.report(bug);
      return null;
    }
  }

  private void retireIfAbandoned() {
    if (abandoned.getAsBoolean()) pool.retire();
  }
}
