package dev.redial.tests.contract;

import static dev.redial.tests.kit.Requests.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.redial.tests.kit.Answers;
import dev.redial.tests.kit.ScriptedServer;
import dev.redial.tests.kit.ScriptedServer.Script;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What body subscribers are told, and what becomes of those that misbehave. */
class SubscriberContractTest {
  private static final String OK = Answers.ok("ok");
  private static final String NO_BODY = Answers.ok("");
  private static final String CHUNKED =
      Answers.head("200 OK", "Transfer-Encoding: chunked") + "\r\n";
  private static final String EMPTY_CHUNKED = CHUNKED + "0\r\n\r\n";

  @RegisterExtension final ContractRig rig = new ContractRig();

  static Stream<Arguments> emptyBodies() {
    return sides(NO_BODY, EMPTY_CHUNKED, Answers.head("204 No Content") + "\r\n");
  }

  @ParameterizedTest
  @MethodSource("emptyBodies")
  @Tag("contract-22")
  void anEmptyBodyIsSubscribedAndCompleted(Side side, String answer) throws Exception {
    ScriptedServer server = rig.server(ScriptedServer.always(answer));
    HttpClient client = rig.client(side);
    RecordingSubscriber subscriber = new RecordingSubscriber();
    assertThat(client.send(get(server.uri("/")), head -> subscriber).body()).isEqualTo("done");
    assertThat(subscriber.calls()).startsWith("onSubscribe").endsWith("onComplete");
    assertThat(subscriber.calls()).containsOnlyOnce("onSubscribe").containsOnlyOnce("onComplete");
    assertThat(subscriber.received()).isEmpty();

    List<Optional<byte[]>> consumed = new CopyOnWriteArrayList<>();
    client.send(get(server.uri("/")), BodyHandlers.ofByteArrayConsumer(consumed::add));
    assertThat(consumed).containsExactly(Optional.empty());
  }

  static Stream<Arguments> smallBodies() {
    return sides(OK + "HTTP/1.1 ", CHUNKED + "1\r\no\r\n1\r\nk\r\n0\r\n\r\n");
  }

  @ParameterizedTest
  @MethodSource("smallBodies")
  @Tag("contract-22")
  void whatASubscriberGetsCannotBeChangedAndHoldsNothingElse(Side side, String answer)
      throws Exception {
    ScriptedServer server = rig.server(ScriptedServer.always(answer));
    List<String> wrong = new CopyOnWriteArrayList<>();
    RecordingSubscriber subscriber =
        new RecordingSubscriber() {
          @Override
          public void onNext(List<ByteBuffer> buffers) {
            if (accepts(() -> buffers.add(ByteBuffer.allocate(1)))) wrong.add("list: add");
            if (accepts(() -> buffers.remove(0))) wrong.add("list: remove");
            for (ByteBuffer buffer : buffers) {
              if (!buffer.isReadOnly()) wrong.add("buffer: not read-only");
              if (accepts(() -> buffer.put(0, (byte) 0))) wrong.add("buffer: put");
              if (buffer.limit() != buffer.capacity()) wrong.add("buffer: octets beyond its limit");
            }
            super.onNext(buffers);
          }
        };
    rig.client(side).send(get(server.uri("/")), head -> subscriber);
    assertThat(subscriber.received()).isEqualTo("ok".getBytes(StandardCharsets.US_ASCII));
    assertThat(wrong).isEmpty();
  }

  private static boolean accepts(Runnable change) {
    try {
      change.run();
      return true;
    } catch (UnsupportedOperationException e) { // a ReadOnlyBufferException is one
      return false;
    }
  }

  static Stream<Arguments> badRequests() {
    return Arrays.stream(Side.values())
        .flatMap(side ->
            Stream.of(OK, EMPTY_CHUNKED, CHUNKED + "2\r\nok\r\n", NO_BODY)
                // The JDK's client overlooks it where there is nothing to be delivered.
                .filter(answer -> side == Side.REDIAL || !answer.equals(NO_BODY))
                .flatMap(answer ->
                    Stream.of(0L, -1L, Long.MIN_VALUE).map(n -> Arguments.of(side, answer, n))));
  }

  @ParameterizedTest
  @MethodSource("badRequests")
  @Tag("contract-23")
  void aRequestOfNothingIsAnErrorAndReleasesTheConnection(Side side, String answer, long n) {
    ScriptedServer server = rig.server(ScriptedServer.always(answer));
    List<Throwable> told = new CopyOnWriteArrayList<>();
    RecordingSubscriber subscriber =
        new RecordingSubscriber() {
          @Override
          public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(n);
          }

          @Override
          public void onError(Throwable thrown) {
            told.add(thrown);
            super.onError(thrown);
          }
        };
    Throwable failure =
        catchThrowable(() -> rig.client(side).send(get(server.uri("/")), head -> subscriber));
    assertThat(told).hasSize(1);
    assertThat(told.getFirst()).isInstanceOf(IllegalArgumentException.class);
    assertThat(Causes.of(failure)).anyMatch(IllegalArgumentException.class::isInstance);
    server.awaitEndByClient(1);
  }

  private enum Where {
    APPLY,
    ON_SUBSCRIBE,
    ON_NEXT,
    ON_COMPLETE,
    GET_BODY,
    NULL_SUBSCRIBER,
    FAILED_STAGE
  }

  static Stream<Arguments> failures() {
    return Arrays.stream(Side.values())
        .flatMap(side ->
            Arrays.stream(Where.values())
                // The JDK's client hangs on a null subscriber.
                .filter(where -> side == Side.REDIAL || where != Where.NULL_SUBSCRIBER)
                .flatMap(where ->
                    Stream.of(new IllegalStateException("mine"), new Error("mine"))
                        .map(thrown -> Arguments.of(side, where, thrown))));
  }

  @ParameterizedTest
  @MethodSource("failures")
  @Tag("contract-24")
  void whatASubscriberThrowsIsAmongTheCauses(Side side, Where where, Throwable thrown)
      throws Exception {
    ScriptedServer server = rig.server(ScriptedServer.always(OK));
    HttpClient client = rig.client(side);
    BodyHandler<String> handler = failing(where, thrown);
    Class<?> expected =
        where == Where.NULL_SUBSCRIBER ? NullPointerException.class : thrown.getClass();
    Throwable failure = catchThrowable(() -> client.send(get(server.uri("/a")), handler));
    assertThat(Causes.of(failure)).anyMatch(expected::isInstance);
    Throwable later = catchThrowable(() -> client.sendAsync(get(server.uri("/b")), handler).join());
    assertThat(later).isInstanceOf(CompletionException.class);
    assertThat(Causes.of(later)).anyMatch(expected::isInstance);
    assertThat(client.send(get(server.uri("/c")), BodyHandlers.ofString()).body()).isEqualTo("ok");
  }

  private static BodyHandler<String> failing(Where where, Throwable thrown) {
    RecordingSubscriber subscriber =
        new RecordingSubscriber() {
          @Override
          public void onSubscribe(Flow.Subscription subscription) {
            if (where == Where.ON_SUBSCRIBE) Causes.raise(thrown);
            super.onSubscribe(subscription);
          }

          @Override
          public void onNext(List<ByteBuffer> buffers) {
            if (where == Where.ON_NEXT) Causes.raise(thrown);
            if (where == Where.FAILED_STAGE) body.completeExceptionally(thrown);
            super.onNext(buffers);
          }

          @Override
          public void onComplete() {
            if (where == Where.ON_COMPLETE) Causes.raise(thrown);
            super.onComplete();
          }

          @Override
          public CompletionStage<String> getBody() {
            if (where == Where.GET_BODY) Causes.raise(thrown);
            return super.getBody();
          }
        };
    return head -> {
      if (where == Where.APPLY) Causes.raise(thrown);
      return where == Where.NULL_SUBSCRIBER ? null : renewed(where, thrown, subscriber);
    };
  }

  /** A subscriber serves one body, a handler many. */
  private static BodySubscriber<String> renewed(
      Where where, Throwable thrown, RecordingSubscriber subscriber) {
    return subscriber.calls().isEmpty() && !subscriber.body.isDone()
        ? subscriber
        : failing(where, thrown).apply(null);
  }

  @OnBothSides
  @Tag("contract-25")
  void aSubscriberThatCancelsAndFailsItsStageDecidesTheResult(Side side) {
    ScriptedServer server = rig.server(endless());
    IllegalStateException own = new IllegalStateException("enough");
    RecordingSubscriber subscriber =
        new RecordingSubscriber() {
          private Flow.Subscription subscription;

          @Override
          public void onSubscribe(Flow.Subscription given) {
            subscription = given;
            given.request(1);
          }

          @Override
          public void onNext(List<ByteBuffer> buffers) {
            subscription.cancel();
            body.completeExceptionally(own);
          }
        };
    Throwable failure =
        catchThrowable(() -> rig.client(side).send(get(server.uri("/")), head -> subscriber));
    assertThat(Causes.of(failure)).contains(own);
    assertThat(subscriber.calls()).doesNotContain("onComplete", "onError");
    server.awaitEndByClient(1);
  }

  @OnBothSides
  @Tag("contract-25")
  void aSubscriberThatCancelsAndCompletesItsStageDecidesTheResult(Side side) throws Exception {
    ScriptedServer server = rig.server(endless());
    RecordingSubscriber subscriber =
        new RecordingSubscriber() {
          private Flow.Subscription subscription;

          @Override
          public void onSubscribe(Flow.Subscription given) {
            subscription = given;
            given.request(1);
          }

          @Override
          public void onNext(List<ByteBuffer> buffers) {
            subscription.cancel();
            body.complete("enough");
          }
        };
    HttpResponse<String> answer = rig.client(side).send(get(server.uri("/")), head -> subscriber);
    assertThat(answer.body()).isEqualTo("enough");
    server.awaitEndByClient(1);
  }

  @OnBothSides
  @Tag("contract-25")
  void closingAStreamEarlyClosesTheConnection(Side side) throws Exception {
    ScriptedServer server = rig.server(endless());
    HttpClient client = rig.client(side);
    List<AutoCloseable> bodies = new ArrayList<>();
    bodies.add(client.send(get(server.uri("/")), BodyHandlers.ofInputStream()).body());
    bodies.add(client.send(get(server.uri("/")), BodyHandlers.ofLines()).body());
    for (AutoCloseable body : bodies) body.close();
    server.awaitEndByClient(1);
    server.awaitEndByClient(2);
  }

  @OnBothSides
  @Tag("contract-25")
  void closingAStreamWhoseServerIsSilentClosesTheConnection(Side side) throws Exception {
    ScriptedServer server =
        rig.server(c -> {
          c.readRequest();
          c.send(CHUNKED + "6\r\nlines\n\r\n");
          c.stall();
        });
    InputStream body =
        rig.client(side).send(get(server.uri("/")), BodyHandlers.ofInputStream()).body();
    assertThat(body.readNBytes(6)).hasSize(6); // more is asked for now
    body.close();
    server.awaitEndByClient(1);
  }

  private static Script endless() {
    return c -> {
      c.readRequest();
      c.send(CHUNKED);
      byte[] line = "6\r\nlines\n\r\n".getBytes(StandardCharsets.US_ASCII);
      c.sendAtMost(line, 10_000_000);
    };
  }

  private static Stream<Arguments> sides(String... answers) {
    return Arrays.stream(Side.values())
        .flatMap(side -> Arrays.stream(answers).map(answer -> Arguments.of(side, answer)));
  }
}
