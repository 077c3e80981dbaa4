package dev.redial.internal.http1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.redial.ResponseLimits;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Megabytes of the same, octet by octet: no octet costs more than the one before it. Work that grew
 * with the square of the length would take hours, where this takes a fraction of a second.
 */
class FloodTest {
  private static final int LENGTH = 1 << 20;
  private static final int MAX = Integer.MAX_VALUE;
  private static final ResponseLimits NONE =
      new ResponseLimits(MAX, MAX, MAX, 1 << 29, MAX, MAX, 1 << 29, MAX);
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String STATUS = "HTTP/1.1 200 OK\r\n";

  /** What it is, how the head begins, what is repeated, how it ends. */
  static Stream<Arguments> heads() {
    return Stream.of(
        arguments("reason", "HTTP/1.1 200 ", "x", "\r\n\r\n"),
        arguments("name", STATUS, "x", ":\r\n\r\n"),
        arguments("value", STATUS + "A: ", "x", "\r\n\r\n"),
        arguments("blanks", STATUS + "A: ", " ", "\r\n\r\n"),
        arguments("blanks in the middle", STATUS + "A: x", " ", "x\r\n\r\n"),
        arguments("blanks in a folded value", STATUS + "A: x\r\n y", " ", "x\r\n\r\n"),
        arguments("folds", STATUS + "A: x", "\r\n ", "\r\n\r\n"),
        arguments("folds with text", STATUS + "A: x", "\r\n y", "\r\n\r\n"),
        arguments("fields", STATUS, "A: x\r\n", "\r\n"),
        arguments("lengths", STATUS + "Content-Length: 1", ", 1", "\r\n\r\n"),
        arguments("zeros of a length", STATUS + "Content-Length: ", "0", "\r\n\r\n"),
        arguments("codings", STATUS + "Transfer-Encoding: x", ", x", "\r\n\r\n"),
        arguments("commas between codings", STATUS + "Transfer-Encoding: x", ",", "\r\n\r\n"),
        arguments("quotes in a coding", STATUS + "Transfer-Encoding: x;", "\"", "\r\n\r\n"),
        arguments("options", STATUS + "Connection: ", "x, ", "\r\n\r\n"),
        arguments("parameters", STATUS + "Keep-Alive: ", "timeout=5 ", "\r\n\r\n"),
        arguments("digits of a parameter", STATUS + "Keep-Alive: timeout=", "0", "\r\n\r\n"),
        arguments("equals signs", STATUS + "Keep-Alive: timeout", "=", "\r\n\r\n"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("heads")
  void aHeadCostsWhatItsLengthCosts(String comment, String start, String repeated, String end) {
    String head = start + repeated.repeat(LENGTH / repeated.length()) + end;
    byte[] octets = Received.octets(head);
    ResponseParser parser = new ResponseParser(NONE);
    parser.reset(false, false);
    Assertions.assertTimeout(
        PATIENCE,
        () -> {
          for (int to = 0; to < octets.length; to++) assertUnfinished(parser.parse(octets, 0, to));
          assertThat(parser.parse(octets, 0, octets.length)).isEqualTo(octets.length);
          ResponseHead read = parser.head(octets, 0, octets.length);
          assertThat(read.first("z")).isEmpty();
          assertThat(read.headers().map()).hasSizeLessThan(2);
        });
  }

  /** What it is, how the body begins, what is repeated, how it ends. */
  static Stream<Arguments> bodies() {
    return Stream.of(
        arguments("zeros", "", "0", "\r\n\r\n"),
        arguments("blanks", "0", " ", "\r\n\r\n"),
        arguments("chunks", "", "1\r\nx\r\n", "0\r\n\r\n"),
        arguments("trailer name", "0\r\n", "x", ":\r\n\r\n"),
        arguments("trailer value", "0\r\nA:", "x", "\r\n\r\n"),
        arguments("trailer folds", "0\r\nA:", "\r\n x", "\r\n\r\n"),
        arguments("trailers", "0\r\n", "A: x\r\n", "\r\n"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("bodies")
  void aBodyCostsWhatItsLengthCosts(String comment, String start, String repeated, String end) {
    String body = start + repeated.repeat(LENGTH / repeated.length()) + end;
    Received received = Received.octetByOctet(body);
    ChunkedDecoder decoder = new ChunkedDecoder(NONE);
    Assertions.assertTimeout(
        PATIENCE,
        () -> {
          assertThat(received.chunks(decoder, 0).complete()).isTrue();
          assertThat(decoder.trailers().map()).hasSizeLessThan(2);
        });
  }

  /** What never ends: the beginning and what is repeated. */
  static Stream<Arguments> endless() {
    return Stream.of(
        arguments("HTTP/1.1 200 ", "x"),
        arguments(STATUS, "x"),
        arguments(STATUS, "A: x\r\n"),
        arguments(
            STATUS,
            "A: 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\r\n".repeat(9)),
        arguments(STATUS + "A:", " "),
        arguments(STATUS + "A:", "\r\n "));
  }

  @ParameterizedTest
  @MethodSource("endless")
  void anEndlessHeadIsRefusedWithinTheLimits(String start, String repeated) {
    byte[] octets = Received.octets(start + repeated.repeat(LENGTH / repeated.length()));
    ResponseParser parser = new ResponseParser(ResponseLimits.defaults());
    parser.reset(false, false);
    int allowed = ResponseLimits.defaults().headBytes();
    assertThatThrownBy(() -> parser.parse(octets, 0, allowed + 1))
        .hasMessageContaining("exceeds the limit of ");
  }

  private static void assertUnfinished(int end) {
    if (end >= 0) throw new AssertionError("complete at " + end);
  }
}
