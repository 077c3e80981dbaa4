package dev.redial.jmh;

import dev.redial.jmh.peer.Call;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;

/**
 * Virtual threads that call without pause, until they are stopped.
 *
 * <p>They live as long as a trial, so that neither their start nor their end is measured, and there
 * may be many more of them than JMH would start threads.
 */
final class Callers {
  private final int step;
  private final long length;
  private final List<Thread> threads = new ArrayList<>();
  private final AtomicLong calls = new AtomicLong();
  private final Semaphore steps = new Semaphore(0);
  private final Meter meter;
  private final AtomicReference<Exception> failure = new AtomicReference<>();
  private volatile boolean stopping;

  /**
   * Starts them.
   *
   * @param count how many
   * @param step after how many calls {@link #awaitStep} returns
   * @param length of the body that every call has to return
   * @param calls what each of them does
   * @param meter is told how long each call took
   */
  Callers(int count, int step, long length, IntFunction<Call> calls, Meter meter) {
    this.step = step;
    this.length = length;
    this.meter = meter;
    for (int i = 0; i < count; i++) {
      Call call = calls.apply(i);
      threads.add(Thread.ofVirtual().name("caller-", i).start(() -> callOn(call)));
    }
  }

  /** Waits until so many further calls are done as a step has. */
  void awaitStep() throws Exception {
    while (!steps.tryAcquire(1, TimeUnit.MINUTES))
      if (failure.get() == null) throw new IllegalStateException("no progress for a minute");
    if (failure.get() != null) throw failure.get();
  }

  /** Waits until so many calls are done since the start. */
  void awaitCalls(long count) throws InterruptedException {
    while (calls.get() < count && failure.get() == null) Thread.sleep(10);
  }

  /** Forgets the steps that were done so far. */
  void begin() {
    steps.drainPermits();
  }

  /** Lets each of them end its call. */
  void stop() throws InterruptedException {
    stopping = true;
    for (Thread thread : threads) thread.join();
  }

  private void callOn(Call call) {
    try {
      while (!stopping) callOnce(call);
    } catch (Exception e) {
      failure.compareAndSet(null, e);
      stopping = true;
      steps.release();
    }
  }

  private void callOnce(Call call) throws Exception {
    long begun = System.nanoTime();
    long received = call.run();
    meter.record(System.nanoTime() - begun);
    if (received != length) throw new IllegalStateException("a body of " + received + " octets");
    if (calls.incrementAndGet() % step == 0) steps.release();
  }
}
