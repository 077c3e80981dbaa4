package dev.redial.internal.http1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.redial.ResponseLimits;
import dev.redial.internal.http1.ResponseParser.Progress;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ResponseParserTest {
  private final ResponseParser parser = new ResponseParser(ResponseLimits.defaults());

  /** What it is, the head, status, fields as {@code name=value} lines. */
  static Stream<Arguments> accepted() {
    return Stream.of(
        arguments("plain", "HTTP/1.1 200 OK\r\nA: b\r\n\r\n", 200, "[A: b]"),
        arguments("no field", "HTTP/1.1 200 OK\r\n\r\n", 200, "[]"),
        arguments("empty reason", "HTTP/1.1 200 \r\n\r\n", 200, "[]"),
        arguments("no blank after the status", "HTTP/1.1 200\r\n\r\n", 200, "[]"),
        arguments("reason of one blank", "HTTP/1.1 200  \r\n\r\n", 200, "[]"),
        arguments(
            "reason with tab, 8-bit", "HTTP/1.1 200 \ta\u00e9\u00ff\u0080~\r\n\r\n", 200, "[]"),
        arguments("reason with a colon", "HTTP/1.1 404 a: b\r\n\r\n", 404, "[]"),
        arguments("empty line first", "\r\nHTTP/1.1 200 OK\r\nA: b\r\n\r\n", 200, "[A: b]"),
        arguments("several of them", "\n\r\n\nHTTP/1.1 404\n\n", 404, "[]"),
        arguments("HTTP/1.0", "HTTP/1.0 200 OK\r\n\r\n", 200, "[]"),
        arguments("HTTP/1.2 is read as 1.1", "HTTP/1.2 200 OK\r\n\r\n", 200, "[]"),
        arguments("HTTP/1.9 is read as 1.1", "HTTP/1.9 200 OK\r\n\r\n", 200, "[]"),
        arguments("lowest status", "HTTP/1.1 100 x\r\n\r\n", 100, "[]"),
        arguments("unknown status of a known class", "HTTP/1.1 299 x\r\n\r\n", 299, "[]"),
        arguments("highest valid status", "HTTP/1.1 599 x\r\n\r\n", 599, "[]"),
        arguments("above that it is as good as 5xx", "HTTP/1.1 600 x\r\n\r\n", 600, "[]"),
        arguments("and so are they all", "HTTP/1.1 999 x\r\n\r\n", 999, "[]"),
        arguments("line feeds alone", "HTTP/1.1 200 OK\nA: b\nC: d\n\n", 200, "[A: b, C: d]"),
        arguments("line ends mixed", "HTTP/1.1 200\nA: b\r\nC: d\n\r\n", 200, "[A: b, C: d]"),
        arguments("line ends mixed the other way", "HTTP/1.1 200\r\nA: b\n\n", 200, "[A: b]"),
        arguments("empty value", "HTTP/1.1 200 OK\r\nA:\r\nB: \t \r\n\r\n", 200, "[A: , B: ]"),
        arguments("no blank after the colon", "HTTP/1.1 200 OK\r\nA:b\r\n\r\n", 200, "[A: b]"),
        arguments("blanks around", "HTTP/1.1 200 OK\r\nA: \t b\t c \t\r\n\r\n", 200, "[A: b\t c]"),
        arguments("colons in the value", "HTTP/1.1 200 OK\r\nA: :b:\r\n\r\n", 200, "[A: :b:]"),
        arguments(
            "every octet of a name",
            "HTTP/1.1 200 OK\r\n!#$%&'*+-.^_`|~09azAZ: b\r\n\r\n",
            200,
            "[!#$%&'*+-.^_`|~09azAZ: b]"),
        arguments(
            "8-bit value",
            "HTTP/1.1 200 OK\r\nA: \u0080\u00a0\u00e9\u00ff\r\n\r\n",
            200,
            "[A: \u0080\u00a0\u00e9\u00ff]"),
        arguments(
            "several of one name", "HTTP/1.1 200 OK\r\nA: 1\r\na: 2\r\n\r\n", 200, "[A: 1, A: 2]"),
        arguments("folded", "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n", 200, "[A: b c]"),
        arguments(
            "folded with blanks", "HTTP/1.1 200 OK\r\nA: b \t\r\n\t \tc\r\n\r\n", 200, "[A: b c]"),
        arguments(
            "folded twice",
            "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n  d e\r\nF: g\r\n\r\n",
            200,
            "[A: b c d e, F: g]"),
        arguments("folded before the value", "HTTP/1.1 200 OK\r\nA:\r\n b\r\n\r\n", 200, "[A: b]"),
        arguments("folded after the value", "HTTP/1.1 200 OK\r\nA: b\r\n \r\n\r\n", 200, "[A: b]"),
        arguments(
            "fold of blanks in the middle",
            "HTTP/1.1 200 OK\r\nA: b\r\n \r\n\tc\r\n\r\n",
            200,
            "[A: b c]"),
        arguments(
            "folded, other blanks stay",
            "HTTP/1.1 200 OK\r\nA: b  c\r\n d\t\te\r\n\r\n",
            200,
            "[A: b  c d\t\te]"),
        arguments("folded at line feeds", "HTTP/1.1 200 OK\nA: b\n c\n\n", 200, "[A: b c]"),
        arguments(
            "fold with a colon", "HTTP/1.1 200 OK\r\nA: b\r\n C: d\r\n\r\n", 200, "[A: b C: d]"),
        arguments(
            "8-bit in a fold",
            "HTTP/1.1 200 OK\r\nA: \u00e9\r\n \u00ff\r\n\r\n",
            200,
            "[A: \u00e9 \u00ff]"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("accepted")
  void aValidHeadIsRead(String comment, String head, int status, String fields) throws Exception {
    for (Received received : Received.everyWay(head + "surplus")) {
      parser.reset(false, false);
      int end = received.parse(parser);
      assertThat(end).isEqualTo(head.length());
      ResponseHead read = received.head(parser, end);
      assertThat(read.status()).isEqualTo(status);
      assertThat(Received.fields(read.headers())).hasToString(fields);
      assertThat(read.minorVersion()).isEqualTo(head.startsWith("HTTP/1.0") ? 0 : 1);
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("accepted")
  void everyBeginningOfAValidHeadNeedsMore(String comment, String head, int status, String fields)
      throws Exception {
    int statusLine = head.indexOf('\n', head.indexOf("HTTP")) + 1;
    for (int length = 0; length < head.length(); length++) {
      for (Received received : Received.everyWay(head.substring(0, length))) {
        parser.reset(false, false);
        assertThat(received.parse(parser)).isEqualTo(-1);
        Progress expected = length < statusLine ? Progress.STATUS_LINE : Progress.HEADER;
        assertThat(parser.progress()).isEqualTo(length == 0 ? Progress.NOTHING : expected);
      }
    }
  }

  /** What it is, the octets up to and including the one that must be refused, the message. */
  static Stream<Arguments> refused() {
    String ok = "HTTP/1.1 200 OK\r\n";
    return Stream.of(
        arguments("garbage", "g", "not an HTTP/1 response at octet 0"),
        arguments("blank first", " ", "not an HTTP/1 response at octet 0"),
        arguments("empty line, then a blank", "\r\n ", "not an HTTP/1 response at octet 0"),
        arguments(
            "carriage return first",
            "\rH",
            "carriage return without line feed before the status line"),
        arguments(
            "two carriage returns first",
            "\n\r\r",
            "carriage return without line feed before the status line"),
        arguments("lower case", "h", "not an HTTP/1 response at octet 0"),
        arguments("lower case later", "HTt", "not an HTTP/1 response at octet 2"),
        arguments("ICY", "I", "not an HTTP/1 response at octet 0"),
        arguments("SSH", "S", "not an HTTP/1 response at octet 0"),
        arguments("HTTP/0.9", "HTTP/0", "not an HTTP/1 response at octet 5"),
        arguments("HTTP/2", "HTTP/2", "not an HTTP/1 response at octet 5"),
        arguments("HTTP/11", "HTTP/11", "not an HTTP/1 response at octet 6"),
        arguments("no minor version", "HTTP/1. ", "malformed HTTP version at octet 7"),
        arguments("below the digits", "HTTP/1./", "malformed HTTP version at octet 7"),
        arguments("above the digits", "HTTP/1.:", "malformed HTTP version at octet 7"),
        arguments(
            "two-digit minor version", "HTTP/1.10", "no blank after the HTTP version at octet 8"),
        arguments(
            "tab after the version", "HTTP/1.1\t", "no blank after the HTTP version at octet 8"),
        arguments(
            "nothing after the version",
            "HTTP/1.1\r",
            "no blank after the HTTP version at octet 8"),
        arguments("two blanks", "HTTP/1.1  ", "status code is not three digits at octet 9"),
        arguments("negative status", "HTTP/1.1 -", "status code is not three digits at octet 9"),
        arguments("status below 100", "HTTP/1.1 0", "status code below 100 at octet 9"),
        arguments("one-digit status", "HTTP/1.1 2 ", "status code is not three digits at octet 10"),
        arguments(
            "two-digit status", "HTTP/1.1 20 ", "status code is not three digits at octet 11"),
        arguments(
            "two-digit status at the line end",
            "HTTP/1.1 20\r",
            "status code is not three digits at octet 11"),
        arguments(
            "letter in the status", "HTTP/1.1 20x", "status code is not three digits at octet 11"),
        arguments(
            "four-digit status", "HTTP/1.1 2000", "status code is not three digits at octet 12"),
        arguments(
            "reason without a blank",
            "HTTP/1.1 200O",
            "status code is not three digits at octet 12"),
        arguments(
            "tab after the status",
            "HTTP/1.1 200\t",
            "status code is not three digits at octet 12"),
        arguments(
            "control octet after the status",
            "HTTP/1.1 200\0",
            "status code is not three digits at octet 12"),
        arguments(
            "NUL in the reason",
            "HTTP/1.1 200 O\0",
            "control octet 0x00 in the reason phrase at octet 14"),
        arguments(
            "DEL in the reason",
            "HTTP/1.1 200 O\u007f",
            "control octet 0x7f in the reason phrase at octet 14"),
        arguments(
            "escape in the reason",
            "HTTP/1.1 200 \u001b",
            "control octet 0x1b in the reason phrase at octet 13"),
        arguments(
            "bare CR in the reason",
            "HTTP/1.1 200 O\rK",
            "carriage return without line feed in the status line at octet 14"),
        arguments(
            "bare CR instead of the reason",
            "HTTP/1.1 200\rA",
            "carriage return without line feed in the status line at octet 12"),
        arguments(
            "two CR",
            "HTTP/1.1 200 OK\r\r",
            "carriage return without line feed in the status line at octet 15"),
        arguments(
            "blank before the first field",
            ok + " ",
            "blank before the first field of the head at octet 17"),
        arguments(
            "tab before the first field",
            ok + "\t",
            "blank before the first field of the head at octet 17"),
        arguments("no name", ok + ":", "field without a name in the head at octet 17"),
        arguments("no colon", ok + "Abc\r", "field line without a colon in the head at octet 20"),
        arguments(
            "no colon, line feed",
            ok + "Abc\n",
            "field line without a colon in the head at octet 20"),
        arguments(
            "blank before the colon",
            ok + "A ",
            "blank in or after a field name in the head at octet 18"),
        arguments(
            "tab before the colon",
            ok + "A\t",
            "blank in or after a field name in the head at octet 18"),
        arguments(
            "later blank before the colon",
            ok + "A: b\r\nAb ",
            "blank in or after a field name in the head at octet 25"),
        arguments("NUL in a name", ok + "A\0", "0x00 in a field name in the head at octet 18"),
        arguments("8-bit name", ok + "A\u00e9", "0xe9 in a field name in the head at octet 18"),
        arguments("delimiter in a name", ok + "A/", "'/' in a field name in the head at octet 18"),
        arguments("delimiter first", ok + "(", "'(' in a field name in the head at octet 17"),
        arguments("status line again", ok + "HTTP/", "'/' in a field name in the head at octet 21"),
        arguments(
            "NUL in a value",
            ok + "A: b\0",
            "control octet 0x00 in the value of field at octet 21"),
        arguments(
            "DEL in a value",
            ok + "A: \u007f",
            "control octet 0x7f in the value of field at octet 20"),
        arguments(
            "vertical tab in a value",
            ok + "A: \u000b",
            "control octet 0x0b in the value of field at octet 20"),
        arguments(
            "unit separator in a value",
            ok + "A: \u001f",
            "control octet 0x1f in the value of field at octet 20"),
        arguments(
            "bare CR in a value",
            ok + "A: b\rc",
            "carriage return without line feed in the value of field at octet 21"),
        arguments(
            "two CR in a field line",
            ok + "A: b\r\r",
            "carriage return without line feed in the value of field at octet 21"),
        arguments(
            "bare CR in a fold",
            ok + "A: b\r\n c\rd",
            "carriage return without line feed in the value of field at octet 25"),
        arguments(
            "NUL in a fold",
            ok + "A: b\r\n \0",
            "control octet 0x00 in the value of field at octet 24"),
        arguments(
            "bare CR for the last line end",
            ok + "\rX",
            "carriage return without line feed at octet 17"),
        arguments(
            "two CR for the last line end",
            ok + "A: b\r\n\r\r",
            "carriage return without line feed at octet 23"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refused")
  void anInvalidHeadIsRefusedAtItsFirstInvalidOctet(String comment, String octets, String message)
      throws Exception {
    for (Received received : Received.everyWay(octets.substring(0, octets.length() - 1))) {
      parser.reset(false, false);
      assertThat(received.parse(parser)).isEqualTo(-1);
    }
    for (Received received : Received.everyWay(octets)) {
      parser.reset(false, false);
      assertThatThrownBy(() -> received.parse(parser))
          .isInstanceOf(MalformedMessageException.class)
          .message()
          .matches(text -> text.equals(message) || text.startsWith(message + ": \""), message);
    }
  }

  static Stream<Arguments> guesses() {
    return Stream.of(
        arguments(
            "SSH-2.0-OpenSSH_9.6\r\n",
            "octet 0: \"SSH-2.0-OpenSSH_9.6\\r\\n\" (this looks like an SSH server)"),
        arguments("ICY 200 OK\r\n", "octet 0: \"ICY 200 OK\\r\\n\" (this looks like SHOUTcast)"),
        arguments(
            "http/1.1 200 OK\r\n",
            "octet 0: \"http/1.1 200 OK\\r\\n\" (HTTP in lower case is not HTTP)"),
        arguments(
            "HTTP/2.0 200 OK\r\n", "octet 5: \"HTTP/2.0 200 OK\\r\\n\" (HTTP/2 was not asked for)"),
        arguments(
            "HTTP/3 200 OK\r\n", "octet 5: \"HTTP/3 200 OK\\r\\n\" (HTTP/3 was not asked for)"),
        arguments(
            "HTTP/0.9 200 OK\r\n",
            "octet 5: \"HTTP/0.9 200 OK\\r\\n\" (HTTP/0.9 is not supported)"),
        arguments("\r\nHTTP/2 200 OK", "octet 5: \"HTTP/2 200 OK\" (HTTP/2 was not asked for)"),
        arguments(
            "<html>\t\\", "octet 0: \"<html>\\t\\\\\" (this looks like a body without a head)"),
        arguments(
            "\u0015\u0003\u0001\0\u0002",
            "octet 0: \"\\x15\\x03\\x01\\x00\\x02\" (this looks like TLS: does the port want"
                + " https?)"),
        arguments(
            "\0\0\u0012\u0004\0",
            "octet 0: \"\\x00\\x00\\x12\\x04\\x00\" (this looks like HTTP/2)"),
        arguments("x\u00ff\u007f~", "octet 0: \"x\\xff\\x7f~\""));
  }

  @ParameterizedTest
  @MethodSource("guesses")
  void whatIsNotHttpIsNamedWhereItIsKnown(String octets, String message) {
    parser.reset(false, false);
    assertThatThrownBy(() -> Received.whole(octets).parse(parser))
        .hasMessage("not an HTTP/1 response at " + message);
  }

  @Test
  void noFieldValueIsQuoted() {
    String head = "HTTP/1.1 200 OK\r\nSet-Cookie: session=secret\0\r\n\r\n";
    parser.reset(false, false);
    assertThatThrownBy(() -> Received.whole(head).parse(parser))
        .hasMessage("control octet 0x00 in the value of field at octet 43: \"Set-Cookie\"");
  }

  @Test
  void anExcerptIsBounded() {
    parser.reset(false, false);
    assertThatThrownBy(() -> Received.whole("x".repeat(5000)).parse(parser))
        .hasMessage("not an HTTP/1 response at octet 0: \"" + "x".repeat(40) + "\"...");
  }

  @Test
  void aParserIsReusable() throws Exception {
    String first =
        String.join(
            "\r\n",
            "HTTP/1.0 404 Not Found",
            "Content-Length: 3",
            "Connection: close",
            "Keep-Alive: timeout=1, max=2",
            "",
            "");
    String second = "HTTP/1.1 200 OK\r\n\r\n";
    parser.reset(false, false);
    assertThat(Received.whole(first.substring(0, 30)).parse(parser)).isEqualTo(-1);
    parser.reset(false, false);
    assertThat(Received.whole(first).parse(parser)).isEqualTo(first.length());
    parser.reset(false, false);
    assertThat(parser.progress()).isEqualTo(Progress.NOTHING);
    assertThat(Received.whole(second).parse(parser)).isEqualTo(second.length());
    ResponseHead head = Received.whole(second).head(parser, second.length());
    assertThat(head.framing()).isEqualTo(Framing.UNTIL_CLOSE);
    assertThat(head.keepAliveSeconds()).isEqualTo(-1);
    assertThat(head.keepAliveMax()).isEqualTo(-1);
    assertThat(head.headers().map()).isEmpty();
  }

  @Test
  void nothingOfTheLastHeadIsLeft() throws Exception {
    String chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    String fixed = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n";
    for (String head : List.of(chunked, fixed, chunked, chunked, fixed, fixed)) {
      parser.reset(false, false);
      int end = Received.whole(head).parse(parser);
      Framing expected = head.equals(chunked) ? Framing.CHUNKED : new Framing.Fixed(3);
      assertThat(Received.whole(head).head(parser, end).framing()).isEqualTo(expected);
    }
  }

  @Test
  void aHeadKeepsItsOwnCopyOfTheOctets() throws Exception {
    byte[] octets = Received.octets("..HTTP/1.1 200 OK\r\nA: b\r\n\r\n");
    parser.reset(false, false);
    int end = parser.parse(octets, 2, octets.length);
    ResponseHead head = parser.head(octets, 2, end);
    Arrays.fill(octets, (byte) 'x');
    parser.reset(false, false);
    assertThat(head.headers().map().toString().toLowerCase(Locale.ROOT)).isEqualTo("{a=[b]}");
  }

  @Test
  void nothingOfACodingStaysForTheNextHead() throws Exception {
    parser.reset(false, false);
    String chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    assertThat(Received.whole(chunked).parse(parser)).isEqualTo(chunked.length());
    parser.reset(false, false);
    Received fixed = Received.whole("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
    assertThat(fixed.head(parser, fixed.parse(parser)).framing()).isEqualTo(new Framing.Fixed(5));
  }
}
