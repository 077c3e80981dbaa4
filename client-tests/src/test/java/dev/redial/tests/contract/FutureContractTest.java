package dev.redial.tests.contract;

import static dev.redial.tests.kit.Requests.get;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redial.RedialClient;
import dev.redial.tests.kit.Answers;
import dev.redial.tests.kit.Gate;
import dev.redial.tests.kit.ScriptedServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Points 31, 32, 33 and 39: futures, the threads of their dependents, and their cancellation. */
class FutureContractTest {
  @RegisterExtension final ContractRig rig = new ContractRig();

  @OnBothSides
  @Tag("contract-31")
  void directDependentsSeeTheFailureWrapped(Side side) {
    ScriptedServer server = rig.server(stalling());
    HttpRequest request =
        HttpRequest.newBuilder(server.uri("/")).timeout(Duration.ofMillis(300)).build();
    AtomicReference<Throwable> seen = new AtomicReference<>();
    CompletableFuture<?> stage =
        rig.client(side)
            .sendAsync(request, BodyHandlers.ofString())
            .whenComplete((response, thrown) -> seen.set(thrown));
    assertThatThrownBy(() -> stage.get(10, SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(HttpTimeoutException.class);
    assertThat(seen.get())
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(HttpTimeoutException.class);
  }

  @OnBothSides
  @Tag("contract-32")
  void dependentsRunOnTheExecutorWithNoFrameOfTheClient(Side side) throws Exception {
    side.assumeSince(25);
    Gate answer = new Gate();
    ScriptedServer server = rig.server(gated(answer));
    try (ExecutorService executor = threads(2)) {
      HttpClient client = rig.client(side, b -> b.executor(executor));
      AtomicReference<String> thread = new AtomicReference<>();
      AtomicReference<List<String>> stack = new AtomicReference<>();
      CompletableFuture<?> stage =
          client
              .sendAsync(get(server.uri("/")), BodyHandlers.ofString())
              .thenAccept(response -> {
                thread.set(Thread.currentThread().getName());
                stack.set(classesOnTheStack());
              });
      answer.open();
      stage.get(10, SECONDS);
      // The JDK's client takes the common pool, whatever its documentation says of the executor.
      assertThat(thread.get())
          .startsWith(side == Side.REDIAL ? "contract-" : "ForkJoinPool.commonPool-");
      assertThat(stack.get())
          .noneMatch(name -> name.startsWith("jdk.internal.net.http"))
          .noneMatch(name -> name.startsWith("dev.redial.internal"))
          .doesNotContain(RedialClient.class.getName());
    }
  }

  private static List<String> classesOnTheStack() {
    return Stream.of(Thread.currentThread().getStackTrace())
        .map(StackTraceElement::getClassName)
        .toList();
  }

  @OnBothSides
  @Tag("contract-32")
  void aBodyHandlerThatStallsHoldsUpTheFutureAlone(Side side) throws Exception {
    ScriptedServer server = rig.server(ScriptedServer.always(Answers.ok("x")));
    CountDownLatch entered = new CountDownLatch(1);
    Gate handler = new Gate();
    CompletableFuture<HttpResponse<String>> future =
        rig.client(side)
            .sendAsync(
                get(server.uri("/")),
                head -> {
                  entered.countDown();
                  pass(handler);
                  return BodyHandlers.ofString().apply(head);
                });
    assertThat(entered.await(10, SECONDS)).isTrue();
    assertThat(future).isNotDone();
    handler.open();
    assertThat(future.get(10, SECONDS).body()).isEqualTo("x");
  }

  static Stream<Arguments> derivedStages() {
    List<Named<Function<CompletableFuture<?>, CompletableFuture<?>>>> steps =
        List.of(
            Named.of("whenComplete", future -> future.whenComplete((value, thrown) -> {})),
            Named.of("thenApply", future -> future.thenApply(value -> value)),
            Named.of(
                "thenApply, handle",
                future -> future.thenApply(value -> value).handle((value, thrown) -> value)));
    return Stream.of(Side.values())
        .flatMap(side -> steps.stream().map(step -> Arguments.of(side, step)));
  }

  @ParameterizedTest
  @Tag("contract-33")
  @MethodSource("derivedStages")
  void cancellingADerivedStageEndsTheExchangeAndFailsTheFuture(
      Side side, Function<CompletableFuture<?>, CompletableFuture<?>> step) {
    ScriptedServer server = rig.server(stalling());
    CompletableFuture<HttpResponse<String>> future =
        rig.client(side).sendAsync(get(server.uri("/")), BodyHandlers.ofString());
    CompletableFuture<?> stage = step.apply(future);
    server.await(1, "GET /");

    assertThat(stage.cancel(true)).isTrue();

    assertThat(stage).isDone();
    server.awaitEndByClient(1);
    assertThatThrownBy(() -> future.get(10, SECONDS))
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOf(CancellationException.class)
        .hasCauseInstanceOf(IOException.class);
    assertThat(future.isCancelled()).isFalse();
    assertThat(future.isCompletedExceptionally()).isTrue();
  }

  @OnBothSides
  @Tag("contract-33")
  void cancellingTheFutureEndsTheExchange(Side side) {
    ScriptedServer server = rig.server(stalling());
    CompletableFuture<?> future =
        rig.client(side).sendAsync(get(server.uri("/")), BodyHandlers.ofString());
    server.await(1, "GET /");
    assertThat(future.cancel(true)).isTrue();
    server.awaitEndByClient(1);
    assertThat(Causes.of(Causes.failureOf(() -> future.get(10, SECONDS))))
        .anyMatch(CancellationException.class::isInstance);
  }

  @OnBothSides
  @Tag("contract-33")
  void cancellingWithoutInterruptLeavesTheExchangeAlone(Side side) throws Exception {
    Gate answer = new Gate();
    ScriptedServer server = rig.server(gated(answer));
    CompletableFuture<HttpResponse<String>> future =
        rig.client(side).sendAsync(get(server.uri("/")), BodyHandlers.ofString());
    CompletableFuture<?> stage = future.thenApply(HttpResponse::body);
    server.await(1, "GET /");
    assertThat(stage.cancel(false)).isTrue();
    answer.open();
    assertThat(future.get(10, SECONDS).body()).isEqualTo("x");
    assertThat(stage).isCancelled();
  }

  @OnBothSides
  @Tag("contract-33")
  void aResponseCannotBeObtruded(Side side) throws Exception {
    ScriptedServer server = rig.server(ScriptedServer.always(Answers.ok("x")));
    CompletableFuture<HttpResponse<String>> future =
        rig.client(side).sendAsync(get(server.uri("/")), BodyHandlers.ofString());
    HttpResponse<String> response = future.get(10, SECONDS);
    assertThatThrownBy(() -> future.obtrudeValue(response))
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> future.obtrudeException(new IOException()))
        .isInstanceOf(UnsupportedOperationException.class);
    assertThat(future.join()).isSameAs(response);
  }

  static Stream<Named<Consumer<CompletableFuture<?>>>> replacements() {
    return Stream.of(
        Named.of("cancel", future -> assertThat(future.cancel(true)).isTrue()),
        Named.of("complete", future -> assertThat(future.complete(null)).isTrue()),
        Named.of("time-out", future -> assertThat(future.orTimeout(1, MILLISECONDS)).isNotNull()));
  }

  @ParameterizedTest
  @Tag("contract-33")
  @MethodSource("replacements")
  void aResponseThatComesTooLateForItsFutureKeepsNoConnection(
      Consumer<CompletableFuture<?>> replacement) {
    ScriptedServer server = rig.server(unfinished());
    Queue<Runnable> held = new ConcurrentLinkedQueue<>();
    RedialClient client = rig.redial(b -> b.executor(held::add));
    CompletableFuture<HttpResponse<InputStream>> future =
        client.sendAsync(get(server.uri("/")), BodyHandlers.ofInputStream());
    Awaitility.await().until(() -> !held.isEmpty()); // the response is there, its future not done
    replacement.accept(future);
    server.awaitEndByClient(1);
    assertThat(failureOrNull(future)).isNotEqualTo("the response");
  }

  private static String failureOrNull(CompletableFuture<HttpResponse<InputStream>> future) {
    try {
      return future.join() == null ? "nothing" : "the response";
    } catch (CompletionException | CancellationException e) {
      return "a failure";
    }
  }

  @OnBothSides
  @Tag("contract-39")
  void anExecutorShutDownDuringARequestFailsIt(Side side) {
    Gate answer = new Gate();
    ScriptedServer server =
        rig.server(c -> {
          c.readRequest();
          answer.pass();
          c.send(Answers.head("200 OK", "Content-Length: 10") + "\r\nhalf");
          c.stall();
        });
    try (ThreadPoolExecutor executor = threads(2)) {
      HttpClient client = rig.client(side, b -> b.executor(executor));
      CompletableFuture<HttpResponse<InputStream>> future =
          client.sendAsync(get(server.uri("/")), BodyHandlers.ofInputStream());
      server.await(1, "GET /");
      // The JDK's client reads on with a task that it already runs.
      Awaitility.await().until(() -> executor.getActiveCount() == 0);
      executor.shutdown();
      answer.open();
      assertThat(Causes.of(Causes.failureOf(() -> future.get(10, SECONDS))))
          .anyMatch(
              t -> t instanceof RejectedExecutionException || t instanceof ClosedChannelException);
      server.awaitEndByClient(1);
    }
  }

  static Stream<Arguments> narrowExecutors() {
    return Stream.of(Side.values())
        .flatMap(side ->
            Stream.of(
                Arguments.of(side, Named.of("Runnable::run", (Executor) Runnable::run)),
                Arguments.of(side, Named.of("one thread", (Executor) threads(1)))));
  }

  @ParameterizedTest
  @Tag("contract-39")
  @MethodSource("narrowExecutors")
  void aNarrowExecutorLosesNoCall(Side side, Executor executor) throws Exception {
    ScriptedServer server = rig.server(ScriptedServer.always(Answers.ok("x")));
    HttpClient client = rig.client(side, b -> b.executor(executor));
    List<CompletableFuture<HttpResponse<String>>> futures =
        Stream.generate(() -> client.sendAsync(get(server.uri("/")), BodyHandlers.ofString()))
            .limit(20)
            .toList();
    for (CompletableFuture<HttpResponse<String>> future : futures)
      assertThat(future.get(10, SECONDS).body()).isEqualTo("x");
    if (executor instanceof ExecutorService threads) threads.shutdown();
  }

  private static ScriptedServer.Script stalling() {
    return c -> {
      c.readRequest();
      c.stall();
    };
  }

  private static ScriptedServer.Script gated(Gate answer) {
    return c -> {
      c.readRequest();
      answer.pass();
      c.send(Answers.ok("x"));
    };
  }

  private static ScriptedServer.Script unfinished() {
    return c -> {
      c.readRequest();
      c.send(Answers.head("200 OK", "Content-Length: 10") + "\r\nhalf");
      c.stall();
    };
  }

  private static void pass(Gate gate) {
    try {
      gate.pass();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static ThreadPoolExecutor threads(int count) {
    return new ThreadPoolExecutor(
        count,
        count,
        0,
        SECONDS,
        new LinkedBlockingQueue<>(),
        Thread.ofPlatform().name("contract-", 0).daemon().factory());
  }
}
