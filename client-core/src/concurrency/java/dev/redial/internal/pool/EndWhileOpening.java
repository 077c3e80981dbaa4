package dev.redial.internal.pool;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** The pool is closed while a connection is opened: whoever has it, it is closed in the end. */
@JCStressTest
@Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "refused, or closed under the borrower")
@State
public class EndWhileOpening {
  private final Harbour harbour = new Harbour(Harbour.limits(2, 2));
  private Lease<FakeConnection> lease;

  @Actor
  public void lend() {
    try {
      lease = harbour.lend("a");
    } catch (PoolClosed refused) {
      lease = null;
    } catch (Exception fault) {
      throw new AssertionError(fault);
    }
  }

  @Actor
  public void end() {
    harbour.pool.closeNow();
  }

  @Arbiter
  public void look(II_Result seen) {
    seen.r1 = (int) harbour.opened.stream().filter(connection -> !connection.closed()).count();
    if (lease != null) lease.giveBack();
    seen.r2 = harbour.pool.counts().total();
  }
}
