package dev.redial.internal.pool;

import dev.redial.internal.pool.Chain.Link;
import org.jspecify.annotations.Nullable;

/**
 * What the pool holds for one route: its idle connections and those who wait for one. Confined to
 * the pool's lock.
 */
final class Shelf<R, C extends Poolable> {

  /** The {@link #turn} of a shelf that is not in the line for free places. */
  static final long NO_TURN = -1;

  final R route;

  /** Includes those the reaper is looking at. */
  final Chain<Berth<R, C>> idle = new Chain<>();

  final Chain<Waiter<R, C>> waiters = new Chain<>();

  final Demand demand = new Demand();

  /** Places taken: lent, being opened, idle, being closed. */
  int total;

  /** The number under which this shelf stands in the line for free places. */
  long turn = NO_TURN;

  Shelf(R route) {
    this.route = route;
  }

  @Nullable Waiter<R, C> firstWaiter() {
    Link<Waiter<R, C>> first = waiters.oldest();
    return first == null ? null : first.element;
  }

  /** To be called after a connection was taken or a place reserved. */
  void sawDemand() {
    demand.saw(total - idle.size());
  }

  boolean isEmpty() {
    return total == 0 && waiters.isEmpty();
  }
}
