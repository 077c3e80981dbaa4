package dev.redial.tests.contract;

import static dev.redial.tests.kit.Requests.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redial.tests.kit.Answers;
import dev.redial.tests.kit.BlackHole;
import dev.redial.tests.kit.ScriptedServer;
import dev.redial.tests.kit.TlsMaterial;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Points 35 and 36: time-outs, and hosts that there are not. */
class TimeoutContractTest extends BothClients {
  private static final ScriptedServer.Script SILENT =
      c -> {
        c.readRequest();
        c.stall();
      };

  @OnBothSides
  @Tag("contract-35")
  void everyTimeOutExpiresAndInOrder(Side side) throws Exception {
    ScriptedServer server = rig.server(SILENT);
    HttpClient client = client(side);
    List<Duration> timeouts =
        List.of(
            Duration.ofSeconds(1),
            Duration.ofMillis(300),
            Duration.ofMillis(1),
            Duration.ofNanos(1_000),
            Duration.ofNanos(1));
    Queue<Duration> expired = new ConcurrentLinkedQueue<>();
    List<CompletableFuture<Throwable>> failures = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      for (Duration timeout : timeouts) {
        HttpRequest request = HttpRequest.newBuilder(server.uri("/")).timeout(timeout).build();
        failures.add(
            client
                .sendAsync(request, BodyHandlers.ofString())
                .handle((response, thrown) -> {
                  expired.add(timeout);
                  return thrown;
                }));
      }
    }
    for (CompletableFuture<Throwable> failure : failures)
      assertThat(failure.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(HttpTimeoutException.class);
    // Those below 300 ms may overtake each other on a busy machine.
    assertThat(expired.stream().filter(timeout -> timeout.toMillis() >= 300)).isSorted();
    assertThat(expired.stream().skip(40)).containsOnly(Duration.ofSeconds(1));
  }

  static Stream<Arguments> limits() {
    Duration limit = Duration.ofMillis(300);
    return Stream.of(Side.values())
        .flatMap(side ->
            Stream.of(
                Arguments.of(side, "connect time-out", limit, PATIENCE),
                Arguments.of(side, "request time-out", PATIENCE, limit)));
  }

  private Throwable failure(Side side, Duration connectTimeout, Duration timeout, URI uri) {
    HttpClient client =
        client(
            side,
            b -> b.connectTimeout(connectTimeout).sslContext(TlsMaterial.forLoopback().client()));
    HttpRequest request = HttpRequest.newBuilder(uri).timeout(timeout).build();
    return failureOf(() -> client.send(request, BodyHandlers.ofString()));
  }

  private static void assertConnectTimedOut(Throwable failure) {
    assertThat(failure)
        .isInstanceOf(HttpConnectTimeoutException.class)
        .hasMessageContaining("HTTP connect timed out");
    assertThat(chain(failure))
        .anyMatch(t ->
            t instanceof ConnectException
                && String.valueOf(t.getMessage()).equals("HTTP connect timed out"));
  }

  @ParameterizedTest
  @Tag("contract-35")
  @MethodSource("limits")
  void expiryWhileConnectingIsAConnectTimeOut(
      Side side, String which, Duration connectTimeout, Duration timeout) throws Exception {
    try (BlackHole hole = BlackHole.open()) {
      assertConnectTimedOut(failure(side, connectTimeout, timeout, hole.uri("/")));
    }
  }

  @ParameterizedTest
  @Tag("contract-35")
  @MethodSource("limits")
  void expiryInTheHandshakeIsAConnectTimeOut(
      Side side, String which, Duration connectTimeout, Duration timeout) {
    ScriptedServer server = rig.server(c -> c.stall());
    URI uri = URI.create("https://127.0.0.1:" + server.port() + "/");
    assertConnectTimedOut(failure(side, connectTimeout, timeout, uri));
  }

  @OnBothSides
  @Tag("contract-35")
  void expiryAfterConnectingIsAnotherTimeOut(Side side) {
    ScriptedServer server = rig.server(SILENT);
    assertThat(failure(side, PATIENCE, Duration.ofMillis(300), server.uri("/")))
        .isInstanceOf(HttpTimeoutException.class)
        .isNotInstanceOf(HttpConnectTimeoutException.class)
        .hasMessageContaining("request timed out");
    server.awaitEndByClient(1);
  }

  @Test // a deliberate difference: the JDK's client starts anew with each hop
  @Tag("contract-35")
  void aRedirectGoesOnWithTheTimeThatIsLeft() {
    ScriptedServer server =
        rig.server(c -> {
          c.readRequest();
          c.idleFor(Duration.ofMillis(400));
          c.send(Answers.status("302 A", "", "Location: /next"));
          c.readRequest();
          c.idleFor(Duration.ofMillis(400));
          c.send(Answers.ok("late"));
        });
    HttpClient client = rig.client(b -> b.followRedirects(Redirect.NORMAL));
    HttpRequest request =
        HttpRequest.newBuilder(server.uri("/")).timeout(Duration.ofMillis(600)).build();
    assertThat(failureOf(() -> client.send(request, BodyHandlers.ofString())))
        .isInstanceOf(HttpTimeoutException.class);
  }

  @Test // a deliberate difference: with the JDK's client the body has all the time it takes
  @Tag("contract-35")
  void theTimeOutCoversTheBody() throws Exception {
    ScriptedServer server =
        rig.server(c -> {
          c.readRequest();
          c.send(Answers.head("200 OK", "Content-Length: 10") + "\r\nhalf");
          c.stall();
        });
    HttpClient client = rig.client();
    HttpRequest request =
        HttpRequest.newBuilder(server.uri("/")).timeout(Duration.ofMillis(500)).build();
    assertThat(failureOf(() -> client.send(request, BodyHandlers.ofString())))
        .isInstanceOf(HttpTimeoutException.class);
    HttpResponse<InputStream> streaming = client.send(request, BodyHandlers.ofInputStream());
    assertThat(chain(failureOf(() -> streaming.body().readAllBytes())))
        .anyMatch(HttpTimeoutException.class::isInstance);
  }

  static Stream<Arguments> nowhere() {
    InetSocketAddress proxy = InetSocketAddress.createUnresolved("no-proxy.invalid", 8080);
    List<Named<UnaryOperator<HttpClient.Builder>>> cases =
        List.of(Named.of("host", b -> b), Named.of("proxy", b -> b.proxy(ProxySelector.of(proxy))));
    return Stream.of(Side.values())
        .flatMap(side -> cases.stream().map(settings -> Arguments.of(side, settings)));
  }

  @ParameterizedTest
  @Tag("contract-36")
  @MethodSource("nowhere")
  void anUnknownHostIsAFailureToConnect(Side side, UnaryOperator<HttpClient.Builder> settings) {
    HttpClient client = client(side, settings);
    Throwable failure =
        failureOf(
            () -> client.send(get(URI.create("http://no-host.invalid/")), BodyHandlers.ofString()));
    assertThat(failure)
        .isInstanceOf(ConnectException.class)
        .isNotInstanceOf(UnknownHostException.class);
    assertThat(chain(failure))
        .anyMatch(t ->
            t instanceof UnknownHostException
                || t.getClass().getSimpleName().equals("UnresolvedAddressException"));
  }
}
