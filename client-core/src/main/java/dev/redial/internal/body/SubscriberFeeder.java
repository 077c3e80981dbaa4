package dev.redial.internal.body;

import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Pushes one response body into its subscriber, as fast as the subscriber asks and no faster.
 *
 * <p>One thread runs {@link #feed}; {@code request} and {@code cancel} may come from any thread.
 * The subscriber sees {@code onSubscribe} first, then buffers, then exactly one of {@code
 * onComplete} and {@code onError}, unless it cancels.
 *
 * @param <T> the type of the body
 */
public final class SubscriberFeeder<T> implements Flow.Subscription {
  private final BodySubscriber<T> subscriber;
  private final BodySource source;
  private final AtomicLong demand = new AtomicLong();
  private volatile boolean cancelled;
  private volatile boolean badRequest;
  private volatile @Nullable Thread waiting;

  // Confined to the feeding thread; a hand-over from one to the next goes through the start of a
  // thread.
  private boolean subscribed;
  private @Nullable ByteBuffer undelivered;

  // Written by the feeding thread before the subscriber is told.
  private volatile @Nullable Throwable failure;

  /**
   * A feeder; nothing happens yet.
   *
   * @param subscriber the caller's
   * @param source the body
   */
  public SubscriberFeeder(BodySubscriber<T> subscriber, BodySource source) {
    this.subscriber = subscriber;
    this.source = source;
  }

  /**
   * Feeds to the end of the body, or until the subscriber wants no more; blocks as long as that
   * takes.
   *
   * <p>Failures of the exchange, of the thread (interrupt) and of the subscriber end the body; see
   * {@link #failure()}.
   */
  public void feed() {
    boolean unused = feed(true);
  }

  /**
   * Feeds what can be fed without blocking.
   *
   * @return whether the body is over; if not, another thread goes on with {@link #feed()}
   */
  public boolean feedWhatArrived() {
    return feed(false);
  }

  /**
   * Why the body ended before its time: a typed failure of the exchange, an {@link
   * InterruptedException}, or a {@link SubscriberFailure}.
   *
   * @return null while all is well, and after the subscriber cancelled
   */
  public @Nullable Throwable failure() {
    return failure;
  }

  private boolean feed(boolean mayBlock) {
    try {
      subscribe();
      while (!cancelled) {
        if (undelivered == null) {
          if (!mayBlock && !source.arrived()) return false;
          undelivered = source.next();
        }
        refuseBadRequest();
        if (undelivered == null) {
          complete();
          return true;
        }
        if (!awaitDemand(mayBlock)) return false;
        refuseBadRequest();
        if (!cancelled) push();
      }
    } catch (SubscriberFailure
        | IOException
        | InterruptedException
        | RuntimeException
        | Error thrown) {
      if (!cancelled) fail(badRequest ? badRequest() : thrown);
    }
    source.abort();
    return true;
  }

  private void subscribe() throws SubscriberFailure {
    if (subscribed) return;
    subscribed = true;
    source.onClose(this::wake);
    try {
      subscriber.onSubscribe(this);
    } catch (Throwable thrown) {
      throw new SubscriberFailure(thrown);
    }
  }

  private void push() throws SubscriberFailure {
    ByteBuffer buffer = Objects.requireNonNull(undelivered);
    undelivered = null;
    demand.decrementAndGet();
    try {
      subscriber.onNext(List.of(buffer));
    } catch (Throwable thrown) {
      throw new SubscriberFailure(thrown);
    }
  }

  private void complete() throws SubscriberFailure {
    try {
      subscriber.onComplete();
    } catch (Throwable thrown) {
      throw new SubscriberFailure(thrown);
    }
  }

  private void refuseBadRequest() throws SubscriberFailure {
    if (badRequest && !cancelled) throw badRequest();
  }

  private static SubscriberFailure badRequest() {
    return new SubscriberFailure(
        new IllegalArgumentException(
            "a subscriber must request more than zero (Reactive Streams, rule 3.9)"));
  }

  private void fail(Throwable thrown) {
    failure = thrown;
    source.abort();
    Throwable told =
        switch (thrown) {
          case SubscriberFailure own -> own.thrown();
          case InterruptedException interrupted ->
              new IOException("interrupted while reading the body", interrupted);
          default -> thrown;
        };
    try {
      subscriber.onError(told);
    } catch (Throwable again) {
      if (!again.equals(told)) told.addSuppressed(again);
    }
  }

  /** A body that lost its connection must not wait for a subscriber that wants no more of it. */
  private boolean awaitDemand(boolean mayBlock) throws IOException, InterruptedException {
    while (lacksDemand()) {
      if (!mayBlock) return false;
      waiting = Thread.currentThread();
      source.checkOpen();
      if (lacksDemand()) LockSupport.park(this);
      waiting = null;
      if (Thread.interrupted()) throw new InterruptedException();
    }
    return true;
  }

  private boolean lacksDemand() {
    return demand.get() == 0 && !cancelled && !badRequest;
  }

  @Override
  public void request(long n) {
    if (n > 0) {
      demand.accumulateAndGet(n, SubscriberFeeder::addCapped);
    } else {
      badRequest = true;
      source.abort(); // the feeding thread may be reading; the connection is lost to the misuse
      // anyway
    }
    wake();
  }

  @Override
  public void cancel() {
    cancelled = true;
    source.abort();
    wake();
  }

  private void wake() {
    Thread sleeper = waiting;
    if (sleeper != null) LockSupport.unpark(sleeper);
  }

  private static long addCapped(long a, long b) {
    long sum = a + b;
    return sum < 0 ? Long.MAX_VALUE : sum;
  }
}
