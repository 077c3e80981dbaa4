package dev.redial.internal.pool;

import java.time.Duration;

/** Durations as nanoseconds. */
final class Nanos {
  /** About 146 years: longer than anybody waits, short enough to be added to any clock reading. */
  private static final long FOREVER = Long.MAX_VALUE / 2;

  private Nanos() {}

  static long of(Duration duration) {
    return duration.toSeconds() >= FOREVER / 1_000_000_000L ? FOREVER : duration.toNanos();
  }
}
