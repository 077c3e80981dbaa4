package dev.redial.internal.connection;

import java.time.Duration;

/** Durations in the words of messages. */
final class TimeText {
  private static final int NANOS_PER_MILLI = 1_000_000;

  private TimeText() {}

  /**
   * In seconds, to the millisecond. By hand: a formatter loads hundreds of classes in the middle of
   * the first failure.
   */
  static String seconds(long nanos) {
    long millis = nanos / NANOS_PER_MILLI;
    return millis / 1000 + "." + Long.toString(1000 + millis % 1000).substring(1) + " s";
  }

  /** Exact, in the largest unit that is whole. */
  static String of(Duration time) {
    if (time.toNanosPart() == 0) return time.toSeconds() + " s";
    if (time.toNanosPart() % NANOS_PER_MILLI == 0) return time.toMillis() + " ms";
    return time.toNanos() + " ns";
  }
}
