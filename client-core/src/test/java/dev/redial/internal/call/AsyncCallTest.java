package dev.redial.internal.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.redial.ConnectFailedException;
import dev.redial.HangUpException;
import dev.redial.RedialClient;
import dev.redial.RequestBodyException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.CookieHandler;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What callers see of a call, sent and waited for or sent asynchronously. */
@Timeout(60)
class AsyncCallTest {
  private final CountDownLatch gate = new CountDownLatch(1);
  private final Loopback silent =
      new Loopback((head, out) -> {
        if (!awaitGate()) return false;
        Loopback.say(out, Loopback.HELLO);
        return true;
      });
  private final Loopback hello = Loopback.saying(Loopback.HELLO);
  private final RedialClient client = RedialClient.newHttpClient();

  @AfterEach
  void nothingIsLeft() {
    gate.countDown();
    await().untilAsserted(() -> assertThat(client.stats().active()).isZero());
    client.shutdownNow();
    silent.close();
    hello.close();
  }

  private static HttpRequest get(Loopback server) {
    return HttpRequest.newBuilder(server.uri()).build();
  }

  private CompletableFuture<HttpResponse<String>> sentToSilence() {
    CompletableFuture<HttpResponse<String>> future =
        client.sendAsync(get(silent), BodyHandlers.ofString());
    await().until(() -> silent.requests.get() == 1);
    return future;
  }

  @Test
  void theConnectionIsBackBeforeTheFutureCompletes() throws Exception {
    for (int i = 0; i < 50; i++)
      assertThat(
              client
                  .sendAsync(get(hello), BodyHandlers.ofString())
                  .get(30, TimeUnit.SECONDS)
                  .body())
          .isEqualTo("hello");

    assertThat(client.stats().opened()).isEqualTo(1);
    assertThat(client.stats().reused()).isEqualTo(49);
  }

  // Failures of futures

  @Test
  void aDirectDependentSeesTheFailureWrapped() throws Exception {
    HttpRequest impatient =
        HttpRequest.newBuilder(silent.uri()).timeout(Duration.ofMillis(50)).build();
    CompletableFuture<HttpResponse<String>> future =
        client.sendAsync(impatient, BodyHandlers.ofString());
    CompletableFuture<Throwable> seen = new CompletableFuture<>();
    var unused = future.whenComplete((response, thrown) -> seen.complete(thrown));

    Throwable thrown = seen.get(30, TimeUnit.SECONDS);

    assertThat(thrown)
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(HttpTimeoutException.class);
    assertThatThrownBy(future::get)
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(HttpTimeoutException.class);
    assertThatThrownBy(future::join)
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(HttpTimeoutException.class);
  }

  @Test
  void dependentsRunOnTheExecutorWithNoFrameOfOurs() throws Exception {
    try (ExecutorService executor =
            Executors.newSingleThreadExecutor(task -> new Thread(task, "the-callers"));
        RedialClient own = RedialClient.newBuilder().executor(executor).build()) {
      CompletableFuture<StackTraceElement[]> seen = new CompletableFuture<>();
      var unused =
          own.sendAsync(get(silent), BodyHandlers.ofString())
              .thenAccept(response -> {
                assertThat(Thread.currentThread().getName()).isEqualTo("the-callers");
                seen.complete(new Throwable().getStackTrace());
              });

      gate.countDown();

      assertThat(seen.get(30, TimeUnit.SECONDS))
          .noneMatch(frame ->
              frame.getClassName().startsWith("dev.redial.")
                  && !frame.getClassName().contains("AsyncCallTest"));
    }
  }

  @Test
  void anExecutorOfOneThreadThatBlocksDoesNotHoldUpExchanges() throws Exception {
    CountDownLatch blocked = new CountDownLatch(1);
    try (ExecutorService executor = Executors.newSingleThreadExecutor();
        RedialClient own = RedialClient.newBuilder().executor(executor).build()) {
      executor.execute(() -> {
        try {
          assertThat(blocked.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
          throw new AssertionError(e);
        }
      });

      assertThat(own.send(get(hello), BodyHandlers.ofString()).body()).isEqualTo("hello");
      CompletableFuture<HttpResponse<String>> future =
          own.sendAsync(get(hello), BodyHandlers.ofString());
      await().until(() -> hello.requests.get() == 2);
      blocked.countDown();

      assertThat(future.get(30, TimeUnit.SECONDS).body()).isEqualTo("hello");
    }
  }

  /** As applications often shut their executor down right behind the client. */
  @Test
  void theClientDoesNotEndBeforeTheExecutorHasTheOutcome() throws Exception {
    AtomicReference<RedialClient> client = new AtomicReference<>();
    CompletableFuture<Boolean> endedBefore = new CompletableFuture<>();
    BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
    Executor executor =
        task -> {
          endedBefore.complete(client.get().isTerminated());
          tasks.add(task);
        };
    try (RedialClient own = RedialClient.newBuilder().executor(executor).build()) {
      client.set(own);
      CompletableFuture<HttpResponse<String>> future =
          own.sendAsync(get(silent), BodyHandlers.ofString());
      await().until(() -> silent.requests.get() == 1);
      own.shutdown();
      gate.countDown();

      assertThat(endedBefore.get(30, TimeUnit.SECONDS)).isFalse();
      assertThat(own.awaitTermination(Duration.ofSeconds(30))).isTrue();
      assertThat(future.isDone()).isFalse();
      tasks.take().run();
      assertThat(future.get(30, TimeUnit.SECONDS).body()).isEqualTo("hello");
    }
  }

  @Test
  void aDependentMayCloseTheClient() throws Exception {
    try (RedialClient own = RedialClient.newBuilder().executor(Runnable::run).build()) {
      CompletableFuture<Void> closed =
          own.sendAsync(get(silent), BodyHandlers.ofString()).thenAccept(response -> own.close());
      gate.countDown();
      assertThat(closed.get(30, TimeUnit.SECONDS)).isNull();
      assertThat(own.isTerminated()).isTrue();
    }
  }

  // Threads that cannot be had

  /** Whoever has set it cannot start a thread that inherits. */
  private static final class Barren extends InheritableThreadLocal<String>
      implements AutoCloseable {
    static final String FAILURE = "no child";

    Barren() {
      set("set");
    }

    @Override
    protected String childValue(String parent) {
      boolean carrier = // which the JDK starts when it likes to
          Arrays.stream(new Throwable().getStackTrace())
              .anyMatch(frame -> frame.getClassName().endsWith("ForkJoinWorkerThread"));
      if (carrier) return parent;
      throw new IllegalStateException(FAILURE);
    }

    @Override
    public void close() {
      remove();
    }
  }

  @Test
  void aCallWithoutAThreadDoesNotKeepTheClientOpen() throws Exception {
    try (Barren unused = new Barren()) {
      assertThatThrownBy(() -> client.sendAsync(get(hello), BodyHandlers.ofString()))
          .hasMessage(Barren.FAILURE);
    }
    client.shutdown();
    assertThat(client.awaitTermination(Duration.ofSeconds(30))).isTrue();
  }

  @Test
  void anUploadWithoutAThreadLosesNoConnection() throws Exception {
    HttpRequest upload =
        HttpRequest.newBuilder(hello.uri())
            .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(new byte[100])))
            .build();
    try (Barren unused = new Barren()) {
      assertThat(client.send(get(hello), BodyHandlers.ofString()).body())
          .as("the threads of the client's own inherit nothing")
          .isEqualTo("hello");
      assertThatThrownBy(() -> client.send(upload, BodyHandlers.ofString()))
          .hasMessage(Barren.FAILURE);
    }
    assertThat(client.stats().total()).isZero();
  }

  @Test
  void anExecutorThatIsShutDownRejects() throws Exception {
    ExecutorService executor = Executors.newSingleThreadExecutor();
    executor.shutdown();
    try (RedialClient own = RedialClient.newBuilder().executor(executor).build()) {
      CompletableFuture<HttpResponse<String>> future =
          own.sendAsync(get(hello), BodyHandlers.ofString());

      assertThatThrownBy(() -> future.get(30, TimeUnit.SECONDS))
          .hasRootCauseInstanceOf(RejectedExecutionException.class);
    }
  }

  // Cancelling

  @Test
  void cancellingADerivedStageFailsTheResponse() throws Exception {
    CompletableFuture<HttpResponse<String>> future = sentToSilence();
    CompletableFuture<String> derived = future.thenApply(HttpResponse::body);

    assertThat(derived.cancel(true)).isTrue();

    Throwable thrown = catchThrowable(() -> future.get(30, TimeUnit.SECONDS));
    assertThat(thrown)
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(CancellationException.class)
        .hasRootCauseInstanceOf(IOException.class)
        .hasRootCauseMessage("Request cancelled");
    assertThat(future.isCancelled()).isFalse();
    assertThat(derived.isCancelled()).isTrue();
    await().until(() -> client.stats().total() == 0);
  }

  @Test
  void cancellingTheResponseEndsTheExchange() throws Exception {
    CompletableFuture<HttpResponse<String>> future = sentToSilence();

    assertThat(future.cancel(true)).isTrue();

    assertThat(future.isCancelled()).isTrue();
    await().until(() -> client.stats().total() == 0);
    assertThat(future.cancel(true)).isTrue();
  }

  /** However quick the call is to end. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatIsCancelledIsCancelled(boolean derived) {
    for (int i = 0; i < 200; i++) {
      CompletableFuture<HttpResponse<String>> response =
          client.sendAsync(get(silent), BodyHandlers.ofString());
      CompletableFuture<?> future = derived ? response.thenApply(HttpResponse::body) : response;
      for (int j = 0; j < i * 10; j++) Thread.onSpinWait(); // meets the call at any of its steps

      assertThat(future.cancel(true)).isTrue();

      assertThat(future.isCancelled()).isTrue();
      assertThatThrownBy(future::join).isInstanceOf(CancellationException.class);
    }
  }

  @Test
  void cancellingWithoutInterruptLetsTheExchangeEnd() throws Exception {
    CompletableFuture<HttpResponse<String>> future = sentToSilence();
    CompletableFuture<String> derived = future.thenApply(HttpResponse::body);

    assertThat(derived.cancel(false)).isTrue();
    gate.countDown();

    assertThat(future.get(30, TimeUnit.SECONDS).body()).isEqualTo("hello");
    assertThat(client.stats().idle()).isEqualTo(1);
  }

  /** Nobody can get the response any more, so nobody can close its body. */
  @Test
  void cancellingWithoutInterruptKeepsNoConnectionForAResponse() throws Exception {
    try (Loopback endless =
        new Loopback((head, out) -> {
          if (!awaitGate()) return false;
          Loopback.say(out, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
          return true;
        })) {
      CompletableFuture<?> future = client.sendAsync(get(endless), BodyHandlers.ofPublisher());
      await().until(() -> endless.requests.get() == 1);

      assertThat(future.cancel(false)).isTrue();
      gate.countDown();

      await().untilAsserted(() -> assertThat(client.stats().total()).isZero());
    }
  }

  @Test
  void aCancelledCallSendsNothingThoughTheInterruptIsSwallowed() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CompletableFuture<Boolean> swallowed = new CompletableFuture<>();
    CookieHandler deaf =
        new CookieHandler() {
          @Override
          public Map<String, List<String>> get(URI uri, Map<String, List<String>> headers) {
            asked.countDown();
            swallowed.complete(!awaitGate());
            return Map.of();
          }

          @Override
          public void put(URI uri, Map<String, List<String>> headers) {}
        };
    try (RedialClient withCookies = RedialClient.newBuilder().cookieHandler(deaf).build()) {
      CompletableFuture<?> future = withCookies.sendAsync(get(hello), BodyHandlers.ofString());
      assertThat(asked.await(30, TimeUnit.SECONDS)).isTrue();

      assertThat(future.cancel(true)).isTrue();

      assertThat(swallowed.get(30, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(hello.requests).hasValue(0);
  }

  /** False if it was interrupted instead. */
  private boolean awaitGate() {
    try {
      return gate.await(30, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      return false;
    }
  }

  /** The cancel comes from within the call, so there is nothing left to interrupt. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void cancellingAtTheLastMomentLosesNoConnection(boolean hasBody) throws Exception {
    AtomicReference<CompletableFuture<?>> sent = new AtomicReference<>();
    CountDownLatch known = new CountDownLatch(1);
    BodyHandler<String> cancelling = info -> new Cancelling(known, sent);
    try (Loopback endless =
        Loopback.saying(
            "HTTP/1.1 200 OK\r\nContent-Length: " + (hasBody ? 1000 : 0) + "\r\n\r\n")) {
      CompletableFuture<HttpResponse<String>> future = client.sendAsync(get(endless), cancelling);
      sent.set(future.thenApply(HttpResponse::body));
      known.countDown();

      assertThatThrownBy(() -> future.get(30, TimeUnit.SECONDS))
          .hasCauseInstanceOf(CancellationException.class);
      await().untilAsserted(() -> assertThat(client.stats().active()).isZero());
    }
  }

  private record Cancelling(CountDownLatch known, AtomicReference<CompletableFuture<?>> sent)
      implements BodySubscriber<String> {
    @Override
    public CompletionStage<String> getBody() {
      try {
        assertThat(known.await(30, TimeUnit.SECONDS)).isTrue();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      assertThat(sent.get().cancel(true)).isTrue();
      return CompletableFuture.completedFuture("done");
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      subscription.request(1);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
      assertThat(buffers).isNotEmpty();
    }

    @Override
    public void onError(Throwable thrown) {
      assertThat(thrown).isInstanceOf(IOException.class);
    }

    @Override
    public void onComplete() {
      assertThat(known.getCount()).isBetween(0L, 1L);
    }
  }

  // Interrupts

  @Test
  void anInterruptBeforeSendSendsNothing() {
    Thread.currentThread().interrupt();

    assertThatThrownBy(() -> client.send(get(hello), BodyHandlers.ofString()))
        .isInstanceOf(InterruptedException.class);

    assertThat(Thread.interrupted()).isFalse();
    assertThat(hello.requests).hasValue(0);
  }

  @Test
  void anInterruptDuringSendEndsTheExchange() throws Exception {
    CompletableFuture<Throwable> seen = new CompletableFuture<>();
    Thread sender =
        Thread.ofPlatform()
            .start(() ->
                seen.complete(
                    catchThrowable(() -> client.send(get(silent), BodyHandlers.ofString()))));
    await().until(() -> silent.requests.get() == 1);

    sender.interrupt();

    assertThat(seen.get(30, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
    await().until(() -> client.stats().total() == 0);
  }

  // Failures of send

  @Test
  void theStackTraceShowsTheCaller() {
    HttpRequest impatient =
        HttpRequest.newBuilder(silent.uri()).timeout(Duration.ofMillis(50)).build();
    List<BodyHandler<?>> handlers =
        List.of(
            BodyHandlers.ofString(),
            info ->
                BodySubscribers.mapping(
                    BodySubscribers.ofString(java.nio.charset.StandardCharsets.UTF_8),
                    text -> text));
    for (BodyHandler<?> handler : handlers) {
      Throwable thrown = catchThrowable(() -> client.send(impatient, handler));

      assertThat(thrown).isInstanceOf(HttpTimeoutException.class);
      assertThat(thrown.getStackTrace())
          .filteredOn(frame ->
              frame.getClassName().equals(RedialClient.class.getName())
                  && frame.getMethodName().equals("send"))
          .hasSize(1);
    }
  }

  @Test
  void aRefusedConnectionIsAConnectException() throws IOException {
    int port;
    try (ServerSocket gone = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      port = gone.getLocalPort();
    }
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/")).build();

    assertThatThrownBy(() -> client.send(request, BodyHandlers.ofString()))
        .isInstanceOf(ConnectFailedException.class)
        .isInstanceOf(java.net.ConnectException.class);
  }

  @Test
  void aBodyHandlerThatThrowsOrReturnsNothingIsTheCause() {
    RuntimeException own = new IllegalStateException("own");
    BodyHandler<String> throwing =
        info -> {
          throw own;
        };

    assertThatThrownBy(() -> client.send(get(hello), throwing))
        .isInstanceOf(IOException.class)
        .hasCause(own);
    assertThatThrownBy(() -> client.send(get(hello), info -> null))
        .isInstanceOf(IOException.class)
        .hasCauseInstanceOf(NullPointerException.class);
    assertThat(client.stats().active()).isZero();
  }

  @Test
  void aPublisherThatThrowsItsLengthLosesNoConnection() {
    RuntimeException own = new IllegalStateException("own");
    HttpRequest.BodyPublisher publisher =
        new HttpRequest.BodyPublisher() {
          @Override
          public long contentLength() {
            throw own;
          }

          @Override
          public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
            throw new AssertionError("never asked");
          }
        };

    Throwable thrown =
        catchThrowable(() ->
            client.send(
                HttpRequest.newBuilder(hello.uri()).POST(publisher).build(),
                BodyHandlers.ofString()));

    assertThat(thrown).isInstanceOf(RequestBodyException.class).hasCause(own);
    assertThat(client.stats().active()).isZero();
  }

  @Test
  void aHangUpOfAPostIsToldAndNotRepeated() {
    try (Loopback rude = new Loopback((head, out) -> false)) {
      HttpRequest post = HttpRequest.newBuilder(rude.uri()).POST(BodyPublishers.noBody()).build();

      assertThatThrownBy(() -> client.send(post, BodyHandlers.ofString()))
          .isInstanceOf(HangUpException.class)
          .hasMessageContaining("received no bytes");

      assertThat(rude.requests).hasValue(1);
    }
  }
}
