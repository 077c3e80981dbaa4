package dev.redial.internal.pool;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * One loan of a connection. It is ended exactly once, by {@link #giveBack()}, {@link #discard()} or
 * {@link #hungUp()}; whatever is called later, or loses the race, from any thread, does nothing.
 * Afterwards the connection belongs to somebody else.
 *
 * @param <C> the connection
 */
public final class Lease<C extends Poolable> {
  private static final VarHandle ENDED;

  static {
    try {
      ENDED = MethodHandles.lookup().findVarHandle(Lease.class, "ended", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Pool<?, C> pool;
  private final Berth<?, C> berth;
  private final C connection;
  private final boolean reused;
  private final long idleNanos;

  @SuppressWarnings("unused") // through ENDED
  private volatile boolean ended;

  Lease(Pool<?, C> pool, Berth<?, C> berth, C connection, boolean reused, long idleNanos) {
    this.pool = pool;
    this.berth = berth;
    this.connection = connection;
    this.reused = reused;
    this.idleNanos = idleNanos;
  }

  /**
   * The lent connection.
   *
   * @return the same each time, also when the loan has ended
   */
  public C connection() {
    return connection;
  }

  /**
   * Whether the connection has carried an exchange before this loan.
   *
   * @return false if it was opened for this loan
   */
  public boolean reused() {
    return reused;
  }

  /**
   * How long the connection had been idle when it was lent.
   *
   * @return nanoseconds; 0 if it was opened for this loan
   */
  public long idleNanos() {
    return idleNanos;
  }

  /**
   * The exchange ended clean: the connection goes to the next in line, becomes idle, or is closed
   * if it must not be used again.
   */
  public void giveBack() {
    if (end()) pool.giveBack(berth, connection, reused, idleNanos);
  }

  /** The connection is of no more use: it is closed, its place is free. */
  public void discard() {
    if (end()) pool.discard(berth);
  }

  /**
   * The server ended this reused connection before the first octet of a response: {@link
   * #discard()}, and the pool learns how long this origin keeps connections, and closes its idle
   * ones that are at least as old.
   */
  public void hungUp() {
    if (end()) pool.hungUp(berth, reused, idleNanos);
  }

  private boolean end() {
    return ENDED.compareAndSet(this, false, true);
  }
}
