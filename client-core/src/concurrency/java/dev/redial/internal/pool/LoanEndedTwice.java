package dev.redial.internal.pool;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import dev.redial.PoolStats;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;

/** One loan, ended in two ways at once: one of them counts. */
@JCStressTest
@Outcome(id = "1, 0, 1, 0", expect = ACCEPTABLE, desc = "given back: it is idle")
@Outcome(id = "0, 0, 0, 1", expect = ACCEPTABLE, desc = "discarded: it is closed")
@State
public class LoanEndedTwice {
  private final Harbour harbour = new Harbour(Harbour.limits(2, 2));
  private final Lease<FakeConnection> lease = Ports.lend(harbour);

  @Actor
  public void giveBack() {
    lease.giveBack();
  }

  @Actor
  public void discard() {
    lease.discard();
  }

  @Arbiter
  public void look(IIII_Result seen) {
    PoolStats stats = harbour.pool.counts();
    seen.r1 = stats.total();
    seen.r2 = stats.active();
    seen.r3 = stats.idle();
    seen.r4 = lease.connection().closes.get();
  }
}
