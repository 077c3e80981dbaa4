package dev.redial.internal.pool;

import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Who waits, in the order of arrival. Confined to the pool's lock.
 *
 * <p>Those who wait while their route stands at its own limit are served by that route alone. The
 * others wait for any place: their shelves stand here, each under the number of its first waiter,
 * so that finding the one who has waited longest costs little however many routes and waiters there
 * are.
 */
final class WaitingLine<R, C extends Poolable> {
  private final int maxPerRoute;
  private final TreeMap<Long, Shelf<R, C>> forAnyPlace = new TreeMap<>();
  private int size;
  private long nextNumber;

  WaitingLine(int maxPerRoute) {
    this.maxPerRoute = maxPerRoute;
  }

  int size() {
    return size;
  }

  Waiter<R, C> join(Shelf<R, C> shelf, Need need) {
    Waiter<R, C> waiter = new Waiter<>(shelf, need, nextNumber++);
    shelf.waiters.add(waiter.link);
    size++;
    reposition(shelf);
    return waiter;
  }

  void leave(Waiter<R, C> waiter) {
    waiter.shelf.waiters.remove(waiter.link);
    size--;
    reposition(waiter.shelf);
  }

  /** The one who has waited longest of those who lack nothing but a place in the pool. */
  @Nullable Waiter<R, C> firstForAnyPlace() {
    if (forAnyPlace.isEmpty()) return null;
    return forAnyPlace.firstEntry().getValue().firstWaiter();
  }

  /**
   * The one who has waited longest of those to whom a connection of this shelf, or else its place,
   * would be of use.
   */
  @Nullable Waiter<R, C> firstFor(Shelf<R, C> shelf) {
    Waiter<R, C> own = shelf.firstWaiter();
    Waiter<R, C> any = firstForAnyPlace();
    if (own == null || any == null) return own == null ? any : own;
    return any.number < own.number ? any : own;
  }

  /**
   * To be called after every change of a shelf's total: keeps it here exactly while its first
   * waiter lacks but a place.
   */
  void reposition(Shelf<R, C> shelf) {
    Waiter<R, C> first = shelf.firstWaiter();
    long turn = first == null || shelf.total >= maxPerRoute ? Shelf.NO_TURN : first.number;
    if (turn == shelf.turn) return;
    if (shelf.turn != Shelf.NO_TURN) forAnyPlace.remove(shelf.turn);
    if (turn != Shelf.NO_TURN) forAnyPlace.put(turn, shelf);
    shelf.turn = turn;
  }
}
