package dev.redial.internal.connection;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The least time in which octets can get to a peer and something back, for the claim that what came
 * sooner was sent before the peer had seen a request.
 *
 * <p>On that claim a POST is sent twice, so it is made late rather than early. Every measured time
 * is the round trip and something on top: a busy machine, a cold one, a lost packet, a slow server.
 * The least of many comes near the truth, but of few it may be far above. So it counts only once it
 * is the time of several connects, some way apart, that hardly differ; an answer that came faster
 * than that disproves them; what is so short or so long that something else may dominate it never
 * counts; and half of it is what is relied on.
 *
 * <p>Thread-safe.
 */
final class RoundTrip {
  /** Connects that must agree. */
  static final int AGREEING = 3;

  /** Between those, so that one moment of load cannot slow them all. */
  static final long APART_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** How long they count. */
  static final long MEMORY_NANOS = TimeUnit.MINUTES.toNanos(10);

  /** Shorter ones are within the noise of scheduling. */
  static final long SHORTEST_NANOS = TimeUnit.MICROSECONDS.toNanos(300);

  /** A connect that took longer may have lost its first packet, which is sent again after 1 s. */
  static final long LONGEST_NANOS = TimeUnit.MILLISECONDS.toNanos(900);

  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by lock; volatile for a look without it.
  private volatile long least = Long.MAX_VALUE;
  private int agreeing;
  private long told; // when something was last learned

  /**
   * A connect took this long.
   *
   * @param nanos from the first packet to the answer
   * @param now on the scale of {@link System#nanoTime()}
   */
  void connected(long nanos, long now) {
    if (nanos > LONGEST_NANOS) return;
    lock.lock();
    try {
      if (now - told > MEMORY_NANOS) forget();
      if (nanos - nanos / 5 > least) return; // too slow to tell anything
      lower(nanos);
      if (agreeing > 0 && now - told < APART_NANOS) return;
      agreeing++;
      told = now;
    } finally {
      lock.unlock();
    }
  }

  /**
   * An answer came this long after its request.
   *
   * @param nanos since before the first octet was sent
   * @param now on the scale of {@link System#nanoTime()}
   */
  void answered(long nanos, long now) {
    if (nanos >= least) return; // nearly always
    lock.lock();
    try {
      lower(nanos);
      told = now;
    } finally {
      lock.unlock();
    }
  }

  private void forget() {
    least = Long.MAX_VALUE;
    agreeing = 0;
  }

  private void lower(long nanos) {
    if (nanos < least - least / 5) agreeing = 0; // those before were all slow
    least = Math.min(least, nanos);
  }

  /**
   * Whether something that came so soon after a request cannot be due to it.
   *
   * @param nanos since before the first octet was sent
   * @param now on the scale of {@link System#nanoTime()}
   */
  boolean isBeatenBy(long nanos, long now) {
    lock.lock();
    try {
      return agreeing >= AGREEING
          && now - told <= MEMORY_NANOS
          && least >= SHORTEST_NANOS
          && nanos < least / 2;
    } finally {
      lock.unlock();
    }
  }
}
