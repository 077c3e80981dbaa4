package dev.redial.internal.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Named.named;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RepeatabilityTest {
  private static final URI TARGET = URI.create("http://a.example/");

  @ParameterizedTest
  @CsvSource({
    "GET, true",
    "HEAD, true",
    "OPTIONS, true",
    "TRACE, true",
    "QUERY, true",
    "PUT, true",
    "DELETE, true",
    "POST, false",
    "PATCH, false",
    "LOCK, false",
    "get, false",
    "Put, false"
  })
  void aMethodIsCaseSensitive(String method, boolean repeatable) {
    HttpRequest request =
        HttpRequest.newBuilder(TARGET).method(method, BodyPublishers.noBody()).build();

    assertThat(of(request, method)).isEqualTo(new Repeatability(repeatable, false, true));
  }

  @Test
  void theMethodCountsThatARedirectMadeOfIt() {
    HttpRequest request = HttpRequest.newBuilder(TARGET).POST(BodyPublishers.noBody()).build();

    assertThat(of(request, "GET").repeatable()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"Idempotency-Key", "X-Idempotency-Key", "idempotency-key", "IDEMPOTENCY-KEY"})
  void aKeyThatTheServerChecksMakesAPostRepeatable(String name) {
    HttpRequest request =
        HttpRequest.newBuilder(TARGET)
            .POST(BodyPublishers.ofString("x"))
            .header(name, "k1")
            .build();

    assertThat(of(request, "POST")).isEqualTo(new Repeatability(true, true, true));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Idempotency", "Key", "X-Request-Id"})
  void anotherHeaderDoesNot(String name) {
    HttpRequest request =
        HttpRequest.newBuilder(TARGET)
            .POST(BodyPublishers.ofString("x"))
            .header(name, "k1")
            .build();

    assertThat(of(request, "POST").repeatable()).isFalse();
  }

  static Stream<Arguments> publishers(@TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("body"), "abc");
    byte[] octets = {1, 2, 3};
    return Stream.of(
        arguments(named("noBody", BodyPublishers.noBody()), true),
        arguments(named("ofString", BodyPublishers.ofString("abc")), true),
        arguments(named("ofString, empty", BodyPublishers.ofString("")), true),
        arguments(named("ofByteArray", BodyPublishers.ofByteArray(octets)), true),
        arguments(named("ofByteArray, a part", BodyPublishers.ofByteArray(octets, 1, 1)), true),
        arguments(named("ofFile", BodyPublishers.ofFile(file)), true),
        // The iterable may be good for one iteration.
        arguments(named("ofByteArrays", BodyPublishers.ofByteArrays(List.of(octets))), false),
        // The supplier may give the same stream twice.
        arguments(
            named(
                "ofInputStream",
                BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(octets))),
            false),
        // Its parts may be any of these.
        arguments(
            named(
                "concat",
                BodyPublishers.concat(BodyPublishers.ofString("a"), BodyPublishers.ofString("b"))),
            false),
        arguments(named("fromPublisher", BodyPublishers.fromPublisher(new Foreign(3))), false),
        arguments(
            named("fromPublisher, sized", BodyPublishers.fromPublisher(new Foreign(3), 3)), false),
        arguments(named("foreign", new Foreign(3)), false),
        arguments(named("foreign, unknown length", new Foreign(-1)), false),
        arguments(named("foreign, empty", new Foreign(0)), true));
  }

  @ParameterizedTest
  @MethodSource("publishers")
  void aBodyIsReplayableIfItIsKnownToBe(BodyPublisher body, boolean replayable) {
    HttpRequest request = HttpRequest.newBuilder(TARGET).PUT(body).build();

    assertThat(of(request, "PUT")).isEqualTo(new Repeatability(true, false, replayable));
  }

  @Test
  void noPublisherAtAllIsReplayable() {
    HttpRequest request = HttpRequest.newBuilder(TARGET).build();

    assertThat(request.bodyPublisher()).isEmpty();
    assertThat(of(request, "GET").replayable()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"false, false", "false, true", "true, false", "true, true"})
  void theCallersWordChangesWhatMayBeRepeatedAndNothingElse(boolean keyed, boolean replayable) {
    Repeatability never = new Repeatability(false, keyed, replayable);

    assertThat(never.forAnyMethod()).isEqualTo(new Repeatability(true, keyed, replayable));
    assertThat(never.untouched()).isEqualTo(new Repeatability(false, keyed, true));
    assertThat(never.forAnyMethod().untouched()).isEqualTo(new Repeatability(true, keyed, true));
  }

  private static Repeatability of(HttpRequest request, String method) {
    long length = request.bodyPublisher().map(BodyPublisher::contentLength).orElse(0L);
    return Repeatability.of(request, method, length);
  }

  private record Foreign(long contentLength) implements BodyPublisher {
    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
      throw new AssertionError("a decision must not subscribe");
    }
  }
}
