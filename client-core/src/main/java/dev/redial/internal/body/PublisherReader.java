package dev.redial.internal.body;

import java.net.http.HttpRequest.BodyPublisher;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Pulls a body publisher buffer by buffer, blocking the calling thread until there is one.
 *
 * <p>It asks for one buffer at a time, so a publisher is never ahead of the socket. Publishers that
 * misbehave (deliver more than was asked for, complete without demand, throw anywhere) lose nothing
 * and hang nothing.
 */
public final class PublisherReader implements Flow.Subscriber<ByteBuffer> {
  private final BodyPublisher publisher;
  private final long announced;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Guarded by lock.
  private final ArrayDeque<ByteBuffer> published = new ArrayDeque<>(2);
  private Flow.@Nullable Subscription subscription;
  private @Nullable Throwable failure;
  private boolean touched;
  private boolean asked; // for a buffer that has not come yet
  private boolean complete;
  private boolean abandoned;
  private boolean cancelled;

  // Confined to the reading thread.
  private boolean subscribed;
  private long taken;

  /**
   * A reader; nothing is subscribed yet.
   *
   * @param publisher the body
   * @param announced how many octets it has announced, or a negative number if unknown
   */
  public PublisherReader(BodyPublisher publisher, long announced) {
    this.publisher = publisher;
    this.announced = announced;
  }

  /**
   * The next buffer with octets in it.
   *
   * @param deadlineNanos on the scale of {@link System#nanoTime()}, or {@link Long#MAX_VALUE} for
   *     none
   * @return the buffer, or null when the body is complete or was {@linkplain #abandon() abandoned}
   * @throws PublisherFailure if the publisher failed or its length is not the announced one
   * @throws TimeoutException if the deadline passed
   */
  public @Nullable ByteBuffer next(long deadlineNanos)
      throws PublisherFailure, InterruptedException, TimeoutException {
    if (!subscribed) subscribe();
    ByteBuffer buffer;
    do {
      buffer = take(deadlineNanos);
    } while (buffer != null && !buffer.hasRemaining());
    if (buffer != null) taken += buffer.remaining();
    checkLength(buffer == null);
    return buffer;
  }

  /**
   * Whether the publisher says that it is done, asking it for one more buffer but not waiting for
   * its answer.
   *
   * @return false if only waiting could tell
   * @throws PublisherFailure if it failed, or published more than it had announced
   */
  public boolean reachedEnd() throws PublisherFailure {
    Flow.@Nullable Subscription toAsk;
    lock.lock();
    try {
      toAsk = complete || failure != null ? null : toAsk();
    } finally {
      lock.unlock();
    }
    if (toAsk != null) request(toAsk);
    lock.lock();
    try {
      for (ByteBuffer buffer : published) taken += buffer.remaining();
      published.clear();
      checkLength(false);
      if (failure != null) throw new PublisherFailure(failure);
      return complete;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Whether the publisher has said that it is done and everything was handed out; asks nothing of
   * it.
   *
   * @return false if only asking could tell
   */
  public boolean isComplete() {
    lock.lock();
    try {
      return complete && published.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Octets handed out so far.
   *
   * @return the sum over all buffers
   */
  public long taken() {
    return taken;
  }

  /**
   * Whether anything was asked of the publisher. Once the body was {@linkplain #abandon()
   * abandoned}, false stays false.
   *
   * @return false if it can be published again even if it can be published only once
   */
  public boolean touched() {
    lock.lock();
    try {
      return touched;
    } finally {
      lock.unlock();
    }
  }

  private void subscribe() throws PublisherFailure {
    subscribed = true;
    lock.lock();
    try {
      if (abandoned) return;
      touched = true;
    } finally {
      lock.unlock();
    }
    try {
      publisher.subscribe(this);
    } catch (Throwable thrown) {
      throw new PublisherFailure(thrown);
    }
  }

  private @Nullable ByteBuffer take(long deadlineNanos)
      throws PublisherFailure, InterruptedException, TimeoutException {
    Flow.Subscription toAsk = subscriptionIfNothingIsThere(deadlineNanos);
    if (toAsk != null) request(toAsk);
    lock.lockInterruptibly();
    try {
      while (published.isEmpty() && failure == null && !complete && !abandoned)
        await(deadlineNanos);
      if (abandoned) return null;
      ByteBuffer buffer = published.poll();
      if (buffer == null && failure != null) throw new PublisherFailure(failure);
      return buffer;
    } finally {
      lock.unlock();
    }
  }

  /** Never under the lock: the publisher may call back at once, or block. */
  private static void request(Flow.Subscription subscription) throws PublisherFailure {
    try {
      subscription.request(1);
    } catch (Throwable thrown) {
      throw new PublisherFailure(thrown);
    }
  }

  private Flow.@Nullable Subscription subscriptionIfNothingIsThere(long deadlineNanos)
      throws InterruptedException, TimeoutException {
    lock.lockInterruptibly();
    try {
      while (subscription == null && failure == null && !complete && !abandoned)
        await(deadlineNanos);
      boolean over = failure != null || complete || abandoned;
      return over || !published.isEmpty() ? null : toAsk();
    } finally {
      lock.unlock();
    }
  }

  /** Under the lock: whom to ask for a buffer, once for each. */
  private Flow.@Nullable Subscription toAsk() {
    if (asked) return null;
    asked = subscription != null;
    return subscription;
  }

  @SuppressWarnings("WaitNotInLoop") // every caller loops
  private void await(long deadlineNanos) throws InterruptedException, TimeoutException {
    if (deadlineNanos == Long.MAX_VALUE) {
      changed.await();
      return;
    }
    long left = deadlineNanos - System.nanoTime();
    if (left <= 0) throw new TimeoutException();
    long unused = changed.awaitNanos(left);
  }

  private void checkLength(boolean ended) throws PublisherFailure {
    if (announced < 0) return;
    if (taken > announced)
      throw new PublisherFailure(
          "Too many bytes in request body. Expected: " + announced + ", got: " + taken);
    if (ended && taken < announced && !isAbandoned())
      throw new PublisherFailure(
          "Too few bytes returned by the publisher (" + taken + "/" + announced + ")");
  }

  private boolean isAbandoned() {
    lock.lock();
    try {
      return abandoned;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Lets a waiting {@link #next} return null; from any thread. It calls nothing of the publisher's,
   * so it never blocks; whoever reads has to {@link #cancel()}.
   */
  public void abandon() {
    lock.lock();
    try {
      abandoned = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Ends the subscription and lets a waiting {@link #next} return null; from any thread, harmless
   * after the end. What the publisher throws is its own affair by then.
   */
  public void cancel() {
    Flow.Subscription toCancel;
    lock.lock();
    try {
      toCancel = complete || failure != null || cancelled ? null : subscription;
      cancelled = true;
      abandoned = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    cancelQuietly(toCancel);
  }

  private static void cancelQuietly(Flow.@Nullable Subscription toCancel) {
    if (toCancel == null) return;
    try {
      toCancel.cancel();
    } catch (Throwable ignored) {
      // The exchange has its outcome; an exception out of cancel() must not replace it.
    }
  }

  @Override
  public void onSubscribe(Flow.Subscription given) {
    boolean refuse;
    lock.lock();
    try {
      refuse = subscription != null || cancelled;
      if (!refuse) subscription = given;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    if (refuse) cancelQuietly(given);
  }

  @Override
  public void onNext(ByteBuffer buffer) {
    Objects.requireNonNull(buffer);
    lock.lock();
    try {
      if (complete || abandoned) return;
      asked = false;
      published.add(buffer);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void onError(Throwable thrown) {
    Objects.requireNonNull(thrown);
    lock.lock();
    try {
      if (!complete && failure == null) failure = thrown;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void onComplete() {
    lock.lock();
    try {
      complete = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
