package dev.redial.jmh;

import dev.redial.KeepAlive;
import dev.redial.PoolLimits;
import dev.redial.internal.pool.Lease;
import dev.redial.internal.pool.Pool;
import dev.redial.internal.pool.Poolable;
import dev.redial.internal.wire.Watchdog;
import java.util.concurrent.locks.LockSupport;

/** A connection that costs nothing to open and to probe, so that the pool is what is measured. */
public final class Weightless implements Poolable {
  private static final Watchdog WATCHDOG = new Watchdog();

  private Weightless() {}

  /**
   * A pool with a watchdog as a client's has.
   *
   * @param limits of the pool
   * @return empty
   */
  public static Pool<String, Weightless> pool(PoolLimits limits) {
    return Pool.create(
        limits,
        KeepAlive.defaults(),
        route -> -1,
        Integer.MAX_VALUE,
        Weightless::wakeAt,
        () -> false);
  }

  private static Runnable wakeAt(Thread thread, long nanos) {
    Watchdog.Alarm alarm = WATCHDOG.alarm(() -> LockSupport.unpark(thread));
    alarm.arm(nanos);
    return alarm::release;
  }

  /**
   * One loan.
   *
   * @param pool of one origin
   * @throws Exception never, with limits that are not reached
   */
  public static void lendAndGiveBack(Pool<String, Weightless> pool) throws Exception {
    Lease<Weightless> lease =
        pool.lend("origin", true, false, Pool.NO_DEADLINE, route -> new Weightless());
    lease.giveBack();
  }

  @Override
  public Health probe() {
    return Health.ALIVE;
  }

  @Override
  public void close() {
    // There is nothing to close.
  }

  @Override
  public void rest() {
    // There is nothing to let go of.
  }

  @Override
  public long announcedIdleNanos() {
    return -1;
  }

  @Override
  public Object server() {
    return null;
  }

  @Override
  public long roundTripNanos() {
    return 0;
  }
}
