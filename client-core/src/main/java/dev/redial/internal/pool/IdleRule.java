package dev.redial.internal.pool;

import dev.redial.KeepAlive;
import java.time.Duration;

/**
 * How long a connection may have been idle for a request to ride on it. Pure.
 *
 * @param idleNanos the configured limit for requests that are safe to repeat; 0 if connections are
 *     not reused
 * @param unrepeatableNanos the configured limit for requests that are not, at servers of which
 *     nothing is known
 */
record IdleRule(long idleNanos, long unrepeatableNanos) {

  /** Stands for a limit that nobody announced or learned. */
  static final long UNKNOWN = -1;

  /**
   * Load balancers that forget a connection without telling anybody do so after 4 minutes at the
   * earliest; no probe sees it.
   */
  static final long SILENT_DROP_NANOS = Duration.ofSeconds(230).toNanos();

  /**
   * The request must arrive before the server's timer ends: a round trip, and some delay in
   * scheduling.
   */
  static final long REPEATABLE_MARGIN_NANOS = Duration.ofMillis(250).toNanos();

  /** The same where a lost race loses the request. */
  static final long UNREPEATABLE_MARGIN_NANOS = Duration.ofSeconds(1).toNanos();

  static IdleRule of(KeepAlive keepAlive) {
    if (!keepAlive.enabled()) return new IdleRule(0, 0);
    return new IdleRule(
        Nanos.of(keepAlive.idleLimit()), Nanos.of(keepAlive.unrepeatableIdleLimit()));
  }

  /**
   * The idle time below which (not: at which) a connection may be used.
   *
   * @param repeatable whether the request may be sent twice
   * @param announced what the server announced, or {@link #UNKNOWN}
   * @param learned what was learned of the origin, or {@link #UNKNOWN}
   * @param witnessed whether the origin was seen to keep a connection for as long as {@code
   *     learned}
   * @return nanoseconds; 0 means never
   */
  long allowedNanos(boolean repeatable, long announced, long learned, boolean witnessed) {
    long ceiling = Math.min(idleNanos, SILENT_DROP_NANOS); // whatever is announced
    boolean kept = announced >= 0 || (learned >= 0 && witnessed);
    if (!repeatable && !kept)
      ceiling = Math.min(ceiling, unrepeatableNanos); // a hang-up alone tells no time that is safe
    long limit =
        announced < 0
            ? learned
            : learned < 0 ? announced : Math.min(announced, learned); // learning only shortens
    if (limit < 0) return ceiling;
    long margin =
        repeatable ? REPEATABLE_MARGIN_NANOS : Math.max(UNREPEATABLE_MARGIN_NANOS, limit / 20);
    return Math.max(0, Math.min(ceiling, limit - margin));
  }
}
