package dev.redial.internal.pool;

import dev.redial.KeepAlive;
import dev.redial.PoolLimits;
import dev.redial.internal.wire.Watchdog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.ToLongFunction;

/**
 * A pool with a clock that stands still, a reaper that is never started (tests sweep), and
 * connections that are numbers.
 */
final class Harbour {
  private static final Watchdog WATCHDOG = new Watchdog();

  /** By the system's clock. */
  static final WakeUps WAKE_UPS =
      (thread, nanos) -> {
        Watchdog.Alarm alarm = WATCHDOG.alarm(() -> LockSupport.unpark(thread));
        alarm.arm(nanos);
        return alarm::release;
      };

  final AtomicLong clock =
      new AtomicLong(Long.MAX_VALUE - 1_000); // soon to overflow: only differences may be used
  final AtomicLong wallMillis = new AtomicLong(1_700_000_000_000L);
  final List<FakeConnection> opened = Collections.synchronizedList(new ArrayList<>());
  final List<Runnable> reapers = Collections.synchronizedList(new ArrayList<>());
  volatile double jitter;
  volatile boolean abandoned;

  /** Of connections that are opened from now on. */
  volatile long roundTripNanos;

  final Pool<String, FakeConnection> pool;

  Harbour() {
    this(PoolLimits.defaults());
  }

  Harbour(PoolLimits limits) {
    this(limits, KeepAlive.defaults());
  }

  Harbour(PoolLimits limits, KeepAlive keepAlive) {
    this(limits, keepAlive, route -> IdleRule.UNKNOWN);
  }

  Harbour(PoolLimits limits, KeepAlive keepAlive, ToLongFunction<String> presets) {
    BooleanSupplier dropped = () -> abandoned;
    pool =
        new Pool<>(
            limits,
            keepAlive,
            presets,
            Integer.MAX_VALUE,
            clock::get,
            WAKE_UPS,
            wallMillis::get,
            new Fraction(),
            this::reaper,
            dropped);
  }

  private Thread reaper(Runnable work) {
    reapers.add(work);
    return new Thread(() -> {});
  }

  /** A generator whose next double is {@link #jitter}. */
  private final class Fraction implements java.util.random.RandomGenerator {
    @Override
    public long nextLong() {
      throw new UnsupportedOperationException();
    }

    @Override
    public double nextDouble() {
      return jitter;
    }
  }

  static PoolLimits limits(int total, int perOrigin) {
    return new PoolLimits(total, perOrigin, 100_000, Duration.ofSeconds(30));
  }

  FakeConnection open(String route) {
    FakeConnection connection;
    synchronized (opened) {
      connection = new FakeConnection(opened.size() + 1, route);
      connection.roundTrip = roundTripNanos;
      opened.add(connection);
    }
    return connection;
  }

  void pass(Duration time) {
    clock.addAndGet(time.toNanos());
    wallMillis.addAndGet(time.toMillis());
  }

  Lease<FakeConnection> lend(String route) throws Exception {
    return pool.lend(route, true, false, Pool.NO_DEADLINE, this::open);
  }

  Lease<FakeConnection> lendUnrepeatable(String route) throws Exception {
    return pool.lend(route, false, false, Pool.NO_DEADLINE, this::open);
  }

  Lease<FakeConnection> lendFresh(String route) throws Exception {
    return pool.lend(route, true, true, Pool.NO_DEADLINE, this::open);
  }

  void sweep() {
    new Reaper<>(pool, clock::get, () -> abandoned).sweep();
  }

  /** Lends this many at once and gives them back in order, so that the last is the newest. */
  List<FakeConnection> stock(String route, int count) throws Exception {
    List<Lease<FakeConnection>> leases = new ArrayList<>();
    for (int i = 0; i < count; i++) leases.add(lendFresh(route));
    leases.forEach(Lease::giveBack);
    return leases.stream().map(Lease::connection).toList();
  }
}
