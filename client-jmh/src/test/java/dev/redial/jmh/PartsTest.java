package dev.redial.jmh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.redial.internal.wire.Probe;
import org.junit.jupiter.api.Test;

/** That the benchmarks of parts run. */
final class PartsTest {

  @Test
  void theProbeFindsTheWireAlive() throws Exception {
    ProbeBenchmark benchmark = new ProbeBenchmark();
    benchmark.connect();
    try {
      assertThat(benchmark.probe()).isEqualTo(Probe.ALIVE);
    } finally {
      benchmark.close();
    }
  }

  @Test
  void theParserReadsTheHeadToItsEnd() throws Exception {
    ParserBenchmark benchmark = new ParserBenchmark();

    assertThat(benchmark.parse().status()).isEqualTo(200);
    assertThat(benchmark.parseAndAskForAll().map()).hasSize(10);
  }

  @Test
  void thePoolLends() {
    PoolBenchmark benchmark = new PoolBenchmark();

    assertThatCode(
            () -> {
              benchmark.oneThread();
              benchmark.twoThreads();
              benchmark.waitingInLine();
            })
        .doesNotThrowAnyException();
  }

  @Test
  void aClientIsBuiltAndClosed() {
    assertThatCode(new BuildBenchmark()::buildAndClose).doesNotThrowAnyException();
  }

  @Test
  void anIdleConnectionHasAWeight() throws Exception {
    WeightBenchmark benchmark = new WeightBenchmark();
    WeightBenchmark.Weight weight = new WeightBenchmark.Weight();
    benchmark.clients = 2;
    benchmark.connections = 200;
    benchmark.idleMillis = 0;
    benchmark.start();
    try {
      benchmark.weigh(weight);
    } finally {
      benchmark.stop();
    }

    assertThat(weight.connection).isBetween(100L, 100_000L);
  }
}
