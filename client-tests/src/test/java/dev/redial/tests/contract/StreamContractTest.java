package dev.redial.tests.contract;

import static dev.redial.tests.kit.Requests.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.redial.tests.kit.Answers;
import dev.redial.tests.kit.Gate;
import dev.redial.tests.kit.ScriptedServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.ref.WeakReference;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Bodies that are read after the answer was handed out. */
class StreamContractTest {
  private static final String TEXT = "a text that is long enough ".repeat(2_000);

  @RegisterExtension final ContractRig rig = new ContractRig();

  private enum Threads {
    DEFAULT,
    ONE,
    CALLERS
  }

  static Stream<Arguments> blockingStages() {
    return Arrays.stream(Side.values())
        .flatMap(side ->
            Arrays.stream(Threads.values())
                .flatMap(threads ->
                    Stream.of("gzip header", "whole body")
                        .map(reads -> Arguments.of(side, threads, reads))))
        // The JDK's client hangs if it has but one thread, or the caller's.
        .filter(arguments ->
            arguments.get()[0] == Side.REDIAL || arguments.get()[1] == Threads.DEFAULT);
  }

  @ParameterizedTest
  @MethodSource("blockingStages")
  @Tag("contract-26")
  void aBodyStageMayBlockOnItsOwnStream(Side side, Threads threads, String reads) throws Exception {
    Gate mapping = new Gate();
    byte[] answer = Answers.chunked(gzipped(TEXT), 500);
    ScriptedServer server =
        rig.server(c -> {
          c.readRequest();
          int head = headLength(answer);
          c.send(Arrays.copyOf(answer, head));
          mapping.pass(); // nothing of the body comes before somebody waits for it
          c.send(Arrays.copyOfRange(answer, head, answer.length));
          c.stall();
        });
    Function<InputStream, InputStream> unzipping =
        in -> {
          mapping.open();
          return unzipped(in, reads.equals("whole body"));
        };
    BodyHandler<InputStream> handler =
        head -> BodySubscribers.mapping(BodySubscribers.ofInputStream(), unzipping);
    ExecutorService one = Executors.newSingleThreadExecutor();
    try {
      HttpClient client =
          rig.client(
              side,
              b ->
                  switch (threads) {
                    case DEFAULT -> b;
                    case ONE -> b.executor(one);
                    case CALLERS -> b.executor(Runnable::run);
                  });
      CompletableFuture<HttpResponse<InputStream>> future =
          client.sendAsync(get(server.uri("/")), handler);
      try (InputStream body = future.get(10, TimeUnit.SECONDS).body()) {
        assertThat(new String(body.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo(TEXT);
      }
    } finally {
      one.shutdownNow();
    }
  }

  private static InputStream unzipped(InputStream in, boolean whole) {
    try {
      InputStream unzipping = new GZIPInputStream(in); // reads the header
      return whole ? new ByteArrayInputStream(unzipping.readAllBytes()) : unzipping;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int headLength(byte[] answer) {
    return new String(answer, StandardCharsets.ISO_8859_1).indexOf("\r\n\r\n") + 4;
  }

  private static byte[] gzipped(String text) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
      zip.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return out.toByteArray();
  }

  @OnBothSides
  @Tag("contract-27")
  void theBodyOfAClientThatNobodyHoldsIsReadToItsEnd(Side side) throws Exception {
    Gate rest = new Gate();
    ScriptedServer server =
        rig.server(c -> {
          c.readRequest();
          c.send(Answers.head("200 OK", "Content-Length: 8") + "\r\nhalf");
          rest.pass();
          c.send("rest");
          c.stall();
        });
    Unheld unheld = unheld(side, server.uri("/"));
    Awaitility.await("the client to be collected")
        .pollInterval(Duration.ofMillis(20))
        .atMost(Duration.ofSeconds(10))
        .until(() -> {
          System.gc();
          return unheld.client.refersTo(null);
        });
    rest.open();
    try (InputStream body = unheld.body) {
      assertThat(new String(body.readAllBytes(), StandardCharsets.US_ASCII)).isEqualTo("halfrest");
    }
    server.awaitEndByClient(1); // and then nothing of the client is left
  }

  private record Unheld(WeakReference<HttpClient> client, InputStream body) {}

  private static Unheld unheld(Side side, URI uri) throws Exception {
    HttpClient client = side.builder().build();
    InputStream body = client.send(get(uri), BodyHandlers.ofInputStream()).body();
    return new Unheld(new WeakReference<>(client), body);
  }

  @OnBothSides
  @Tag("contract-28")
  void whatHasArrivedIsAvailable(Side side) throws Exception {
    ScriptedServer server = rig.server(ScriptedServer.always(Answers.ok("hello")));
    try (InputStream body =
        rig.client(side).send(get(server.uri("/")), BodyHandlers.ofInputStream()).body()) {
      assertThat(body.read()).isEqualTo('h');
      assertThat(body.available()).isEqualTo(4);
      assertThat(body.readAllBytes()).hasSize(4);
    }
  }

  @OnBothSides
  @Tag("contract-28")
  void anInterruptEndsReadingAndTheFlagStays(Side side) throws Exception {
    ScriptedServer server =
        rig.server(c -> {
          c.readRequest();
          c.send(Answers.head("200 OK", "Content-Length: 10") + "\r\n");
          c.stall();
        });
    InputStream body =
        rig.client(side).send(get(server.uri("/")), BodyHandlers.ofInputStream()).body();
    CompletableFuture<Boolean> flag = new CompletableFuture<>();
    CompletableFuture<Throwable> failure = new CompletableFuture<>();
    Thread reader =
        Thread.ofPlatform()
            .start(() -> {
              failure.complete(catchThrowable(body::read));
              flag.complete(Thread.currentThread().isInterrupted());
            });
    Awaitility.await().pollInterval(Duration.ofMillis(5)).until(() -> isWaiting(reader));
    reader.interrupt();
    assertThat(failure.get(10, TimeUnit.SECONDS)).isInstanceOf(IOException.class);
    assertThat(Causes.of(failure.join())).anyMatch(InterruptedException.class::isInstance);
    assertThat(flag.get(10, TimeUnit.SECONDS)).isTrue();
    body.close();
    server.awaitEndByClient(1);
  }

  /** In Java, or in a system call, which counts as running. */
  private static boolean isWaiting(Thread thread) {
    StackTraceElement[] stack = thread.getStackTrace();
    return thread.getState() == Thread.State.WAITING
        || thread.getState() == Thread.State.TIMED_WAITING
        || (stack.length > 0 && stack[0].isNativeMethod());
  }

  @OnBothSides
  @Tag("contract-29")
  void aPublishedBodyHasOneSubscriberAndComesAfterSendReturned(Side side) throws Exception {
    Gate subscribed = new Gate();
    ScriptedServer server =
        rig.server(c -> {
          c.readRequest();
          c.send(Answers.head("200 OK", "Content-Length: 5") + "\r\n");
          subscribed.pass();
          c.send("later");
          c.stall();
        });
    Flow.Publisher<List<ByteBuffer>> body =
        rig.client(side).send(get(server.uri("/")), BodyHandlers.ofPublisher()).body();
    assertThatThrownBy(() -> body.subscribe(null)).isInstanceOf(NullPointerException.class);
    RecordingSubscriber first = new RecordingSubscriber();
    RecordingSubscriber second = new RecordingSubscriber();
    body.subscribe(first);
    body.subscribe(second);
    assertThatThrownBy(() -> second.body.get(10, TimeUnit.SECONDS))
        .hasCauseInstanceOf(IllegalStateException.class);
    assertThat(second.calls()).containsExactly("onSubscribe", "onError");
    subscribed.open();
    assertThat(first.body.get(10, TimeUnit.SECONDS)).isEqualTo("done");
    assertThat(first.received()).isEqualTo("later".getBytes(StandardCharsets.US_ASCII));
  }
}
