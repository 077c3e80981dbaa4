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
 * <p>It asks for one buffer at a time. A publisher may block whoever asks, even behind the buffer
 * that it was asked for: that of a stream reads on to learn whether there is more. So it is asked
 * on a thread of its own, which keeps a few buffers ahead of the socket; one buffer if the
 * publisher answers from another thread. A publisher that is known not to block is asked by the
 * reading thread, each time that nothing is left. What was published must not be changed any more.
 *
 * <p>Publishers that misbehave (deliver more than was asked for, complete without demand, throw
 * anywhere) lose nothing and hang nothing.
 */
public final class PublisherReader implements Flow.Subscriber<ByteBuffer> {
  /** To learn whether a buffer is the last one takes the publisher so long at most. */
  private static final long MOMENT_NANOS = 200_000;

  /** A thread that asks goes on until one of these is reached or passed, and ends. */
  private static final int ENOUGH_OCTETS = 128 * 1024;

  private static final int ENOUGH_BUFFERS = 16;

  private final BodyPublisher publisher;
  private final long announced;
  private final boolean mayBlock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Guarded by lock.
  private final ArrayDeque<ByteBuffer> published = new ArrayDeque<>(2);
  private long octetsPublished; // of the buffers that are there
  private boolean asking; // on a thread that goes on to the next question
  private Flow.@Nullable Subscription subscription;
  private @Nullable Throwable failure; // told by the publisher, which has ended with it
  private @Nullable Throwable thrown; // at whoever asked
  private boolean touched;
  private boolean asked; // for a buffer that has not come yet
  private boolean complete;
  private boolean abandoned;
  private boolean cancelled;

  // Confined to the reading thread.
  private long taken;

  /**
   * A reader; nothing is subscribed yet.
   *
   * @param publisher the body
   * @param announced how many octets it has announced, or a negative number if unknown
   * @param mayBlock whether the publisher may block whoever asks it
   */
  public PublisherReader(BodyPublisher publisher, long announced, boolean mayBlock) {
    this.publisher = publisher;
    this.announced = announced;
    this.mayBlock = mayBlock;
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
    ByteBuffer buffer;
    do {
      buffer = take(deadlineNanos);
    } while (buffer != null && !buffer.hasRemaining());
    if (buffer != null) taken += buffer.remaining();
    checkLength(buffer == null);
    return buffer;
  }

  /**
   * The next buffer with octets in it, if it is there already; waits for nothing.
   *
   * @return the buffer, or null if {@link #next} would have to be called to learn more
   * @throws PublisherFailure as {@link #next} does
   */
  public @Nullable ByteBuffer nextIfThere() throws PublisherFailure, InterruptedException {
    try {
      return isThere() ? next(System.nanoTime()) : null;
    } catch (TimeoutException e) { // it was an empty one
      return null;
    }
  }

  /**
   * Whether the publisher says that it is done, all octets that it has announced having been handed
   * out; asks it for one more buffer.
   *
   * @param deadlineNanos as for {@link #next}
   * @return false if it has not said so by then, or the body was abandoned
   * @throws PublisherFailure if it failed, or published more than it had announced
   */
  public boolean reachedEnd(long deadlineNanos) throws PublisherFailure, InterruptedException {
    try {
      return next(deadlineNanos) == null && !isAbandoned();
    } catch (TimeoutException e) {
      return false;
    }
  }

  /**
   * Whether the publisher has said that it is done and everything was handed out; asks nothing of
   * it, but lets it come to the end of what it does for a moment.
   *
   * @return false if only asking could tell
   */
  public boolean isComplete() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = MOMENT_NANOS;
      while (asking && published.isEmpty() && !isOver() && left > 0)
        left = changed.awaitNanos(left);
      return complete && !abandoned && published.isEmpty();
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
   * Whether all octets that the publisher has announced were handed out.
   *
   * @return false if it has announced no number
   */
  public boolean hasAll() {
    return taken == announced;
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

  private boolean isThere() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      return !published.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  private @Nullable ByteBuffer take(long deadlineNanos)
      throws PublisherFailure, InterruptedException, TimeoutException {
    lock.lockInterruptibly();
    try {
      while (published.isEmpty() && !isOver()) {
        if (!asking && hasQuestion()) ask();
        else await(deadlineNanos);
      }
      if (abandoned) return null;
      ByteBuffer buffer = published.poll();
      Throwable cause = failure == null ? thrown : failure;
      if (buffer == null && cause != null) throw new PublisherFailure(cause);
      octetsPublished =
          buffer == null || published.isEmpty() ? 0 : octetsPublished - buffer.remaining();
      if (mayBlock && !asking && hasQuestion() && isScarce())
        ask(); // while the socket takes this one
      return buffer;
    } finally {
      lock.unlock();
    }
  }

  /** Under the lock, but for a publisher's answer on this thread: it may call back. */
  private void ask() {
    if (mayBlock) {
      Thread unused = Thread.ofVirtual().name("redial-publisher").start(this::askAll);
      asking = true;
      return;
    }
    asking = true;
    lock.unlock();
    try {
      askAll();
    } finally {
      lock.lock();
    }
  }

  private void askAll() {
    Runnable question;
    while ((question = nextQuestion()) != null) {
      try {
        question.run();
      } catch (Throwable e) {
        threw(e);
      }
    }
  }

  private @Nullable Runnable nextQuestion() {
    lock.lock();
    try {
      if (!hasQuestion() || isEnough()) {
        asking = false;
        changed.signalAll();
        return null;
      }
      Flow.Subscription toAsk = subscription;
      if (toAsk == null) {
        touched = true;
        return () -> publisher.subscribe(this);
      }
      asked = true;
      return () -> toAsk.request(1);
    } finally {
      lock.unlock();
    }
  }

  /** Under the lock. */
  private boolean hasQuestion() {
    return !isOver() && (subscription == null ? !touched : !asked);
  }

  /** Under the lock. */
  private boolean isEnough() {
    if (!mayBlock) return !published.isEmpty();
    return octetsPublished >= ENOUGH_OCTETS || published.size() >= ENOUGH_BUFFERS;
  }

  /** Under the lock: whether the socket may have to wait for the next but one. */
  private boolean isScarce() {
    return octetsPublished <= ENOUGH_OCTETS / 2 && published.size() <= ENOUGH_BUFFERS / 2;
  }

  /** Under the lock: whether nothing more will come. */
  private boolean isOver() {
    return complete || failure != null || thrown != null || abandoned;
  }

  private void threw(Throwable e) {
    lock.lock();
    try {
      thrown = e;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
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
      published.clear(); // the publisher may keep its subscriber for long
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
    Objects.requireNonNull(given);
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
      octetsPublished += buffer.remaining();
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
