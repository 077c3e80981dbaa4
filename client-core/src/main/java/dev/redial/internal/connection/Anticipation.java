package dev.redial.internal.connection;

import java.io.IOException;

/**
 * Looks for an answer for a moment before its thread goes to sleep for it: adaptive spinning, as
 * locks do it, for virtual threads.
 *
 * <p>An answer is never there at once. To wait for it costs a read that fails, a registration with
 * the JDK's poller, and a wake-up: half of what an exchange costs, and more where the core falls
 * asleep as well. So the thread first gives way to others. Where some are ready to run, the answer
 * is there when its turn comes again. Where there are none, it looks a few times, for about as long
 * as the wake-up would take. Both only while that pays: trust is lost fast and regained slowly, and
 * where a server is too far away or too slow, its connections just wait, and rarely try again.
 *
 * <p>A platform thread just waits: to give way is one more system call to it, and each look two.
 *
 * <p>Confined to the exchanging thread.
 */
final class Anticipation {
  /** With nobody else about, these take as long as a wake-up: some 20 microseconds. */
  static final int LOOKS = 16;

  /** What is wasted on looking is then a few hundredths of a microsecond for each exchange. */
  static final int LONGEST_PAUSE = 1024;

  private int pause; // exchanges until the next try
  private int nextPause;

  /**
   * Called when all of the request has been sent and nothing of its answer is buffered; returns at
   * once or after a moment, whether or not something has come.
   *
   * @return false if the server has ended the connection
   */
  boolean await(Connection connection) throws IOException {
    if (pause > 0) {
      pause--;
      return true;
    }
    if (!Thread.currentThread().isVirtual()) return true;
    for (int look = 0; look < LOOKS; look++) {
      giveWay();
      if (!connection.look()) return false;
      if (connection.buffered() == 0) continue;
      if (nextPause > 0) nextPause--;
      return true;
    }
    nextPause = Math.min(2 * nextPause + 1, LONGEST_PAUSE);
    pause = nextPause;
    return true;
  }

  @SuppressWarnings("ThreadPriorityCheck") // nothing but speed relies on it
  private static void giveWay() {
    Thread.yield();
  }
}
