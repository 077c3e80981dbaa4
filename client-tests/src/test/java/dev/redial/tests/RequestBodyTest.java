package dev.redial.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redial.RedialClient;
import dev.redial.RequestBodyException;
import dev.redial.tests.kit.Answers;
import dev.redial.tests.kit.RequestSeen;
import dev.redial.tests.kit.Rig;
import dev.redial.tests.kit.ScriptedServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every body publisher of the JDK is sent whole, framed as it says. */
class RequestBodyTest {
  private static final String OK = Answers.ok("ok");

  @RegisterExtension final Rig rig = new Rig();

  @TempDir static Path folder;

  static Stream<Arguments> publishers() {
    return Stream.of(
        of(
            "ofString",
            true,
            body -> BodyPublishers.ofString(new String(body, StandardCharsets.UTF_8))),
        of("ofByteArray", true, BodyPublishers::ofByteArray),
        of("ofByteArray, a part", true, RequestBodyTest::partOfAnArray),
        of("ofByteArrays", false, body -> BodyPublishers.ofByteArrays(cut(body))),
        of(
            "ofInputStream",
            false,
            body -> BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body))),
        of("ofFile", true, RequestBodyTest::file),
        of("fromPublisher", false, body -> BodyPublishers.fromPublisher(foreign(body))),
        of("fromPublisher with length", true, body -> withLength(body)),
        of("concat", true, body -> BodyPublishers.concat(parts(body))),
        of(
            "concat of unknown length",
            false,
            body ->
                BodyPublishers.concat(
                    BodyPublishers.noBody(),
                    BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)),
                    BodyPublishers.ofString(""))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("publishers")
  void everyPublisherIsSentWhole(
      String name, boolean fixed, Function<byte[], BodyPublisher> publisher) throws Exception {
    ScriptedServer server = rig.server(ScriptedServer.always(OK));
    RedialClient client = rig.client();
    for (int size : Content.SIZES) {
      byte[] content = Content.of(size);
      HttpResponse<String> answer =
          client.send(
              RequestKind.POST.to(server.uri("/" + size), publisher.apply(content)),
              BodyHandlers.ofString());
      assertThat(answer.body()).isEqualTo("ok");
      RequestSeen request = server.requests().getLast();
      assertThat(Arrays.equals(request.body(), content)).as(name + " of " + size).isTrue();
      if (fixed) assertThat(request.field("Content-Length")).hasValue(Integer.toString(size));
      else assertThat(request.field("Transfer-Encoding")).hasValue("chunked");
    }
    assertThat(server.connections()).isEqualTo(1);
    assertThat(server.requests()).hasSize(Content.SIZES.size());
  }

  @Test
  void aRequestWithoutABodyHasNoLengthUnlessItsMethodUsuallyHasABody() throws Exception {
    ScriptedServer server = rig.server(ScriptedServer.always(Answers.ok("")));
    RedialClient client = rig.client();
    for (RequestKind kind : RequestKind.values()) {
      int status =
          client
              .send(kind.to(server.uri("/"), BodyPublishers.noBody()), BodyHandlers.ofString())
              .statusCode();
      assertThat(status).isEqualTo(200);
      RequestSeen request = server.requests().getLast();
      assertThat(request.field("Transfer-Encoding")).isEmpty();
      switch (kind) {
        case GET, HEAD, OPTIONS, TRACE, DELETE ->
            assertThat(request.field("Content-Length")).as(kind.name()).isEmpty();
        case PUT, POST_WITH_KEY, PATCH_WITH_KEY, POST, PATCH ->
            assertThat(request.field("Content-Length")).as(kind.name()).hasValue("0");
        case UNKNOWN -> assertThat(request.body()).isEmpty();
      }
    }
  }

  @Test
  void anyMethodMayHaveABody() throws Exception {
    ScriptedServer server = rig.server(ScriptedServer.always(Answers.ok("")));
    RedialClient client = rig.client();
    for (RequestKind kind : RequestKind.values()) {
      int status =
          client
              .send(
                  kind.to(server.uri("/"), BodyPublishers.ofString("content")),
                  BodyHandlers.ofString())
              .statusCode();
      assertThat(status).isEqualTo(200);
      assertThat(server.requests().getLast().text()).as(kind.name()).isEqualTo("content");
    }
    assertThat(server.connections()).isEqualTo(1);
  }

  @Test
  void aBodyShorterThanItsLengthFailsAndEndsTheConnection() throws Exception {
    assertWrongLength(50_000, 60_000, "Too few bytes returned");
    assertWrongLength(5, 6, "Too few bytes returned");
  }

  @Test
  void aBodyLongerThanItsLengthFailsAndEndsTheConnection() throws Exception {
    assertWrongLength(60_000, 50_000, "Too many bytes in request body");
    assertWrongLength(6, 5, "Too many bytes in request body");
  }

  @Test
  void theStreamOfABodyIsClosedAfterSuccess() throws Exception {
    ScriptedServer server = rig.server(ScriptedServer.always(OK));
    AtomicInteger closed = new AtomicInteger();
    BodyPublisher body =
        BodyPublishers.ofInputStream(() ->
            new ByteArrayInputStream(Content.of(100_000)) {
              @Override
              public void close() {
                closed.incrementAndGet();
              }
            });
    assertThat(
            rig.client()
                .send(RequestKind.POST.to(server.uri("/"), body), BodyHandlers.ofString())
                .body())
        .isEqualTo("ok");
    assertThat(closed).hasValueGreaterThanOrEqualTo(1);
  }

  private void assertWrongLength(int actual, int said, String message) throws Exception {
    ScriptedServer server = rig.server(c -> c.serve(OK));
    RedialClient client = rig.client();
    BodyPublisher body = BodyPublishers.fromPublisher(foreign(Content.of(actual)), said);
    Exception failure = Failures.failureOf(client, RequestKind.POST.to(server.uri("/"), body));
    assertThat(failure).isInstanceOf(RequestBodyException.class);
    assertThat(Failures.chain(failure))
        .anySatisfy(cause -> assertThat(cause).hasMessageContaining(message));
    Awaitility.await().until(() -> client.stats().active() == 0);
    Awaitility.await().until(() -> client.stats().idle() == 0);
  }

  private static Arguments of(
      String name, boolean fixed, Function<byte[], BodyPublisher> publisher) {
    return Arguments.of(name, fixed, publisher);
  }

  private static BodyPublisher partOfAnArray(byte[] body) {
    byte[] larger = new byte[body.length + 20];
    System.arraycopy(body, 0, larger, 10, body.length);
    return BodyPublishers.ofByteArray(larger, 10, body.length);
  }

  private static BodyPublisher file(byte[] body) {
    try {
      return BodyPublishers.ofFile(Files.write(Files.createTempFile(folder, "body", null), body));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static BodyPublisher withLength(byte[] body) {
    if (body.length == 0)
      return BodyPublishers.noBody(); // a publisher of length 0 is refused by the JDK
    return BodyPublishers.fromPublisher(foreign(body), body.length);
  }

  private static BodyPublisher[] parts(byte[] body) {
    return cut(body).stream().map(BodyPublishers::ofByteArray).toArray(BodyPublisher[]::new);
  }

  private static List<byte[]> cut(byte[] body) {
    List<byte[]> parts = new ArrayList<>();
    for (int at = 0; at < body.length; at += 10_000) {
      parts.add(Arrays.copyOfRange(body, at, Math.min(at + 10_000, body.length)));
    }
    return parts;
  }

  /** A publisher with threads of its own, as a reactive library has. */
  private static Flow.Publisher<ByteBuffer> foreign(byte[] body) {
    return subscriber -> {
      SubmissionPublisher<ByteBuffer> publisher = new SubmissionPublisher<>();
      publisher.subscribe(subscriber);
      Thread unused =
          Thread.startVirtualThread(() -> {
            for (byte[] part : cut(body)) publisher.submit(ByteBuffer.wrap(part));
            publisher.close();
          });
    };
  }
}
