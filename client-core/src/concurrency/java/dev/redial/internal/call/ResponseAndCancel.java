package dev.redial.internal.call;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A response comes while its future is cancelled: the caller holds it, or it is dropped. */
@JCStressTest
@Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "the response was quicker")
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "cancelled, and the response dropped")
@State
public class ResponseAndCancel {
  private final AtomicInteger drops = new AtomicInteger();
  private final PendingResponse<String> future =
      PendingResponse.of(
          new PendingResponse.Cancellation() {
            @Override
            public boolean cancel() {
              return true;
            }

            @Override
            public void cancelled() {
              // there is no call that waits for it
            }

            @Override
            public void dropResponse() {
              drops.incrementAndGet();
            }
          });

  @Actor
  public void complete() {
    CompletableFuture<String> unused = future.completeAsync(() -> "response", Runnable::run);
  }

  @Actor
  public void cancel() {
    boolean unused = future.cancel(true);
  }

  @Arbiter
  public void look(II_Result seen) {
    seen.r1 = future.isCancelled() ? 1 : 0;
    seen.r2 = drops.get();
  }
}
