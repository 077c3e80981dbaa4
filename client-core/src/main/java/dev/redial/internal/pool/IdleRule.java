package dev.redial.internal.pool;

import dev.redial.KeepAlive;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long a connection may have been idle for a request to ride on it. Pure.
 *
 * @param idleNanos the configured limit for requests that are safe to repeat; 0 if connections are
 *     not reused
 * @param unrepeatableNanos the configured limit for requests that are not, at servers of which
 *     nothing is known
 */
record IdleRule(long idleNanos, long unrepeatableNanos) {

  /** Stands for a limit that nobody promised. */
  static final long UNKNOWN = -1;

  /**
   * Load balancers that forget a connection without telling anybody do so after 4 minutes at the
   * earliest; no probe sees it.
   */
  static final long SILENT_DROP_NANOS = Duration.ofSeconds(230).toNanos();

  private static final long SHORTEST_MARGIN_NANOS = Duration.ofMillis(100).toNanos();
  private static final long USUAL_MARGIN_NANOS = Duration.ofSeconds(1).toNanos();

  private static final long PRESET_MARGIN_NANOS = Duration.ofMillis(250).toNanos();

  static IdleRule of(KeepAlive keepAlive) {
    if (!keepAlive.enabled()) return new IdleRule(0, 0);
    return new IdleRule(
        Nanos.of(keepAlive.idleLimit()), Nanos.of(keepAlive.unrepeatableIdleLimit()));
  }

  /**
   * The idle time below which (not: at which) a connection may be used.
   *
   * @param repeatable whether the request may be sent twice
   * @param promised for how long the server said that it keeps connections, or {@link #UNKNOWN}
   * @param learned what was learned of the server, or null
   * @param roundTripNanos to the server and back
   * @return nanoseconds; 0 means never
   */
  long allowedNanos(
      boolean repeatable, long promised, @Nullable Belief learned, long roundTripNanos) {
    long ceiling = Math.min(idleNanos, SILENT_DROP_NANOS); // whatever is promised
    long allowed =
        repeatable
            ? worthTrying(promised, learned, roundTripNanos)
            : sure(promised, learned, roundTripNanos);
    return Math.max(0, Math.min(ceiling, allowed));
  }

  /**
   * The user's word is never tried: it may stand for something on the way that forgets a connection
   * without telling anybody, so that no probe sees it.
   */
  static long underPresetNanos(long preset) {
    return preset - Math.min(PRESET_MARGIN_NANOS, preset / 20);
  }

  /**
   * Where a lost race costs but another attempt, this ends when the server has closed: the probe
   * finds that out. What was seen counts for more than what was promised, which is a floor.
   */
  private static long worthTrying(long promised, @Nullable Belief learned, long roundTripNanos) {
    if (promised == 0) return 0;
    long gone = promised < 0 ? Long.MAX_VALUE : Belief.goneNanos(promised);
    if (learned != null)
      gone = learned.witnessed() ? learned.goneNanos() : Math.min(gone, learned.goneNanos());
    return gone == Long.MAX_VALUE ? gone : gone - 2 * roundTripNanos;
  }

  /** Where a lost race loses the request. */
  private long sure(long promised, @Nullable Belief learned, long roundTripNanos) {
    long limit = limitNanos(promised, learned);
    if (limit == Long.MAX_VALUE) return unrepeatableNanos;
    long allowed = limit - margin(limit, roundTripNanos);
    boolean kept = promised >= 0 || (learned != null && learned.witnessed());
    return kept
        ? allowed
        : Math.min(allowed, unrepeatableNanos); // a hang-up alone tells no time that is safe
  }

  /**
   * For how long a server keeps connections: what was learned shortens what was promised at once,
   * and lengthens it if it was seen again and again. {@link Long#MAX_VALUE} if nothing is known.
   */
  static long limitNanos(long promised, @Nullable Belief learned) {
    if (learned == null) return promised < 0 ? Long.MAX_VALUE : promised;
    long limit = learned.limitNanos();
    if (promised < 0 || limit < promised) return limit;
    return promised > 0 && learned.witnessed() && learned.confirmed() ? limit : promised;
  }

  /**
   * The request must arrive before the server's timer ends, and the timer started half a round trip
   * before the answer was read here. Both sides may be held up for a while; for longer where the
   * limit leaves room for it.
   */
  private static long margin(long limit, long roundTripNanos) {
    long delays =
        Math.max(
            SHORTEST_MARGIN_NANOS, Math.max(Math.min(limit / 10, USUAL_MARGIN_NANOS), limit / 20));
    return Math.min(limit / 2, Math.max(delays, 2 * roundTripNanos));
  }
}
