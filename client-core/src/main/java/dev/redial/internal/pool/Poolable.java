package dev.redial.internal.pool;

import org.jspecify.annotations.Nullable;

/** What the pool needs to know of a connection. */
public interface Poolable {

  /** What one look at an idle connection found. */
  enum Health {
    /** Nothing to read: the peer has not ended it. */
    ALIVE,
    /** FIN or RST. */
    ENDED,
    /** Octets that nobody asked for; they must never become the answer to the next request. */
    DIRTY
  }

  /**
   * One cheap look that does not block. Called only by the one who owns the connection (a borrower
   * or the reaper), never under the pool's lock.
   *
   * @return what was found
   */
  Health probe();

  /**
   * Closes the connection. Idempotent, never blocks, from any thread; never called under the pool's
   * lock.
   */
  void close();

  /**
   * Lets go of what is not needed while idle, buffers above all. Called by the reaper, which owns
   * the connection meanwhile, once in each idle period.
   */
  void rest();

  /**
   * How long the server said, with its last response, that it keeps the connection idle ({@code
   * Keep-Alive: timeout}).
   *
   * @return nanoseconds, or -1 if it said nothing
   */
  long announcedIdleNanos();

  /**
   * Which server it leads to, of several behind one name; connections to equal ones are ended by
   * the same timer.
   *
   * @return an address, for instance; null if it is not known
   */
  @Nullable Object server();

  /**
   * How long an octet takes to the server and back.
   *
   * @return nanoseconds, measured when it was opened; 0 if not known
   */
  long roundTripNanos();
}
