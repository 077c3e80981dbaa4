package dev.redial.internal.pool;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * What a change of the books asks to be done once the lock is released: connections to close,
 * callers to wake, a reaper to start.
 */
final class Errands<R, C extends Poolable> {
  private final List<Berth<R, C>> freeing = new ArrayList<>(0);
  private final List<C> closing = new ArrayList<>(0);
  private final List<Thread> waking = new ArrayList<>(0);
  private boolean startsReaper;

  /** Its place is free only then, so that there are never more connections than places. */
  void closeAndFree(Berth<R, C> berth) {
    freeing.add(berth);
  }

  /** The last of those whose place would be free, or null. */
  @Nullable Berth<R, C> lastToClose() {
    return freeing.isEmpty() ? null : freeing.getLast();
  }

  /** Its place, which was to be free, is somebody's already. */
  void closeOnly(Berth<R, C> lastToClose) {
    freeing.removeLast();
    closing.add(lastToClose.boarded());
  }

  void close(C connection) {
    closing.add(connection);
  }

  void wake(Thread thread) {
    waking.add(thread);
  }

  void startReaper() {
    startsReaper = true;
  }

  /** Does it all; never throws, as the caller may own a connection by now. */
  void run(Runnable reaperStart) {
    for (C connection : closing) runReporting(connection::close);
    for (Berth<R, C> berth : freeing) runReporting(berth.boarded()::close);
    for (Thread thread : waking) LockSupport.unpark(thread);
    if (startsReaper) runReporting(reaperStart);
  }

  /** Closed by now; their places can be freed. */
  List<Berth<R, C>> freeing() {
    return freeing;
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
