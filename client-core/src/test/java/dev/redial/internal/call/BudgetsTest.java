package dev.redial.internal.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redial.Retries;
import dev.redial.internal.route.Origin;
import java.net.URI;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BudgetsTest {
  private static final int MANY = 3 * Budgets.MOST_ORIGINS;

  private long now;
  private final Budgets budgets = new Budgets(Retries.defaults(), () -> now);

  private static Origin origin(int number) {
    return Origin.of(URI.create("http://host-" + number + ".example/"));
  }

  private void callInVain(int number) {
    Budgets.Pair pair = budgets.of(origin(number));
    pair.earn();
    assertThat(pair.policy().spend(now)).isTrue();
    assertThat(pair.policy().spend(now)).isTrue();
  }

  @Test
  void anOriginKeepsItsBudget() {
    callInVain(1);
    assertThat(budgets.of(origin(1))).isSameAs(budgets.of(origin(1)));
  }

  @Test
  void ofOriginsThatAreWellNoneNeedsToBeRemembered() {
    for (int i = 0; i < MANY; i++) budgets.of(origin(i)).earn();
    assertThat(budgets.size()).isLessThanOrEqualTo(Budgets.MOST_ORIGINS);
  }

  @Test
  void originsThatAllFailAreNotRememberedWithoutEnd() {
    for (int i = 0; i < MANY; i++) callInVain(i);
    assertThat(budgets.size()).isLessThanOrEqualTo(Budgets.MOST_ORIGINS);
  }

  @Test
  void anOriginThatHasRecoveredIsForgottenBeforeOneThatHasNot() {
    for (int i = 0; i < Budgets.MOST_ORIGINS - 1; i++) callInVain(i);
    now += TimeUnit.SECONDS.toNanos(10); // what they spent is back
    callInVain(-1);
    Budgets.Pair spent = budgets.of(origin(-1));
    budgets.of(origin(-2));
    assertThat(budgets.of(origin(-1))).isSameAs(spent);
    assertThat(budgets.size()).isEqualTo(2);
  }
}
