package dev.redial.internal.call;

import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One time budget, on the scale of {@link System#nanoTime()}. */
final class Deadline {
  /** No limit. */
  static final long NONE = Long.MAX_VALUE;

  private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE / 2);

  private Deadline() {}

  /** The deadline of a request that starts now. */
  static long of(HttpRequest request) {
    Optional<Duration> timeout = request.timeout();
    return timeout.isPresent() ? after(nanos(timeout.get())) : NONE;
  }

  private static long after(long nanos) {
    if (nanos == Long.MAX_VALUE) return NONE;
    long deadline = System.nanoTime() + nanos;
    return deadline == NONE ? NONE - 1 : deadline;
  }

  /** The earlier one of a deadline and the end of a limit that starts now; null is no limit. */
  static long within(long deadline, @Nullable Duration limit) {
    long own = limit == null ? NONE : after(nanos(limit));
    if (own == NONE) return deadline;
    return deadline == NONE || own - deadline < 0 ? own : deadline;
  }

  /**
   * A duration that may be longer than a long can count, or can count from now on: 146 years are as
   * good as forever.
   */
  static long nanos(Duration duration) {
    return duration.compareTo(LONGEST) > 0 ? NONE : duration.toNanos();
  }

  /** What is left, at least 1: a server may take 0 for no limit. */
  static long millisLeft(long deadline) {
    return Math.max(1, (deadline - System.nanoTime()) / 1_000_000);
  }

  static boolean passed(long deadline) {
    return deadline != NONE && deadline - System.nanoTime() <= 0;
  }
}
