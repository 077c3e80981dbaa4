package dev.redial.jmh;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redial.jmh.peer.PeerName;
import dev.redial.jmh.server.ServerProcess;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** That the benchmark measures what it says it does. */
final class CallBenchmarkTest {
  private static final int STEP = 20;

  private static ServerProcess server;

  @BeforeAll
  static void startServer() throws IOException {
    server = ServerProcess.start(Exchange.ORIGINS.origins(1));
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @ParameterizedTest
  @EnumSource(PeerName.class)
  void everyClientDoesEveryExchange(PeerName client) throws Exception {
    for (Exchange exchange : Exchange.values())
      if (exchange != Exchange.MANY_ORIGINS) runOnce(client, exchange, 2);
  }

  @ParameterizedTest
  @EnumSource(PeerName.class)
  void everyClientServesMoreCallersThanItHasConnections(PeerName client) throws Exception {
    runOnce(client, Exchange.GET, CallBenchmark.MAX_CONNECTIONS + 1);
  }

  @ParameterizedTest
  @CsvSource({"FLOOR", "JDK"})
  void aTrialWithoutKeepAliveFails(PeerName client) throws Exception {
    CallBenchmark benchmark = begun(client, Exchange.CONNECT, 2);
    benchmark.call();
    benchmark.call(); // a whole step at least
    benchmark.end();
    benchmark.exchange = Exchange.GET;

    assertThatThrownBy(benchmark::stopClient)
        .hasMessageContaining("connections were not kept alive");
  }

  private void runOnce(PeerName client, Exchange exchange, int callers) throws Exception {
    CallBenchmark benchmark = begun(client, exchange, callers);
    benchmark.call();
    benchmark.end();

    assertThatCode(benchmark::stopClient).as("%s %s", client, exchange).doesNotThrowAnyException();
  }

  private CallBenchmark begun(PeerName client, Exchange exchange, int callers)
      throws IOException, InterruptedException {
    CallBenchmark benchmark = new CallBenchmark();
    benchmark.client = client;
    benchmark.exchange = exchange;
    benchmark.callers = callers;
    benchmark.start(server, STEP);
    benchmark.begin();
    return benchmark;
  }
}
