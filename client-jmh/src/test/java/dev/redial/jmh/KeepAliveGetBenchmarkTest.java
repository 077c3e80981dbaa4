package dev.redial.jmh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** That the benchmark measures what it says it does. */
final class KeepAliveGetBenchmarkTest {

  @ParameterizedTest
  @ValueSource(strings = {"redial", "jdk"})
  void callsGoOverKeptAliveConnections(String client) throws IOException, InterruptedException {
    KeepAliveGetBenchmark benchmark = benchmarkOf(client);
    benchmark.start();

    for (int call = 0; call < 20; call++) {
      assertThat(benchmark.oneCaller()).asString().isEqualTo("Hello, world!");
    }

    benchmark.stop();
  }

  @Test
  void aTrialWithoutKeepAliveFails() throws IOException, InterruptedException {
    KeepAliveGetBenchmark benchmark = benchmarkOf("jdk");
    benchmark.start();
    benchmark.oneCaller();

    assertThatThrownBy(benchmark::stop).hasMessageContaining("connections=1, requests=1");
  }

  private static KeepAliveGetBenchmark benchmarkOf(String client) {
    KeepAliveGetBenchmark benchmark = new KeepAliveGetBenchmark();
    benchmark.client = client;
    return benchmark;
  }
}
