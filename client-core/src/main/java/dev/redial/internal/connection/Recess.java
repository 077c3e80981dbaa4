package dev.redial.internal.connection;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The times at which nobody looks for answers, so that others get their turn: a carrier runs
 * threads that yield, and those that they wake, to the end before it takes anything from elsewhere,
 * be it a fresh thread, a sleeper whose time has come or one whose answer the JDK's poller has
 * found.
 *
 * <p>One of those that look begins it, and just waits for its answer like everybody during a
 * recess. As it comes from elsewhere itself then, by way of the poller, its return tells that the
 * others have been served, and ends the recess. So a recess takes as long as it has to: for a
 * single caller one exchange, for many one exchange of each.
 *
 * <p>Thread-safe.
 */
final class Recess {
  /** Carriers belong to the whole JVM, hence so do those who must make room. */
  static final Recess OF_ALL = new Recess(System.nanoTime());

  /**
   * How long looking goes on: so much later than otherwise do others get their turn where all
   * carriers are busy.
   */
  static final long LOOKING_NANOS = 4_000_000;

  /** After this one who is still away waits for a slow server, not for its turn. */
  static final long LONGEST_NANOS = 16_000_000;

  private static final long ON = 1;

  /** When the next recess begins, or, if its lowest bit is set, when the present one is over. */
  private final AtomicLong state;

  /** Looking begins at that time of {@link System#nanoTime()}. */
  Recess(long now) {
    this.state = new AtomicLong(lookingFrom(now));
  }

  /** Whether nobody is to look. */
  boolean isOn(long now) {
    long seen = state.get();
    return isRecess(seen) && now - seen < 0;
  }

  /**
   * Begins one if it is time to; called while none is on.
   *
   * @return what ends it, or 0 if none was begun
   */
  long begin(long now) {
    long seen = state.get();
    if (now - seen < 0) return 0;
    if (isRecess(seen)) { // and nobody has ended it
      state.compareAndSet(seen, lookingFrom(now));
      return 0;
    }
    long begun = now + LONGEST_NANOS | ON;
    return state.compareAndSet(seen, begun) ? begun : 0;
  }

  /** Ends the one that was begun, unless it is over already. */
  void end(long begun, long now) {
    state.compareAndSet(begun, lookingFrom(now));
  }

  private static boolean isRecess(long state) {
    return (state & ON) != 0;
  }

  private static long lookingFrom(long now) {
    return now + LOOKING_NANOS & ~ON;
  }
}
