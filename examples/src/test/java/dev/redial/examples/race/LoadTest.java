package dev.redial.examples.race;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.redial.RedialClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class LoadTest {
  private static final Duration SHORT = Duration.ofMillis(300);

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void everyCallIsCountedOnceByBothSides(boolean redial) throws Exception {
    try (DemoServer server = DemoServer.start();
        HttpClient client = redial ? RedialClient.newHttpClient() : HttpClient.newHttpClient()) {
      Outcome outcome = run(client, new Target(server.uri(), true, true));

      assertThat(outcome.totalFailures()).isZero();
      assertThat(outcome.calls()).containsOnlyKeys("GET", "POST");
      assertThat(outcome.totalCalls()).isEqualTo(server.seen().executed("A"));
      assertThat(server.seen().repeated("A", "POST")).isZero();
      assertThat(server.seen().connections("A")).isPositive();
      assertThat(outcome.p50()).isPresent();
      assertThat(outcome.errorAnswers()).isEmpty();
    }
  }

  @Test
  void withoutLeaveToPostOnlyGetsAreSent() throws Exception {
    try (DemoServer server = DemoServer.start();
        HttpClient client = RedialClient.newHttpClient()) {
      Outcome outcome = run(client, new Target(server.uri(), false, true));

      assertThat(outcome.calls()).containsOnlyKeys("GET");
    }
  }

  @Test
  void anAnswerToAnotherRequestIsAFailure() throws Exception {
    HttpServer server = answering(200, "A-GET-0");
    try (HttpClient client = RedialClient.newHttpClient()) {
      Outcome outcome = run(client, new Target(uri(server), true, true));

      assertThat(outcome.wrongAnswers()).isPositive().isEqualTo(outcome.totalCalls());
    } finally {
      server.stop(0);
    }
  }

  @Test
  void anErrorOfAForeignServerIsAnAnswer() throws Exception {
    HttpServer server = answering(503, "busy");
    try (HttpClient client = RedialClient.newHttpClient()) {
      Outcome outcome = run(client, new Target(uri(server), true, false));

      assertThat(outcome.totalFailures()).isZero();
      assertThat(outcome.errorAnswers()).containsOnlyKeys(503);
      assertThat(outcome.errorAnswers().get(503)).isEqualTo(outcome.totalCalls());
    } finally {
      server.stop(0);
    }
  }

  @Test
  void refusedCallsAreCountedByTheirType() throws Exception {
    URI refusing;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      refusing = URI.create("http://127.0.0.1:" + socket.getLocalPort() + "/");
    }
    try (HttpClient client = RedialClient.newHttpClient()) {
      Outcome outcome = run(client, new Target(refusing, false, false));

      assertThat(outcome.totalFailures()).isPositive().isEqualTo(outcome.totalCalls());
      assertThat(outcome.failures())
          .containsOnlyKeys(new FailureKind("GET", "ConnectFailedException ECONNREFUSED"));
      assertThat(outcome.examples()).containsOnlyKeys(outcome.failures().firstKey());
      assertThat(outcome.p50()).isEmpty();
    }
  }

  private static Outcome run(HttpClient client, Target target) throws Exception {
    int threads = 4;
    Rounds rounds = new Rounds(threads, SHORT, Duration.ZERO, 42);
    try (Load load = Load.start("A", client, target, threads, rounds, 42)) {
      Outcome outcome = load.await();
      assertThat(load.isDone()).isTrue();
      return outcome;
    }
  }

  private static HttpServer answering(int status, String body) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          exchange.sendResponseHeaders(status, body.length());
          exchange.getResponseBody().write(body.getBytes(java.nio.charset.StandardCharsets.UTF_8));
          exchange.close();
        });
    server.start();
    return server;
  }

  private static URI uri(HttpServer server) {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
  }
}
