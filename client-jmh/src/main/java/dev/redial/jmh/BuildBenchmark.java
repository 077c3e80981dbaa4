package dev.redial.jmh;

import dev.redial.jmh.peer.Peer;
import dev.redial.jmh.peer.PeerName;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Building a client, and closing it unused. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 1, time = 3)
@Measurement(iterations = 1, time = 3)
@Fork(1)
public class BuildBenchmark {
  /** The client under test. */
  @Param public PeerName client = PeerName.REDIAL;

  /** Called by JMH. */
  public BuildBenchmark() {}

  /** Builds one and closes it. */
  @Benchmark
  public void buildAndClose() {
    Peer peer = client.open(CallBenchmark.MAX_CONNECTIONS, 1);
    peer.close();
  }
}
