package dev.redial.internal.pool;

import dev.redial.KeepAlive;
import dev.redial.PoolLimits;
import dev.redial.PoolStats;
import dev.redial.internal.pool.PoolExhausted.Reason;
import dev.redial.internal.pool.Poolable.Health;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one client, lent by route: newest idle first, bounded in total and per route,
 * callers served in order.
 *
 * <p>For any number of threads of either kind. Every used connection is probed, by its borrower,
 * before it is lent. Nothing slow or foreign runs under the lock.
 *
 * @param <R> the route; equal ones share connections
 * @param <C> the connection
 */
public final class Pool<R, C extends Poolable> {

  /**
   * Opens connections.
   *
   * @param <R> the route
   * @param <C> the connection
   */
  @FunctionalInterface
  public interface Opener<R, C> {

    /**
     * Opens a connection; may block. Its place is reserved meanwhile, and freed if this throws.
     *
     * @param route where to
     * @return the open connection
     * @throws IOException if there is none to be had
     * @throws InterruptedException if the thread was interrupted
     */
    C open(R route) throws IOException, InterruptedException;
  }

  /** Stands for no deadline. */
  public static final long NO_DEADLINE = Long.MAX_VALUE;

  private static final ThreadFactory REAPERS =
      Thread.ofVirtual()
          .name("redial-reaper-", 0)
          .inheritInheritableThreadLocals(false) // it outlives the call that needs it first
          .factory();

  private static final RandomGenerator JITTER = () -> ThreadLocalRandom.current().nextLong();

  private final Clerk<R, C> clerk;
  private final Boarding<R, C> boarding;
  private final PoolLimits limits;
  private final long acquireNanos;
  private final LongSupplier nanoClock;
  private final WakeUps wakeUps;
  private final ThreadFactory reapers;
  private final BooleanSupplier abandoned;
  private volatile @Nullable Thread reaper;

  /**
   * Creates an empty pool.
   *
   * @param nanoClock monotonic, for deadlines and ages
   * @param wakeUps ends the waiting of those who wait too long
   * @param wallMillis the wall clock, which goes on while the machine is suspended; it can only
   *     make a connection older
   * @param jitter shortens lifetimes; used under the lock
   * @param reapers makes the thread that sweeps the idle connections, started when the first one
   *     becomes idle; it ends by itself
   */
  Pool(
      PoolLimits limits,
      KeepAlive keepAlive,
      ToLongFunction<? super R> presets,
      int maxIdle,
      LongSupplier nanoClock,
      WakeUps wakeUps,
      LongSupplier wallMillis,
      RandomGenerator jitter,
      ThreadFactory reapers,
      BooleanSupplier abandoned) {
    this.limits = limits;
    this.acquireNanos = Nanos.of(limits.acquireTimeout());
    this.nanoClock = nanoClock;
    this.wakeUps = wakeUps;
    this.reapers = reapers;
    this.abandoned = abandoned;
    Books<R, C> books = new Books<>(limits, keepAlive, presets, maxIdle, wallMillis, jitter);
    this.clerk = new Clerk<>(books, this::startReaper);
    this.boarding = new Boarding<>(this, clerk, nanoClock);
  }

  /**
   * Creates an empty pool with the system's clocks and virtual threads.
   *
   * @param <R> the route
   * @param <C> the connection
   * @param limits how many connections, how many waiters, how long they wait
   * @param keepAlive which idle connections may be used
   * @param presets how long servers are known to keep an idle connection, in nanoseconds; -1 if it
   *     is not known
   * @param maxIdle idle connections kept in all; of more, the oldest is closed
   * @param wakeUps ends the waiting of those who wait too long, by {@link System#nanoTime()}
   * @param abandoned whether nobody can use the client any more; must not hold on to the client
   * @return the pool
   */
  public static <R, C extends Poolable> Pool<R, C> create(
      PoolLimits limits,
      KeepAlive keepAlive,
      ToLongFunction<? super R> presets,
      int maxIdle,
      WakeUps wakeUps,
      BooleanSupplier abandoned) {
    return new Pool<>(
        limits,
        keepAlive,
        presets,
        maxIdle,
        System::nanoTime,
        wakeUps,
        System::currentTimeMillis,
        JITTER,
        REAPERS,
        abandoned);
  }

  /**
   * Lends a connection: the newest idle one that may be used and is alive, or else a new one. Waits
   * while the pool stands at a limit.
   *
   * @param route where to
   * @param repeatable whether the request may be sent twice
   * @param freshOnly whether it must be a new connection
   * @param deadlineNanos when, by the pool's clock, to give up waiting, or {@link #NO_DEADLINE};
   *     the opener minds its own
   * @param opener opens a new one, on this thread
   * @return the loan, to be ended by the caller
   * @throws IOException what the opener threw, or {@link PoolClosed}
   * @throws InterruptedException if the thread was interrupted; nothing was taken
   * @throws PoolExhausted if no connection became free in time
   */
  public Lease<C> lend(
      R route, boolean repeatable, boolean freshOnly, long deadlineNanos, Opener<R, C> opener)
      throws IOException, InterruptedException, PoolExhausted {
    if (Thread.interrupted()) throw new InterruptedException();
    Need need = Need.of(repeatable, freshOnly);
    long now = nanoClock.getAsLong();
    Berth<R, C> berth;
    Waiter<R, C> waiter = null;
    Standing standing = Standing.NONE;
    Books<R, C> books = clerk.lock();
    try {
      berth = books.take(route, need, now);
      if (berth == null) {
        waiter = books.enqueue(route, need);
        if (waiter == null) standing = books.standing(route);
      }
    } finally {
      clerk.unlock();
    }
    if (berth != null) return boarding.board(berth, need, now, opener);
    if (waiter == null) throw new PoolExhausted(Reason.TOO_MANY_WAITERS, 0, standing, limits);
    berth = await(waiter, now, deadlineNanos);
    if (berth == null) throw new PoolClosed();
    return boarding.board(berth, need, nanoClock.getAsLong(), opener);
  }

  /**
   * A snapshot.
   *
   * @return numbers that agree with each other
   */
  public PoolStats stats() {
    long now = nanoClock.getAsLong();
    return clerk.ask(books -> books.stats(now));
  }

  /**
   * The same without the origins.
   *
   * @return cheap, however many origins there are
   */
  public PoolStats counts() {
    return clerk.ask(Books::counts);
  }

  /**
   * From now on nothing is kept idle: idle connections are closed, returned ones too. Lending goes
   * on.
   */
  public void retire() {
    clerk.change(Books::retire);
    LockSupport.unpark(reaper);
  }

  /**
   * Closes every connection, the lent ones too; whoever waits, opens or asks from now on gets
   * {@link PoolClosed}.
   */
  public void closeNow() {
    clerk.change(Books::close);
    LockSupport.unpark(reaper);
  }

  /**
   * Whether there is no connection, idle, lent, being opened or being closed.
   *
   * @return true if so
   */
  public boolean isEmpty() {
    return clerk.ask(Books::isEmpty);
  }

  /**
   * Waits until the pool {@link #isEmpty()}.
   *
   * @param nanos how long at most
   * @return whether it is so
   * @throws InterruptedException if the thread was interrupted
   */
  public boolean awaitEmpty(long nanos) throws InterruptedException {
    return clerk.awaitEmpty(nanos);
  }

  // For Lease

  void giveBack(Berth<?, C> lent, C connection, boolean reused, long idleNanos) {
    Berth<R, C> berth = own(lent);
    long announced = announced(berth, connection);
    long now = nanoClock.getAsLong();
    Books<R, C> books = clerk.lock();
    try {
      books.giveBack(berth, reused, idleNanos, announced, now);
    } finally {
      clerk.unlock();
    }
  }

  void discard(Berth<?, C> lent) {
    Berth<R, C> berth = own(lent);
    C connection = berth.connection;
    if (connection != null) Errands.runReporting(connection::close);
    clerk.change(books -> books.free(berth));
  }

  void hungUp(Berth<?, C> lent, boolean reused, long idleNanos) {
    if (!reused) {
      discard(lent);
      return;
    }
    Berth<R, C> berth = own(lent);
    long now = nanoClock.getAsLong();
    clerk.change(books -> books.hungUp(berth, idleNanos, now));
  }

  // For Reaper

  void beginSweep() {
    clerk.change(books -> books.sweep().begin());
  }

  /** Hands back the last slice and takes the next; false when the sweep is over. */
  boolean nextSlice(List<Berth<R, C>> slice, List<@Nullable Health> found, int most, int steps) {
    long now = nanoClock.getAsLong();
    Books<R, C> books = clerk.lock();
    try {
      for (int i = 0; i < slice.size(); i++) books.swept(slice.get(i), found.get(i), now);
      slice.clear();
      found.clear();
      books.nextSlice(slice, most, steps, now);
      return !slice.isEmpty() || !books.sweep().done();
    } finally {
      clerk.unlock();
    }
  }

  long pauseNanos() {
    return clerk.ask(books -> books.sweep().pauseNanos());
  }

  boolean reaperStays() {
    return clerk.ask(Books::reaperStays);
  }

  void reaperEnded() {
    clerk.change(Books::reaperEnded);
  }

  // For tests

  int routes() {
    return clerk.ask(Books::routes);
  }

  @Nullable Belief belief(R route) {
    long now = nanoClock.getAsLong();
    Books<R, C> books = clerk.lock();
    try {
      return books.belief(route, null, now);
    } finally {
      clerk.unlock();
    }
  }

  // Inside

  /** Waits for the answer; null if the pool was closed. */
  private @Nullable Berth<R, C> await(Waiter<R, C> waiter, long start, long deadlineNanos)
      throws InterruptedException, PoolExhausted {
    boolean byDeadline = deadlineNanos != NO_DEADLINE && deadlineNanos - start < acquireNanos;
    long end = byDeadline ? deadlineNanos : start + acquireNanos;
    Runnable cancel = orderWakeUp(waiter, end);
    try {
      while (!waiter.answered() && !Thread.currentThread().isInterrupted()) {
        if (end - nanoClock.getAsLong() > 0) LockSupport.park(this);
        else
          giveUp(
              waiter,
              byDeadline ? Reason.DEADLINE : Reason.ACQUIRE_TIMEOUT,
              Math.max(0, end - start));
      }
    } finally {
      cancel.run();
    }
    if (Thread.interrupted()) {
      withdraw(waiter);
      throw new InterruptedException();
    }
    return waiter.berth();
  }

  private Runnable orderWakeUp(Waiter<R, C> waiter, long end) {
    try {
      return wakeUps.at(waiter.thread, end);
    } catch (Throwable failure) { // no thread to be had, say
      withdraw(waiter);
      throw failure;
    }
  }

  /** Fails unless the waiter has been answered meanwhile. */
  private void giveUp(Waiter<R, C> waiter, Reason reason, long waitedNanos) throws PoolExhausted {
    Standing standing;
    Books<R, C> books = clerk.lock();
    try {
      standing = books.standing(waiter.shelf.route);
      if (!books.withdraw(waiter)) return;
    } finally {
      clerk.unlock();
    }
    throw new PoolExhausted(reason, waitedNanos, standing, limits);
  }

  /** Leaves the line, or puts back what has been handed over meanwhile. */
  private void withdraw(Waiter<R, C> waiter) {
    long now = nanoClock.getAsLong();
    Books<R, C> books = clerk.lock();
    try {
      if (books.withdraw(waiter)) return;
      Berth<R, C> handed = waiter.berth();
      if (handed != null) books.putBack(handed, now);
    } finally {
      clerk.unlock();
    }
  }

  private long announced(Berth<R, C> berth, C used) {
    try {
      return used.announcedIdleNanos();
    } catch (Throwable bug) {
      discard(berth);
      throw bug;
    }
  }

  private void startReaper() {
    try {
      Thread thread = reapers.newThread(new Reaper<>(this, nanoClock, abandoned));
      reaper = thread;
      thread.start();
    } catch (Throwable failure) {
      reaperEnded();
      throw failure;
    }
  }

  /** A lease comes from this pool, so its berth is of this pool's routes. */
  @SuppressWarnings("unchecked")
  private Berth<R, C> own(Berth<?, C> lent) {
    return (Berth<R, C>) lent;
  }
}
