package dev.redial.internal.pool;

/**
 * Wakes threads when it is time.
 *
 * <p>For waits that nearly always end sooner: a virtual thread that parks with a limit costs a
 * scheduled task each time, several times what the waiting costs otherwise.
 */
@FunctionalInterface
public interface WakeUps {

  /**
   * Orders one.
   *
   * @param thread is unparked when it is time, unless the order was taken back
   * @param nanos when, by the pool's clock
   * @return takes the order back; to be run once, whether or not it has been carried out
   */
  Runnable at(Thread thread, long nanos);
}
