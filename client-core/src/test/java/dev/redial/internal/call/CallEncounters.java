package dev.redial.internal.call;

import static dev.redial.internal.Encounter.must;

import dev.redial.internal.Encounter;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Encounters of a response that comes with what its caller does to the future: the caller holds the
 * response, or it is dropped.
 */
public final class CallEncounters {
  private final AtomicInteger cancels = new AtomicInteger();
  private final AtomicInteger told = new AtomicInteger();
  private final AtomicInteger drops = new AtomicInteger();
  private final AtomicInteger replacements = new AtomicInteger();
  private final PendingResponse<String> future =
      PendingResponse.of(
          new PendingResponse.Cancellation() {
            @Override
            public boolean cancel() {
              return cancels.incrementAndGet() == 1;
            }

            @Override
            public void cancelled() {
              told.incrementAndGet();
            }

            @Override
            public void dropResponse() {
              drops.incrementAndGet();
            }
          });

  private CallEncounters() {}

  public static Map<String, Supplier<Encounter>> all() {
    return Map.of(
        "a response and a cancel", () -> new CallEncounters().cancelled(),
        "a response and a time-out of the future's own", () -> new CallEncounters().timedOut());
  }

  private Encounter cancelled() {
    return new Encounter()
        .thread(this::respond)
        .thread(() -> future.cancel(true))
        .thread(() -> future.thenApply(text -> text).cancel(true))
        .afterwards(() -> {
          must(future.isDone(), "never done");
          must(told.get() == Math.min(cancels.get(), 1), "told " + told + " times");
          if (future.isCancelled()) must(drops.get() == 1 && cancels.get() > 0, "not dropped");
          else must(drops.get() == 0 && "response".equals(future.join()), "dropped");
        });
  }

  private Encounter timedOut() {
    return new Encounter()
        .thread(this::respond)
        .thread(() -> replacedBy(future.complete("other")))
        .thread(() -> replacedBy(future.completeExceptionally(new IOException())))
        .afterwards(() -> {
          must(replacements.get() <= 1, "replaced twice");
          must(drops.get() == replacements.get(), "dropped: " + drops);
          boolean held = !future.isCompletedExceptionally() && "response".equals(future.join());
          must(held == (replacements.get() == 0), "held: " + held);
        });
  }

  private void respond() {
    var unused = future.completeAsync(() -> "response", Runnable::run);
  }

  private void replacedBy(boolean replaced) {
    if (replaced) replacements.incrementAndGet();
  }
}
