package dev.redial.examples.race;

import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/** Durations of calls, collected one by one; confined to whoever holds its {@link Tally}'s lock. */
final class Latencies {
  private long[] nanos = new long[1024];
  private int size;

  void add(long elapsedNanos) {
    if (size == nanos.length) nanos = Arrays.copyOf(nanos, size * 2);
    nanos[size++] = elapsedNanos;
  }

  /**
   * The smallest collected duration that at least {@code percent} of all do not exceed (the nearest
   * rank); empty if none was collected.
   */
  Optional<Duration> percentile(double percent) {
    if (percent <= 0 || percent > 100)
      throw new IllegalArgumentException("percent must be above 0 and at most 100: " + percent);
    if (size == 0) return Optional.empty();
    long[] sorted = Arrays.copyOf(nanos, size);
    Arrays.sort(sorted);
    int rank = (int) Math.ceil(percent / 100 * size);
    return Optional.of(Duration.ofNanos(sorted[rank - 1]));
  }
}
