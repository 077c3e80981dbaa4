package dev.redial.tests.contract;

import static dev.redial.tests.kit.Requests.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redial.PoolLimits;
import dev.redial.RedialClient;
import dev.redial.tests.kit.Answers;
import dev.redial.tests.kit.BlackHole;
import dev.redial.tests.kit.Gate;
import dev.redial.tests.kit.ScriptedServer;
import java.io.IOException;
import java.net.ConnectException;
import java.net.CookieHandler;
import java.net.ProtocolException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Points 30, 34 and 60: what send throws, and what an interrupt does to it. */
class SendContractTest {
  @RegisterExtension final ContractRig rig = new ContractRig();

  @OnBothSides
  @Tag("contract-30")
  @Tag("contract-60")
  void whatSendThrowsShowsItsCallerAndHasTheKnownClass(Side side) throws Exception {
    ScriptedServer silent =
        rig.server(c -> {
          c.readRequest();
          c.stall();
        });
    ScriptedServer switching =
        rig.server(
            ScriptedServer.always(Answers.head("101 Switching Protocols", "Upgrade: x") + "\r\n"));
    ScriptedServer ending =
        rig.server(c -> {
          c.readRequest();
          c.fin();
        });
    ScriptedServer untrusted = rig.tlsServer(ScriptedServer.always(Answers.ok("")));
    ScriptedServer refusing = rig.server(ScriptedServer.always(Answers.ok("")));
    refusing.stopListening();
    HttpClient client = rig.client(side);

    assertThrows(client, silent.uri("/"), HttpTimeoutException.class);
    assertThrows(client, refusing.uri("/"), ConnectException.class);
    assertThrows(client, switching.uri("/"), ProtocolException.class);
    assertThrows(client, untrusted.uri("/"), SSLHandshakeException.class);
    assertThrows(client, ending.uri("/"), IOException.class);
    try (BlackHole hole = BlackHole.open()) {
      assertThrows(client, hole.uri("/"), HttpConnectTimeoutException.class);
    }
  }

  private static void assertThrows(
      HttpClient client, URI uri, Class<? extends IOException> expected) {
    HttpRequest request = HttpRequest.newBuilder(uri).timeout(Duration.ofMillis(700)).build();
    Throwable first = Causes.failureOf(() -> client.send(request, BodyHandlers.ofString()));
    assertThat(first).isInstanceOf(expected);
    List<StackTraceElement> stack = List.of(first.getStackTrace());
    assertThat(stack).anyMatch(f -> f.getClassName().equals(SendContractTest.class.getName()));
    assertThat(stack.stream().filter(SendContractTest::isSend)).hasSize(1);
    Throwable second = Causes.failureOf(() -> client.send(request, BodyHandlers.ofString()));
    assertThat(second).isNotSameAs(first).hasSameClassAs(first);
  }

  private static boolean isSend(StackTraceElement frame) {
    return frame.getMethodName().equals("send")
        && (frame.getClassName().equals(RedialClient.class.getName())
            || frame.getClassName().endsWith("HttpClientFacade"));
  }

  @OnBothSides
  @Tag("contract-30")
  void aCookieHandlerThatThrowsFailsTheSendWithAnIOException(Side side) {
    ScriptedServer server = rig.server(ScriptedServer.always(Answers.ok("")));
    for (boolean getting : List.of(true, false)) {
      RuntimeException thrown = new IllegalStateException("of the handler");
      HttpClient client = rig.client(side, b -> b.cookieHandler(new Throwing(getting, thrown)));
      Throwable failure =
          Causes.failureOf(() -> client.send(get(server.uri("/")), BodyHandlers.ofString()));
      assertThat(failure).isInstanceOf(IOException.class);
      assertThat(Causes.of(failure)).contains(thrown);
    }
  }

  /** Throws when it is asked for cookies, or else when it is given some. */
  private static final class Throwing extends CookieHandler {
    private final boolean getting;
    private final RuntimeException thrown;

    Throwing(boolean getting, RuntimeException thrown) {
      this.getting = getting;
      this.thrown = thrown;
    }

    @Override
    public Map<String, List<String>> get(URI uri, Map<String, List<String>> headers) {
      if (getting) throw thrown;
      return Map.of();
    }

    @Override
    public void put(URI uri, Map<String, List<String>> headers) {
      throw thrown;
    }
  }

  static Stream<Arguments> threads() {
    return Stream.of(Side.values())
        .flatMap(side -> Stream.of(Arguments.of(side, true), Arguments.of(side, false)));
  }

  @ParameterizedTest
  @Tag("contract-34")
  @MethodSource("threads")
  void anInterruptEndsTheExchange(Side side, boolean virtual) throws Exception {
    ScriptedServer server =
        rig.server(c -> {
          c.readRequest();
          c.stall();
        });
    HttpClient client = rig.client(side);
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Runnable sending =
        () ->
            thrown.set(
                Causes.failureOf(() -> client.send(get(server.uri("/")), BodyHandlers.ofString())));
    Thread thread =
        virtual ? Thread.ofVirtual().start(sending) : Thread.ofPlatform().start(sending);
    server.await(1, "GET /");
    thread.interrupt();
    assertThat(thread.join(ContractRig.PATIENCE)).isTrue();
    assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
    server.awaitEndByClient(1);
  }

  @OnBothSides
  @Tag("contract-34")
  void anInterruptThatCameBeforeIsSeenAtOnce(Side side) {
    ScriptedServer server = rig.server(ScriptedServer.always(Answers.ok("")));
    HttpClient client = rig.client(side);
    Thread.currentThread().interrupt();
    Throwable thrown =
        Causes.failureOf(() -> client.send(get(server.uri("/")), BodyHandlers.ofString()));
    boolean stillSet = Thread.interrupted();
    assertThat(thrown).isInstanceOf(InterruptedException.class);
    assertThat(stillSet).isFalse();
    if (side == Side.REDIAL) assertThat(server.connections()).isZero();
  }

  @Test
  @Tag("contract-60")
  void theWaitForAConnectionCountsAsPartOfTheTimeOut() throws Exception {
    Gate answer = new Gate();
    ScriptedServer server =
        rig.server(c -> {
          c.readRequest();
          answer.pass();
          c.send(Answers.ok("x"));
        });
    HttpClient client = rig.redial(b -> b.pool(PoolLimits.defaults().withMaxPerOrigin(1)));
    CompletableFuture<HttpResponse<String>> holder =
        client.sendAsync(get(server.uri("/")), BodyHandlers.ofString());
    server.await(1, "GET /");
    HttpRequest waiting =
        HttpRequest.newBuilder(server.uri("/late")).timeout(Duration.ofMillis(200)).build();
    long start = System.nanoTime();
    assertThat(Causes.failureOf(() -> client.send(waiting, BodyHandlers.ofString())))
        .isInstanceOf(HttpTimeoutException.class);
    assertThat(Duration.ofNanos(System.nanoTime() - start))
        .isBetween(Duration.ofMillis(199), Duration.ofSeconds(5));
    answer.open();
    assertThat(holder.get(10, TimeUnit.SECONDS).body()).isEqualTo("x");
    assertThat(server.connections()).isEqualTo(1);
  }
}
