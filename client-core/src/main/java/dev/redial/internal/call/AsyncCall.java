package dev.redial.internal.call;

import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A call on a virtual thread of its own, with the future that its caller holds.
 *
 * <p>Cancelling interrupts the thread, wherever it is: every blocking step of a call answers an
 * interrupt by closing its connection.
 *
 * @param <T> the type of the response body
 */
final class AsyncCall<T extends @Nullable Object>
    implements Runnable, PendingResponse.Cancellation {
  private enum State {
    RUNNING,
    /** The call is told to end; the future that was cancelled is not completed yet. */
    CANCELLING,
    CANCELLED,
    OVER
  }

  private final Engine engine;
  private final Call<T> call;
  private final Executor executor;
  private final PendingResponse<HttpResponse<T>> future = PendingResponse.of(this);
  private final AtomicReference<State> state = new AtomicReference<>(State.RUNNING);
  private volatile @Nullable Thread thread;
  private volatile boolean dropped;
  private final AtomicBoolean left = new AtomicBoolean();

  AsyncCall(Engine engine, Call<T> call, Executor executor) {
    this.engine = engine;
    this.call = call;
    this.executor = executor;
  }

  CompletableFuture<HttpResponse<T>> start() {
    Thread started = Thread.ofVirtual().name("redial-call").unstarted(this);
    thread = started;
    started.start();
    return future;
  }

  @Override
  public void run() {
    HttpResponse<T> response = null;
    Throwable failure = null;
    try {
      response = call.run();
    } catch (Throwable thrown) {
      failure = thrown;
    }
    boolean cancelled = !state.compareAndSet(State.RUNNING, State.OVER);
    if (cancelled || dropped) call.abandon(); // it may have been too late for the interrupt
    try {
      if (!cancelled) complete(response, failure);
      else if (state.getAndSet(State.OVER) == State.CANCELLED) completeCancelled();
    } finally {
      leave();
    }
  }

  /**
   * The client may end from now on: not before the executor has taken the outcome, as it is often
   * shut down right behind the client; and not after dependents, which may wait for that end.
   */
  private void leave() {
    if (left.compareAndSet(false, true)) engine.leave();
  }

  private void completeCancelled() {
    if (!future.isDone()) complete(null, PendingResponse.cancelled());
  }

  private void complete(@Nullable HttpResponse<T> response, @Nullable Throwable failure) {
    try {
      var unused =
          future.completeAsync(
              () -> {
                leave();
                // A CompletionException, so that direct dependents see the failure wrapped, as
                // those of the JDK's client do.
                if (failure != null) throw new CompletionException(failure);
                return response;
              },
              executor);
    } catch (RuntimeException | Error rejected) {
      leave();
      if (failure != null) rejected.addSuppressed(failure);
      boolean unused = future.completeExceptionally(new CompletionException(rejected));
    }
  }

  @Override
  public boolean cancel() {
    if (!state.compareAndSet(State.RUNNING, State.CANCELLING)) return false;
    call.cancel();
    Thread running = thread;
    if (running != null) running.interrupt();
    return true;
  }

  @Override
  public void cancelled() {
    if (!state.compareAndSet(State.CANCELLING, State.CANCELLED)) completeCancelled();
  }

  @Override
  public void dropResponse() {
    dropped = true;
    if (state.get() == State.OVER) call.abandon(); // else the call sees it when it ends
  }
}
