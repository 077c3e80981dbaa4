package dev.redial.tests.contract;

import static dev.redial.tests.kit.Requests.get;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redial.ClientClosedException;
import dev.redial.RedialClient;
import dev.redial.tests.kit.Answers;
import dev.redial.tests.kit.BlackHole;
import dev.redial.tests.kit.Gate;
import dev.redial.tests.kit.ScriptedServer;
import dev.redial.tests.kit.ServedConnection;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.channels.ClosedChannelException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Points 40 to 43: the end of a client. */
class LifeCycleContractTest {
  @RegisterExtension final ContractRig rig = new ContractRig();

  /** A server that holds the second half of each body back until the gate is open. */
  private static ScriptedServer.Script halfThenRest(Gate rest) {
    return c -> {
      c.readRequest();
      c.send(Answers.head("200 OK", "Content-Length: 8") + "\r\nhalf");
      rest.pass();
      c.send("rest");
    };
  }

  @OnBothSides
  @Tag("contract-40")
  void shutdownLetsWhatRunsEndWellAndRefusesTheNew(Side side) throws Exception {
    Gate rest = new Gate();
    ScriptedServer server = rig.server(halfThenRest(rest));
    HttpClient client = rig.client(side);
    HttpResponse<InputStream> unread =
        client.send(get(server.uri("/stream")), BodyHandlers.ofInputStream());
    CompletableFuture<HttpResponse<String>> running =
        client.sendAsync(get(server.uri("/text")), BodyHandlers.ofString());
    server.awaitOnAny("GET /text", 1);

    client.shutdown();

    assertThat(client.awaitTermination(Duration.ofMillis(50))).isFalse();
    assertThat(client.isTerminated()).isFalse();
    Throwable refused =
        Causes.failureOf(() -> client.send(get(server.uri("/new")), BodyHandlers.ofString()));
    assertThat(refused).isInstanceOf(IOException.class);
    assertThat(Causes.says(refused, "closed")).isTrue();
    Throwable refusedLater =
        Causes.failureOf(() ->
            client.sendAsync(get(server.uri("/new")), BodyHandlers.ofString()).get(10, SECONDS));
    assertThat(Causes.of(refusedLater)).anyMatch(IOException.class::isInstance);
    assertThat(Causes.says(refusedLater, "closed")).isTrue();

    rest.open();
    assertThat(running.get(10, SECONDS).body()).isEqualTo("halfrest");
    assertThat(client.isTerminated()).isFalse();
    assertThat(new String(unread.body().readAllBytes(), UTF_8)).isEqualTo("halfrest");
    assertThat(client.awaitTermination(ContractRig.PATIENCE)).isTrue();
    assertThat(client.isTerminated()).isTrue();
  }

  /** Agrees to a WebSocket, and then only listens. */
  private static void webSocket(ServedConnection c) throws IOException {
    String key = c.readRequest().field("Sec-WebSocket-Key").orElseThrow();
    byte[] proof = sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(UTF_8));
    c.send(
        Answers.head(
                "101 Switching Protocols",
                "Upgrade: websocket",
                "Connection: Upgrade",
                "Sec-WebSocket-Accept: " + Base64.getEncoder().encodeToString(proof))
            + "\r\n");
    long unused = c.drain();
  }

  private static byte[] sha1(byte[] octets) {
    try {
      return MessageDigest.getInstance("SHA-1").digest(octets);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private static CompletableFuture<WebSocket> webSocket(HttpClient client, ScriptedServer server) {
    URI uri = URI.create("ws://127.0.0.1:" + server.port() + "/");
    return client.newWebSocketBuilder().buildAsync(uri, new WebSocket.Listener() {});
  }

  @OnBothSides
  @Tag("contract-40")
  void shutdownLetsAnOpenWebSocketBeAndRefusesNewOnes(Side side) throws Exception {
    ScriptedServer server = rig.server(LifeCycleContractTest::webSocket);
    HttpClient client = rig.client(side);
    WebSocket open = webSocket(client, server).get(10, SECONDS);

    client.shutdown();

    assertThat(client.isTerminated()).isFalse();
    assertThat(client.awaitTermination(Duration.ofMillis(50))).isFalse();
    assertThat(Causes.of(Causes.failureOf(() -> webSocket(client, server).get(10, SECONDS))))
        .anyMatch(IOException.class::isInstance);
    open.abort();
    assertThat(client.awaitTermination(ContractRig.PATIENCE)).isTrue();
    assertThat(client.isTerminated()).isTrue();
  }

  @OnBothSides
  @Tag("contract-42")
  void shutdownNowEndsAnOpenWebSocket(Side side) throws Exception {
    ScriptedServer server = rig.server(LifeCycleContractTest::webSocket);
    HttpClient client = rig.client(side);
    WebSocket open = webSocket(client, server).get(10, SECONDS);

    client.shutdownNow();

    server.awaitEndByClient(1);
    assertThat(client.awaitTermination(ContractRig.PATIENCE)).isTrue();
    assertThat(open.isOutputClosed()).isTrue();
    assertThat(Causes.of(Causes.failureOf(() -> webSocket(client, server).get(10, SECONDS))))
        .anyMatch(IOException.class::isInstance);
  }

  @OnBothSides
  @Tag("contract-41")
  void closeWaitsForABodyThatAnotherThreadReads(Side side) throws Exception {
    Gate rest = new Gate();
    ScriptedServer server = rig.server(halfThenRest(rest));
    HttpClient client = rig.client(side);
    AtomicBoolean opened = new AtomicBoolean();
    AtomicBoolean openedWhenClosed = new AtomicBoolean();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      InputStream body = client.send(get(server.uri("/")), BodyHandlers.ofInputStream()).body();
      Future<byte[]> reading = threads.submit(body::readAllBytes);
      Thread closing =
          Thread.ofPlatform()
              .start(() -> {
                client.close();
                openedWhenClosed.set(opened.get());
              });
      Awaitility.await().until(() -> closing.getState() == Thread.State.TIMED_WAITING);
      opened.set(true);
      rest.open();
      assertThat(closing.join(ContractRig.PATIENCE)).isTrue();
      assertThat(openedWhenClosed).isTrue();
      assertThat(reading.get(10, SECONDS)).hasSize(8);
    }
    assertThat(client.isTerminated()).isTrue();
  }

  @OnBothSides
  @Tag("contract-41")
  void closeReturnsAfterTwoHundredInterruptedAndFailedSends(Side side) throws Exception {
    int half = 100;
    ScriptedServer silent =
        rig.server(c -> {
          c.readRequest();
          c.stall();
        });
    ScriptedServer ending =
        rig.server(c -> {
          c.readRequest();
          c.fin();
        });
    HttpClient client = rig.client(side);
    CountDownLatch ended = new CountDownLatch(2 * half);
    List<Thread> interrupted = new ArrayList<>();
    for (int i = 0; i < half; i++) {
      interrupted.add(sending(client, silent.uri("/"), ended));
      Thread unused = sending(client, ending.uri("/"), ended);
    }
    silent.awaitOnAny("GET /", half);
    interrupted.forEach(Thread::interrupt);
    assertThat(ended.await(10, SECONDS)).isTrue();

    Thread closing = Thread.ofVirtual().start(client::close);
    assertThat(closing.join(ContractRig.PATIENCE)).isTrue();
    assertThat(client.isTerminated()).isTrue();
  }

  private static Thread sending(HttpClient client, URI uri, CountDownLatch ended) {
    return Thread.ofVirtual()
        .start(() -> {
          Throwable unused = Causes.failureOf(() -> client.send(get(uri), BodyHandlers.ofString()));
          ended.countDown();
        });
  }

  /** With Redial alone, as only it tells that it is connecting. */
  @Test
  @Tag("contract-42")
  void shutdownNowEndsAConnectThatNobodyAnswers() throws Exception {
    try (BlackHole nobody = BlackHole.open()) {
      RedialClient client = (RedialClient) rig.client(Side.REDIAL);
      HttpRequest patient = HttpRequest.newBuilder(nobody.uri("/")).build();
      CompletableFuture<?> pending = client.sendAsync(patient, BodyHandlers.ofString());
      Awaitility.await().until(() -> client.stats().active() == 1);

      client.shutdownNow();

      assertThat(Causes.failureOf(() -> pending.get(10, SECONDS)))
          .hasCauseInstanceOf(ClientClosedException.class);
      assertThat(client.awaitTermination(Duration.ofSeconds(2))).isTrue();
    }
  }

  @OnBothSides
  @Tag("contract-42")
  void shutdownNowFailsWhatRunsAndTerminates(Side side) throws Exception {
    ScriptedServer streaming =
        rig.server(c -> {
          c.readRequest();
          c.send(Answers.head("200 OK", "Content-Length: 8") + "\r\nhalf");
          c.stall();
        });
    ScriptedServer silent =
        rig.server(c -> {
          c.readRequest();
          c.stall();
        });
    HttpClient client = rig.client(side);
    InputStream body = client.send(get(streaming.uri("/")), BodyHandlers.ofInputStream()).body();
    CompletableFuture<?> pending = client.sendAsync(get(silent.uri("/")), BodyHandlers.ofString());
    silent.await(1, "GET /");

    client.shutdownNow();

    assertThat(client.awaitTermination(Duration.ofSeconds(2))).isTrue();
    assertThat(client.isTerminated()).isTrue();
    assertEndedHere(Causes.failureOf(() -> pending.get(10, SECONDS)));
    assertEndedHere(Causes.failureOf(body::readAllBytes));
    streaming.awaitEndByClient(1);
    silent.awaitEndByClient(1);
    Throwable late =
        Causes.failureOf(() -> client.send(get(silent.uri("/")), BodyHandlers.ofString()));
    assertThat(late).isInstanceOf(IOException.class);
  }

  private static void assertEndedHere(Throwable failure) {
    assertThat(Causes.of(failure)).anyMatch(IOException.class::isInstance);
    boolean told =
        Causes.says(failure, "shutdownnow")
            || Causes.says(failure, "closed")
            || Causes.of(failure).stream().anyMatch(ClosedChannelException.class::isInstance);
    assertThat(told).as("%s", Causes.of(failure)).isTrue();
  }

  @OnBothSides
  @Tag("contract-43")
  void aDroppedClientIsCollectedWithItsConnections(Side side) {
    ScriptedServer server = rig.server(ScriptedServer.always(Answers.ok("x")));
    WeakReference<HttpClient> dropped = usedAndDropped(side, server.uri("/"));
    awaitCollection(dropped);
    server.awaitEndByClient(1);
  }

  /** In a frame of its own, so that nothing on the test's stack holds the client. */
  private static WeakReference<HttpClient> usedAndDropped(Side side, URI uri) {
    HttpClient client = side.builder().build();
    try {
      assertThat(client.send(get(uri), BodyHandlers.ofString()).body()).isEqualTo("x");
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
    return new WeakReference<>(client);
  }

  private static void awaitCollection(WeakReference<?> reference) {
    Awaitility.await()
        .atMost(ContractRig.PATIENCE)
        .until(() -> {
          System.gc();
          return reference.refersTo(null);
        });
  }

  @Test
  @Tag("contract-43")
  void aCallOfADroppedClientGoesOn() throws Exception {
    Gate rest = new Gate();
    ScriptedServer server = rig.server(halfThenRest(rest));
    List<CompletableFuture<HttpResponse<String>>> running = new ArrayList<>();
    WeakReference<RedialClient> dropped = sendingAndDropped(server.uri("/"), running);
    server.await(1, "GET /");
    awaitCollection(dropped);
    rest.open();
    assertThat(running.getFirst().get(10, SECONDS).body()).isEqualTo("halfrest");
    server.awaitEndByClient(1);
  }

  private static WeakReference<RedialClient> sendingAndDropped(
      URI uri, List<CompletableFuture<HttpResponse<String>>> running) {
    RedialClient client = RedialClient.newHttpClient();
    running.add(client.sendAsync(get(uri), BodyHandlers.ofString()));
    return new WeakReference<>(client);
  }
}
