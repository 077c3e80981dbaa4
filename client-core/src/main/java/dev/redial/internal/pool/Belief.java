package dev.redial.internal.pool;

import java.time.Duration;

/**
 * What is held to be true of an origin: that its timer ends an idle connection at some age between
 * two bounds.
 *
 * @param keptNanos the age at which a connection was last seen alive
 * @param endedNanos the age at which it was seen ended
 * @param witnessed whether the looks were so close to each other that the lower bound may be relied
 *     on; if not, only the upper one is known
 * @param closes how many closes agree, at most one for each second
 * @param untilNanos when the belief lapses
 */
record Belief(long keptNanos, long endedNanos, boolean witnessed, int closes, long untilNanos) {

  /** By how much the ages differ at which one timer ends connections; 110 ms was measured. */
  static final long JITTER_NANOS = Duration.ofMillis(150).toNanos();

  /** How well a limit has to be known. */
  private static final long PRECISION_NANOS = Duration.ofMillis(10).toNanos();

  private static final long VAGUE_NANOS = Duration.ofMillis(250).toNanos();

  static final long PROVISIONAL_NANOS = Duration.ofMinutes(5).toNanos();
  static final long CONFIRMED_NANOS = Duration.ofHours(1).toNanos();

  /** As many agreeing closes are no accident. */
  static final int ENOUGH = 3;

  static Belief provisional(long kept, long ended, boolean witnessed, long now) {
    return new Belief(kept, ended, witnessed, 1, now + PROVISIONAL_NANOS);
  }

  /** The idle time after which the server may close. */
  long limitNanos() {
    return witnessed ? keptNanos : endedNanos;
  }

  /**
   * The idle time after which the server has closed: as precise as its timer where closes were
   * seen; a hang-up alone leaves open for how long the connection had been gone.
   */
  long goneNanos() {
    if (!witnessed) return endedNanos - Math.min(VAGUE_NANOS, endedNanos / 2);
    return endedNanos == 0 ? 0 : goneNanos(endedNanos);
  }

  /** When a timer of this limit has ended a connection at the latest. */
  static long goneNanos(long limit) {
    return limit + tolerance(limit);
  }

  /**
   * When to look at an idle connection of this age, the only one to be looked at so closely: half
   * way to the end that is expected, until that is known well enough.
   *
   * @return the age at which to look; {@link Long#MAX_VALUE} if it is not worth it
   */
  long nextLookNanos(long ageNanos) {
    long precision = Math.max(PRECISION_NANOS, endedNanos / 100);
    if (!witnessed || endedNanos == 0) return Long.MAX_VALUE;
    if (ageNanos >= endedNanos) return goneNanos(); // then it has outlived what is believed
    if (endedNanos - keptNanos <= precision) return endedNanos;
    if (ageNanos < keptNanos) return keptNanos;
    return ageNanos + Math.max(precision, (endedNanos - ageNanos) / 2);
  }

  boolean confirmed() {
    return closes >= ENOUGH;
  }

  boolean valid(long now) {
    return now - untilNanos < 0;
  }

  /** Whether no timer that ends connections at the believed age leaves one alive until this one. */
  boolean refutedBy(long aliveAt) {
    return aliveAt >= goneNanos(endedNanos);
  }

  /** What to believe after one more close. */
  Belief after(long kept, long ended, boolean seen, boolean counts, long now) {
    if (ended + tolerance(ended) < keptNanos) return provisional(kept, ended, seen, now);
    if (refutedBy(kept)) return seen ? provisional(kept, ended, true, now) : this;
    int agreeing = closes + (counts ? 1 : 0);
    long until = now + (agreeing >= ENOUGH ? CONFIRMED_NANOS : PROVISIONAL_NANOS);
    boolean either = witnessed || seen;
    long low = Math.max(kept, keptNanos);
    long high = Math.min(ended, endedNanos);
    if (low > high) low = Math.max(Math.min(kept, keptNanos), low - tolerance(low)); // the jitter
    return new Belief(low, high, either, agreeing, until);
  }

  /** Whether one timer cannot have ended two connections between these ages. */
  static boolean apart(long kept, long ended, long otherKept, long otherEnded) {
    long gap = Math.max(kept - otherEnded, otherKept - ended);
    return gap > Math.max(JITTER_NANOS, Math.max(ended, otherEnded) / 10);
  }

  private static long tolerance(long age) {
    return Math.max(JITTER_NANOS, age * 3 / 100);
  }
}
