package dev.redial.internal.pool;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import dev.redial.PoolStats;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIIIII_Result;

/** Two borrowers and one place: both get the same connection, one after the other. */
@JCStressTest
@Outcome(id = "1, 1, 0, 0, 1, 1", expect = ACCEPTABLE, desc = "one connection, idle at last")
@State
public class OnePlace {
  private final Harbour harbour = new Harbour(Harbour.limits(1, 1));

  @Actor
  public void one(IIIIII_Result seen) {
    seen.r1 = Ports.borrow(harbour);
  }

  @Actor
  public void other(IIIIII_Result seen) {
    seen.r2 = Ports.borrow(harbour);
  }

  @Arbiter
  public void look(IIIIII_Result seen) {
    PoolStats stats = harbour.pool.counts();
    seen.r3 = stats.active();
    seen.r4 = stats.waiting();
    seen.r5 = stats.idle();
    seen.r6 = harbour.opened.size();
  }
}
