package dev.redial.internal.pool;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import dev.redial.PoolStats;
import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;

/**
 * The deadline of the one who waits passes while the connection is handed to it: it gets the
 * connection or gives up, and the connection is idle in the end.
 */
@JCStressTest
@Outcome(id = "1, 0, 0, 1", expect = ACCEPTABLE, desc = "handed over in time")
@Outcome(id = "0, 0, 0, 1", expect = ACCEPTABLE, desc = "given up in time")
@State
public class LateHandOver {
  private final Harbour harbour = new Harbour(Harbour.limits(1, 1));
  private final Lease<FakeConnection> held = Ports.lend(harbour);
  private final long deadline = harbour.clock.get() + 1;

  @Actor
  public void await(IIII_Result seen) {
    try {
      harbour.pool.lend("a", true, false, deadline, harbour::open).giveBack();
      seen.r1 = 1;
    } catch (PoolExhausted late) {
      seen.r1 = 0;
    } catch (Exception fault) {
      throw new AssertionError(fault);
    }
  }

  @Actor
  public void giveBack() {
    harbour.pass(Duration.ofNanos(1));
    held.giveBack();
  }

  @Arbiter
  public void look(IIII_Result seen) {
    PoolStats stats = harbour.pool.counts();
    seen.r2 = stats.active();
    seen.r3 = stats.waiting();
    seen.r4 = stats.idle();
  }
}
