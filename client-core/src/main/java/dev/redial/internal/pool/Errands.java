package dev.redial.internal.pool;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * What a change of the books asks to be done once the lock is released: connections to close,
 * callers to wake, a reaper to start.
 */
final class Errands<C extends Poolable> {
  private final List<C> closing = new ArrayList<>(1);
  private final List<Thread> waking = new ArrayList<>(1);
  private boolean startsReaper;

  void close(C connection) {
    closing.add(connection);
  }

  void wake(Thread thread) {
    waking.add(thread);
  }

  void startReaper() {
    startsReaper = true;
  }

  boolean closes() {
    return !closing.isEmpty();
  }

  /** Does it all; never throws, as the caller may own a connection by now. */
  void run(Runnable reaperStart) {
    for (C connection : closing)
      runReporting(connection::close); // first: whoever is woken may open another
    for (Thread thread : waking) LockSupport.unpark(thread);
    if (startsReaper) runReporting(reaperStart);
  }

  /** Runs foreign code; its bug must neither vanish nor end the thread that happened to meet it. */
  static void runReporting(Runnable foreign) {
    try {
      foreign.run();
    } catch (Throwable bug) {
      report(bug);
    }
  }

  static void report(Throwable bug) {
    Thread thread = Thread.currentThread();
    thread.getUncaughtExceptionHandler().uncaughtException(thread, bug);
  }
}
