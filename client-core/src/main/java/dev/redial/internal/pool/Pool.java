package dev.redial.internal.pool;

import dev.redial.KeepAlive;
import dev.redial.PoolLimits;
import dev.redial.PoolStats;
import dev.redial.internal.pool.PoolExhausted.Reason;
import dev.redial.internal.pool.Poolable.Health;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
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
      Thread.ofVirtual().name("redial-reaper-", 0).factory();

  private static final RandomGenerator JITTER = () -> ThreadLocalRandom.current().nextLong();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition emptied = lock.newCondition();
  private final Books<R, C> books; // guarded by lock

  private final PoolLimits limits;
  private final long acquireNanos;
  private final LongSupplier nanoClock;
  private final ThreadFactory reapers;
  private final BooleanSupplier abandoned;
  private volatile @Nullable Thread reaper;

  /**
   * Creates an empty pool.
   *
   * @param limits how many connections, how many waiters, how long they wait
   * @param keepAlive which idle connections may be used
   * @param nanoClock monotonic, for deadlines and ages
   * @param wallMillis the wall clock, which goes on while the machine is suspended; it can only
   *     make a connection older
   * @param jitter shortens lifetimes; used under the lock
   * @param reapers makes the thread that sweeps the idle connections, started when the first one
   *     becomes idle; it ends by itself
   * @param abandoned whether nobody can use the client any more; then the pool retires
   */
  public Pool(
      PoolLimits limits,
      KeepAlive keepAlive,
      LongSupplier nanoClock,
      LongSupplier wallMillis,
      RandomGenerator jitter,
      ThreadFactory reapers,
      BooleanSupplier abandoned) {
    this(
        limits,
        keepAlive,
        route -> IdleRule.UNKNOWN,
        Integer.MAX_VALUE,
        nanoClock,
        wallMillis,
        jitter,
        reapers,
        abandoned);
  }

  Pool(
      PoolLimits limits,
      KeepAlive keepAlive,
      ToLongFunction<? super R> presets,
      int maxIdle,
      LongSupplier nanoClock,
      LongSupplier wallMillis,
      RandomGenerator jitter,
      ThreadFactory reapers,
      BooleanSupplier abandoned) {
    this.books = new Books<>(limits, keepAlive, presets, maxIdle, wallMillis, jitter);
    this.limits = limits;
    this.acquireNanos = Nanos.of(limits.acquireTimeout());
    this.nanoClock = nanoClock;
    this.reapers = reapers;
    this.abandoned = abandoned;
  }

  /**
   * Creates an empty pool with the system's clocks and virtual threads.
   *
   * @param <R> the route
   * @param <C> the connection
   * @param limits how many connections, how many waiters, how long they wait
   * @param keepAlive which idle connections may be used
   * @param abandoned whether nobody can use the client any more; must not hold on to the client
   * @return the pool
   */
  public static <R, C extends Poolable> Pool<R, C> create(
      PoolLimits limits, KeepAlive keepAlive, BooleanSupplier abandoned) {
    return create(limits, keepAlive, route -> IdleRule.UNKNOWN, Integer.MAX_VALUE, abandoned);
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
   * @param abandoned whether nobody can use the client any more; must not hold on to the client
   * @return the pool
   */
  public static <R, C extends Poolable> Pool<R, C> create(
      PoolLimits limits,
      KeepAlive keepAlive,
      ToLongFunction<? super R> presets,
      int maxIdle,
      BooleanSupplier abandoned) {
    return new Pool<>(
        limits,
        keepAlive,
        presets,
        maxIdle,
        System::nanoTime,
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
    lock.lock();
    try {
      berth = books.take(route, need, now);
      if (berth == null) {
        waiter = books.enqueue(route, need);
        if (waiter == null) standing = books.standing(route);
      }
    } finally {
      leave();
    }
    if (berth != null) return board(berth, need, now, opener);
    if (waiter == null) throw new PoolExhausted(Reason.TOO_MANY_WAITERS, 0, standing, limits);
    berth = await(waiter, now, deadlineNanos);
    if (berth == null) throw new PoolClosed();
    return board(berth, need, nanoClock.getAsLong(), opener);
  }

  /**
   * A snapshot.
   *
   * @return numbers that agree with each other
   */
  public PoolStats stats() {
    long now = nanoClock.getAsLong();
    return ask(() -> books.stats(now));
  }

  /**
   * The same without the origins.
   *
   * @return cheap, however many origins there are
   */
  public PoolStats counts() {
    return ask(books::counts);
  }

  /**
   * From now on nothing is kept idle: idle connections are closed, returned ones too. Lending goes
   * on.
   */
  public void retire() {
    change(books::retire);
    LockSupport.unpark(reaper);
  }

  /**
   * Closes every connection, the lent ones too; whoever waits, opens or asks from now on gets
   * {@link PoolClosed}.
   */
  public void closeNow() {
    change(books::close);
    LockSupport.unpark(reaper);
  }

  /**
   * Whether there is no connection, idle, lent, being opened or being closed.
   *
   * @return true if so
   */
  public boolean isEmpty() {
    return ask(books::isEmpty);
  }

  /**
   * Waits until the pool {@link #isEmpty()}.
   *
   * @param nanos how long at most
   * @return whether it is so
   * @throws InterruptedException if the thread was interrupted
   */
  public boolean awaitEmpty(long nanos) throws InterruptedException {
    long left = nanos;
    lock.lockInterruptibly();
    try {
      while (!books.isEmpty()) {
        if (left <= 0) return false;
        left = emptied.awaitNanos(left);
      }
      return true;
    } finally {
      leave();
    }
  }

  // For Lease

  void giveBack(Berth<?, C> lent, C connection, boolean reused, long idleNanos) {
    Berth<R, C> berth = own(lent);
    long announced = announced(berth, connection);
    long now = nanoClock.getAsLong();
    lock.lock();
    try {
      books.giveBack(berth, reused, idleNanos, announced, now);
    } finally {
      leave();
    }
  }

  void discard(Berth<?, C> lent) {
    Berth<R, C> berth = own(lent);
    C connection = berth.connection;
    if (connection != null) Errands.runReporting(connection::close);
    change(() -> books.free(berth));
  }

  void hungUp(Berth<?, C> lent, boolean reused, long idleNanos) {
    if (!reused) {
      discard(lent);
      return;
    }
    Berth<R, C> berth = own(lent);
    long now = nanoClock.getAsLong();
    change(() -> books.hungUp(berth, idleNanos, now));
  }

  // For Reaper

  void beginSweep() {
    change(books.sweep()::begin);
  }

  /** Hands back the last slice and takes the next; false when the sweep is over. */
  boolean nextSlice(List<Berth<R, C>> slice, List<@Nullable Health> found, int most, int steps) {
    long now = nanoClock.getAsLong();
    lock.lock();
    try {
      for (int i = 0; i < slice.size(); i++) books.swept(slice.get(i), found.get(i), now);
      slice.clear();
      found.clear();
      books.nextSlice(slice, most, steps, now);
      return !slice.isEmpty() || !books.sweep().done();
    } finally {
      leave();
    }
  }

  long pauseNanos() {
    return ask(books.sweep()::pauseNanos);
  }

  boolean reaperStays() {
    return ask(books::reaperStays);
  }

  void reaperEnded() {
    change(books::reaperEnded);
  }

  // For tests

  int routes() {
    return ask(books::routes);
  }

  @Nullable Belief belief(R route) {
    long now = nanoClock.getAsLong();
    lock.lock();
    try {
      return books.belief(route, null, now);
    } finally {
      leave();
    }
  }

  // Inside

  /** Waits for the answer; null if the pool was closed. */
  private @Nullable Berth<R, C> await(Waiter<R, C> waiter, long start, long deadlineNanos)
      throws InterruptedException, PoolExhausted {
    boolean byDeadline = deadlineNanos != NO_DEADLINE && deadlineNanos - start < acquireNanos;
    long end = byDeadline ? deadlineNanos : start + acquireNanos;
    while (!waiter.answered() && !Thread.currentThread().isInterrupted()) {
      long left = end - nanoClock.getAsLong();
      if (left > 0) LockSupport.parkNanos(this, left);
      else
        giveUp(
            waiter,
            byDeadline ? Reason.DEADLINE : Reason.ACQUIRE_TIMEOUT,
            Math.max(0, end - start));
    }
    if (Thread.interrupted()) {
      withdraw(waiter);
      throw new InterruptedException();
    }
    return waiter.berth();
  }

  /** Fails unless the waiter has been answered meanwhile. */
  private void giveUp(Waiter<R, C> waiter, Reason reason, long waitedNanos) throws PoolExhausted {
    Standing standing;
    lock.lock();
    try {
      standing = books.standing(waiter.shelf.route);
      if (!books.withdraw(waiter)) return;
    } finally {
      leave();
    }
    throw new PoolExhausted(reason, waitedNanos, standing, limits);
  }

  /** Leaves the line, or puts back what has been handed over meanwhile. */
  private void withdraw(Waiter<R, C> waiter) {
    long now = nanoClock.getAsLong();
    lock.lock();
    try {
      if (books.withdraw(waiter)) return;
      Berth<R, C> handed = waiter.berth();
      if (handed != null) books.putBack(handed, now);
    } finally {
      leave();
    }
  }

  /**
   * From a berth to a loan: probes the used connection, takes the next instead of a dead one, opens
   * a new one at last.
   */
  private Lease<C> board(Berth<R, C> taken, Need need, long start, Opener<R, C> opener)
      throws IOException, InterruptedException {
    Berth<R, C> berth = taken;
    long now = start;
    for (C used = berth.connection; used != null; used = berth.connection) {
      long idleNanos = Math.max(berth.lentIdleNanos, now - berth.idleSinceNanos);
      boolean young = idleNanos < berth.allowedNanos; // it may have aged while its taker slept
      Health health = young ? probe(berth, used) : null;
      if (health == Health.ALIVE) return new Lease<>(this, berth, used, true, idleNanos);
      now = nanoClock.getAsLong();
      berth = takeInstead(berth, health, need, now);
    }
    return new Lease<>(this, berth, open(berth, opener), false, 0);
  }

  private Health probe(Berth<R, C> berth, C used) {
    try {
      return used.probe();
    } catch (Throwable bug) {
      discard(berth);
      throw bug;
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

  private Berth<R, C> takeInstead(Berth<R, C> stale, @Nullable Health found, Need need, long now)
      throws PoolClosed {
    lock.lock();
    try {
      return books.takeInstead(stale, found, need, now);
    } finally {
      leave();
    }
  }

  private C open(Berth<R, C> berth, Opener<R, C> opener) throws IOException, InterruptedException {
    C connection;
    try {
      connection =
          Objects.requireNonNull(opener.open(berth.shelf.route), "the opener returned null");
    } catch (Throwable failure) {
      discard(berth);
      throw failure;
    }
    Object server;
    long roundTripNanos;
    try {
      server = connection.server();
      roundTripNanos = connection.roundTripNanos();
    } catch (Throwable bug) {
      berth.connection = connection;
      discard(berth);
      throw bug;
    }
    long now = nanoClock.getAsLong();
    lock.lock();
    try {
      if (books.fill(berth, connection, server, roundTripNanos, now)) return connection;
    } finally {
      leave();
    }
    throw new PoolClosed();
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

  private void change(Runnable change) {
    lock.lock();
    try {
      change.run();
    } finally {
      leave();
    }
  }

  private <T> T ask(Supplier<T> question) {
    lock.lock();
    try {
      return question.get();
    } finally {
      leave();
    }
  }

  /** Releases the lock, then does what the change asked for, and what that leads to. */
  private void leave() {
    Errands<R, C> errands = takeErrands();
    lock.unlock();
    while (errands != null) {
      errands.run(this::startReaper);
      errands = errands.freeing().isEmpty() ? null : closed(errands.freeing());
    }
  }

  private @Nullable Errands<R, C> closed(List<Berth<R, C>> berths) {
    lock.lock();
    try {
      books.closed(berths);
      return takeErrands();
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Errands<R, C> takeErrands() {
    if (books.isEmpty()) emptied.signalAll();
    return books.takeErrands();
  }

  /** A lease comes from this pool, so its berth is of this pool's routes. */
  @SuppressWarnings("unchecked")
  private Berth<R, C> own(Berth<?, C> lent) {
    return (Berth<R, C>) lent;
  }
}
