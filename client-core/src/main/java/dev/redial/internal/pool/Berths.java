package dev.redial.internal.pool;

import dev.redial.PoolLimits;
import dev.redial.internal.pool.Berth.State;
import dev.redial.internal.pool.Chain.Link;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All berths, on their shelves, and each step that one takes from state to state. A step keeps the
 * lists, the counts and the errands in agreement; whom it serves is not decided here. Confined to
 * the pool's lock.
 */
final class Berths<R, C extends Poolable> {
  private final PoolLimits limits;
  private final int maxIdle;
  private final WaitingLine<R, C> line;
  private final Map<R, Shelf<R, C>> shelves = new HashMap<>();
  private final Chain<Berth<R, C>> all = new Chain<>();
  private final Chain<Berth<R, C>> idle = new Chain<>();
  private final Sweep<R, C> sweep;
  private boolean reaping;
  private @Nullable Errands<R, C> errands;

  Berths(PoolLimits limits, int maxIdle, Freshness<R, C> freshness, WaitingLine<R, C> line) {
    this.limits = limits;
    this.maxIdle = maxIdle;
    this.line = line;
    this.sweep = new Sweep<>(idle, freshness);
  }

  // What there is

  int total() {
    return all.size();
  }

  int idle() {
    return idle.size();
  }

  boolean full() {
    return total() >= limits.maxConnections();
  }

  Sweep<R, C> sweep() {
    return sweep;
  }

  Collection<Shelf<R, C>> shelves() {
    return shelves.values();
  }

  @Nullable Shelf<R, C> known(R route) {
    return shelves.get(route);
  }

  Shelf<R, C> shelf(R route) {
    Shelf<R, C> shelf = shelves.get(route);
    if (shelf != null) return shelf;
    Shelf<R, C> added = new Shelf<>(route);
    shelves.put(route, added);
    return added;
  }

  /** To be called when a shelf has lost something: an empty one is not kept. */
  void purge(Shelf<R, C> shelf) {
    if (shelf.isEmpty()) shelves.remove(shelf.route, shelf);
  }

  // Steps

  /**
   * Makes sure that one more fits, taking over the place of an idle one, the oldest, if need be;
   * false if there is none. The taker closes that one before it opens its own.
   */
  boolean makeRoom(Shelf<R, C> shelf) {
    boolean routeFull = shelf.total >= limits.maxPerOrigin();
    if (!routeFull && !full()) return true;
    Berth<R, C> victim = errands == null ? null : errands.lastToClose(); // expired, of this shelf
    if (victim == null) {
      victim = oldestIn(routeFull ? shelf.idle : idle);
      if (victim == null) return false;
      dismiss(victim);
    }
    if (victim.shelf == shelf) {
      errands().closeOnly(victim);
      vacate(victim);
    } else {
      all.remove(victim.inPool); // its place in the pool; that of its route is not free yet
    }
    return true;
  }

  /** A new one, lent and empty. */
  Berth<R, C> reserve(Shelf<R, C> shelf) {
    Berth<R, C> berth = new Berth<>(shelf);
    if (shelf.total++ == 0) shelves.put(shelf.route, shelf); // its last place may just have gone
    all.add(berth.inPool);
    line.reposition(shelf);
    shelf.sawDemand();
    return berth;
  }

  /** From idle, or from hand to hand. */
  Berth<R, C> lend(Berth<R, C> berth) {
    if (berth.state == State.IDLE) leaveIdle(berth);
    berth.state = State.LENT;
    berth.shelf.sawDemand();
    return berth;
  }

  void goIdle(Berth<R, C> berth) {
    berth.state = State.IDLE;
    berth.doomed = false;
    berth.shelf.idle.add(berth.onShelf);
    idle.add(berth.inIdle);
    if (idle.size() > maxIdle) dismissOldestIdle();
    if (reaping) return;
    reaping = true;
    errands().startReaper();
  }

  private void leaveIdle(Berth<R, C> berth) {
    sweep.passOver(berth);
    idle.remove(berth.inIdle);
    berth.shelf.idle.remove(berth.onShelf);
  }

  /** Closes one that nobody is to use any more; then its place is free. */
  void dismiss(Berth<R, C> berth) {
    if (berth.state == State.IDLE) leaveIdle(berth);
    berth.state = State.CLOSING;
    errands().closeAndFree(berth);
  }

  void dismissOldestIdle() {
    Berth<R, C> oldest = oldestIn(idle);
    if (oldest != null) dismiss(oldest);
  }

  /** All but those that the reaper is looking at. */
  void dismissIdle() {
    Link<Berth<R, C>> next;
    for (Link<Berth<R, C>> link = idle.oldest(); link != null; link = next) {
      next = link.newer();
      if (link.element.state != State.SWEPT) dismiss(link.element);
    }
  }

  /** Its connection is closed, or was never opened: its place is free. */
  void vacate(Berth<R, C> berth) {
    berth.state = State.GONE;
    if (all.contains(berth.inPool)) all.remove(berth.inPool);
    berth.shelf.total--;
    line.reposition(berth.shelf);
    purge(berth.shelf);
  }

  private @Nullable Berth<R, C> oldestIn(Chain<Berth<R, C>> chain) {
    for (Link<Berth<R, C>> link = chain.oldest(); link != null; link = link.newer()) {
      if (link.element.state != State.SWEPT) return link.element;
    }
    return null;
  }

  // What is to be done outside

  void closeLent() {
    for (Link<Berth<R, C>> link = all.oldest(); link != null; link = link.newer()) {
      Berth<R, C> berth = link.element;
      if (berth.state == State.LENT && berth.connection != null) errands().close(berth.connection);
    }
  }

  void reaperEnded() {
    reaping = false;
  }

  Errands<R, C> errands() {
    Errands<R, C> open = errands;
    if (open == null) {
      open = new Errands<>();
      errands = open;
    }
    return open;
  }

  /** What has gathered since the last call; null if nothing. */
  @Nullable Errands<R, C> takeErrands() {
    Errands<R, C> taken = errands;
    errands = null;
    return taken;
  }
}
