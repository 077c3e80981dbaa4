package dev.redial.internal.connection;

import java.io.IOException;
import java.util.function.LongSupplier;

/**
 * Looks for an answer for a moment before its thread goes to sleep for it: adaptive spinning, as
 * locks do it, for virtual threads.
 *
 * <p>An answer is never there at once. To wait for it costs a read that fails, a registration with
 * the JDK's poller, and a wake-up: half of what an exchange costs, and more where the core falls
 * asleep as well. So the thread first gives way to others. Where some are ready to run, the answer
 * is there when its turn comes again. Where there are none, it looks a few times, for about as long
 * as the wake-up would take. Both only while that pays more often than not: each look in vain
 * doubles the pause until the next, each other one halves it. Where a server is too far away or too
 * slow, its connections just wait, and rarely try again.
 *
 * <p>A platform thread just waits: to give way is one more system call to it, and so is each look.
 *
 * <p>Confined to the exchanging thread.
 */
final class Anticipation {
  /**
   * With nobody else about, these take as long as a wake-up of a sleeping core: some 50
   * microseconds, which would be lost anyway.
   */
  static final int LOOKS = 32;

  /** Where others run, the core does not sleep, and to wait costs no more than some four looks. */
  static final int IN_COMPANY = LOOKS / 4;

  /** What is wasted on looking is then at most a fifth of a microsecond for each exchange. */
  static final int LONGEST_PAUSE = 256;

  private final LongSupplier nanoClock;
  private final Recess recess;
  private int pause; // exchanges until the next try
  private int nextPause;

  /** One for each connection, with the clock of {@link System#nanoTime()}. */
  Anticipation(LongSupplier nanoClock, Recess recess) {
    this.nanoClock = nanoClock;
    this.recess = recess;
  }

  /**
   * Called when all of the request has been sent and nothing of its answer is buffered; returns at
   * once or after a moment, whether or not something has come. A {@link Recess} holds it up for as
   * long as a turn of all takes, and no longer than its limit.
   *
   * @return false if the server has ended the connection
   */
  boolean await(Connection connection) throws IOException {
    Thread me = Thread.currentThread();
    if (!me.isVirtual()) return true;
    long now = nanoClock.getAsLong();
    if (pause > 0) {
      pause--;
      recess.takePart(now, connection);
      return true;
    }
    for (int spent = 0; spent < LOOKS; ) {
      if (!recess.giveWay(now, connection)) {
        if (spent == 0) return true;
        break; // it has looked in vain
      }
      if (me.isInterrupted()) return true; // whoever waits is told
      if (!connection.look()) return false;
      if (connection.buffered() > 0) {
        nextPause /= 2;
        return true;
      }
      long before = now;
      now = nanoClock.getAsLong();
      spent += now - before < Recess.ALONE_NANOS ? 1 : IN_COMPANY;
    }
    nextPause = Math.min(2 * nextPause + 1, LONGEST_PAUSE);
    pause = nextPause;
    return true;
  }
}
