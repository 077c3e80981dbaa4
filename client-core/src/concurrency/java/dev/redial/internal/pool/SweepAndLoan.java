package dev.redial.internal.pool;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** The reaper looks at the only connection while somebody borrows: never both at once. */
@JCStressTest
@Outcome(id = "1, 0, 1", expect = ACCEPTABLE, desc = "one after the other")
@State
public class SweepAndLoan {
  private final Harbour harbour = new Harbour(Harbour.limits(1, 1));
  private final AtomicInteger probing = new AtomicInteger();
  private volatile int together;

  public SweepAndLoan() {
    Lease<FakeConnection> lease = Ports.lend(harbour);
    lease.connection().onProbe =
        () -> {
          if (probing.incrementAndGet() != 1) together = 1;
          probing.decrementAndGet();
        };
    lease.giveBack();
    harbour.pass(Duration.ofSeconds(1));
  }

  @Actor
  public void sweep() {
    harbour.sweep();
  }

  @Actor
  public void borrow(III_Result seen) {
    seen.r1 = Ports.borrow(harbour);
  }

  @Arbiter
  public void look(III_Result seen) {
    seen.r2 = together;
    seen.r3 = harbour.pool.counts().idle();
  }
}
