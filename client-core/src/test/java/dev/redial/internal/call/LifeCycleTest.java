package dev.redial.internal.call;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.redial.ClientClosedException;
import dev.redial.RedialClient;
import dev.redial.ServerActed;
import dev.redial.internal.connection.Backlog;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** From the first request to the end of a client. */
@Timeout(60)
class LifeCycleTest {
  private static final String HEAD = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";

  private static HttpRequest get(Loopback server) {
    return HttpRequest.newBuilder(server.uri()).build();
  }

  /** Answers with a head and half a body, then waits for the gate. */
  private static Loopback halfway(CountDownLatch gate) {
    return new Loopback((head, out) -> {
      Loopback.say(out, HEAD + "hel");
      awaitGate(gate);
      Loopback.say(out, "lo");
      return true;
    });
  }

  private static Loopback silent(CountDownLatch gate) {
    return new Loopback((head, out) -> {
      awaitGate(gate);
      Loopback.say(out, HEAD + "hello");
      return true;
    });
  }

  private static void awaitGate(CountDownLatch gate) throws IOException {
    try {
      if (!gate.await(30, TimeUnit.SECONDS)) throw new IOException("the gate never opened");
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  private static Throwable failure(CompletableFuture<?> future) throws Exception {
    return future
        .<Throwable>handle(
            (value, thrown) -> thrown == null ? new AssertionError("got " + value) : thrown)
        .get(30, TimeUnit.SECONDS);
  }

  private static Throwable rootOf(Throwable thrown) {
    Throwable root = thrown;
    while (root.getCause() != null) root = root.getCause();
    return root;
  }

  // Shutting down

  @Test
  void anOpenClientIsNotTerminated() throws Exception {
    try (RedialClient client = RedialClient.newHttpClient()) {
      assertThat(client.isTerminated()).isFalse();
      assertThat(client.awaitTermination(Duration.ofMillis(20))).isFalse();
    }
  }

  @Test
  void anUnusedClientTerminatesAtOnce() throws Exception {
    RedialClient client = RedialClient.newHttpClient();

    client.shutdown();

    assertThat(client.awaitTermination(Duration.ofSeconds(20))).isTrue();
    assertThat(client.isTerminated()).isTrue();
    client.shutdown();
    client.shutdownNow();
    client.close();
    assertThat(client.isTerminated()).isTrue();
  }

  @Test
  void afterShutdownNewRequestsAreRefused() throws Exception {
    try (Loopback server = Loopback.saying(Loopback.HELLO)) {
      RedialClient client = RedialClient.newHttpClient();
      client.shutdown();

      assertThatThrownBy(() -> client.send(get(server), BodyHandlers.discarding()))
          .isInstanceOf(ClientClosedException.class)
          .hasMessageContaining("closed");
      CompletableFuture<?> future = client.sendAsync(get(server), BodyHandlers.discarding());

      assertThat(rootOf(failure(future))).isInstanceOf(ClientClosedException.class);
      assertThat(server.requests).hasValue(0);
    }
  }

  @Test
  void shutdownClosesIdleConnections() throws Exception {
    try (Loopback server = Loopback.saying(Loopback.HELLO)) {
      RedialClient client = RedialClient.newHttpClient();
      assertThat(client.send(get(server), BodyHandlers.ofString()).body()).isEqualTo("hello");
      assertThat(client.stats().idle()).isEqualTo(1);

      client.shutdown();

      await().until(() -> server.open() == 0);
      assertThat(client.awaitTermination(Duration.ofSeconds(20))).isTrue();
    }
  }

  @Test
  void shutdownLetsRunningCallsAndBodiesEnd() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    try (Loopback waits = silent(gate);
        Loopback drips = halfway(gate)) {
      RedialClient client = RedialClient.newHttpClient();
      CompletableFuture<HttpResponse<String>> running =
          client.sendAsync(get(waits), BodyHandlers.ofString());
      InputStream stream = client.send(get(drips), BodyHandlers.ofInputStream()).body();
      await().until(() -> waits.requests.get() == 1);

      client.shutdown();

      assertThat(client.isTerminated()).isFalse();
      assertThat(client.awaitTermination(Duration.ofMillis(50))).isFalse();
      gate.countDown();
      assertThat(running.get(30, TimeUnit.SECONDS).body()).isEqualTo("hello");
      assertThat(new String(stream.readAllBytes(), ISO_8859_1)).isEqualTo("hello");
      assertThat(client.awaitTermination(Duration.ofSeconds(20))).isTrue();
      assertThat(client.isTerminated()).isTrue();
      await().until(() -> waits.open() + drips.open() == 0);
    }
  }

  @Test
  void aRunningCallMayOpenConnectionsAfterShutdown() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    try (Loopback target = Loopback.saying(Loopback.HELLO);
        Loopback server =
            new Loopback((head, out) -> {
              awaitGate(gate);
              Loopback.say(
                  out,
                  "HTTP/1.1 302 Found\r\nLocation: "
                      + target.uri()
                      + "\r\nContent-Length: 0\r\n\r\n");
              return true;
            })) {
      RedialClient client =
          RedialClient.newBuilder().followRedirects(RedialClient.Redirect.ALWAYS).build();
      CompletableFuture<HttpResponse<String>> running =
          client.sendAsync(get(server), BodyHandlers.ofString());
      await().until(() -> server.requests.get() == 1);
      client.shutdown();

      gate.countDown();

      assertThat(running.get(30, TimeUnit.SECONDS).body()).isEqualTo("hello");
      assertThat(client.awaitTermination(Duration.ofSeconds(20))).isTrue();
    }
  }

  @Test
  void closeWaitsForABodyThatAnotherThreadReads() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    try (Loopback drips = halfway(gate)) {
      RedialClient client = RedialClient.newHttpClient();
      InputStream stream = client.send(get(drips), BodyHandlers.ofInputStream()).body();
      Thread closing = Thread.ofVirtual().start(client::close);
      await()
          .until(() ->
              closing.getState() == Thread.State.TIMED_WAITING
                  || closing.getState() == Thread.State.WAITING);

      gate.countDown();

      assertThat(stream.readAllBytes()).hasSize(5);
      assertThat(closing.join(Duration.ofSeconds(20))).isTrue();
      assertThat(client.isTerminated()).isTrue();
    }
  }

  @Test
  void shutdownNowEndsWhatIsRunning() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    try (Loopback waits = silent(gate);
        Loopback drips = halfway(gate)) {
      RedialClient client = RedialClient.newHttpClient();
      List<CompletableFuture<HttpResponse<String>>> running = new ArrayList<>();
      for (int i = 0; i < 5; i++)
        running.add(client.sendAsync(get(waits), BodyHandlers.ofString()));
      running.add(client.sendAsync(get(drips), BodyHandlers.ofString()));
      InputStream stream = client.send(get(drips), BodyHandlers.ofInputStream()).body();
      await().until(() -> waits.requests.get() == 5 && drips.requests.get() == 2);

      client.shutdownNow();

      for (CompletableFuture<?> each : running)
        assertThat(failure(each)).hasCauseInstanceOf(ClientClosedException.class);
      Throwable thrown = catchThrowable(stream::readAllBytes);
      assertThat(thrown).isInstanceOf(IOException.class).hasStackTraceContaining("closed");
      assertThat(client.awaitTermination(Duration.ofSeconds(2))).isTrue();
      await().until(() -> waits.open() + drips.open() == 0 || gate.getCount() == 1);
      gate.countDown();
      assertThatThrownBy(() -> client.send(get(waits), BodyHandlers.discarding()))
          .isInstanceOf(ClientClosedException.class);
    }
  }

  @Test
  void shutdownNowEndsAConnectThatIsUnderWay() throws Exception {
    try (Backlog full = new Backlog()) {
      RedialClient client = RedialClient.newHttpClient();
      CompletableFuture<HttpResponse<String>> running =
          client.sendAsync(
              HttpRequest.newBuilder(
                      URI.create("http://127.0.0.1:" + full.address().getPort() + "/"))
                  .build(),
              BodyHandlers.ofString());
      await().until(() -> client.stats().active() == 1);

      client.shutdownNow();

      Throwable thrown = failure(running);
      assertThat(thrown).hasCauseInstanceOf(ClientClosedException.class);
      assertThat(((ClientClosedException) thrown.getCause()).serverActed())
          .isEqualTo(ServerActed.NO);
      assertThat(client.awaitTermination(Duration.ofSeconds(2))).isTrue();
    }
  }

  // Dropped without a word

  @Test
  void aDroppedClientIsCollected() throws Exception {
    try (Loopback server = Loopback.saying(Loopback.HELLO)) {
      RedialClient client = RedialClient.newHttpClient();
      assertThat(client.send(get(server), BodyHandlers.ofString()).body()).isEqualTo("hello");
      WeakReference<RedialClient> dropped = new WeakReference<>(client);
      client = null;

      await()
          .until(() -> {
            System.gc();
            return dropped.get() == null;
          });
      assertThat(dropped.get()).isNull();
      await().atMost(Duration.ofSeconds(30)).until(() -> server.open() == 0);
    }
  }

  @Test
  void theBodyOfADroppedClientCanStillBeRead() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    try (Loopback drips = halfway(gate)) {
      RedialClient client = RedialClient.newHttpClient();
      InputStream stream = client.send(get(drips), BodyHandlers.ofInputStream()).body();
      WeakReference<RedialClient> dropped = new WeakReference<>(client);
      client = null;
      await()
          .until(() -> {
            System.gc();
            return dropped.get() == null;
          });

      gate.countDown();

      assertThat(stream.readAllBytes()).hasSize(5);
    }
  }

  @Test
  void anAnswerToADroppedClientStillComes() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    try (Loopback waits = silent(gate)) {
      CompletableFuture<HttpResponse<String>> running =
          RedialClient.newHttpClient().sendAsync(get(waits), BodyHandlers.ofString());
      await().until(() -> waits.requests.get() == 1);
      for (int i = 0; i < 3; i++) System.gc();

      gate.countDown();

      assertThat(running.get(30, TimeUnit.SECONDS).body()).isEqualTo("hello");
    }
  }

  @Test
  void aFailedFutureHasTheFailureAsItsCause() throws Exception {
    RedialClient client = RedialClient.newHttpClient();
    client.shutdownNow();
    try (Loopback server = Loopback.saying(Loopback.HELLO)) {
      CompletableFuture<?> refused = client.sendAsync(get(server), BodyHandlers.discarding());

      assertThatThrownBy(() -> refused.get(30, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(ClientClosedException.class);
    }
  }
}
