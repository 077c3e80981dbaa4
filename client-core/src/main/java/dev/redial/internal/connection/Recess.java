package dev.redial.internal.connection;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The times at which those who look for answers rest, so that others get their turn: a carrier runs
 * threads that yield, and those that they wake, to the end before it takes anything from elsewhere,
 * be it a fresh thread, a sleeper whose time has come, or the JDK's poller with those whose answers
 * it has found.
 *
 * <p>One of those that come to look begins it. Whoever comes to look or to wait during it parks
 * instead, and the one who began it goes on yielding until it finds itself alone. Then it leaves
 * the carrier too, by way of the JDK's timer, and the carrier takes what waits elsewhere. Back
 * again, it wakes the others, in the order in which they came. So all have their turn in each
 * recess, which takes as long as a turn of all, and costs little more than two timers.
 *
 * <p>Where others keep the carrier busy, nobody finds itself alone: the recess has a limit, which
 * is longer while ever more come to rest, and looking goes on for ever longer until one succeeds
 * again. A timer of the JDK's on a platform thread sees to that limit too, so that nobody rests for
 * longer even if no carrier is free to run whoever began it. Whose connection is closed, or who is
 * interrupted, rests no longer either.
 *
 * <p>Thread-safe.
 */
final class Recess {
  /** How long looking goes on between two recesses; longer if the last one took longer. */
  static final long LOOKING_NANOS = 8_000_000;

  /**
   * Several times as long as a thousand callers take for a turn on one carrier. Where it is over
   * while others still come, as tens of thousands take longer, a recess goes on for as long again,
   */
  static final long LONGEST_NANOS = 128_000_000;

  /** and so many times as long at most. */
  static final int MOST_TIMES = 8;

  /** How long looking goes on at most after a recess without success. */
  static final long LONGEST_LOOKING_NANOS = 8_000_000_000L;

  /** How much longer than a recess without success looking goes on after it, at least. */
  private static final int LOOKING_PER_FAILURE = 4;

  /**
   * If nobody has come for so long after a recess was due, carriers had nothing to do or somebody
   * else to run, and there is nobody to make room for: it is called off. So those who call once in
   * a while are hardly ever held up.
   */
  static final long CALLED_OFF_NANOS = 1_000_000;

  /** A turn that took less was nobody else's. */
  static final long ALONE_NANOS = 5_000;

  /**
   * Carriers belong to the whole JVM, so those who must make room are all of it. Before Java 24 a
   * thread that holds a monitor keeps its carrier when it parks, perhaps the one that whoever wakes
   * it needs.
   */
  @SuppressWarnings("ThreadPriorityCheck") // nothing but speed relies on it
  static final Recess OF_ALL =
      new Recess(
          System::nanoTime,
          Thread::yield,
          () -> LockSupport.parkNanos(1),
          CompletableFuture.delayedExecutor(LONGEST_NANOS, TimeUnit.NANOSECONDS, Runnable::run),
          Runtime.version().feature() >= 24);

  /** Somebody who rests, or, as the first of them, who began the recess. */
  private static final class Rest {
    private final Thread thread = Thread.currentThread();
    private final Rest first;
    private Rest earlier = this; // whoever came before, then, while they are woken, after it
    private volatile boolean over;

    Rest() {
      this.first = this;
    }

    Rest(Rest earlier) {
      this.first = earlier.first;
      this.earlier = earlier;
    }
  }

  private final LongSupplier nanoClock;
  private final Runnable turn;
  private final Runnable leave;
  private final Executor limit;
  private final boolean parks;

  /** Who came last; null while looking goes on. */
  private final AtomicReference<@Nullable Rest> resting = new AtomicReference<>();

  private volatile long due;
  private volatile long looking = LOOKING_NANOS;

  /** Whether anybody has looked since the last one. */
  private volatile boolean looked;

  /**
   * Looking begins.
   *
   * @param nanoClock tells the time
   * @param turn gives others their turn: yields
   * @param leave leaves the carrier, and comes back from elsewhere; at once if there is a permit
   *     left, or if the thread cannot leave its carrier
   * @param limit runs what it is given after the longest time, on a platform thread
   * @param parks whether to park during a recess, or just to wait for the answer
   */
  Recess(LongSupplier nanoClock, Runnable turn, Runnable leave, Executor limit, boolean parks) {
    this.nanoClock = nanoClock;
    this.turn = turn;
    this.leave = leave;
    this.limit = limit;
    this.parks = parks;
    this.due = nanoClock.getAsLong() + LOOKING_NANOS;
  }

  /**
   * Gives way to others before a look; returns early if the thread is interrupted or its connection
   * closed.
   *
   * @param now by the clock
   * @return whether to look now; if not, to wait
   */
  boolean giveWay(long now, Connection connection) {
    if (!looked) looked = true;
    Rest last = resting.get();
    if (last != null) return restIfPossible(last, connection);
    if (!holdIfDue(now, connection)) turn.run();
    return true;
  }

  /**
   * Takes part in the recess that is on or due, if any, before waiting without a look; returns
   * early as well. To wait and to be woken keeps a carrier busy too, so that nobody would find
   * itself alone; and to rest costs less. As long as nobody looks, there is none.
   *
   * @param now by the clock
   */
  void takePart(long now, Connection connection) {
    Rest last = resting.get();
    if (last != null) restIfPossible(last, connection);
    else if (looked) holdIfDue(now, connection);
  }

  private boolean holdIfDue(long now, Connection connection) {
    long late = now - due;
    if (late < 0) return false;
    if (late >= CALLED_OFF_NANOS) {
      due = now + LOOKING_NANOS;
      return false;
    }
    Rest mine = new Rest();
    endLater(mine, mine, MOST_TIMES); // first, as nobody is to rest without it
    if (!resting.compareAndSet(null, mine)) return false;
    due = now + LONGEST_LOOKING_NANOS; // until it is over
    long next = looking;
    try {
      next = hold(mine, connection);
    } finally {
      end(mine, next);
    }
    return true;
  }

  /** Ends it after the longest time, and so many times as long at most while others still come. */
  private void endLater(Rest first, Rest seen, int times) {
    limit.execute(() -> {
      Rest last = lastOf(first);
      if (last == null) return;
      if (times > 1 && last != seen) endLater(first, last, times - 1);
      else end(first, afterFailure());
    });
  }

  /** Who came last in the recess that began with that one; null if it is over. */
  private @Nullable Rest lastOf(Rest first) {
    Rest last = resting.get();
    return last == null || last.first != first ? null : last;
  }

  /** Makes room for others; returns for how long to look then. */
  private long hold(Rest mine, Connection connection) {
    Thread me = mine.thread;
    long since = nanoClock.getAsLong();
    long now = since;
    Rest seen = mine;
    while (!me.isInterrupted() && connection.isOpen()) {
      if (now - since >= LONGEST_NANOS) {
        Rest last = lastOf(mine);
        if (last == null || last == seen || now - since >= MOST_TIMES * LONGEST_NANOS)
          return afterFailure();
        seen = last;
      }
      long before = now;
      turn.run();
      now = nanoClock.getAsLong();
      if (now - before < ALONE_NANOS)
        return leaves() ? Math.max(LOOKING_NANOS, nanoClock.getAsLong() - since) : looking;
    }
    return looking;
  }

  private boolean leaves() {
    for (int tries = 0; tries < 2; tries++) {
      long before = nanoClock.getAsLong();
      leave.run();
      if (nanoClock.getAsLong() - before >= ALONE_NANOS) return true;
    }
    return false;
  }

  private boolean restIfPossible(Rest last, Connection connection) {
    if (!parks) return false;
    Rest mine = new Rest(last);
    while (!resting.compareAndSet(last, mine)) {
      last = resting.get();
      if (last == null) return true; // it is over
      mine = new Rest(last);
    }
    Thread me = mine.thread;
    connection.onClose(() -> LockSupport.unpark(me));
    // over is read last: to ask a connection may park, and use up the permit that came with it
    while (connection.isOpen() && !me.isInterrupted() && !mine.over) LockSupport.park(this);
    return true;
  }

  /** Ends the recess that began with that one, unless it is over. */
  private void end(Rest first, long nextLooking) {
    Rest last;
    do {
      last = resting.get();
      if (last == null || last.first != first) return;
    } while (!resting.compareAndSet(last, null));
    looked = false;
    looking = nextLooking;
    due = nanoClock.getAsLong() + nextLooking;
    Rest woken = first;
    while (last != first) {
      Rest earlier = last.earlier;
      last.earlier = woken;
      woken = last;
      last = earlier;
    }
    wake(woken, first);
  }

  /** Wakes all of them, whatever becomes of one. */
  private static void wake(Rest from, Rest to) {
    Throwable failure = null;
    for (Rest woken = from; woken != to; woken = woken.earlier) {
      woken.over = true;
      try {
        LockSupport.unpark(woken.thread);
      } catch (RuntimeException | StackOverflowError e) {
        failure = e;
      }
    }
    if (failure instanceof RuntimeException exception) throw exception;
    if (failure instanceof StackOverflowError error) throw error;
  }

  private long afterFailure() {
    return Math.min(
        Math.max(2 * looking, LOOKING_PER_FAILURE * LONGEST_NANOS), LONGEST_LOOKING_NANOS);
  }
}
