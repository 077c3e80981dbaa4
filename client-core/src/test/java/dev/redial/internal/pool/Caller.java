package dev.redial.internal.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/** A thread of its own that borrows once. */
final class Caller {

  /** Both kinds of thread that callers have. */
  enum Kind {
    VIRTUAL,
    PLATFORM;

    Thread unstarted(Runnable work) {
      return this == VIRTUAL
          ? Thread.ofVirtual().unstarted(work)
          : Thread.ofPlatform().daemon().unstarted(work);
    }
  }

  /** A way to borrow. */
  interface Borrowing {
    Lease<FakeConnection> lend() throws Exception;
  }

  private final FutureTask<Lease<FakeConnection>> outcome;
  final Thread thread;

  private Caller(Kind kind, Borrowing borrowing) {
    outcome = new FutureTask<>(borrowing::lend);
    thread = kind.unstarted(outcome);
  }

  static Caller starting(Kind kind, Borrowing borrowing) {
    Caller caller = new Caller(kind, borrowing);
    caller.thread.start();
    return caller;
  }

  static Caller starting(Borrowing borrowing) {
    return starting(Kind.VIRTUAL, borrowing);
  }

  boolean done() {
    return outcome.isDone();
  }

  Lease<FakeConnection> lease() throws Exception {
    return outcome.get(20, TimeUnit.SECONDS);
  }

  Throwable failure() throws Exception {
    assertThat(thread.join(Duration.ofSeconds(20))).isTrue();
    try {
      throw new AssertionError("got " + outcome.get().connection());
    } catch (ExecutionException failure) {
      return failure.getCause();
    }
  }

  /** The loan, or null if it was interrupted or timed out. */
  boolean succeeded() throws Exception {
    assertThat(thread.join(Duration.ofSeconds(20))).isTrue();
    return outcome.state() == java.util.concurrent.Future.State.SUCCESS;
  }
}
