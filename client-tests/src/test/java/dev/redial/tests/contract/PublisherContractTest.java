package dev.redial.tests.contract;

import static dev.redial.tests.kit.Requests.get;
import static dev.redial.tests.kit.Requests.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.redial.tests.kit.Answers;
import dev.redial.tests.kit.Gate;
import dev.redial.tests.kit.RequestSeen;
import dev.redial.tests.kit.ScriptedServer;
import dev.redial.tests.kit.ScriptedServer.Script;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Request bodies: framing, and publishers that misbehave. */
class PublisherContractTest {
  private static final String OK = Answers.ok("ok");

  @RegisterExtension final ContractRig rig = new ContractRig();

  @OnBothSides
  @Tag("contract-7")
  void anUnknownLengthIsSentInChunks(Side side) throws Exception {
    ScriptedServer server = rig.server(ScriptedServer.always(OK));
    BodyPublisher body =
        BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(new byte[50_000]));
    send(rig.client(side), request("POST", server.uri("/"), body));
    RequestSeen seen = server.requests().getFirst();
    assertThat(seen.field("Transfer-Encoding")).contains("chunked");
    assertThat(seen.field("Content-Length")).isEmpty();
    assertThat(seen.body()).hasSize(50_000);
  }

  static Stream<Arguments> wrongLengths() {
    return Arrays.stream(Side.values())
        .flatMap(side ->
            Stream.of(10, 100_000)
                .flatMap(size ->
                    Stream.of(
                        Arguments.of(side, size + 1L, size, "Too few bytes returned"),
                        Arguments.of(side, size - 1L, size, "Too many bytes in request body"))));
  }

  @ParameterizedTest
  @MethodSource("wrongLengths")
  @Tag("contract-7")
  void aWrongLengthFailsAndTheConnectionIsNotReused(
      Side side, long announced, int size, String message) throws Exception {
    ScriptedServer server =
        rig.server(
            c -> {
              c.readHeadOnly();
              c.stall();
            },
            ScriptedServer.always(OK));
    HttpClient client = rig.client(side);
    BodyPublisher body =
        BodyPublishers.fromPublisher(BodyPublishers.ofByteArray(new byte[size]), announced);
    Throwable failure = catchThrowable(() -> send(client, request("POST", server.uri("/"), body)));
    assertThat(failure).isInstanceOf(IOException.class);
    assertThat(Causes.messages(failure)).contains(message);
    if (server.connections() > 0) server.awaitEndByClient(1);
    assertThat(send(client, get(server.uri("/next"))).body()).isEqualTo("ok");
    assertThat(server.requests()).extracting(RequestSeen::target).containsExactly("/next");
  }

  /**
   * With Redial alone: the JDK's client fails now and then, with a NullPointerException of its own.
   */
  @Test
  @Tag("contract-8")
  void aPublisherMayCompleteWithoutDemand() throws Exception {
    ScriptedServer server = rig.server(ScriptedServer.always(OK));
    HttpClient client = rig.client(Side.REDIAL);
    BodyPublisher eager =
        publisher(
            -1,
            subscriber -> {
              subscriber.onSubscribe(new Quiet());
              subscriber.onComplete();
            });
    assertThat(send(client, request("POST", server.uri("/"), eager)).body()).isEqualTo("ok");
    assertThat(server.requests().getFirst().body()).isEmpty();
  }

  @OnBothSides
  @Tag("contract-8")
  void aPublisherMayBeSharedByAHundredRequestsAtOnce(Side side) {
    ScriptedServer server = rig.server(ScriptedServer.always(OK));
    HttpClient client = rig.client(side);
    BodyPublisher shared = BodyPublishers.ofString("s".repeat(20_000));
    List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
    for (int i = 0; i < 100; i++)
      answers.add(
          client.sendAsync(request("POST", server.uri("/" + i), shared), BodyHandlers.ofString()));
    for (CompletableFuture<HttpResponse<String>> answer : answers)
      assertThat(answer.join().body()).isEqualTo("ok");
    assertThat(server.requests()).hasSize(100);
    assertThat(server.requests()).allMatch(seen -> seen.text().equals("s".repeat(20_000)));
  }

  private enum Where {
    SUBSCRIBE,
    FIRST_REQUEST,
    LATER_REQUEST
  }

  static Stream<Arguments> throwing() {
    return Arrays.stream(Side.values())
        .flatMap(side ->
            Arrays.stream(Where.values())
                .flatMap(where ->
                    Stream.of(-1L, 10L, 100_000L)
                        .flatMap(length ->
                            Stream.of(new IllegalStateException("mine"), new Error("mine"))
                                .map(t -> Arguments.of(side, where, length, t)))));
  }

  @ParameterizedTest
  @MethodSource("throwing")
  @Tag("contract-8")
  void whatAPublisherThrowsIsAmongTheCauses(Side side, Where where, long length, Throwable thrown) {
    ScriptedServer server = rig.server(readsAHeadAtMost());
    HttpClient client = rig.client(side);
    BodyPublisher body =
        publisher(
            length,
            subscriber -> {
              if (where == Where.SUBSCRIBE) Causes.raise(thrown);
              subscriber.onSubscribe(
                  new Quiet() {
                    private boolean first = true;

                    @Override
                    public void request(long n) {
                      if (where == Where.LATER_REQUEST && first) {
                        first = false;
                        subscriber.onNext(ByteBuffer.allocate(1));
                      } else {
                        Causes.raise(thrown);
                      }
                    }
                  });
            });
    HttpRequest request = request("POST", server.uri("/"), body);
    Throwable failure = catchThrowable(() -> send(client, request));
    assertThat(Causes.of(failure)).contains(thrown);
    Throwable later =
        catchThrowable(() -> client.sendAsync(request, BodyHandlers.ofString()).join());
    assertThat(Causes.of(later)).contains(thrown);
  }

  /** The JDK's client lets it out as it is. */
  @Test
  @Tag("contract-8")
  void aPublisherThatThrowsForItsLengthFailsTheSend() {
    ScriptedServer server = rig.server(ScriptedServer.always(OK));
    HttpClient client = rig.client(Side.REDIAL);
    IllegalStateException mine = new IllegalStateException("mine");
    BodyPublisher body =
        new BodyPublisher() {
          @Override
          public long contentLength() {
            throw mine;
          }

          @Override
          public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
            throw new AssertionError("subscribed");
          }
        };
    HttpRequest request = request("POST", server.uri("/"), body);
    Throwable failure = catchThrowable(() -> send(client, request));
    assertThat(failure).isInstanceOf(IOException.class);
    assertThat(Causes.of(failure)).contains(mine);
    Throwable later =
        catchThrowable(() -> client.sendAsync(request, BodyHandlers.ofString()).join());
    assertThat(later.getCause()).isInstanceOf(IOException.class);
    assertThat(Causes.of(later)).contains(mine);
    assertThat(server.requests()).isEmpty();
  }

  /** The JDK's client never cancels this one: it fails with the end of the connection. */
  @Test
  @Tag("contract-8")
  void whatAPublisherThrowsOutOfCancelIsItsOwnAffair() throws Exception {
    Gate subscribed = new Gate();
    ScriptedServer server =
        rig.server(
            c -> {
              c.readHeadOnly();
              subscribed.pass();
              c.send(Answers.status("403 Forbidden", "no", "Connection: close"));
              c.halfClose();
            },
            ScriptedServer.always(OK));
    HttpClient client = rig.client(Side.REDIAL);
    CountDownLatch cancelled = new CountDownLatch(1);
    BodyPublisher body =
        publisher(
            -1,
            subscriber -> {
              subscriber.onSubscribe(
                  new Quiet() { // never publishes anything
                    @Override
                    public void cancel() {
                      cancelled.countDown();
                      throw new IllegalStateException("out of cancel");
                    }
                  });
              subscribed.open();
            });
    HttpRequest request = request("POST", server.uri("/"), body);
    assertThat(send(client, request).statusCode()).isEqualTo(403);
    assertThat(cancelled.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(send(client, get(server.uri("/next"))).body()).isEqualTo("ok");
  }

  @OnBothSides
  @Tag("contract-9")
  void aStreamIsClosedAfterSuccess(Side side) throws Exception {
    ScriptedServer server = rig.server(ScriptedServer.always(OK));
    Watched stream = new Watched(new ByteArrayInputStream(new byte[100_000]));
    send(
        rig.client(side),
        request("POST", server.uri("/"), BodyPublishers.ofInputStream(() -> stream)));
    assertThat(stream.closed.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(server.requests().getFirst().body()).hasSize(100_000);
  }

  @OnBothSides
  @Tag("contract-9")
  void aStreamIsClosedAfterItsOwnFailureAndThatIsWhatTheCallerGets(Side side) throws Exception {
    ScriptedServer server = rig.server(readsAHeadAtMost());
    Watched stream =
        new Watched(
            new InputStream() {
              private int left = 20_000;

              @Override
              public int read() throws IOException {
                if (left-- > 0) return 'x';
                throw new IOException("the disk is gone");
              }

              @Override
              public int read(byte[] octets, int from, int length) throws IOException {
                octets[from] = (byte) read();
                return 1;
              }
            });
    Throwable failure =
        catchThrowable(() ->
            send(
                rig.client(side),
                request("POST", server.uri("/"), BodyPublishers.ofInputStream(() -> stream))));
    assertThat(failure).isInstanceOf(IOException.class);
    assertThat(Causes.of(failure))
        .anySatisfy(cause -> assertThat(cause).hasMessage("the disk is gone"));
    assertThat(stream.closed.await(10, TimeUnit.SECONDS)).isTrue();
  }

  private static Script readsAHeadAtMost() {
    return c -> {
      c.readHeadOnly();
      c.stall();
    };
  }

  private interface Subscribing {
    void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber);
  }

  private static BodyPublisher publisher(long length, Subscribing subscribing) {
    return new BodyPublisher() {
      @Override
      public long contentLength() {
        return length;
      }

      @Override
      public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
        subscribing.subscribe(subscriber);
      }
    };
  }

  /** A subscription that does nothing. */
  private static class Quiet implements Flow.Subscription {
    @Override
    public void request(long n) {}

    @Override
    public void cancel() {}
  }

  private static final class Watched extends FilterInputStream {
    final CountDownLatch closed = new CountDownLatch(1);

    Watched(InputStream in) {
      super(in);
    }

    @Override
    public void close() throws IOException {
      super.close();
      closed.countDown();
    }
  }

  private static HttpResponse<String> send(HttpClient client, HttpRequest request)
      throws IOException, InterruptedException {
    return client.send(request, BodyHandlers.ofString());
  }
}
