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
  private final boolean carriesResponse;

  /** What a cancelled future does to its call; shared by all stages derived from one send. */
  interface Cancellation {
    /**
     * Ends the call if it still runs. The future of the call does not complete by that before
     * {@link #cancelled()}, so that the future which was cancelled can be the first to say so.
     *
     * @return whether it does not end in its own way; {@link #cancelled()} is due then
     */
    boolean cancel();

    /** The future which was cancelled is completed. */
    void cancelled();

    /** Nobody will see the response: the caller's own future was completed with something else. */
    void dropResponse();
  }

  private PendingResponse(Cancellation cancellation, boolean carriesResponse) {
    this.cancellation = cancellation;
    this.carriesResponse = carriesResponse;
  }

  /** The future that the call itself completes. */
  static <T extends @Nullable Object> PendingResponse<T> of(Cancellation cancellation) {
    return new PendingResponse<>(cancellation, true);
  }

  @Override
  public <U extends @Nullable Object> CompletableFuture<U> newIncompleteFuture() {
    return new PendingResponse<>(cancellation, false);
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    boolean open = !isDone();
    boolean ended = mayInterruptIfRunning && open && cancellation.cancel();
    try {
      boolean cancelled = super.cancel(mayInterruptIfRunning);
      if (cancelled && open) replaced();
      return cancelled || ended; // it may have been completed meanwhile
    } finally {
      if (ended) cancellation.cancelled();
    }
  }

  @Override
  public boolean complete(T value) {
    boolean completed = super.complete(value);
    if (completed) replaced();
    return completed;
  }

  /** By a time-out of the future's own, for instance. */
  @Override
  public boolean completeExceptionally(Throwable thrown) {
    boolean completed = super.completeExceptionally(thrown);
    if (completed) replaced();
    return completed;
  }

  private void replaced() {
    if (carriesResponse) cancellation.dropResponse();
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
