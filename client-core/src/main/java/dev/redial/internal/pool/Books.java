package dev.redial.internal.pool;

import dev.redial.KeepAlive;
import dev.redial.OriginStats;
import dev.redial.PoolLimits;
import dev.redial.PoolStats;
import dev.redial.internal.pool.Berth.State;
import dev.redial.internal.pool.Chain.Link;
import dev.redial.internal.pool.Poolable.Health;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Who has which connection, and who waits for one. Every method is called under the pool's lock, is
 * short, and calls nothing foreign but clocks, the random generator and the equality of routes;
 * what is to be done outside is left in {@link #takeErrands()}.
 */
final class Books<R, C extends Poolable> {

  /*
   * A caller waits only if nothing can be done for it: no idle connection of its route is usable, and either the route stands at its
   * limit with none idle, or the pool does, with none idle anywhere. (Those the reaper is looking at do not count; it settles them.)
   * Every change that could end such a want serves the first in line before the lock is released, so that whoever finds a place or
   * an idle connection free may take it without overtaking anybody.
   */

  private enum Phase {
    OPEN,
    /** Nothing is kept idle. */
    RETIRED,
    /** Nothing is lent. */
    CLOSED
  }

  private final PoolLimits limits;
  private final Freshness<R, C> freshness;
  private final WaitingLine<R, C> line;
  private final Berths<R, C> berths;
  private final Choice<R, C> choice;
  private final Consumer<Berth<R, C>> dropping;
  private final long lifetimeNanos;
  private final RandomGenerator jitter;

  private Phase phase = Phase.OPEN;
  private long opened;
  private long reused;
  private long discardedStale;

  Books(
      PoolLimits limits,
      KeepAlive keepAlive,
      ToLongFunction<? super R> presets,
      int maxIdle,
      LongSupplier wallMillis,
      RandomGenerator jitter) {
    this.limits = limits;
    this.freshness = new Freshness<>(keepAlive, presets, wallMillis);
    this.line = new WaitingLine<>(limits.maxPerOrigin());
    this.berths = new Berths<>(limits, maxIdle, freshness, line);
    this.choice = new Choice<>(freshness);
    this.dropping = berths::dismiss;
    this.lifetimeNanos = Nanos.of(keepAlive.lifetimeLimit());
    this.jitter = jitter;
  }

  // Lending

  /** A used connection, or an empty berth, or null: then the caller has to wait. */
  @Nullable Berth<R, C> take(R route, Need need, long now) throws PoolClosed {
    if (phase == Phase.CLOSED) throw new PoolClosed();
    freshness.noticeSuspension(now);
    Shelf<R, C> shelf = berths.shelf(route);
    Berth<R, C> used = usable(shelf, need, now);
    if (used != null) return used;
    return berths.makeRoom(shelf) ? berths.reserve(shelf) : null;
  }

  /**
   * The one that was taken is no good: another used one, or the same berth, empty, to be opened
   * anew. Never makes its owner wait: it keeps its place.
   */
  Berth<R, C> takeInstead(Berth<R, C> stale, @Nullable Health found, Need need, long now)
      throws PoolClosed {
    reused--;
    if (phase == Phase.CLOSED) {
      berths.dismiss(stale);
      throw new PoolClosed();
    }
    if (found != null) sawEnd(stale, found, now);
    Berth<R, C> used = usable(stale.shelf, need, now);
    if (used == null) {
      berths.errands().close(stale.boarded());
      stale.connection = null;
      return stale;
    }
    berths.dismiss(stale);
    return used;
  }

  /** After {@link #take} returned null: a place in the line, or null if too many stand there. */
  @Nullable Waiter<R, C> enqueue(R route, Need need) {
    Shelf<R, C> shelf = berths.shelf(route);
    if (shelf.waiters.size() >= limits.maxWaitersPerOrigin()) {
      berths.purge(shelf);
      return null;
    }
    return line.join(shelf, need);
  }

  /** Takes a waiter out of the line; false if it has been answered. */
  boolean withdraw(Waiter<R, C> waiter) {
    if (waiter.answered()) return false;
    line.leave(waiter);
    berths.purge(waiter.shelf);
    return true;
  }

  Standing standing(R route) {
    Shelf<R, C> shelf = berths.known(route);
    return shelf == null
        ? new Standing(counts(), 0, 0)
        : new Standing(counts(), shelf.total, shelf.waiters.size());
  }

  /** The connection for an empty berth is open; false if the pool was closed meanwhile. */
  boolean fill(
      Berth<R, C> berth, C connection, @Nullable Object server, long roundTripNanos, long now) {
    opened++;
    freshness.board(berth, server, roundTripNanos);
    berth.connection = connection;
    berth.proven = false;
    berth.openedNanos = now;
    berth.expiresNanos = now + lifetimeNanos - (long) (lifetimeNanos * 0.1 * jitter.nextDouble());
    if (phase != Phase.CLOSED) return true;
    berths.dismiss(berth);
    return false;
  }

  // Taking back

  /** After an exchange that ended clean. */
  void giveBack(
      Berth<R, C> berth, boolean wasReused, long wasIdleNanos, long announcedNanos, long now) {
    if (wasReused) freshness.sawReuse(berth, wasIdleNanos, now);
    freshness.startIdle(berth, announcedNanos, now);
    settle(berth, 0, now);
  }

  /** It was lent but never used: it goes on being as old as it was. */
  void putBack(Berth<R, C> berth, long now) {
    if (berth.connection == null) {
      free(berth);
      return;
    }
    reused--;
    settle(berth, freshness.idleNanos(berth, now), now);
  }

  /** A lent place whose connection is closed, or was never opened. */
  void free(Berth<R, C> berth) {
    berths.vacate(berth);
    serve();
  }

  /**
   * The server hung up on a used connection: teaches that, and closes it and the idle ones that are
   * as old.
   */
  void hungUp(Berth<R, C> berth, long wasIdleNanos, long now) {
    freshness.sawHangUp(berth, wasIdleNanos, now);
    evictIdle(berth.shelf, wasIdleNanos, now);
    berths.dismiss(berth);
  }

  private void evictIdle(Shelf<R, C> shelf, long atLeastNanos, long now) {
    Link<Berth<R, C>> next;
    for (Link<Berth<R, C>> link = shelf.idle.oldest(); link != null; link = next) {
      next = link.newer();
      Berth<R, C> berth = link.element;
      if (freshness.idleNanos(berth, now) < atLeastNanos) continue;
      if (berth.state == State.SWEPT) berth.doomed = true;
      else berths.dismiss(berth);
    }
  }

  /** These, which were to be closed, are; their places are free. */
  void closed(List<Berth<R, C>> gone) {
    for (Berth<R, C> berth : gone) berths.vacate(berth);
    serve();
  }

  // The reaper's part

  Sweep<R, C> sweep() {
    return berths.sweep();
  }

  void nextSlice(List<Berth<R, C>> slice, int most, int steps, long now) {
    berths.sweep().nextSlice(slice, most, steps, now, dropping);
  }

  /** The reaper's look at one is over; null if it could not be looked at. */
  void swept(Berth<R, C> berth, @Nullable Health found, long now) {
    berth.state = State.IDLE;
    if (found == Health.ALIVE && !berth.doomed && phase == Phase.OPEN) {
      long age = freshness.idleNanos(berth, now);
      freshness.sawAlive(berth, age, now);
      berths.sweep().sawAlive(berth, age, now);
      boolean stays =
          line.firstFor(berth.shelf) == null && berths.sweep().awaitsProof(berth, age, now);
      if (!stays) settle(berth, age, now);
      return;
    }
    if (found != null && found != Health.ALIVE) sawEnd(berth, found, now);
    berths.dismiss(berth);
  }

  boolean reaperStays() {
    if (phase == Phase.OPEN && berths.idle() > 0) return true;
    berths.reaperEnded();
    return false;
  }

  void reaperEnded() {
    berths.reaperEnded();
  }

  // Ending

  void retire() {
    if (phase != Phase.OPEN) return;
    phase = Phase.RETIRED;
    berths.dismissIdle();
  }

  void close() {
    if (phase == Phase.CLOSED) return;
    phase = Phase.CLOSED;
    berths.dismissIdle();
    berths.closeLent();
    for (Shelf<R, C> shelf : new ArrayList<>(berths.shelves())) {
      for (Waiter<R, C> waiter = shelf.firstWaiter(); waiter != null; waiter = shelf.firstWaiter())
        answer(waiter, null);
      berths.purge(shelf);
    }
  }

  boolean isEmpty() {
    return berths.total() == 0;
  }

  /** Without the origins, which cost time. */
  PoolStats counts() {
    return stats(List.of());
  }

  PoolStats stats(long now) {
    return stats(Census.origins(berths.shelves(), freshness.limits(now)));
  }

  private PoolStats stats(List<OriginStats> origins) {
    int active = berths.total() - berths.idle();
    return new PoolStats(
        berths.total(),
        active,
        berths.idle(),
        line.size(),
        opened,
        reused,
        discardedStale,
        origins);
  }

  /** How many routes there is anything held for, except what was learned. */
  int routes() {
    return berths.shelves().size();
  }

  @Nullable Belief belief(R route, @Nullable Object server, long now) {
    return freshness.belief(route, server, now);
  }

  /** What has to be done once the lock is released; null if nothing. */
  @Nullable Errands<R, C> takeErrands() {
    return berths.takeErrands();
  }

  // Inside

  private @Nullable Berth<R, C> usable(Shelf<R, C> shelf, Need need, long now) {
    Berth<R, C> chosen = choice.of(shelf, need, now, dropping);
    return chosen == null ? null : lendUsed(chosen);
  }

  private Berth<R, C> lendUsed(Berth<R, C> berth) {
    reused++;
    return berths.lend(berth);
  }

  /**
   * A connection that nobody uses: to the first in line, or idle, or closed. It is lent, or idle
   * after a sweep.
   */
  private void settle(Berth<R, C> berth, long ageNanos, long now) {
    if (phase != Phase.OPEN || ageNanos >= freshness.allowedNanos(berth, Need.REPEATABLE, now)) {
      berths.dismiss(berth);
      return;
    }
    Waiter<R, C> first = line.firstFor(berth.shelf);
    if (first == null) {
      if (berth.state != State.IDLE) berths.goIdle(berth);
      return;
    }
    long allowed = freshness.allowedNanos(berth, first.need, now);
    if (first.shelf == berth.shelf && ageNanos < allowed) {
      answer(first, lendUsed(Choice.fitting(berth, ageNanos, allowed)));
    } else {
      berths.dismiss(berth); // of no use to the first in line; its place is
    }
  }

  /**
   * Gives free places to those who wait for one, the first first. If there is none, an idle one of
   * another route goes: its place is given when it is closed.
   */
  private void serve() {
    for (Waiter<R, C> first = line.firstForAnyPlace();
        first != null;
        first = line.firstForAnyPlace()) {
      if (berths.full()) {
        berths.dismissOldestIdle();
        return;
      }
      answer(first, berths.reserve(first.shelf));
    }
  }

  private void answer(Waiter<R, C> waiter, @Nullable Berth<R, C> berth) {
    line.leave(waiter);
    waiter.answer(berth);
    berths.errands().wake(waiter.thread);
  }

  private void sawEnd(Berth<R, C> berth, Health found, long now) {
    discardedStale++;
    freshness.sawEnd(berth, found, now);
  }
}
