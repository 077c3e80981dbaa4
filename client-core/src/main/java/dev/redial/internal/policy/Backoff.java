package dev.redial.internal.policy;

import dev.redial.Retries;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before a repetition: full jitter, so that callers that failed together do not
 * come back together.
 */
public final class Backoff {
  /** Nobody waits for longer than that, and sums of two such times can be counted. */
  private static final Duration LONGEST = Duration.ofDays(36_500);

  private Backoff() {}

  /**
   * A random wait.
   *
   * @param decision why, and what the server asked for
   * @param made attempts so far, at least 1
   * @param retries the bases and the bound
   * @param random source of the jitter
   * @return what the server asked for, and up to {@code base x 2^(made - 1)} more
   */
  public static Duration before(
      Decision.SendAgainLater decision, int made, Retries retries, RandomGenerator random) {
    Duration base = decision.throttled() ? retries.throttledBackoff() : retries.backoff();
    long longest = nanos(retries.maxBackoff());
    long bound = nanos(base);
    for (int n = 1; n < made && bound < longest; n++) bound = Math.min(longest, bound * 2);
    return decision.atLeast().plusNanos(random.nextLong(Math.min(longest, bound) + 1));
  }

  private static long nanos(Duration time) {
    return (time.compareTo(LONGEST) < 0 ? time : LONGEST).toNanos();
  }
}
