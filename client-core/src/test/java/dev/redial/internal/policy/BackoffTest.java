package dev.redial.internal.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redial.Retries;
import dev.redial.internal.policy.Decision.SendAgainLater;
import java.time.Duration;
import java.util.LongSummaryStatistics;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackoffTest {
  private static final SendAgainLater USUAL = new SendAgainLater(false, Duration.ZERO);
  private static final SendAgainLater THROTTLED = new SendAgainLater(true, Duration.ZERO);
  private static final Retries RETRIES = Retries.defaults();

  /** A generator that always draws the greatest number. */
  private static final RandomGenerator MOST =
      new RandomGenerator() {
        @Override
        public long nextLong() {
          return Long.MAX_VALUE;
        }

        @Override
        public long nextLong(long bound) {
          return bound - 1;
        }
      };

  @ParameterizedTest
  @CsvSource({
    "false, 1, 50",
    "false, 2, 100",
    "false, 3, 200",
    "false, 8, 6400",
    "false, 9, 10000", // maxBackoff
    "false, 1000000, 10000",
    "true, 1, 1000",
    "true, 4, 8000",
    "true, 5, 10000"
  })
  void theBoundDoubles(boolean throttled, int made, long millis) {
    assertThat(Backoff.before(throttled ? THROTTLED : USUAL, made, RETRIES, MOST))
        .isEqualTo(Duration.ofMillis(millis));
  }

  /** Whoever wants no bound says so with a time that no long can count. */
  @Test
  void noBoundIsTooLong() {
    Duration endless = Duration.ofSeconds(Long.MAX_VALUE);
    SendAgainLater asked = new SendAgainLater(false, Duration.ofDays(36_500));
    Retries capped = RETRIES.withBackoff(Duration.ofMillis(50), Duration.ofSeconds(1), endless);
    assertThat(Backoff.before(asked, 1_000_000, capped, MOST).toNanos()).isPositive();
    Retries uncapped = RETRIES.withBackoff(endless, endless, endless);
    assertThat(Backoff.before(USUAL, 1, uncapped, MOST).toNanos()).isPositive();
  }

  @Test
  void theJitterIsFull() {
    RandomGenerator random = new SplittableRandom(7);
    LongSummaryStatistics millis =
        IntStream.range(0, 1_000)
            .mapToLong(i -> Backoff.before(USUAL, 2, RETRIES, random).toMillis())
            .summaryStatistics();
    assertThat(millis.getMin()).isBetween(0L, 5L);
    assertThat(millis.getMax()).isBetween(95L, 100L);
    assertThat(millis.getAverage()).isBetween(45.0, 55.0);
  }

  @Test
  void noLessThanTheServerAsksFor() {
    SendAgainLater asked = new SendAgainLater(false, Duration.ofSeconds(3));
    RandomGenerator random = new SplittableRandom(7);
    for (int i = 0; i < 100; i++)
      assertThat(Backoff.before(asked, 1, RETRIES, random))
          .isBetween(Duration.ofSeconds(3), Duration.ofMillis(3_050));
  }
}
