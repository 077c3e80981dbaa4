package dev.redial.internal.http1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.redial.ResponseLimits;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every limit: exactly that much is accepted, and one more octet or field is refused. */
class LimitsTest {
  private static final ResponseLimits SMALL = new ResponseLimits(20, 12, 3, 48, 2, 10, 30, 0);
  private static final String STATUS = "HTTP/1.1 200 OK\r\n"; // 17 octets

  /** What it is, a head at the limit. */
  static Stream<Arguments> headsAtALimit() {
    return Stream.of(
        arguments("status line", "HTTP/1.1 200 123456\n\r\n"),
        arguments("status line, CR LF", "HTTP/1.1 200 12345\r\n\r\n"),
        arguments("status line with empty lines", "\n\r\nHTTP/1.1 200 12\r\n\n"),
        arguments("field line", STATUS + "A: 3456789\r\n\r\n"),
        arguments("field line, LF", STATUS + "A: 34567890\n\n"),
        arguments("every line", STATUS + "A: 3456789\r\nB: 3456789\r\n\r\n"),
        arguments("name", STATUS + "A234567890:\n\n"),
        arguments("folded line", STATUS + "A: 3\r\n 7890\n\n"),
        arguments("count", STATUS + "A:\r\nA:\r\nA:\r\n\r\n"),
        arguments("head", STATUS + "A:345678\r\nB:345678\r\nC:34567\r\n\r\n"),
        arguments("head, LF", STATUS + "A:345678\r\nB:345678\r\nC:345678\r\n\n"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("headsAtALimit")
  void aHeadAtALimitIsAccepted(String comment, String head) throws Exception {
    ResponseParser parser = new ResponseParser(SMALL);
    for (Received received : Received.everyWay(head + "surplus that counts for nothing")) {
      parser.reset(false, false);
      assertThat(received.parse(parser)).isEqualTo(head.length());
    }
  }

  /** What it is, the octets up to the first one too many, the message. */
  static Stream<Arguments> headsAboveALimit() {
    String statusLine = "the status line exceeds the limit of 20 octets (statusLine)";
    String line = "a field line of the head exceeds the limit of 12 octets (headerLine)";
    String count = "the number of fields in the head exceeds the limit of 3 fields (headerCount)";
    String head = "the head exceeds the limit of 48 octets (headBytes)";
    return Stream.of(
        arguments("status line", "HTTP/1.1 200 1234567x", statusLine),
        arguments("line feed of the status line", "HTTP/1.1 200 123456\r\n", statusLine),
        arguments("empty lines", "\r\n".repeat(10) + "\n", statusLine),
        arguments("empty line before it", "\r\nHTTP/1.1 200 12345x", statusLine),
        arguments("value", STATUS + "A: 345678901x", line),
        arguments("name", STATUS + "A23456789012x", line),
        arguments("colon", STATUS + "A23456789012:", line),
        arguments("line feed of a field", STATUS + "A: 34567890\r\n", line),
        arguments("folded line", STATUS + "A: 3\r\n 78901x", line),
        arguments("a fold's first blank", STATUS + "A: 3456789\r\n ", line),
        arguments("second field line", STATUS + "A: 3456789\r\nB: 345678901x", line),
        arguments("count", STATUS + "A:\r\nA:\r\nA:\r\nA", count),
        arguments("head, in a value", STATUS + "A:345678\r\nB:345678\r\nC:345678901x", head),
        arguments(
            "head, at the last line's start",
            STATUS + "A:345678\r\nB:345678\r\nC:3456789\r\n\r",
            head),
        arguments(
            "head, at the last line feed",
            STATUS + "A:345678\r\nB:345678\r\nC:345678\r\n\r\n",
            head),
        arguments(
            "head, at a field's line feed",
            STATUS + "A:345678\r\nB:345678\r\nC:34567890\r\n",
            head),
        arguments("head, in a name", STATUS + "A:345678\r\nB:345678\r\nC2345678901x", head));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("headsAboveALimit")
  void aHeadAboveALimitIsRefusedAtTheFirstOctetTooMany(
      String comment, String octets, String message) throws Exception {
    ResponseParser parser = new ResponseParser(SMALL);
    for (Received received : Received.everyWay(octets.substring(0, octets.length() - 1))) {
      parser.reset(false, false);
      assertThat(received.parse(parser)).isEqualTo(-1);
    }
    for (Received received : Received.everyWay(octets)) {
      parser.reset(false, false);
      assertThatThrownBy(() -> received.parse(parser)).hasMessage(message);
    }
    for (Received received : Received.everyWay(octets + "\0 and what not\0")) {
      parser.reset(false, false);
      assertThatThrownBy(() -> received.parse(parser)).hasMessage(message);
    }
  }

  @Test
  void theHeadLimitCountsTheStatusLineToo() {
    ResponseParser parser = new ResponseParser(SMALL.withHeadBytes(16));
    parser.reset(false, false);
    assertThatThrownBy(() -> Received.whole("HTTP/1.1 200 1234").parse(parser))
        .hasMessage("the head exceeds the limit of 16 octets (headBytes)");
  }

  /** What it is, a chunked body at the limit. */
  static Stream<Arguments> chunksAtALimit() {
    return Stream.of(
        arguments("size line", "1;345678\r\nx\r\n0;345678\r\n\r\n"),
        arguments("zeros", "00000001\r\nx\r\n00000000\r\n\r\n"),
        arguments("blanks", "1       \r\nx\r\n0       \r\n\r\n"),
        arguments("trailer line", "0\r\nA: 3456789\r\n\r\n"),
        arguments("trailer count", "0\r\nA:\r\nA:\r\nA:\r\n\r\n"),
        arguments("trailer section", "0\r\nA:3456789\r\nB:3456789\r\nC:34\r\n\r\n"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("chunksAtALimit")
  void aBodyAtALimitIsAccepted(String comment, String body) throws Exception {
    ChunkedDecoder decoder = new ChunkedDecoder(SMALL);
    for (Received received : Received.everyWay(body + "surplus that counts for nothing")) {
      decoder.reset();
      Received.Chunks chunks = received.chunks(decoder, 0);
      assertThat(chunks.complete()).isTrue();
      assertThat(chunks.end()).isEqualTo(body.length());
    }
  }

  /** What it is, the octets up to the first one too many, the message. */
  static Stream<Arguments> chunksAboveALimit() {
    String line = "a field line of the trailer section exceeds the limit of 12 octets (headerLine)";
    String section = "the trailer section exceeds the limit of 30 octets (trailerBytes)";
    return Stream.of(
        arguments(
            "extension",
            "1;34567890x",
            "the line before chunk 1 exceeds the limit of 10 octets (chunkLine)"),
        arguments(
            "line feed",
            "1;3456789\r\n",
            "the line before chunk 1 exceeds the limit of 10 octets (chunkLine)"),
        arguments(
            "zeros",
            "0".repeat(11),
            "the line before chunk 1 exceeds the limit of 10 octets (chunkLine)"),
        arguments(
            "blanks",
            "0" + " ".repeat(10),
            "the line before chunk 1 exceeds the limit of 10 octets (chunkLine)"),
        arguments(
            "second chunk",
            "1;345678\r\nx\r\n1;34567890x",
            "the line before chunk 2 exceeds the limit of 10 octets (chunkLine)"),
        arguments("trailer line", "0\r\nA: 345678901x", line),
        arguments(
            "trailer count",
            "0\r\nA:\r\nA:\r\nA:\r\nA",
            "the number of fields in the trailer section exceeds the limit of 3 fields"
                + " (headerCount)"),
        arguments("trailer section", "0\r\nA:3456789\r\nB:3456789\r\nC:345678x", section),
        arguments(
            "end of the trailer section", "0\r\nA:3456789\r\nB:3456789\r\nC:345\r\n\r\n", section));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("chunksAboveALimit")
  void aBodyAboveALimitIsRefusedAtTheFirstOctetTooMany(
      String comment, String octets, String message) throws Exception {
    ChunkedDecoder decoder = new ChunkedDecoder(SMALL);
    for (Received received : Received.everyWay(octets.substring(0, octets.length() - 1))) {
      decoder.reset();
      assertThat(received.chunks(decoder, 0).complete()).isFalse();
    }
    for (Received received : Received.everyWay(octets)) {
      decoder.reset();
      assertThatThrownBy(() -> received.chunks(decoder, 0)).hasMessage(message);
    }
  }

  @Test
  void chunksThatAreMostlyExtensionAreRefusedInTheEnd() throws Exception {
    ResponseLimits limits = ResponseLimits.defaults();
    ChunkedDecoder decoder = new ChunkedDecoder(limits);
    // 146 octets of line, of which 16 are free, and 2 more for the octet of data: 128 too many.
    String chunk = "1;" + "x".repeat(142) + "\r\nx\r\n";
    int accepted = 4 * limits.chunkLine() / 128;
    String body = chunk.repeat(accepted);
    assertThat(Received.whole(body).chunks(decoder, 0).data()).hasSize(accepted);
    assertThatThrownBy(() -> Received.whole(chunk).chunks(decoder, 0))
        .hasMessage(
            "extensions of the chunks up to "
                + (accepted + 1)
                + " exceeds the limit of 16384 octets (4 x chunkLine)");
  }

  @Test
  void extensionsOfUsualSizeAreNeverTooMany() throws Exception {
    ChunkedDecoder decoder = new ChunkedDecoder(SMALL);
    assertThat(Received.whole("1;345678\r\nx\r\n".repeat(1000)).chunks(decoder, 0).data())
        .hasSize(1000);
  }

  @Test
  void dataMakesUpForExtensions() throws Exception {
    ChunkedDecoder decoder = new ChunkedDecoder(ResponseLimits.defaults());
    String signed = "80;" + "x".repeat(250) + "\r\n" + "y".repeat(128) + "\r\n";
    assertThat(Received.whole(signed.repeat(1000)).chunks(decoder, 0).data()).hasSize(128_000);
  }

  @Test
  void aFloodOfTrailerOctetsIsRefused() {
    ChunkedDecoder decoder = new ChunkedDecoder(ResponseLimits.defaults());
    byte[] flood = new byte[1 << 20];
    Arrays.fill(flood, (byte) 'a');
    byte[] start = Received.octets("0\r\n");
    assertThatThrownBy(
            () -> {
              assertThat(decoder.advance(start, 0, 3)).isEqualTo(ChunkedDecoder.Step.NEED_OCTETS);
              assertThat(decoder.advance(flood, 0, flood.length))
                  .isEqualTo(ChunkedDecoder.Step.NEED_OCTETS);
            })
        .hasMessage("the trailer section exceeds the limit of 65536 octets (trailerBytes)");
  }

  @Test
  void limitsNearTheLargestNumberDoNotOverflow() throws Exception {
    int max = Integer.MAX_VALUE;
    ResponseLimits limits = new ResponseLimits(max, max, max, 1 << 29, max, max, 1 << 29, max);
    ResponseParser parser = new ResponseParser(limits);
    parser.reset(false, false);
    String head = STATUS + "A: b\r\n c\r\n\r\n";
    assertThat(Received.octetByOctet(head).parse(parser)).isEqualTo(head.length());
    byte[] octets = Received.octets("....." + head);
    parser.reset(false, false);
    assertThat(parser.parse(octets, 5, octets.length)).isEqualTo(octets.length);
    ChunkedDecoder decoder = new ChunkedDecoder(limits);
    assertThat(Received.octetByOctet("1;a\r\nx\r\n0\r\nA: b\r\n\r\n").chunks(decoder, 0).complete())
        .isTrue();
  }

  @Test
  void theSmallestLimitsAllowTheSmallestMessages() throws Exception {
    ResponseLimits limits = new ResponseLimits(14, 1, 0, 16, 0, 3, 2, 0);
    ResponseParser parser = new ResponseParser(limits);
    parser.reset(false, false);
    assertThat(Received.octetByOctet("HTTP/1.1 200\r\n\r\n").parse(parser)).isEqualTo(16);
    assertThat(Received.octetByOctet("0\r\n\r\n").chunks(new ChunkedDecoder(limits), 0).complete())
        .isTrue();
  }
}
