package dev.redial.internal.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RetryBudgetTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private static RetryBudget usual() {
    return new RetryBudget(0.2, 1, 10, 100, 0);
  }

  private static int spendAll(RetryBudget budget, long now) {
    int spent = 0;
    while (spent < 10_000 && budget.spend(now)) spent++;
    return spent;
  }

  @Test
  void aNewOriginHasItsReserve() {
    assertThat(spendAll(usual(), 0)).isEqualTo(10);
  }

  @Test
  void fiveRequestsEarnOneRepetition() {
    RetryBudget budget = usual();
    spendAll(budget, 0);
    for (int i = 0; i < 4; i++) budget.earn();
    assertThat(budget.spend(0)).isFalse();
    budget.earn();
    assertThat(spendAll(budget, 0)).isEqualTo(1);
  }

  @Test
  void noMoreIsSavedThanItHolds() {
    RetryBudget budget = usual();
    for (int i = 0; i < 100_000; i++) budget.earn();
    assertThat(spendAll(budget, 0)).isEqualTo(100);
  }

  @Test
  void theReserveComesBackWithTimeAndNoMoreThanThat() {
    RetryBudget budget = usual();
    spendAll(budget, 0);
    assertThat(spendAll(budget, 3 * SECOND)).isEqualTo(3);
    assertThat(spendAll(budget, 1_000 * SECOND)).isEqualTo(10);
    assertThat(budget.isWhole(1_000 * SECOND)).isFalse();
    assertThat(spendAll(budget, 1_001 * SECOND)).isEqualTo(1);
  }

  @Test
  void manyShortIntervalsAddUp() {
    RetryBudget budget = usual();
    spendAll(budget, 0);
    int spent = 0;
    for (long now = 0; now <= 5 * SECOND; now += SECOND / 100) if (budget.spend(now)) spent++;
    assertThat(spent).isBetween(4, 5);
  }

  @Test
  void anIntervalTooShortToCountIsNotLost() {
    RetryBudget budget = usual();
    spendAll(budget, 0);
    long now = SECOND - 1_000;
    assertThat(budget.spend(now)).isFalse();
    assertThat(budget.spend(now + 600)).isFalse();
    assertThat(budget.spend(now + 1_200)).isTrue();
  }

  @Test
  void itIsWholeAgainWhenTheReserveIs() {
    RetryBudget budget = usual();
    assertThat(budget.isWhole(0)).isTrue();
    assertThat(budget.spend(0)).isTrue();
    assertThat(budget.isWhole(0)).isFalse();
    for (int i = 0; i < 5; i++) budget.earn();
    assertThat(budget.isWhole(0)).isTrue();
  }

  @Test
  void timeAloneMakesItWhole() {
    RetryBudget budget = usual();
    spendAll(budget, 0);
    assertThat(budget.isWhole(9 * SECOND)).isFalse();
    assertThat(budget.isWhole(10 * SECOND)).isTrue();
  }

  /** The promise: an origin at which a part of the attempts fails gets at most a quarter more. */
  @ParameterizedTest
  @ValueSource(ints = {1, 5, 20, 50, 90, 100})
  void theLoadOfAnOriginStaysBelowFiveQuarters(int failuresInAHundred) {
    RetryBudget budget = usual();
    SplittableRandom chance = new SplittableRandom(failuresInAHundred);
    int calls = 20_000;
    int attempts = 0;
    for (int call = 0; call < calls; call++) {
      long now = call * SECOND / 500; // 500 calls a second
      budget.earn();
      for (int attempt = 1; attempt <= 3; attempt++) {
        attempts++;
        if (chance.nextInt(100) >= failuresInAHundred) break;
        if (attempt == 3 || !budget.spend(now)) break;
      }
    }
    assertThat((double) attempts / calls).isLessThan(1.25);
    if (failuresInAHundred == 100) assertThat((double) attempts / calls).isGreaterThan(1.2);
  }

  @Test
  void noTokenIsSpentTwice() throws Exception {
    RetryBudget budget = new RetryBudget(0, 0, 1_000, 1_000, 0);
    Callable<Integer> spender = () -> spendAll(budget, 0);
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<Integer>> spent =
          threads.invokeAll(IntStream.range(0, 4).mapToObj(i -> spender).toList());
      int sum = 0;
      for (Future<Integer> each : spent) sum += each.get();
      assertThat(sum).isEqualTo(1_000);
    }
  }
}
