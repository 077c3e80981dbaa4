package dev.redial.internal.pool;

import dev.redial.internal.pool.Chain.Link;
import org.jspecify.annotations.Nullable;

/**
 * A caller in the line. It is answered exactly once, under the pool's lock, by whoever also takes
 * it out of the line; or it takes itself out, under the same lock, and is never answered. So an
 * answer is never lost and never given twice.
 */
final class Waiter<R, C extends Poolable> {
  final Shelf<R, C> shelf;
  final Need need;
  final long number;
  final Thread thread = Thread.currentThread();
  final Link<Waiter<R, C>> link = new Link<>(this);

  /** Written before {@link #answered}; null if the pool was closed. */
  private @Nullable Berth<R, C> berth;

  private volatile boolean answered;

  Waiter(Shelf<R, C> shelf, Need need, long number) {
    this.shelf = shelf;
    this.need = need;
    this.number = number;
  }

  void answer(@Nullable Berth<R, C> answer) {
    berth = answer;
    answered = true;
  }

  boolean answered() {
    return answered;
  }

  @Nullable Berth<R, C> berth() {
    return berth;
  }
}
