package dev.redial.internal.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Runs an action when a deadline passes, for deadlines that nearly always are met.
 *
 * <p>Arming and disarming an {@link Alarm} is a compare-and-set each: no lock, no allocation and,
 * in the usual case that the new deadline is not the soonest of all, no system call. Expiry is
 * noticed by one daemon thread, within a few milliseconds, soonest deadline first. It is a platform
 * thread, as virtual threads can starve behind pinned carriers. It starts when the first alarm is
 * armed, ends when no alarm has been armed for a while, and starts anew when needed. It keeps alive
 * only alarms and what their actions refer to.
 */
public final class Watchdog {
  /*
   * The thread sleeps until nextWake, then sweeps over all alarms, fires those that are due and works out the next nextWake. An alarm
   * that is armed for a time before nextWake lowers it and wakes the thread; others are found by the sweep at nextWake.
   *
   * No wake-up is lost: arming first stores its deadline, then looks at nextWake; a sweep first sets nextWake to NEVER, then looks at the
   * deadlines. So either the sweep sees the deadline, or arming sees NEVER and lowers it. The thread ends in the same manner: it first
   * sets nextWake to NEVER and gives up its place, then looks at the deadlines once more.
   *
   * Times are nanoseconds since ORIGIN, so that they compare as plain numbers; those below SOONEST are states.
   */
  private static final long NONE = Long.MIN_VALUE;
  private static final long FIRED = NONE + 1;
  private static final long RELEASED = NONE + 2;
  private static final long SOONEST = NONE + 3;
  private static final long NEVER = Long.MAX_VALUE;

  private static final long ORIGIN = System.nanoTime();
  private static final long SWEEP_SPACING = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long TICK = TimeUnit.SECONDS.toNanos(1);
  private static final AtomicLong COUNT = new AtomicLong();
  private static final VarHandle DEADLINE;
  private static final VarHandle NEXT_WAKE;
  private static final VarHandle THREAD;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      DEADLINE = lookup.findVarHandle(Alarm.class, "deadline", long.class);
      NEXT_WAKE = lookup.findVarHandle(Watchdog.class, "nextWake", long.class);
      THREAD = lookup.findVarHandle(Watchdog.class, "thread", Thread.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final String name = "redial-watchdog-" + COUNT.incrementAndGet();
  private final Set<Alarm> alarms = ConcurrentHashMap.newKeySet();
  private volatile long nextWake = NEVER;
  private volatile boolean stirred; // an alarm was armed since the thread last looked
  private volatile @Nullable Thread thread;

  /** Creates a watchdog; it has no thread until an alarm is armed. */
  public Watchdog() {}

  /**
   * Creates an alarm, not armed yet.
   *
   * @param onExpiry run on the watchdog's thread when a deadline has passed; it must not block.
   *     What it throws goes to the thread's uncaught exception handler
   * @return the alarm, which has to be released
   */
  public Alarm alarm(Runnable onExpiry) {
    Alarm alarm = new Alarm(onExpiry);
    alarms.add(alarm);
    return alarm;
  }

  /** The name of its thread. */
  @Override
  public String toString() {
    return name;
  }

  private static long now() {
    return System.nanoTime() - ORIGIN;
  }

  private boolean lower(long wake) {
    while (true) {
      long planned = nextWake;
      if (wake >= planned) return false;
      if (NEXT_WAKE.compareAndSet(this, planned, wake)) return true;
    }
  }

  private void wakeThread() {
    Thread running = thread;
    if (running == null) startThread();
    else LockSupport.unpark(running);
  }

  private void startThread() {
    Thread fresh =
        Thread.ofPlatform()
            .name(name)
            .daemon()
            .inheritInheritableThreadLocals(false)
            .unstarted(this::watch);
    if (!THREAD.compareAndSet(this, null, fresh))
      return; // another one has just begun, with a sweep
    try {
      fresh.start();
    } catch (Throwable e) {
      thread = null;
      nextWake = NEVER; // so that the next alarm tries again
      throw e;
    }
  }

  private void watch() {
    long swept = now();
    sweep(swept);
    long lastStir = swept;
    while (true) {
      long wake = Math.max(nextWake, swept + SWEEP_SPACING);
      LockSupport.parkNanos(this, Math.min(wake - now(), TICK));
      Thread.interrupted(); // set by whoever lists threads; kept, it would make parking spin
      long now = now();
      if (now >= nextWake && now - swept >= SWEEP_SPACING) {
        swept = now;
        sweep(now);
      }
      if (now - lastStir < TICK) continue;
      lastStir = now;
      if (stirred) stirred = false;
      else if (!anyArmed() && retire()) return;
    }
  }

  private void sweep(long now) {
    nextWake = NEVER;
    long soonest = NEVER;
    try {
      List<Due> due = new ArrayList<>(0);
      for (Alarm alarm : alarms) {
        long deadline = alarm.deadline;
        if (deadline < SOONEST) continue;
        if (deadline <= now) due.add(new Due(alarm, deadline));
        else soonest = Math.min(soonest, deadline);
      }
      due.sort(Comparator.comparingLong(Due::deadline));
      for (Due each : due) each.alarm.expire(each.deadline);
    } catch (Throwable e) {
      report(e);
      soonest = now; // sweep again, nothing may be lost
    }
    lower(soonest);
  }

  private boolean anyArmed() {
    for (Alarm alarm : alarms) if (alarm.deadline >= SOONEST) return true;
    return false;
  }

  /**
   * Gives up the thread's place. False if an alarm was armed meanwhile and the thread has to go on.
   */
  private boolean retire() {
    nextWake = NEVER;
    thread = null;
    if (nextWake == NEVER && !anyArmed()) return true;
    if (!THREAD.compareAndSet(this, null, Thread.currentThread()))
      return true; // another one has begun already
    lower(now());
    return false;
  }

  private static void report(Throwable failure) {
    Thread me = Thread.currentThread();
    try {
      me.getUncaughtExceptionHandler().uncaughtException(me, failure);
    } catch (Throwable e) {
      // A failing handler has had its say; the deadlines of others must still be kept.
    }
  }

  private record Due(Alarm alarm, long deadline) {}

  /**
   * The deadlines of one connection or call, one after the other.
   *
   * <p>Armed and disarmed by its owner, one thread at a time. It fires at most once: whoever has
   * let a deadline pass has had the action run, and is of no further use.
   */
  public final class Alarm {
    private final Runnable onExpiry;
    private volatile long deadline = NONE;

    private Alarm(Runnable onExpiry) {
      this.onExpiry = Objects.requireNonNull(onExpiry, "onExpiry");
    }

    /**
     * Another alarm of the same watchdog.
     *
     * @param action as for {@link Watchdog#alarm}
     * @return the alarm, which has to be released
     */
    public Alarm another(Runnable action) {
      return alarm(action);
    }

    /**
     * Sets or moves the deadline; one that has passed already fires at once. Without effect once
     * the alarm has fired or was released.
     *
     * @param deadlineNanos on the scale of {@link System#nanoTime()}
     */
    public void arm(long deadlineNanos) {
      long next = Math.max(deadlineNanos - ORIGIN, SOONEST);
      while (true) {
        long present = deadline;
        if (present == FIRED || present == RELEASED) return;
        if (DEADLINE.compareAndSet(this, present, next)) break;
      }
      if (!stirred) stirred = true;
      if (lower(next)) wakeThread();
    }

    /**
     * Takes the deadline back.
     *
     * @return true if the alarm has not fired and will not; false if it has fired: the action has
     *     run or is about to
     */
    public boolean disarm() {
      return settle(NONE);
    }

    /**
     * Whether a deadline has passed.
     *
     * @return true from the moment when it is too late to disarm
     */
    public boolean fired() {
      return deadline == FIRED;
    }

    /**
     * Disarms and forgets the alarm, when what it guards has come to its end. Any thread may do so,
     * any number of times.
     */
    public void release() {
      settle(RELEASED);
      alarms.remove(this);
    }

    private boolean settle(long state) {
      while (true) {
        long present = deadline;
        if (present == FIRED) return false;
        if (present == RELEASED || DEADLINE.compareAndSet(this, present, state)) return true;
      }
    }

    private void expire(long expected) {
      if (!DEADLINE.compareAndSet(this, expected, FIRED)) return;
      try {
        onExpiry.run();
      } catch (Throwable e) {
        report(e);
      }
    }
  }
}
