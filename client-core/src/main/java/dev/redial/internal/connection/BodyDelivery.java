package dev.redial.internal.connection;

import dev.redial.ExchangeFailure;
import dev.redial.internal.body.Feeding;
import dev.redial.internal.body.SubscriberFailure;
import dev.redial.internal.body.SubscriberFeeder;
import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.channels.ClosedByInterruptException;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Brings one body to its subscriber and waits for the subscriber's result.
 *
 * <p>Where it is known that the subscriber cannot block, the calling thread feeds it. Otherwise a
 * virtual thread does, as {@code getBody()} and the stages behind it may read the very stream that
 * is being fed.
 */
final class BodyDelivery<T> {
  private final Exchange exchange;
  private final BodySubscriber<T> subscriber;
  private final SubscriberFeeder<T> feeder;
  private boolean handedOver;

  BodyDelivery(Exchange exchange, BodySubscriber<T> subscriber) {
    this.exchange = exchange;
    this.subscriber = subscriber;
    this.feeder = new SubscriberFeeder<>(subscriber, exchange);
  }

  T deliver() throws IOException, InterruptedException {
    boolean over =
        switch (Feeding.of(subscriber)) {
          case INLINE -> {
            feeder.feed();
            yield true;
          }
          case INLINE_WHILE_ARRIVED -> feeder.feedWhatArrived();
          case HANDED_OVER -> false;
        };
    CompletableFuture<T> outcome = over ? new CompletableFuture<>() : handOver();
    if (over) throwFailure(feeder.failure());
    return await(outcome);
  }

  private CompletableFuture<T> handOver() {
    handedOver = true;
    CompletableFuture<T> outcome = new CompletableFuture<>();
    Thread unused = Thread.ofVirtual().name("redial-body").start(() -> feedInto(outcome));
    return outcome;
  }

  private void feedInto(CompletableFuture<T> outcome) {
    feeder.feed();
    Throwable failure = feeder.failure();
    if (failure != null) outcome.completeExceptionally(failure);
  }

  private T await(CompletableFuture<T> outcome) throws IOException, InterruptedException {
    CompletableFuture<T> stage = stage();
    if (stage.isDone()) return join(stage);
    var unused = stage.whenComplete((value, thrown) -> complete(outcome, value, thrown));
    try {
      if (exchange.deadlineNanos() == Long.MAX_VALUE) return outcome.get();
      return outcome.get(
          Math.max(0, exchange.deadlineNanos() - System.nanoTime()), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw failure(Objects.requireNonNullElse(e.getCause(), e));
    } catch (CancellationException e) {
      throw failure(e); // the subscriber's stage was cancelled
    } catch (TimeoutException e) {
      exchange.abort();
      throw exchange.timedOut(e);
    } catch (InterruptedException e) {
      exchange.abort();
      throw e;
    }
  }

  private static <T> void complete(
      CompletableFuture<T> outcome, T value, @Nullable Throwable thrown) {
    if (thrown == null) outcome.complete(value);
    else outcome.completeExceptionally(thrown);
  }

  private CompletableFuture<T> stage() throws IOException {
    try {
      return subscriber.getBody().toCompletableFuture();
    } catch (RuntimeException | Error thrown) {
      exchange.abort();
      throw exchange.subscriberFailure(thrown);
    }
  }

  private T join(CompletableFuture<T> stage) throws IOException, InterruptedException {
    try {
      return stage.get();
    } catch (ExecutionException e) {
      throw failure(Objects.requireNonNullElse(e.getCause(), e));
    } catch (CancellationException e) {
      throw failure(e); // the subscriber's stage was cancelled
    }
  }

  private IOException failure(Throwable thrown) throws IOException, InterruptedException {
    Throwable broken = feeder.failure(); // looked at before the end that comes from here
    exchange.abort();
    throwFailure(broken); // what broke the body, rather than what the subscriber made of it
    Throwable cause = thrown;
    while (cause instanceof CompletionException && cause.getCause() != null)
      cause = cause.getCause();
    throwFailure(cause);
    if (cause instanceof ClosedByInterruptException
        && Thread.interrupted()) // the subscriber's file
    throw new InterruptedException("interrupted while the subscriber stored the body");
    return exchange.subscriberFailure(cause);
  }

  private void throwFailure(@Nullable Throwable failure) throws IOException, InterruptedException {
    switch (failure) {
      case null -> {}
      case SubscriberFailure own -> throw exchange.subscriberFailure(own.thrown());
      case InterruptedException interrupted -> throw interrupted;
      case ExchangeFailure typed -> throw handedOver ? Rethrown.of(typed) : (IOException) typed;
      default -> {}
    }
  }
}
