package dev.redial.internal.http1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.redial.ResponseLimits;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Where a body ends, and whether the connection goes on after it. */
class FramingTest {
  private static final Framing EMPTY = Framing.EMPTY;
  private static final Framing CHUNKED = Framing.CHUNKED;
  private static final Framing UNTIL_CLOSE = Framing.UNTIL_CLOSE;
  private static final String CL = "Content-Length: ";
  private static final String TE = "Transfer-Encoding: ";

  /** What it is, method, version and status, fields, framing, persistent. */
  static Stream<Arguments> decided() {
    return Stream.of(
        arguments("length", "GET", "1.1 200", CL + "5", fixed(5), true),
        arguments("length zero", "GET", "1.1 200", CL + "0", fixed(0), true),
        arguments("length above 2^31", "GET", "1.1 200", CL + "2147483648", fixed(1L << 31), true),
        arguments(
            "largest length",
            "GET",
            "1.1 200",
            CL + "9223372036854775807",
            fixed(Long.MAX_VALUE),
            true),
        arguments(
            "leading zeros", "GET", "1.1 200", CL + "0000000000000000000000042", fixed(42), true),
        arguments("all digits", "GET", "1.1 200", CL + "1234567890", fixed(1234567890), true),
        arguments(
            "blanks around the length", "GET", "1.1 200", "Content-Length:\t 5 \t", fixed(5), true),
        arguments("name in other case", "GET", "1.1 200", "CONTENT-lENGTH: 5", fixed(5), true),
        arguments("same length twice in a line", "GET", "1.1 200", CL + "42, 42", fixed(42), true),
        arguments("same length three times", "GET", "1.1 200", CL + "42 ,\t42,42", fixed(42), true),
        arguments(
            "same length in two lines",
            "GET",
            "1.1 200",
            CL + "42\r\n" + CL + "42",
            fixed(42),
            true),
        arguments("same number in other digits", "GET", "1.1 200", CL + "42, 042", fixed(42), true),
        arguments("folded length", "GET", "1.1 200", "Content-Length:\r\n 5\r\n ", fixed(5), true),
        arguments(
            "name of the same length", "GET", "1.1 200", "Content-Lengti: 5", UNTIL_CLOSE, false),
        arguments("longer name", "GET", "1.1 200", "Content-Length-X: 5", UNTIL_CLOSE, false),
        arguments("chunked", "GET", "1.1 200", TE + "chunked", CHUNKED, true),
        arguments(
            "chunked in other case", "GET", "1.1 200", "TRANSFER-encoding: Chunked", CHUNKED, true),
        arguments("chunked last", "GET", "1.1 200", TE + "gzip, chunked", CHUNKED, true),
        arguments(
            "chunked last, over two lines",
            "GET",
            "1.1 200",
            TE + "gzip\r\n" + TE + "chunked",
            CHUNKED,
            true),
        arguments("empty elements", "GET", "1.1 200", TE + " , ,chunked ,,", CHUNKED, true),
        arguments(
            "coding with parameters before",
            "GET",
            "1.1 200",
            TE + "a;b=\"c,d\\\",chunked\" ;e , chunked",
            CHUNKED,
            true),
        arguments(
            "backslash outside of quotes",
            "GET",
            "1.1 200",
            TE + "a;b\\\", \", chunked",
            CHUNKED,
            true),
        arguments(
            "folded coding", "GET", "1.1 200", "Transfer-Encoding:\r\n chunked", CHUNKED, true),
        arguments("chunked not last", "GET", "1.1 200", TE + "chunked, gzip", UNTIL_CLOSE, false),
        arguments(
            "chunked not last, over two lines",
            "GET",
            "1.1 200",
            TE + "chunked\r\n" + TE + "gzip",
            UNTIL_CLOSE,
            false),
        arguments(
            "chunked only in quotes",
            "GET",
            "1.1 200",
            TE + "a;b=\"c, chunked",
            UNTIL_CLOSE,
            false),
        arguments("backslash at the end", "GET", "1.1 200", TE + "a;b=\"\\", UNTIL_CLOSE, false),
        arguments("unknown coding", "GET", "1.1 200", TE + "xchunked", UNTIL_CLOSE, false),
        arguments("longer coding", "GET", "1.1 200", TE + "chunkedx", UNTIL_CLOSE, false),
        arguments("identity", "GET", "1.1 200", TE + "identity", UNTIL_CLOSE, false),
        arguments(
            "name of the same length",
            "GET",
            "1.1 200",
            "Transfer-Encodinh: chunked",
            UNTIL_CLOSE,
            false),
        arguments("nothing said", "GET", "1.1 200", "", UNTIL_CLOSE, false),
        arguments("nothing said, 1.0", "GET", "1.0 200", "", UNTIL_CLOSE, false),
        arguments(
            "nothing said but keep-alive",
            "GET",
            "1.1 200",
            "Connection: keep-alive",
            UNTIL_CLOSE,
            false),
        arguments("1.0 with a length", "GET", "1.0 200", CL + "5", fixed(5), false),
        arguments(
            "1.0 with a length and keep-alive",
            "GET",
            "1.0 200",
            CL + "5\r\nConnection: Keep-Alive",
            fixed(5),
            true),
        arguments("205 has a body like others", "GET", "1.1 205", CL + "5", fixed(5), true),
        arguments("206 too", "GET", "1.1 206", TE + "chunked", CHUNKED, true),
        arguments("HEAD", "HEAD", "1.1 200", CL + "5", EMPTY, true),
        arguments("HEAD, chunked", "HEAD", "1.1 200", TE + "chunked", EMPTY, true),
        arguments("HEAD, both", "HEAD", "1.1 200", CL + "5\r\n" + TE + "chunked", EMPTY, true),
        arguments("HEAD, nothing said", "HEAD", "1.1 200", "", EMPTY, true),
        arguments("HEAD, 1.0", "HEAD", "1.0 200", TE + "chunked", EMPTY, false),
        arguments("HEAD, invalid length", "HEAD", "1.1 200", CL + "x", EMPTY, true),
        arguments("HEAD, 204", "HEAD", "1.1 204", CL + "5", EMPTY, false),
        arguments("304", "GET", "1.1 304", "", EMPTY, true),
        arguments("304 with a length", "GET", "1.1 304", CL + "5", EMPTY, true),
        arguments("304, both", "GET", "1.1 304", CL + "5\r\n" + TE + "chunked", EMPTY, true),
        arguments("303 is not 304", "GET", "1.1 303", CL + "5", fixed(5), true),
        arguments("204", "GET", "1.1 204", "", EMPTY, true),
        arguments("204 with length zero", "GET", "1.1 204", CL + "0", EMPTY, true),
        arguments(
            "204, chunked: nobody knows what follows",
            "GET",
            "1.1 204",
            TE + "chunked",
            EMPTY,
            false),
        arguments("203 is not 204", "GET", "1.1 203", CL + "5", fixed(5), true),
        arguments("100", "GET", "1.1 100", "", EMPTY, true),
        arguments(
            "103 with a length", "GET", "1.1 103", CL + "5\r\n" + TE + "chunked", EMPTY, true),
        arguments("199", "GET", "1.1 199", "", EMPTY, true),
        arguments(
            "101: another protocol follows", "GET", "1.1 101", "Connection: upgrade", EMPTY, false),
        arguments("102", "GET", "1.1 102", "", EMPTY, true),
        arguments("CONNECT 200", "CONNECT", "1.1 200", CL + "5\r\n" + TE + "chunked", EMPTY, true),
        arguments("CONNECT 200, 1.0", "CONNECT", "1.0 200", "", EMPTY, false),
        arguments("CONNECT 299", "CONNECT", "1.1 299", CL + "x", EMPTY, true),
        arguments("CONNECT 300", "CONNECT", "1.1 300", CL + "5", fixed(5), true),
        arguments("CONNECT 407", "CONNECT", "1.1 407", TE + "chunked", CHUNKED, true),
        arguments("close", "GET", "1.1 200", CL + "5\r\nConnection: close", fixed(5), false),
        arguments(
            "close in other case",
            "GET",
            "1.1 200",
            CL + "5\r\nCONNECTION: CLOSE",
            fixed(5),
            false),
        arguments(
            "close among others",
            "GET",
            "1.1 200",
            CL + "5\r\nConnection: foo, close,bar",
            fixed(5),
            false),
        arguments(
            "close in a later line",
            "GET",
            "1.1 200",
            CL + "5\r\nConnection: foo\r\nConnection: close",
            fixed(5),
            false),
        arguments(
            "close in an earlier line",
            "GET",
            "1.1 200",
            CL + "5\r\nConnection: close\r\nConnection: keep-alive",
            fixed(5),
            false),
        arguments(
            "close and keep-alive",
            "GET",
            "1.0 200",
            CL + "5\r\nConnection: keep-alive, close",
            fixed(5),
            false),
        arguments(
            "close in a fold",
            "GET",
            "1.1 200",
            CL + "5\r\nConnection: keep-alive,\r\n\tclose",
            fixed(5),
            false),
        arguments(
            "close in quotes: in doubt",
            "GET",
            "1.1 200",
            CL + "5\r\nConnection: \"close\"",
            fixed(5),
            false),
        arguments(
            "close after a semicolon: in doubt",
            "GET",
            "1.1 200",
            CL + "5\r\nConnection: x;close",
            fixed(5),
            false),
        arguments(
            "a longer word",
            "GET",
            "1.1 200",
            CL + "5\r\nConnection: closed, xclose, keep-alive",
            fixed(5),
            true),
        arguments(
            "empty Connection", "GET", "1.1 200", CL + "5\r\nConnection: , ,", fixed(5), true),
        arguments("close with HEAD", "HEAD", "1.1 200", "Connection: close", EMPTY, false),
        arguments(
            "close with chunked",
            "GET",
            "1.1 200",
            TE + "chunked\r\nConnection: close",
            CHUNKED,
            false),
        arguments(
            "keep-alive like words",
            "GET",
            "1.0 200",
            CL + "5\r\nConnection: keep-alivex, keep",
            fixed(5),
            false),
        arguments(
            "name like Connection",
            "GET",
            "1.1 200",
            CL + "5\r\nConnectiom: close",
            fixed(5),
            true),
        arguments(
            "Proxy-Connection is not Connection",
            "GET",
            "1.1 200",
            CL + "5\r\nProxy-Connection: close",
            fixed(5),
            true));
  }

  @ParameterizedTest(name = "{0}: {1} {2} {3}")
  @MethodSource("decided")
  void theFieldsDecide(
      String comment,
      String method,
      String start,
      String fields,
      Framing framing,
      boolean persistent)
      throws Exception {
    ResponseHead head = head(method, start, fields);
    assertThat(head.framing()).isEqualTo(framing);
    assertThat(head.persistent()).isEqualTo(persistent);
    assertThat(head.isInterim()).isEqualTo(head.status() < 200);
  }

  /** As above, with each value alone in an array that ends where the value ends. */
  @ParameterizedTest(name = "{0}: {1} {2} {3}")
  @MethodSource("decided")
  void nothingBehindAValueIsLookedAt(
      String comment,
      String method,
      String start,
      String fields,
      Framing framing,
      boolean persistent)
      throws Exception {
    int minor = start.charAt(2) - '0';
    int status = Integer.parseInt(start.substring(4));
    ControlFields control = control(fields);
    assertThat(control.framing(status, minor, method.equals("HEAD"), method.equals("CONNECT")))
        .isEqualTo(framing);
    assertThat(control.persistent(status, minor, framing)).isEqualTo(persistent);
  }

  /** What it is, version and status, fields, message. */
  static Stream<Arguments> refused() {
    String differ = "different Content-Lengths: 5 and 6";
    String both = "both Transfer-Encoding and Content-Length";
    return Stream.of(
        arguments("two lengths", "1.1 200", CL + "5\r\n" + CL + "6", differ),
        arguments("two lengths in a line", "1.1 200", CL + "5, 6", differ),
        arguments("none, then some", "1.1 200", CL + "0, 5", "different Content-Lengths: 0 and 5"),
        arguments(
            "some, then none",
            "1.1 200",
            CL + "5\r\n" + CL + "0",
            "different Content-Lengths: 5 and 0"),
        arguments("the first difference is told", "1.1 200", CL + "5, 6, 7", differ),
        arguments("the first fault is told", "1.1 200", CL + "5, 6\r\n" + CL + "x", differ),
        arguments("empty length", "1.1 200", CL, "invalid Content-Length: \"\""),
        arguments("plus", "1.1 200", CL + "+5", "invalid Content-Length: \"+5\""),
        arguments("minus", "1.1 200", CL + "-5", "invalid Content-Length: \"-5\""),
        arguments("hexadecimal", "1.1 200", CL + "0x5", "invalid Content-Length: \"0x5\""),
        arguments("decimal point", "1.1 200", CL + "5.0", "invalid Content-Length: \"5.0\""),
        arguments("blank inside", "1.1 200", CL + "5 5", "invalid Content-Length: \"5 5\""),
        arguments(
            "fold inside", "1.1 200", CL + "5\r\n 5", "invalid Content-Length: \"5\\r\\n 5\""),
        arguments("letters", "1.1 200", CL + "five", "invalid Content-Length: \"five\""),
        arguments("quoted", "1.1 200", CL + "\"5\"", "invalid Content-Length: \"\\\"5\\\"\""),
        arguments("below the digits", "1.1 200", CL + "/", "invalid Content-Length: \"/\""),
        arguments("above the digits", "1.1 200", CL + ":", "invalid Content-Length: \":\""),
        arguments("comma last", "1.1 200", CL + "5,", "invalid Content-Length: \"5,\""),
        arguments("comma first", "1.1 200", CL + ",5", "invalid Content-Length: \",5\""),
        arguments("semicolon", "1.1 200", CL + "5; 5", "invalid Content-Length: \"5; 5\""),
        arguments(
            "valid, then invalid",
            "1.1 200",
            CL + "5\r\n" + CL + "x",
            "invalid Content-Length: \"x\""),
        arguments(
            "invalid, then valid",
            "1.1 200",
            CL + "x\r\n" + CL + "5",
            "invalid Content-Length: \"x\""),
        arguments(
            "2^63",
            "1.1 200",
            CL + "9223372036854775808",
            "Content-Length above 2^63 - 1: \"9223372036854775808\""),
        arguments(
            "2^64 + 5",
            "1.1 200",
            CL + "18446744073709551621",
            "Content-Length above 2^63 - 1: \"18446744073709551621\""),
        arguments(
            "far more",
            "1.1 200",
            CL + "9".repeat(99),
            "Content-Length above 2^63 - 1: \"" + "9".repeat(40) + "\"..."),
        arguments("coding and length", "1.1 200", TE + "chunked\r\n" + CL + "5", both),
        arguments("length and coding", "1.1 200", CL + "5\r\n" + TE + "chunked", both),
        arguments("identity and length", "1.1 200", CL + "5\r\n" + TE + "identity", both),
        arguments("coding and invalid length", "1.1 200", CL + "x\r\n" + TE + "chunked", both),
        arguments(
            "no coding and length",
            "1.1 200",
            CL + "5\r\n" + TE,
            "Transfer-Encoding without a coding"),
        arguments(
            "coding in 1.0",
            "1.0 200",
            TE + "chunked",
            "Transfer-Encoding in an HTTP/1.0 response"),
        arguments(
            "unknown coding in 1.0",
            "1.0 200",
            TE + "gzip",
            "Transfer-Encoding in an HTTP/1.0 response"),
        arguments("empty coding", "1.1 200", TE, "Transfer-Encoding without a coding"),
        arguments("only commas", "1.1 200", TE + ", ,", "Transfer-Encoding without a coding"),
        arguments(
            "chunked twice",
            "1.1 200",
            TE + "chunked, chunked",
            "Transfer-Encoding with chunked twice"),
        arguments(
            "chunked twice in two lines",
            "1.1 200",
            TE + "chunked\r\n" + TE + "gzip, chunked",
            "Transfer-Encoding with chunked twice"),
        arguments(
            "chunked with parameters",
            "1.1 200",
            TE + "chunked;a=b",
            "chunked with parameters: \"chunked;a=b\""),
        arguments(
            "chunked with no parameter",
            "1.1 200",
            TE + "chunked ;, gzip",
            "chunked with parameters: \"chunked ;, gzip\""),
        arguments(
            "blank inside", "1.1 200", TE + "chun ked", "invalid Transfer-Encoding: \"chun ked\""),
        arguments(
            "quoted coding",
            "1.1 200",
            TE + "\"chunked\"",
            "invalid Transfer-Encoding: \"\\\"chunked\\\"\""),
        arguments(
            "parameters alone", "1.1 200", TE + ";a=b", "invalid Transfer-Encoding: \";a=b\""),
        arguments(
            "8-bit",
            "1.1 200",
            TE + "chunked\u00a0",
            "invalid Transfer-Encoding: \"chunked\\xa0\""),
        arguments(
            "the first fault stays",
            "1.1 200",
            TE + "a/b\r\n" + TE + "chunked;x",
            "invalid Transfer-Encoding: \"a/b\""),
        arguments(
            "invalid after valid",
            "1.1 200",
            TE + "chunked\r\n" + TE + "a/b",
            "invalid Transfer-Encoding: \"a/b\""),
        arguments(
            "204 with a length", "1.1 204", CL + "10", "204 response with a Content-Length of 10"),
        arguments(
            "204 with length 1", "1.1 204", CL + "1", "204 response with a Content-Length of 1"),
        arguments(
            "204 with an invalid length", "1.1 204", CL + "x", "invalid Content-Length: \"x\""));
  }

  @ParameterizedTest(name = "{0}: {1} {2}")
  @MethodSource("refused")
  void faultyFramingIsRefused(String comment, String start, String fields, String message) {
    assertThatThrownBy(() -> head("GET", start, fields))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessage(message);
  }

  /** Fields, seconds, number of requests. */
  static Stream<Arguments> keepAlives() {
    return Stream.of(
        arguments("", -1, -1),
        arguments("Keep-Alive: timeout=5", 5, -1),
        arguments("Keep-Alive: max=100", -1, 100),
        arguments("KEEP-ALIVE: Timeout=5, MAX=100", 5, 100),
        arguments("Keep-Alive: max=100,timeout=5", 5, 100),
        arguments("Keep-Alive: timeout=0, max=0", 0, 0),
        arguments("Keep-Alive: timeout=90, max=19", 90, 19),
        arguments("Keep-Alive: timeout=0, timeout=5", 0, -1),
        arguments("Keep-Alive: timeout=5, timeout=0", 0, -1),
        arguments("Keep-Alive: ,,;/ timeout=5", 5, -1),
        arguments("Keep-Alive: timeout max=5", -1, 5),
        arguments("Keep-Alive: x==5, =timeout=7", 7, -1),
        arguments("Keep-Alive: timeout = 5 , max\t=\t7", 5, 7),
        arguments("Keep-Alive: timeout=\"5\", max=\"7\"", 5, 7),
        arguments("Keep-Alive: timeout=5; max=7", 5, 7),
        arguments("Keep-Alive: timeout=5 max=7", 5, 7),
        arguments("Keep-Alive: foo, bar=1, timeout=5, baz", 5, -1),
        arguments("Keep-Alive: timeout=10, timeout=5, timeout=20", 5, -1),
        arguments("Keep-Alive: timeout=10\r\nKeep-Alive: timeout=5, max=3", 5, 3),
        arguments("Keep-Alive: timeout=5.9", 5, -1),
        arguments("Keep-Alive: timeout=60s", 60, -1),
        arguments("Keep-Alive: timeout=2147483647", 2147483647, -1),
        arguments("Keep-Alive: timeout=2147483648", -1, -1),
        arguments("Keep-Alive: timeout=7, timeout=99999999999999999999999999", 7, -1),
        arguments("Keep-Alive: timeout=-5", -1, -1),
        arguments("Keep-Alive: timeout=7, timeout=x", 7, -1),
        arguments("Keep-Alive: timeout=, max=", -1, -1),
        arguments("Keep-Alive: timeout", -1, -1),
        arguments("Keep-Alive: timeout=", -1, -1),
        arguments("Keep-Alive: =5", -1, -1),
        arguments("Keep-Alive: timeout5", -1, -1),
        arguments("Keep-Alive: xtimeout=5, maxx=7", -1, -1),
        arguments("Keep-Alive: timeout=/, max=:", -1, -1),
        arguments("Keep-Alive: timeout=\"", -1, -1),
        arguments("Keep-Alive: timeout\r\n =\r\n 5", 5, -1),
        arguments("Keep-Alive: 300", -1, -1),
        arguments("Keep-Alivf: timeout=5", -1, -1),
        arguments("Connection: timeout=5", -1, -1));
  }

  @ParameterizedTest
  @MethodSource("keepAlives")
  void whatKeepAliveSaysIsRead(String fields, long seconds, long max) throws Exception {
    ResponseHead head = head("GET", "1.1 200", fields);
    assertThat(head.keepAliveSeconds()).isEqualTo(seconds);
    assertThat(head.keepAliveMax()).isEqualTo(max);
  }

  @ParameterizedTest
  @MethodSource("keepAlives")
  void nothingBehindAKeepAliveIsLookedAt(String fields, long seconds, long max) {
    ControlFields control = control(fields);
    assertThat(control.keepAliveSeconds()).isEqualTo(seconds);
    assertThat(control.keepAliveMax()).isEqualTo(max);
  }

  private static ControlFields control(String fields) {
    ControlFields control = new ControlFields();
    control.reset();
    for (String field : fields.split("\r\n(?![ \t])", -1)) {
      byte[] octets = Received.octets(field);
      int colon = field.indexOf(':');
      if (colon > 0) control.field(octets, 0, colon, colon + 1, octets.length);
    }
    return control;
  }

  private static ResponseHead head(String method, String start, String fields)
      throws MalformedMessageException {
    ResponseParser parser = new ResponseParser(ResponseLimits.defaults());
    parser.reset(method.equals("HEAD"), method.equals("CONNECT"));
    Received received =
        Received.whole(
            "HTTP/" + start + " x\r\n" + fields + (fields.isEmpty() ? "" : "\r\n") + "\r\n");
    return received.head(parser, received.parse(parser));
  }

  private static Framing fixed(long length) {
    return new Framing.Fixed(length);
  }
}
