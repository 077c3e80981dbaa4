package dev.redial.internal.connection;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import java.io.IOException;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** The end of the body and an abort: one of them ends the exchange, and the connection follows. */
@JCStressTest
@Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "clean, and the connection is open")
@Outcome(id = "1, 0, 0", expect = ACCEPTABLE, desc = "aborted, and the connection is closed")
@State
public class ExchangeEndedTwice {
  private final Bench bench = new Bench();
  private final Exchange exchange;

  public ExchangeEndedTwice() {
    bench.wire.says("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n", "a");
    try {
      exchange = bench.head(Bench.get());
    } catch (IOException | InterruptedException fault) {
      throw new AssertionError(fault);
    }
  }

  @Actor
  public void read() {
    try {
      while (exchange.next() != null) Thread.onSpinWait();
    } catch (IOException aborted) {
      exchange.abort();
    } catch (InterruptedException fault) {
      throw new AssertionError(fault);
    }
  }

  @Actor
  public void abort() {
    exchange.abort();
  }

  @Arbiter
  public void look(III_Result seen) {
    seen.r1 = bench.endings.size();
    seen.r2 = bench.endings.contains(true) ? 1 : 0;
    seen.r3 = bench.wire.isOpen() ? 1 : 0;
    bench.connection.close();
  }
}
