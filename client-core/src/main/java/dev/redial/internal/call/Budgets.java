package dev.redial.internal.call;

import dev.redial.Retries;
import dev.redial.internal.policy.RetryBudget;
import dev.redial.internal.route.Origin;
import java.util.Iterator;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * The retry budgets of the origins that a client talks to: of a bounded number of them, as a
 * crawler talks to millions. Those that miss nothing are forgotten first, and then any.
 */
final class Budgets {
  /**
   * The keep-alive race has a generous budget of its own: the end of a whole pool is absorbed,
   * while an origin that hangs up on every reused connection gets half as much load again, not
   * twice as much.
   */
  private static final double RACE_RATIO = 0.5;

  private static final double RACE_PER_SECOND = 10;
  private static final int RACE_RESERVE = 1_000;

  private static final int MOST_EARNED = 100;

  /** Origins remembered; each has a few hundred octets. */
  static final int MOST_ORIGINS = 4_096;

  private final Retries retries;
  private final LongSupplier clock;
  private final ConcurrentHashMap<Origin, Pair> origins = new ConcurrentHashMap<>();

  /**
   * The two budgets of one origin.
   *
   * @param race for the keep-alive race
   * @param policy for every other repetition
   */
  record Pair(RetryBudget race, RetryBudget policy) {
    void earn() {
      race.earn();
      policy.earn();
    }

    boolean isWhole(long now) {
      return race.isWhole(now) && policy.isWhole(now);
    }
  }

  /**
   * No budgets yet.
   *
   * @param retries ratio and reserve
   * @param clock monotonic nanoseconds
   */
  Budgets(Retries retries, LongSupplier clock) {
    this.retries = retries;
    this.clock = clock;
  }

  Pair of(Origin origin) {
    Pair known = origins.get(origin);
    if (known != null) return known;
    if (origins.size() >= MOST_ORIGINS) makeRoom();
    return origins.computeIfAbsent(origin, unknown -> fresh());
  }

  /** An origin that is forgotten too early gets another reserve, which is bounded as well. */
  private void makeRoom() {
    long now = clock.getAsLong();
    origins.values().removeIf(budgets -> budgets.isWhole(now));
    Iterator<Pair> some = origins.values().iterator();
    while (origins.size() >= MOST_ORIGINS && some.hasNext()) {
      some.next();
      some.remove();
    }
  }

  /** How many origins are remembered. */
  int size() {
    return origins.size();
  }

  private Pair fresh() {
    long now = clock.getAsLong();
    return new Pair(
        new RetryBudget(RACE_RATIO, RACE_PER_SECOND, RACE_RESERVE, RACE_RESERVE, now),
        new RetryBudget(retries.budgetRatio(), 1, retries.budgetReserve(), MOST_EARNED, now));
  }
}
