package dev.redial.internal.wire;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.awaitility.core.ConditionFactory;

/** A thread that does something blocking with a wire, and how that ended. */
record Parked(Thread thread, CompletableFuture<Throwable> outcome, AtomicBoolean interrupted) {

  /** The two kinds of thread park in different ways. */
  enum Kind {
    PLATFORM,
    VIRTUAL;

    Thread start(Runnable work) {
      return switch (this) {
        case PLATFORM -> Thread.ofPlatform().daemon().start(work);
        case VIRTUAL -> Thread.ofVirtual().start(work);
      };
    }
  }

  interface Blocking {
    void run() throws IOException;
  }

  static Parked on(Kind kind, Blocking call) {
    CompletableFuture<Throwable> outcome = new CompletableFuture<>();
    AtomicBoolean interrupted = new AtomicBoolean();
    Thread thread =
        kind.start(() -> {
          try {
            call.run();
            outcome.complete(new AssertionError("returned"));
          } catch (Throwable e) {
            interrupted.set(Thread.currentThread().isInterrupted());
            outcome.complete(e);
          }
        });
    return new Parked(thread, outcome, interrupted);
  }

  /** Waits for a state that is not far. */
  static ConditionFactory soon() {
    return await()
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(2))
        .atMost(Duration.ofSeconds(20));
  }

  /** Waits until the call has got stuck in the channel. */
  Parked awaitStuck() {
    soon().until(() -> isInChannel(method -> true));
    return this;
  }

  /** For what writes before it reads. */
  Parked awaitStuckReading() {
    soon().until(() -> isInChannel("read"::equals));
    return this;
  }

  private boolean isInChannel(Predicate<String> method) {
    StackTraceElement[] stack = thread.getStackTrace();
    boolean inChannel =
        Arrays.stream(stack)
            .filter(frame -> frame.getClassName().equals("sun.nio.ch.SocketChannelImpl"))
            .anyMatch(frame -> method.test(frame.getMethodName()));
    if (!inChannel) return false;
    return thread.isVirtual()
        ? thread.getState() == Thread.State.WAITING // it does not wait in the system
        : stack[0].isNativeMethod();
  }

  Throwable outcomeSoon() throws Exception {
    return outcome.get(20, TimeUnit.SECONDS);
  }

  /** Waits until the kernel has stopped taking what is being written. */
  static void awaitStalled(Wire wire) {
    long[] last = {-1};
    soon()
        .pollInterval(Duration.ofMillis(100))
        .until(() -> {
          boolean stalled = wire.sent() > 0 && wire.sent() == last[0];
          last[0] = wire.sent();
          return stalled;
        });
  }
}
