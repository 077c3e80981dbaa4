package dev.redial.examples.race;

import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.Phaser;

/**
 * The beat of a load: its threads call together, wait until all have finished, pause, and call
 * again.
 *
 * <p>Without the beat a pool that reuses the newest connection first would serve all threads over a
 * few connections that never grow idle, and nothing would be raced for.
 */
final class Rounds {
  private static final long JITTER_NANOS = Duration.ofMillis(60).toNanos();

  private final SplittableRandom random;
  private final long pauseNanos;
  private final long endNanos;
  private final Phaser threads;

  /** Written while all threads wait at the phaser, read after. */
  private volatile Duration pause = Duration.ZERO;

  /** Rounds of {@code parties} threads that end once {@code length} has passed from now on. */
  Rounds(int parties, Duration length, Duration pause, long seed) {
    this.random = new SplittableRandom(seed);
    this.pauseNanos = pause.toNanos();
    this.endNanos = System.nanoTime() + length.toNanos();
    this.threads =
        new Phaser(parties) {
          @Override
          protected boolean onAdvance(int phase, int registered) {
            Rounds.this.pause = nextPause();
            return registered == 0 || System.nanoTime() - endNanos >= 0;
          }
        };
  }

  /** Waits until the others have finished the round too, and pauses; false if it was the last. */
  boolean awaitNext() throws InterruptedException {
    if (threads.awaitAdvanceInterruptibly(threads.arrive()) < 0) return false;
    Thread.sleep(pause);
    return true;
  }

  /** Lets the others go on without the calling thread. */
  void leave() {
    threads.arriveAndDeregister();
  }

  private Duration nextPause() {
    if (pauseNanos == 0) return Duration.ZERO;
    long drawn = pauseNanos + random.nextLong(-JITTER_NANOS, JITTER_NANOS + 1);
    return Duration.ofNanos(Math.max(0, drawn));
  }
}
