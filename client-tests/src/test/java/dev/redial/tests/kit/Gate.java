package dev.redial.tests.kit;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Holds a script until the test lets it go on. */
public final class Gate {
  private final CountDownLatch open = new CountDownLatch(1);

  /** Lets everybody through, now and later. */
  public void open() {
    open.countDown();
  }

  /** Waits until the gate is open; fails after ten seconds. */
  public void pass() throws InterruptedException {
    if (!open.await(10, TimeUnit.SECONDS)) throw new AssertionError("the gate was never opened");
  }
}
