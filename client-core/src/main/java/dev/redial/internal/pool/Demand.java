package dev.redial.internal.pool;

import java.time.Duration;

/**
 * How many connections of a shelf were in use at once at most, of late: in the running and in the
 * last window. Confined to the pool's lock.
 */
final class Demand {
  static final long WINDOW_NANOS = Duration.ofSeconds(10).toNanos();

  private int peak;
  private int lastPeak;
  private int current;
  private long sinceNanos;
  private boolean running;

  void saw(int inUse) {
    current = inUse;
    if (inUse > peak) peak = inUse;
  }

  int peak(long now) {
    if (!running || now - sinceNanos >= WINDOW_NANOS) {
      lastPeak = peak;
      peak = current;
      sinceNanos = now;
      running = true;
    }
    return Math.max(peak, lastPeak);
  }
}
