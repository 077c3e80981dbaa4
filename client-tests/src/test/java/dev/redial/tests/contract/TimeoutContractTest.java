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
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Points 35 and 36: time-outs, and hosts that there are not. */
class TimeoutContractTest {
  private static final List<Duration> TIMEOUTS =
      List.of(
          Duration.ofSeconds(1),
          Duration.ofMillis(400),
          Duration.ofMillis(1),
          Duration.ofNanos(1_000),
          Duration.ofNanos(1));

  private static final ScriptedServer.Script SILENT =
      c -> {
        c.readRequest();
        c.stall();
      };

  @RegisterExtension final ContractRig rig = new ContractRig();

  @OnBothSides
  @Tag("contract-35")
  void everyTimeOutExpiresAndInOrder(Side side) throws Exception {
    ScriptedServer server = rig.server(SILENT);
    HttpClient client = rig.client(side);
    int rounds = 0;
    // A busy machine may stall for longer than two time-outs are apart, but not again and again.
    while (!isInOrder(expired(client, server.uri("/")))) assertThat(++rounds).isLessThan(5);
  }

  /** Those below 400 ms may overtake each other on any machine. */
  private static boolean isInOrder(List<Duration> expired) {
    List<Duration> last = expired.subList(expired.size() - 20, expired.size());
    return last.stream().sorted().toList().equals(last)
        && last.getFirst().equals(Duration.ofMillis(400));
  }

  /** Ten requests with each time-out, in the order in which they expired. */
  private static List<Duration> expired(HttpClient client, URI uri) throws Exception {
    Queue<Duration> expired = new ConcurrentLinkedQueue<>();
    List<CompletableFuture<Throwable>> failures = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      for (Duration timeout : TIMEOUTS) {
        HttpRequest request = HttpRequest.newBuilder(uri).timeout(timeout).build();
        long start = System.nanoTime();
        failures.add(
            client
                .sendAsync(request, BodyHandlers.ofString())
                .handle((response, thrown) -> {
                  // The JDK's client counts in milliseconds, and may be one early.
                  assertThat(System.nanoTime() - start)
                      .isGreaterThanOrEqualTo(timeout.minusMillis(1).toNanos());
                  expired.add(timeout);
                  return thrown;
                }));
      }
    }
    for (CompletableFuture<Throwable> failure : failures)
      assertThat(failure.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(HttpTimeoutException.class);
    return List.copyOf(expired);
  }

  static Stream<Arguments> limits() {
    Duration limit = Duration.ofMillis(300);
    return Stream.of(Side.values())
        .flatMap(side ->
            Stream.of(
                Arguments.of(side, "connect time-out", limit, ContractRig.PATIENCE),
                Arguments.of(side, "request time-out", ContractRig.PATIENCE, limit)));
  }

  private Throwable failure(Side side, Duration connectTimeout, Duration timeout, URI uri) {
    HttpClient client =
        rig.client(
            side,
            b -> b.connectTimeout(connectTimeout).sslContext(TlsMaterial.forLoopback().client()));
    HttpRequest request = HttpRequest.newBuilder(uri).timeout(timeout).build();
    return Causes.failureOf(() -> client.send(request, BodyHandlers.ofString()));
  }

  private static void assertConnectTimedOut(Throwable failure) {
    assertThat(failure)
        .isInstanceOf(HttpConnectTimeoutException.class)
        .hasMessageContaining("HTTP connect timed out");
    assertThat(Causes.of(failure))
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
    assertThat(failure(side, ContractRig.PATIENCE, Duration.ofMillis(300), server.uri("/")))
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
    HttpClient client = rig.redial(b -> b.followRedirects(Redirect.NORMAL));
    HttpRequest request =
        HttpRequest.newBuilder(server.uri("/")).timeout(Duration.ofMillis(600)).build();
    assertThat(Causes.failureOf(() -> client.send(request, BodyHandlers.ofString())))
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
    HttpClient client = rig.redial(builder -> builder);
    HttpRequest request =
        HttpRequest.newBuilder(server.uri("/")).timeout(Duration.ofMillis(500)).build();
    assertThat(Causes.failureOf(() -> client.send(request, BodyHandlers.ofString())))
        .isInstanceOf(HttpTimeoutException.class);
    HttpResponse<InputStream> streaming = client.send(request, BodyHandlers.ofInputStream());
    assertThat(Causes.of(Causes.failureOf(() -> streaming.body().readAllBytes())))
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
    HttpClient client = rig.client(side, settings);
    Throwable failure =
        Causes.failureOf(
            () -> client.send(get(URI.create("http://no-host.invalid/")), BodyHandlers.ofString()));
    assertThat(failure)
        .isInstanceOf(ConnectException.class)
        .isNotInstanceOf(UnknownHostException.class);
    assertThat(Causes.of(failure))
        .anyMatch(t ->
            t instanceof UnknownHostException
                || t.getClass().getSimpleName().equals("UnresolvedAddressException"));
  }
}
