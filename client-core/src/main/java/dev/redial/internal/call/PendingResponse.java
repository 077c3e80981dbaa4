package dev.redial.internal.call;

import java.io.IOException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The future of an asynchronous send. {@code cancel(true)}, on it or on any stage derived from it,
 * ends the exchange.
 *
 * @param <T> what it completes with
 */
final class PendingResponse<T extends @Nullable Object> extends CompletableFuture<T> {
  private final Cancellation cancellation;

  /** What a cancelled future does to its call; shared by all stages derived from one send. */
  interface Cancellation {
    /**
     * Ends the call if it still runs.
     *
     * @return whether it does not end in its own way
     */
    boolean cancel();
  }

  PendingResponse(Cancellation cancellation) {
    this.cancellation = cancellation;
  }

  @Override
  public <U extends @Nullable Object> CompletableFuture<U> newIncompleteFuture() {
    return new PendingResponse<>(cancellation);
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    boolean ended = mayInterruptIfRunning && !isDone() && cancellation.cancel();
    return super.cancel(mayInterruptIfRunning) || ended; // the call may have been quicker
  }

  @Override
  public void obtrudeValue(T value) {
    throw new UnsupportedOperationException("a response cannot be replaced");
  }

  @Override
  public void obtrudeException(Throwable thrown) {
    throw new UnsupportedOperationException("a response cannot be replaced");
  }

  /** What a cancelled send fails with. */
  static CancellationException cancelled() {
    CancellationException cancelled = new CancellationException("Request cancelled");
    cancelled.initCause(new IOException("Request cancelled"));
    return cancelled;
  }
}
