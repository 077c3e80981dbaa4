package dev.redial.internal.pool;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A connection without a socket: an integer with a scripted health. */
final class FakeConnection implements Poolable {
  final int number;
  final String route;
  volatile Health health = Health.ALIVE;
  volatile long announced = -1;
  volatile @Nullable Object server;
  volatile long roundTrip;
  volatile Runnable onProbe = () -> {};
  volatile Runnable onRest = () -> {};
  volatile Runnable onClose = () -> {};
  volatile Runnable onAnnounced = () -> {};
  final AtomicInteger probes = new AtomicInteger();
  final AtomicInteger rests = new AtomicInteger();
  final AtomicInteger closes = new AtomicInteger();

  /** How many own it at the moment; never more than one. */
  final AtomicInteger owners = new AtomicInteger();

  FakeConnection(int number, String route) {
    this.number = number;
    this.route = route;
  }

  @Override
  public Health probe() {
    probes.incrementAndGet();
    onProbe.run();
    return health;
  }

  @Override
  public void close() {
    if (closes.incrementAndGet() == 1) onClose.run();
  }

  @Override
  public void rest() {
    rests.incrementAndGet();
    onRest.run();
  }

  @Override
  public long announcedIdleNanos() {
    onAnnounced.run();
    return announced;
  }

  @Override
  public @Nullable Object server() {
    return server;
  }

  @Override
  public long roundTripNanos() {
    return roundTrip;
  }

  boolean closed() {
    return closes.get() > 0;
  }

  @Override
  public String toString() {
    return route + number;
  }
}
