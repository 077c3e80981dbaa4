package dev.redial.internal.pool;

import dev.redial.internal.pool.Chain.Link;
import org.jspecify.annotations.Nullable;

/**
 * One of the bounded places for a connection: empty while the connection is being opened, then the
 * connection with its times.
 *
 * <p>Changed under the pool's lock. While it is lent, or swept, its owner (a borrower, the reaper)
 * may read it without.
 */
final class Berth<R, C extends Poolable> {

  /** Who owns the connection. */
  enum State {
    /** A borrower, who may still be opening it. */
    LENT,
    /** Nobody. */
    IDLE,
    /** The reaper, for the time of one look; it stays in its place among the idle ones. */
    SWEPT,
    /** Nobody; its place is free once it is closed. */
    CLOSING,
    /** No longer in the books. */
    GONE
  }

  final Shelf<R, C> shelf;

  /** In all that the pool has, while it is not gone. */
  final Link<Berth<R, C>> inPool = new Link<>(this);

  /** In the pool's idle ones, while it is idle or swept. */
  final Link<Berth<R, C>> inIdle = new Link<>(this);

  /** In its shelf's idle ones, while it is idle or swept. */
  final Link<Berth<R, C>> onShelf = new Link<>(this);

  State state = State.LENT;

  /** Null while it is being opened. */
  @Nullable C connection;

  long openedNanos;
  long expiresNanos;
  long idleSinceNanos;

  /** For how long the machine had been suspended in all when it became idle. */
  long suspendedNanos;

  /** How long it had been idle when it was taken for its borrower. */
  long lentIdleNanos;

  /** How long it may have been idle for that borrower. */
  long allowedNanos;

  /** When it was last known not to have been ended by the peer. */
  long aliveNanos;

  /** How long the server said that it keeps it idle. */
  long promisedNanos = IdleRule.UNKNOWN;

  /** How long an octet takes to the server and back. */
  long roundTripNanos;

  /** Of the server that the connection leads to; null until it is open. */
  @Nullable Lesson lesson;

  /** Whether it has carried more than one exchange. */
  boolean proven;

  /** Whether it was told to rest in this idle period. */
  boolean rested;

  /** Evicted while the reaper owned it: the reaper closes it when it is done. */
  boolean doomed;

  Berth(Shelf<R, C> shelf) {
    this.shelf = shelf;
  }

  /** The lesson of a berth that is known to have a connection. */
  Lesson lesson() {
    Lesson present = lesson;
    if (present == null) throw new IllegalStateException("no connection yet");
    return present;
  }

  /** The connection of a berth that is known to have one. */
  C boarded() {
    C present = connection;
    if (present == null) throw new IllegalStateException("no connection yet");
    return present;
  }
}
