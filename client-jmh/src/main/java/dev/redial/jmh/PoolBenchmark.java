package dev.redial.jmh;

import dev.redial.PoolLimits;
import dev.redial.internal.pool.Pool;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/** Lending and giving back alone: connections that cost nothing to open and to probe. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 1, time = 3)
@Measurement(iterations = 1, time = 3)
@Fork(1)
public class PoolBenchmark {
  private static final int FEW = 8;

  private final Pool<String, Weightless> ample = Weightless.pool(PoolLimits.defaults());
  private final Pool<String, Weightless> scarce =
      Weightless.pool(PoolLimits.defaults().withMaxPerOrigin(FEW));

  /** Called by JMH. */
  public PoolBenchmark() {}

  /**
   * One thread.
   *
   * @throws Exception never
   */
  @Benchmark
  @Threads(1)
  public void oneThread() throws Exception {
    Weightless.lendAndGiveBack(ample);
  }

  /**
   * Two threads at once, with connections enough.
   *
   * @throws Exception never
   */
  @Benchmark
  @Threads(2)
  public void twoThreads() throws Exception {
    Weightless.lendAndGiveBack(ample);
  }

  /**
   * Sixty-four threads that wait in line for eight connections.
   *
   * @throws Exception never
   */
  @Benchmark
  @Threads(64)
  public void waitingInLine() throws Exception {
    Weightless.lendAndGiveBack(scarce);
  }
}
