package dev.redial.internal.connection;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The times at which nobody looks for answers, so that others get their turn: a carrier runs
 * threads that yield, and those that they wake, to the end before it takes anything from elsewhere,
 * be it a fresh thread, a sleeper whose time has come, or the JDK's poller with those whose answers
 * it has found.
 *
 * <p>One of those that look begins it, and waits for its answer by way of the poller like everybody
 * during a recess. Its return ends the recess. That takes as long as the carrier needs to get to
 * the poller: for a single caller one exchange, for many about one exchange of each. Where the
 * poller is kept busy by callers who wait anyway, it comes back sooner, and others have to rely on
 * one of the next recesses.
 *
 * <p>Thread-safe.
 */
final class Recess {
  /** Carriers belong to the whole JVM, hence so do those who must make room. */
  static final Recess OF_ALL = new Recess(System.nanoTime());

  /** What {@link #ask} returns if there is time to look. */
  static final long LOOK = 0;

  /** What {@link #ask} returns during a recess that somebody else has begun. */
  static final long WAIT = 1;

  /**
   * How long looking goes on at least. Where a recess took longer, because many callers had their
   * turn in it, looking goes on for as long as that, or they would hardly ever look.
   */
  static final long LOOKING_NANOS = 4_000_000;

  /** Longer than the turn of as many callers as one carrier can serve with short delays. */
  static final long LONGEST_NANOS = 32_000_000;

  /**
   * If nobody has asked for so long after a recess was due, carriers had nothing to do or somebody
   * else to run, and there is nobody to make room for: it is called off. So those who call once in
   * a while may always look.
   */
  static final long CALLED_OFF_NANOS = 1_000_000;

  private static final long ON = 1;

  /** When the next recess is due, or, if its lowest bit is set, when the present one is over. */
  private final AtomicLong state;

  /** Looking begins at that time of {@link System#nanoTime()}. */
  Recess(long now) {
    this.state = new AtomicLong(lookingFrom(now, LOOKING_NANOS));
  }

  /**
   * What to do now; asked before each look.
   *
   * @return {@link #LOOK}, {@link #WAIT}, or what ends the recess that the caller has just begun:
   *     it waits too
   */
  long ask(long now) {
    long seen = state.get();
    boolean on = (seen & ON) != 0;
    if (now - seen < 0) return on ? WAIT : LOOK;
    if (on || now - seen >= CALLED_OFF_NANOS) {
      state.compareAndSet(seen, lookingFrom(now, LOOKING_NANOS));
      return LOOK;
    }
    long begun = now + LONGEST_NANOS | ON;
    return state.compareAndSet(seen, begun) ? begun : WAIT;
  }

  /** Ends the one that was begun, unless it is over already. */
  void end(long begun, long now) {
    long length = now - begun + LONGEST_NANOS;
    state.compareAndSet(begun, lookingFrom(now, Math.max(length, LOOKING_NANOS)));
  }

  private static long lookingFrom(long now, long nanos) {
    return now + nanos & ~ON;
  }
}
