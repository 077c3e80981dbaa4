package dev.redial.jmh;

import dev.redial.jmh.peer.Call;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Virtual threads that call without pause, except while they rest, until they are stopped.
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
  private final AtomicLongArray begun; // when the present call of each of them began
  private final AtomicReference<Exception> failure = new AtomicReference<>();
  private volatile @Nullable Rest rest;
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
    this.begun = new AtomicLongArray(count);
    for (int i = 0; i < count; i++) {
      int number = i;
      Call call = calls.apply(i);
      begun.set(number, System.nanoTime());
      threads.add(Thread.ofVirtual().name("caller-", i).start(() -> callOn(call, number)));
    }
  }

  /** Waits until so many further calls are done as a step has. */
  void awaitStep() throws Exception {
    while (!steps.tryAcquire(1, TimeUnit.MINUTES))
      if (failure.get() == null) throw new IllegalStateException("no progress for a minute");
    if (failure.get() != null) throw failure.get();
  }

  /** Waits until so many further calls are done. */
  void awaitCalls(long count) throws InterruptedException {
    long end = calls.get() + count;
    while (calls.get() - end < 0 && failure.get() == null) Thread.sleep(10);
  }

  /** Lets each of them end its call, and begin no other until {@link #goOn}. */
  void rest() throws InterruptedException {
    Rest rest = new Rest(threads.size());
    this.rest = rest;
    long begun = System.nanoTime();
    while (failure.get() == null && !rest.begun.await(10, TimeUnit.MILLISECONDS))
      if (System.nanoTime() - begun > TimeUnit.MINUTES.toNanos(1))
        throw new IllegalStateException(rest.begun.getCount() + " calls do not end");
  }

  /** Lets them go on, if they rest. */
  void goOn() {
    Rest over = rest;
    if (over == null) return;
    long now = System.nanoTime();
    for (int i = 0; i < begun.length(); i++) begun.set(i, now); // a rest is no part of a call
    rest = null;
    over.end.countDown();
  }

  /** Forgets the steps that were done so far. */
  void begin() {
    steps.drainPermits();
  }

  /** How long each of them has been in its present call. */
  LongStream waitingNanos() {
    long now = System.nanoTime();
    return IntStream.range(0, begun.length()).mapToLong(i -> now - begun.get(i));
  }

  /** Lets each of them end its call. */
  void stop() throws InterruptedException {
    stopping = true;
    goOn();
    for (Thread thread : threads) thread.join();
  }

  private void callOn(Call call, int number) {
    try {
      while (!stopping) {
        Rest rest = this.rest;
        if (rest == null) callOnce(call, number);
        else rest.take();
      }
    } catch (Exception e) {
      failure.compareAndSet(null, e);
      stopping = true;
      steps.release();
    }
  }

  private void callOnce(Call call, int number) throws Exception {
    long began = System.nanoTime();
    begun.setRelease(number, began);
    long received = call.run();
    meter.record(System.nanoTime() - began);
    if (received != length) throw new IllegalStateException("a body of " + received + " octets");
    if (calls.incrementAndGet() % step == 0) steps.release();
  }

  private static final class Rest {
    final CountDownLatch begun;
    final CountDownLatch end = new CountDownLatch(1);

    Rest(int callers) {
      this.begun = new CountDownLatch(callers);
    }

    void take() throws InterruptedException {
      begun.countDown();
      end.await();
    }
  }
}
