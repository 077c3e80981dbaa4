package dev.redial.internal.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.redial.ClientClosedException;
import dev.redial.ConnectTimeoutException;
import dev.redial.ExchangeFailure;
import dev.redial.ExchangeStage;
import dev.redial.RedialClient;
import dev.redial.Resolver;
import dev.redial.ServerActed;
import dev.redial.UnresolvedHostException;
import dev.redial.internal.connection.Backlog;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a caller gets from the resolver of a client. */
@Timeout(60)
class ResolvingTest {
  private final Loopback server = Loopback.saying(Loopback.HELLO);
  private final CountDownLatch gate = new CountDownLatch(1);
  private final AtomicInteger asked = new AtomicInteger();

  @AfterEach
  void stop() {
    gate.countDown();
    server.close();
  }

  private List<InetAddress> hang(String host) throws UnknownHostException {
    asked.incrementAndGet();
    try {
      gate.await();
    } catch (InterruptedException e) {
      throw new UnknownHostException("interrupted");
    }
    return List.of(InetAddress.getLoopbackAddress());
  }

  private HttpRequest.Builder get() {
    return HttpRequest.newBuilder(
        URI.create("http://some.example:" + server.uri().getPort() + "/x"));
  }

  private static void assertNothingSent(Throwable thrown) {
    ExchangeFailure failure = (ExchangeFailure) thrown;
    assertThat(failure.serverActed()).isEqualTo(ServerActed.NO);
    assertThat(failure.evidence().stage()).isEqualTo(ExchangeStage.RESOLVING);
    assertThat(thrown).hasMessageContaining(failure.evidence().toString());
  }

  @Test
  void theClientConnectsToWhatTheResolverSays() throws Exception {
    AtomicReference<String> asked = new AtomicReference<>();
    Resolver resolver =
        host -> {
          asked.set(host);
          return List.of(InetAddress.getByName("127.0.0.1"));
        };
    try (RedialClient client = RedialClient.newBuilder().resolver(resolver).build()) {
      HttpResponse<String> answer = client.send(get().build(), BodyHandlers.ofString());

      assertThat(answer.body()).isEqualTo("hello");
      assertThat(asked).hasValue("some.example");
    }
  }

  @Test
  void aProxysNameIsResolvedToo() throws Exception {
    AtomicReference<String> asked = new AtomicReference<>();
    Resolver resolver =
        host -> {
          asked.set(host);
          return List.of(InetAddress.getByName("127.0.0.1"));
        };
    ProxySelector proxy =
        ProxySelector.of(
            InetSocketAddress.createUnresolved("proxy.example", server.uri().getPort()));
    try (RedialClient client = RedialClient.newBuilder().resolver(resolver).proxy(proxy).build()) {
      HttpResponse<String> answer = client.send(get().build(), BodyHandlers.ofString());

      assertThat(answer.body()).isEqualTo("hello");
      assertThat(asked).hasValue("proxy.example");
    }
  }

  @Test
  void aHostWithoutAddressIsAnUnresolvedHost() {
    try (RedialClient client = RedialClient.newBuilder().resolver(host -> List.of()).build()) {
      Throwable thrown =
          catchThrowable(() -> client.send(get().build(), BodyHandlers.discarding()));

      assertThat(thrown)
          .isExactlyInstanceOf(UnresolvedHostException.class)
          .hasMessageContaining("some.example: the resolver returned no address")
          .hasCauseExactlyInstanceOf(UnknownHostException.class);
      assertNothingSent(thrown);
    }
  }

  @Test
  void theConnectTimeoutCoversTheLookUp() {
    try (RedialClient client =
        RedialClient.newBuilder()
            .resolver(this::hang)
            .connectTimeout(Duration.ofMillis(50))
            .build()) {
      Throwable thrown =
          catchThrowable(() -> client.send(get().build(), BodyHandlers.discarding()));

      assertThat(thrown)
          .isExactlyInstanceOf(ConnectTimeoutException.class)
          .hasMessageContaining("HTTP connect timed out");
      assertNothingSent(thrown);
      gate.countDown();
    }
  }

  @Test
  void theRequestsTimeoutCoversTheLookUp() {
    try (RedialClient client = RedialClient.newBuilder().resolver(this::hang).build()) {
      HttpRequest request = get().timeout(Duration.ofMillis(50)).build();

      Throwable thrown = catchThrowable(() -> client.send(request, BodyHandlers.discarding()));

      assertThat(thrown).isExactlyInstanceOf(ConnectTimeoutException.class);
      assertNothingSent(thrown);
      gate.countDown();
    }
  }

  @Test
  void theRestOfTheConnectTimeoutIsLeftToTheConnect() throws Exception {
    try (Backlog silent = new Backlog();
        RedialClient client =
            RedialClient.newBuilder()
                .resolver(host -> {
                  parkFor(Duration.ofSeconds(1));
                  return List.of(InetAddress.getByName("127.0.0.1"));
                })
                .connectTimeout(Duration.ofMillis(1100))
                .build()) {
      HttpRequest request =
          HttpRequest.newBuilder(
                  URI.create("http://some.example:" + silent.address().getPort() + "/"))
              .build();
      long before = System.nanoTime();

      assertThatThrownBy(() -> client.send(request, BodyHandlers.discarding()))
          .isInstanceOf(ConnectTimeoutException.class);
      assertThat(System.nanoTime() - before)
          .isBetween(1_100_000_000L, 2_000_000_000L); // 2.1 s if it began after the look-up
    }
  }

  private void parkFor(Duration duration) {
    try {
      assertThat(gate.await(duration.toNanos(), TimeUnit.NANOSECONDS)).isFalse();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void anInterruptEndsTheLookUp() throws Exception {
    try (RedialClient client = RedialClient.newBuilder().resolver(this::hang).build()) {
      AtomicReference<Throwable> thrown = new AtomicReference<>();
      Thread caller =
          Thread.ofVirtual()
              .start(() ->
                  thrown.set(
                      catchThrowable(() -> client.send(get().build(), BodyHandlers.discarding()))));
      await().until(() -> asked.get() == 1 && caller.getState() == Thread.State.WAITING);

      caller.interrupt();

      assertThat(caller.join(Duration.ofSeconds(20))).isTrue();
      assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
      gate.countDown();
    }
  }

  @Test
  void shutdownNowEndsTheLookUp() throws Exception {
    RedialClient client = RedialClient.newBuilder().resolver(this::hang).build();
    CompletableFuture<HttpResponse<Void>> running =
        client.sendAsync(get().build(), BodyHandlers.discarding());
    await().until(() -> asked.get() == 1);

    client.shutdownNow();

    Throwable thrown =
        running.<Throwable>handle((answer, failure) -> failure).get(20, TimeUnit.SECONDS);
    assertThat(thrown).hasCauseExactlyInstanceOf(ClientClosedException.class);
    assertNothingSent(thrown.getCause());
    assertThat(client.awaitTermination(Duration.ofSeconds(20))).isTrue();
  }

  @Test
  void aResolverIsNeeded() {
    assertThatThrownBy(() -> RedialClient.newBuilder().resolver(null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("resolver");
  }
}
