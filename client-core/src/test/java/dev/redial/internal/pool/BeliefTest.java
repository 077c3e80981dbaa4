package dev.redial.internal.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What one belief says, in milliseconds. */
class BeliefTest {
  private static final long NEVER = -1;

  @ParameterizedTest(name = "{0}: kept {1}, ended {2}, {3}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # comment                             kept | ended | seen  |  limit |  gone
          short: the jitter is fixed          |  900 |  1000 | true  |    900 |  1150
          at 5 s it is 3 %                    | 4000 |  5000 | true  |   4000 |  5150
          and 3 % beyond                      | 9000 | 10000 | true  |   9000 | 10300
          nothing is kept                     |    0 |     0 | true  |      0 |     0
          a hang-up: gone for a while         | 6000 |  6000 | false |   6000 |  5750
          of half a second                    |  500 |   500 | false |    500 |   250
          of less: half of it                 |  400 |   400 | false |    400 |   200
          looks far apart                     | 1000 |  8000 | false |   8000 |  7750
          """)
  void theServerHasClosedSomewhatLaterThanItMay(
      String comment, long kept, long ended, boolean seen, long limit, long gone) {
    Belief belief = Belief.provisional(nanos(kept), nanos(ended), seen, 0);

    assertThat(belief.limitNanos()).isEqualTo(nanos(limit));
    assertThat(belief.goneNanos()).isEqualTo(nanos(gone));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # comment                                    kept | ended | seen  |   age | next
          when it was last seen alive, first         | 4000 |  5000 | true  |     0 |  4000
          until then                                 | 4000 |  5000 | true  |  3999 |  4000
          then half way                              | 4000 |  5000 | true  |  4000 |  4500
          and again                                  | 4000 |  5000 | true  |  4500 |  4750
          by a hundredth at least                    | 4000 |  5000 | true  |  4950 |  5000
          by 10 ms at least                          |  400 |   500 | true  |   485 |   495
          it has outlived what is believed           | 4000 |  5000 | true  |  5000 |  5150
          long since                                 | 4000 |  5000 | true  |  7000 |  5150
          known to a hundredth: the end alone        | 4950 |  5000 | true  |     0 |  5000
          not quite                                  | 4949 |  5000 | true  |     0 |  4949
          known to 10 ms: the end alone              |  490 |   500 | true  |     0 |   500
          known to 11 ms                             |  489 |   500 | true  |     0 |   489
          a hang-up is not worth it                  | 5000 |  5000 | false |     0 |    -1
          nor is a server that keeps nothing         |    0 |     0 | true  |     0 |    -1
          """)
  void theNextLookIsAsCloseAsItIsWorth(
      String comment, long kept, long ended, boolean seen, long age, long next) {
    Belief belief = Belief.provisional(nanos(kept), nanos(ended), seen, 0);

    assertThat(belief.nextLookNanos(nanos(age)))
        .isEqualTo(next == NEVER ? Long.MAX_VALUE : nanos(next));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # comment                       kept | ended | other's: kept | ended | apart
          the same                      | 1000 |  1100 |          1000 |  1100 | false
          overlapping                   | 1000 |  1500 |          1400 |  1900 | false
          by the jitter                 | 1000 |  1100 |          1250 |  1300 | false
          by more                       | 1000 |  1100 |          1251 |  1300 | true
          by a tenth of the greater     | 9000 | 18000 |         20000 | 20000 | false
          by more than a tenth          | 9000 | 17999 |         20000 | 20000 | true
          """)
  void oneTimerEndsConnectionsAtAlmostTheSameAge(
      String comment, long kept, long ended, long otherKept, long otherEnded, boolean apart) {
    long[] a = {nanos(kept), nanos(ended)};
    long[] b = {nanos(otherKept), nanos(otherEnded)};

    assertThat(Belief.apart(a[0], a[1], b[0], b[1])).isEqualTo(apart);
    assertThat(Belief.apart(b[0], b[1], a[0], a[1])).isEqualTo(apart);
  }

  @Test
  void itLapsesAtItsVeryEnd() {
    long now = Long.MAX_VALUE - 5; // soon to overflow
    Belief belief = Belief.provisional(1, 2, true, now);
    long end = now + Duration.ofMinutes(5).toNanos();

    assertThat(belief.untilNanos()).isEqualTo(end);
    assertThat(belief.valid(now)).isTrue();
    assertThat(belief.valid(end - 1)).isTrue();
    assertThat(belief.valid(end)).isFalse();
  }

  @Test
  void threeClosesConfirmIt() {
    for (int closes = 1; closes < 5; closes++)
      assertThat(new Belief(1, 2, true, closes, 0).confirmed()).isEqualTo(closes >= 3);
  }

  @Test
  void whoIsAliveWhenTheTimerHasRunOutRefutesIt() {
    Belief belief = Belief.provisional(nanos(4_000), nanos(5_000), true, 0);

    assertThat(belief.refutedBy(nanos(5_150) - 1)).isFalse();
    assertThat(belief.refutedBy(nanos(5_150))).isTrue();
  }

  private static long nanos(long millis) {
    return millis * 1_000_000;
  }
}
