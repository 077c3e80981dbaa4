package dev.redial.internal.http1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.redial.ResponseLimits;
import dev.redial.internal.http1.ChunkedDecoder.Step;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ChunkedDecoderTest {
  private final ChunkedDecoder decoder = new ChunkedDecoder(ResponseLimits.defaults());

  /** What it is, the body, its data, its trailers. */
  static Stream<Arguments> accepted() {
    return Stream.of(
        arguments("empty", "0\r\n\r\n", "", "[]"),
        arguments("one chunk", "5\r\nhello\r\n0\r\n\r\n", "hello", "[]"),
        arguments("two chunks", "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n", "hello world", "[]"),
        arguments("lower case", "a\r\n0123456789\r\n0\r\n\r\n", "0123456789", "[]"),
        arguments("upper case", "A\r\n0123456789\r\n0\r\n\r\n", "0123456789", "[]"),
        arguments(
            "highest digits",
            "f\r\n0123456789abcde\r\nF\r\n0123456789abcde\r\n0\r\n\r\n",
            "0123456789abcde".repeat(2),
            "[]"),
        arguments("two digits", "10\r\n0123456789abcdef\r\n0\r\n\r\n", "0123456789abcdef", "[]"),
        arguments("nine", "9\r\n012345678\r\n0\r\n\r\n", "012345678", "[]"),
        arguments("leading zeros", "00000000000000000000005\r\nhello\r\n0\r\n\r\n", "hello", "[]"),
        arguments(
            "many zeros at last", "5\r\nhello\r\n00000000000000000000000\r\n\r\n", "hello", "[]"),
        arguments("data like a frame", "7\r\n\r\n0\r\n\r\n\r\n0\r\n\r\n", "\r\n0\r\n\r\n", "[]"),
        arguments("blanks after the size", "5 \t \r\nhello\r\n0 \r\n\r\n", "hello", "[]"),
        arguments("extension", "5;a=b\r\nhello\r\n0;c\r\n\r\n", "hello", "[]"),
        arguments("extension with blanks", "5 ; a = b ;c\r\nhello\r\n0\t;\r\n\r\n", "hello", "[]"),
        arguments("quoted extension", "5;a=\"b;\t\u00e9\"\r\nhello\r\n0\r\n\r\n", "hello", "[]"),
        arguments(
            "quotes escaped", "5;a=\"\\\"\\\\\";b=\"\";c\r\nhello\r\n0\r\n\r\n", "hello", "[]"),
        arguments("empty extensions", "5;;;\r\nhello\r\n0\r\n\r\n", "hello", "[]"),
        arguments("trailer", "0\r\nA: b\r\n\r\n", "", "[A: b]"),
        arguments(
            "trailers", "1\r\nx\r\n0\r\nA: b\r\nC: d\r\na: e\r\n\r\n", "x", "[A: b, A: e, C: d]"),
        arguments("folded trailer", "0\r\nA: b\r\n c\r\n\r\n", "", "[A: b c]"),
        arguments(
            "trailers that would be framing",
            "0\r\nContent-Length: 5\r\nTransfer-Encoding: x\r\n\r\n",
            "",
            "[Content-Length: 5, Transfer-Encoding: x]"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("accepted")
  void aValidBodyIsRead(String comment, String body, String data, String trailers)
      throws Exception {
    for (Received received : Received.everyWay(body + "HTTP/1.1 200 surplus")) {
      decoder.reset();
      Received.Chunks chunks = received.chunks(decoder, 0);
      assertThat(chunks).isEqualTo(new Received.Chunks(true, data, body.length()));
      assertThat(Received.fields(decoder.trailers())).hasToString(trailers);
      assertThat(decoder.trailers()).isSameAs(decoder.trailers());
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("accepted")
  void everyBeginningOfAValidBodyNeedsMore(
      String comment, String body, String data, String trailers) throws Exception {
    for (int length = 0; length < body.length(); length++) {
      for (Received received : Received.everyWay(body.substring(0, length))) {
        decoder.reset();
        Received.Chunks chunks = received.chunks(decoder, 0);
        assertThat(chunks.complete()).isFalse();
        assertThat(chunks.end()).isEqualTo(length);
        assertThat(data).startsWith(chunks.data());
        assertThat(decoder.trailers().map()).isEmpty();
      }
    }
  }

  /** What it is, the octets up to and including the one that must be refused, the message. */
  static Stream<Arguments> refused() {
    return Stream.of(
        arguments("no size", "\r", "0x0d instead of the size of chunk 1"),
        arguments("no size but an extension", ";", "';' instead of the size of chunk 1"),
        arguments("blank before the size", " ", "0x20 instead of the size of chunk 1"),
        arguments("plus", "+", "'+' instead of the size of chunk 1"),
        arguments("minus", "-", "'-' instead of the size of chunk 1"),
        arguments("not a digit", "g", "'g' instead of the size of chunk 1"),
        arguments("nor that", "G", "'G' instead of the size of chunk 1"),
        arguments("just below the digits", "/", "'/' instead of the size of chunk 1"),
        arguments("just above the digits", ":", "':' instead of the size of chunk 1"),
        arguments("just below the letters", "@", "'@' instead of the size of chunk 1"),
        arguments("just below the small letters", "`", "'`' instead of the size of chunk 1"),
        arguments("0x", "0x", "'x' in the size of chunk 1"),
        arguments("quoted", "\"", "'\"' instead of the size of chunk 1"),
        arguments("decimal point", "1.", "'.' in the size of chunk 1"),
        arguments("separator", "1_", "'_' in the size of chunk 1"),
        arguments("line feed alone after the size", "5\n", "0x0a in the size of chunk 1"),
        arguments("NUL after the size", "5\0", "0x00 in the size of chunk 1"),
        arguments("8-bit after the size", "5\u00e9", "0xe9 in the size of chunk 1"),
        arguments("digit after blanks", "5 5", "'5' in the size of chunk 1"),
        arguments("letter after blanks", "5 x", "'x' in the size of chunk 1"),
        arguments("line feed alone after blanks", "5 \n", "0x0a in the size of chunk 1"),
        arguments(
            "CR without LF after the size",
            "5\rh",
            "'h' after a carriage return in the size line of chunk 1"),
        arguments(
            "two CR after the size",
            "5\r\r",
            "0x0d after a carriage return in the size line of chunk 1"),
        arguments(
            "line feed alone after an extension", "5;a\n", "0x0a in the extension of chunk 1"),
        arguments(
            "line end in a quoted extension", "5;a=\"b\r", "0x0d in the extension of chunk 1"),
        arguments("line end after an escape", "5;a=\"\\\r", "0x0d in the extension of chunk 1"),
        arguments(
            "line end after an escaped quote", "5;a=\"\\\"\r", "0x0d in the extension of chunk 1"),
        arguments("NUL in an extension", "5;a\0", "0x00 in the extension of chunk 1"),
        arguments(
            "CR without LF in an extension",
            "5;a\rb",
            "'b' after a carriage return in the size line of chunk 1"),
        arguments("data too long", "5\r\nhello!", "'!' after the data of chunk 1"),
        arguments("data too long by a digit", "5\r\nhello0", "'0' after the data of chunk 1"),
        arguments(
            "line feed alone after the data", "5\r\nhello\n", "0x0a after the data of chunk 1"),
        arguments("CR without LF after the data", "5\r\nhello\rx", "'x' after the data of chunk 1"),
        arguments("in the second chunk", "1\r\nx\r\n\r", "0x0d instead of the size of chunk 2"),
        arguments(
            "in the third chunk", "1\r\nx\r\n1\r\ny\r\nz", "'z' instead of the size of chunk 3"),
        arguments("2^63", "8000000000000000", "size of chunk 1 above 2^63 - 1"),
        arguments("17 digits", "10000000000000000", "size of chunk 1 above 2^63 - 1"),
        arguments("2^64 + 3", "00010000000000000003", "size of chunk 1 above 2^63 - 1"),
        arguments("line feed alone after the last chunk", "0\n", "0x0a in the size of chunk 1"),
        arguments(
            "line feed alone at the end",
            "0\r\n\n",
            "line feed without carriage return at octet 0"),
        arguments(
            "CR without LF at the end", "0\r\n\rx", "carriage return without line feed at octet 0"),
        arguments(
            "another chunk after the last",
            "0\r\n5\r",
            "field line without a colon in the trailer section at octet 1: \"5\""),
        arguments(
            "blank before the first trailer",
            "0\r\n ",
            "blank before the first field of the trailer section at octet 0"),
        arguments(
            "blank before the colon",
            "0\r\nA ",
            "blank in or after a field name in the trailer section at octet 1: \"A\""),
        arguments(
            "trailer with a line feed alone",
            "0\r\nA: b\n",
            "line feed without carriage return in the value of field at octet 4: \"A\""),
        arguments(
            "last line feed alone",
            "0\r\nA: b\r\n\n",
            "line feed without carriage return at octet 6"),
        arguments(
            "NUL in a trailer",
            "0\r\nA: b\0",
            "control octet 0x00 in the value of field at octet 4: \"A\""));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refused")
  void anInvalidBodyIsRefusedAtItsFirstInvalidOctet(String comment, String octets, String message)
      throws Exception {
    for (Received received : Received.everyWay(octets.substring(0, octets.length() - 1))) {
      decoder.reset();
      assertThat(received.chunks(decoder, 0).complete()).isFalse();
    }
    for (Received received : Received.everyWay(octets)) {
      decoder.reset();
      assertThatThrownBy(() -> received.chunks(decoder, 0))
          .isInstanceOf(MalformedMessageException.class)
          .hasMessage(message);
    }
  }

  @Test
  void theLargestSizeIsRead() throws Exception {
    byte[] octets = Received.octets("7fffFFFFffffFFFF\r\n");
    assertThat(decoder.advance(octets, 0, octets.length)).isEqualTo(Step.DATA);
    assertThat(decoder.chunkRemaining()).isEqualTo(Long.MAX_VALUE);
    decoder.took(Long.MAX_VALUE - 1);
    assertThat(decoder.chunkRemaining()).isEqualTo(1);
    assertThat(decoder.advance(octets, 3, 3)).isEqualTo(Step.DATA);
    decoder.took(1);
    byte[] rest = Received.octets("\r\n0\r\n\r\n");
    assertThat(decoder.advance(rest, 0, rest.length)).isEqualTo(Step.END);
  }

  @Test
  void dataIsAnnouncedBeforeItsFirstOctetIsThere() throws Exception {
    byte[] octets = Received.octets("..5\r\nhello\r\n..");
    assertThat(decoder.advance(octets, 2, 4)).isEqualTo(Step.NEED_OCTETS);
    assertThat(decoder.position()).isEqualTo(4);
    assertThat(decoder.advance(octets, 4, 5)).isEqualTo(Step.DATA);
    assertThat(decoder.position()).isEqualTo(5);
    assertThat(decoder.chunkRemaining()).isEqualTo(5);
  }

  @Test
  void nothingIsConsumedAtData() throws Exception {
    byte[] octets = Received.octets("5\r\nhello\r\n");
    assertThat(decoder.advance(octets, 0, octets.length)).isEqualTo(Step.DATA);
    assertThat(decoder.position()).isEqualTo(3);
    decoder.took(2);
    assertThat(decoder.advance(octets, 5, octets.length)).isEqualTo(Step.DATA);
    assertThat(decoder.position()).isEqualTo(5);
    assertThat(decoder.chunkRemaining()).isEqualTo(3);
    decoder.took(0);
    assertThat(decoder.chunkRemaining()).isEqualTo(3);
    decoder.took(3);
    assertThat(decoder.chunkRemaining()).isZero();
    assertThat(decoder.advance(octets, 8, octets.length)).isEqualTo(Step.NEED_OCTETS);
    assertThat(decoder.position()).isEqualTo(10);
  }

  @Test
  void nothingIsConsumedAfterTheEnd() throws Exception {
    byte[] octets = Received.octets("0\r\n\r\n0\r\n\r\n");
    assertThat(decoder.advance(octets, 0, octets.length)).isEqualTo(Step.END);
    assertThat(decoder.position()).isEqualTo(5);
    assertThat(decoder.advance(octets, 5, octets.length)).isEqualTo(Step.END);
    assertThat(decoder.position()).isEqualTo(5);
  }

  @Test
  void moreCannotBeTakenThanTheChunkHas() throws Exception {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> decoder.took(1))
        .withMessage("took 1 octets of 0");
    byte[] octets = Received.octets("5\r\n");
    assertThat(decoder.advance(octets, 0, octets.length)).isEqualTo(Step.DATA);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> decoder.took(6))
        .withMessage("took 6 octets of 5");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> decoder.took(-1))
        .withMessage("took -1 octets of 5");
  }

  @Test
  void takingNothingBeforeTheFirstChunkChangesNothing() throws Exception {
    decoder.took(0);
    byte[] octets = Received.octets("0\r\n\r\n");
    assertThat(decoder.advance(octets, 0, octets.length)).isEqualTo(Step.END);
  }

  @Test
  void aFailureStays() {
    byte[] octets = Received.octets("5\rx5\r\n");
    assertThatThrownBy(() -> decoder.advance(octets, 0, octets.length))
        .isInstanceOf(MalformedMessageException.class);
    assertThatThrownBy(() -> decoder.advance(octets, 3, octets.length))
        .hasMessage("'x' after a carriage return in the size line of chunk 1");
  }

  @Test
  void aDecoderIsReusable() throws Exception {
    String first = "5\r\nhello\r\n0\r\nA: b\r\n\r\n";
    assertThat(Received.whole(first).chunks(decoder, 0).data()).isEqualTo("hello");
    decoder.reset();
    assertThat(decoder.position()).isZero();
    assertThat(Received.whole("1\r\nx\r\n0\r\n\r\n").chunks(decoder, 0).data()).isEqualTo("x");
    assertThat(decoder.trailers().map()).isEmpty();
    decoder.reset();
    assertThat(Received.whole("5\r\nhel").chunks(decoder, 0).complete()).isFalse();
    decoder.reset();
    assertThat(decoder.chunkRemaining()).isZero();
    assertThatThrownBy(() -> Received.whole("1\r\nx\r\nx").chunks(decoder, 0))
        .hasMessageEndingWith("chunk 2");
    decoder.reset();
    assertThatThrownBy(() -> Received.whole("x").chunks(decoder, 0))
        .hasMessageEndingWith("chunk 1");
  }
}
