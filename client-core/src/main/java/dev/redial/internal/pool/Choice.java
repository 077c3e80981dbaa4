package dev.redial.internal.pool;

import dev.redial.internal.pool.Berth.State;
import dev.redial.internal.pool.Chain.Link;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Which of the idle connections of a shelf to lend. Confined to the pool's lock. */
final class Choice<R, C extends Poolable> {

  /** How many idle ones are passed over in the search for one that is ageing. */
  private static final int MOST_PASSED_OVER = 8;

  /** So young that nobody would close it. */
  private static final long AGEING_NANOS = Duration.ofMillis(50).toNanos();

  private final Freshness<R, C> freshness;

  Choice(Freshness<R, C> freshness) {
    this.freshness = freshness;
  }

  /**
   * An idle one of this shelf, with its age and the age allowed noted on it, or null.
   *
   * @param dropping takes one that nobody may use out of the books
   */
  @Nullable Berth<R, C> of(Shelf<R, C> shelf, Need need, long now, Consumer<Berth<R, C>> dropping) {
    if (need == Need.FRESH) return null;
    Berth<R, C> ageing = ageing(shelf, need, now);
    return ageing != null ? ageing : newest(shelf, need, now, dropping);
  }

  /**
   * The oldest that may be used, if it is getting too old for requests that must not be repeated
   * and is likely to be needed again: used now it is young again. Those beyond the last peak of
   * demand are left to age.
   */
  private @Nullable Berth<R, C> ageing(Shelf<R, C> shelf, Need need, long now) {
    int surplus = shelf.total - shelf.demand.peak(now);
    int steps = MOST_PASSED_OVER;
    for (Link<Berth<R, C>> link = shelf.idle.oldest();
        link != null && surplus < MOST_PASSED_OVER && steps-- > 0;
        link = link.newer()) {
      Berth<R, C> berth = link.element;
      if (surplus-- > 0 || berth.state == State.SWEPT) continue;
      long age = freshness.idleNanos(berth, now);
      if (age < AGEING_NANOS) return null;
      long sure = freshness.allowedNanos(berth, Need.UNREPEATABLE, now);
      if (age < sure / 4) return null;
      long allowed = need == Need.UNREPEATABLE ? sure : freshness.allowedNanos(berth, need, now);
      if (age < allowed) return fitting(berth, age, allowed);
    }
    return null;
  }

  /**
   * The newest that may be used. Drops those that nobody may use on the way; leaves those that are
   * too old for this need to others, as the rest is older still.
   */
  private @Nullable Berth<R, C> newest(
      Shelf<R, C> shelf, Need need, long now, Consumer<Berth<R, C>> dropping) {
    Link<Berth<R, C>> older;
    for (Link<Berth<R, C>> link = shelf.idle.newest(); link != null; link = older) {
      older = link.older();
      Berth<R, C> berth = link.element;
      if (berth.state == State.SWEPT) continue;
      long age = freshness.idleNanos(berth, now);
      long most = freshness.allowedNanos(berth, Need.REPEATABLE, now);
      if (age >= most) {
        dropping.accept(berth);
        continue;
      }
      long allowed = need == Need.REPEATABLE ? most : freshness.allowedNanos(berth, need, now);
      return age < allowed ? fitting(berth, age, allowed) : null;
    }
    return null;
  }

  static <R, C extends Poolable> Berth<R, C> fitting(
      Berth<R, C> berth, long ageNanos, long allowedNanos) {
    berth.lentIdleNanos = ageNanos;
    berth.allowedNanos = allowedNanos;
    return berth;
  }
}
