package dev.redial.internal.pool;

import dev.redial.internal.pool.Poolable.Health;
import java.io.IOException;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The way from a berth that was taken to a loan, without the lock for the most part: probes the
 * used connection, takes the next instead of a dead one, opens a new one at last.
 */
final class Boarding<R, C extends Poolable> {
  private final Pool<R, C> pool;
  private final Clerk<R, C> clerk;
  private final LongSupplier nanoClock;

  Boarding(Pool<R, C> pool, Clerk<R, C> clerk, LongSupplier nanoClock) {
    this.pool = pool;
    this.clerk = clerk;
    this.nanoClock = nanoClock;
  }

  Lease<C> board(Berth<R, C> taken, Need need, long start, Pool.Opener<R, C> opener)
      throws IOException, InterruptedException {
    Berth<R, C> berth = taken;
    long now = start;
    for (C used = berth.connection; used != null; used = berth.connection) {
      long idleNanos = Math.max(berth.lentIdleNanos, now - berth.idleSinceNanos);
      boolean young = idleNanos < berth.allowedNanos; // it may have aged while its taker slept
      Health health = young ? probe(berth, used) : null;
      if (health == Health.ALIVE) return new Lease<>(pool, berth, used, true, idleNanos);
      now = nanoClock.getAsLong();
      berth = takeInstead(berth, health, need, now);
    }
    return new Lease<>(pool, berth, open(berth, opener), false, 0);
  }

  private Health probe(Berth<R, C> berth, C used) {
    try {
      return used.probe();
    } catch (Throwable bug) {
      pool.discard(berth);
      throw bug;
    }
  }

  private Berth<R, C> takeInstead(Berth<R, C> stale, @Nullable Health found, Need need, long now)
      throws PoolClosed {
    Books<R, C> books = clerk.lock();
    try {
      return books.takeInstead(stale, found, need, now);
    } finally {
      clerk.unlock();
    }
  }

  private C open(Berth<R, C> berth, Pool.Opener<R, C> opener)
      throws IOException, InterruptedException {
    C connection;
    try {
      connection =
          Objects.requireNonNull(opener.open(berth.shelf.route), "the opener returned null");
    } catch (Throwable failure) {
      pool.discard(berth);
      throw failure;
    }
    if (fill(berth, connection)) return connection;
    throw new PoolClosed();
  }

  private boolean fill(Berth<R, C> berth, C connection) {
    Object server;
    long roundTripNanos;
    try {
      server = connection.server();
      roundTripNanos = connection.roundTripNanos();
    } catch (Throwable bug) {
      berth.connection = connection;
      pool.discard(berth);
      throw bug;
    }
    long now = nanoClock.getAsLong();
    Books<R, C> books = clerk.lock();
    try {
      return books.fill(berth, connection, server, roundTripNanos, now);
    } finally {
      clerk.unlock();
    }
  }
}
