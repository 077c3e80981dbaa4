package dev.redial.internal.pool;

import dev.redial.internal.pool.Berth.State;
import dev.redial.internal.pool.Chain.Link;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The reaper's way through the idle connections. Confined to the pool's lock. */
final class Sweep<R, C extends Poolable> {
  private final Chain<Berth<R, C>> idle;
  private final Freshness<R, C> freshness;
  private @Nullable Link<Berth<R, C>> cursor;
  private long pauseNanos;

  Sweep(Chain<Berth<R, C>> idle, Freshness<R, C> freshness) {
    this.idle = idle;
    this.freshness = freshness;
  }

  void begin() {
    pauseNanos = Reaper.PERIOD_NANOS;
    cursor = idle.oldest();
  }

  boolean done() {
    return cursor == null;
  }

  /**
   * Goes on with the sweep, oldest first: drops what is too old, and gives the reaper those that
   * have not been looked at for a while. Stops at the first that is younger than that.
   *
   * @param dropping takes a berth out of the books
   */
  void nextSlice(
      List<Berth<R, C>> slice, int most, int steps, long now, Consumer<Berth<R, C>> dropping) {
    freshness.noticeSuspension(now);
    for (int step = 0; step < steps && slice.size() < most && cursor != null; step++) {
      Berth<R, C> berth = cursor.element;
      cursor = cursor.newer();
      berth.state = State.IDLE; // should a reaper that failed have left it swept
      long age = freshness.idleNanos(berth, now);
      if (age < Reaper.PERIOD_NANOS) {
        cursor = null;
      } else if (lookDue(berth, age, now)) {
        berth.state = State.SWEPT;
        slice.add(berth);
      } else if (age >= freshness.allowedNanos(berth, Need.REPEATABLE, now)) {
        dropping.accept(berth);
      }
    }
  }

  /**
   * Whether to look at an idle one. The oldest of a shelf is the one to learn from: it is looked at
   * closely near the end that is expected, and may outlive what was learned.
   */
  private boolean lookDue(Berth<R, C> berth, long age, long now) {
    if (age >= freshness.allowedNanos(berth, Need.REPEATABLE, now))
      return isSample(berth) && freshness.mayOutlive(berth, age, now);
    long next = berth.aliveNanos - now + age + Reaper.lookAfterNanos(age);
    if (isSample(berth)) next = Math.min(next, awaitSample(berth, age, now));
    return age >= next;
  }

  private boolean isSample(Berth<R, C> berth) {
    return berth.shelf.idle.oldest() == berth.onShelf;
  }

  /**
   * Has the reaper come back when this one is to be looked at, too old to be lent, or so old that
   * it proves something; returns that age.
   */
  private long awaitSample(Berth<R, C> berth, long age, long now) {
    long next = freshness.nextLookNanos(berth, berth.aliveNanos - now + age, now);
    long allowed = freshness.allowedNanos(berth, Need.REPEATABLE, now);
    next = age < allowed ? Math.min(next, allowed) : freshness.proofNanos(berth, now);
    if (next > age) pauseNanos = Math.min(pauseNanos, next - age);
    return next;
  }

  /** How long the reaper may pause after the sweep. */
  long pauseNanos() {
    return pauseNanos;
  }

  /** A look found this one alive. */
  void sawAlive(Berth<R, C> berth, long age, long now) {
    if (isSample(berth)) awaitSample(berth, age, now);
  }

  /**
   * Whether one that was found alive stays idle although it is too old to be lent: a request would
   * need half a round trip to the server, so that ends before the server's own time does, and
   * nothing would ever be seen to outlive that.
   */
  boolean awaitsProof(Berth<R, C> berth, long age, long now) {
    return age >= freshness.allowedNanos(berth, Need.REPEATABLE, now)
        && age < freshness.proofNanos(berth, now)
        && isSample(berth)
        && freshness.mayOutlive(berth, age, now);
  }

  /** This one is about to leave the idle ones. */
  void passOver(Berth<R, C> berth) {
    if (cursor == berth.inIdle) cursor = berth.inIdle.newer();
  }
}
