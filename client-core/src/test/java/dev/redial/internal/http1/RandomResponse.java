package dev.redial.internal.http1;

import java.util.List;
import java.util.Random;

/** Makes responses that are valid, or nearly so, out of parts that have broken parsers before. */
final class RandomResponse {
  private static final List<String> STATUS_LINES =
      List.of(
          "HTTP/1.1 200 OK",
          "HTTP/1.1 200 OK",
          "HTTP/1.1 200 OK",
          "HTTP/1.1 200 OK",
          "HTTP/1.1 200 OK",
          "HTTP/1.1 200 ",
          "HTTP/1.1 404",
          "HTTP/1.0 200 OK",
          "HTTP/1.0 200 OK",
          "HTTP/1.1 204 No Content",
          "HTTP/1.1 304 Not Modified",
          "HTTP/1.1 100 Continue",
          "HTTP/1.1 101 x",
          "HTTP/1.7 999 \u00e9",
          "HTTP/1.1  200",
          "HTTP/2.0 200 OK",
          "HTTP/1.1 099 x",
          "\r\nHTTP/1.1 200 OK",
          "\n\r\nHTTP/1.1 200 OK",
          "\rHTTP/1.1 200 OK",
          "HTTP/1.1 200 a\rb");
  private static final List<String> FIELDS =
      List.of(
          "Content-Length: 5",
          "Content-Length: 5",
          "content-length:5",
          "Content-Length: 5, 5",
          "Content-Length: 05",
          "Content-Length: 6",
          "Content-Length: 0",
          "Content-Length: +5",
          "Content-Length: 5,",
          "Content-Length:",
          "Content-Length: 9223372036854775807",
          "Content-Length: 9223372036854775808",
          "Content-Length: 5\r\n ",
          "Content-Length: 5 5",
          "Content-Length: 0x5",
          "Content-Length: 99999999999999999999999",
          "Transfer-Encoding: chunked",
          "Transfer-Encoding: chunked",
          "Transfer-Encoding: chunked",
          "transfer-encoding:\tCHUNKED ",
          "Transfer-Encoding: gzip, chunked",
          "Transfer-Encoding: gzip;a=\"x,chunked\", chunked",
          "Transfer-Encoding: chunked, gzip",
          "Transfer-Encoding: gzip",
          "Transfer-Encoding: chunked;a=b",
          "Transfer-Encoding:",
          "Transfer-Encoding: , ,chunked,",
          "Transfer-Encoding: chun ked",
          "Transfer-Encoding: x;\"\\\",chunked",
          "Transfer-Encoding: \"chunked\"",
          "Transfer-Encoding:\r\n chunked",
          "Connection: close",
          "Connection: keep-alive",
          "Connection: foo, Close",
          "Connection:",
          "Connection: keep-alive;close",
          "Connection: closed",
          "Keep-Alive: timeout=5, max=3",
          "X-A: b",
          "x-a: c",
          "Set-Cookie: a=b; c",
          "X-Fold: a\r\n b\r\n\tc",
          "X-8: \u00e9\u00ff",
          "X:",
          "X-C : d",
          "no colon",
          ": no name",
          " blank first",
          "X-Nul: a\0b",
          "X-Cr: a\rb",
          "X-Lf: a\nb: c");
  private static final List<String> LINE_ENDS =
      List.of("\r\n", "\r\n", "\r\n", "\r\n", "\r\n", "\r\n", "\r\n", "\n", "\r\n\t");
  private static final List<String> CHUNKS =
      List.of(
          "5\r\nhello\r\n",
          "5\r\nhello\r\n",
          "a\r\n0123456789\r\n",
          "A;x=y\r\n0123456789\r\n",
          "1 \t\r\nx\r\n",
          "1 ;a=\"b\"\r\nx\r\n",
          "001\r\nx\r\n",
          "1\nx\r\n",
          "1\r\nx\n",
          "1\r\nxx\r\n",
          "+1\r\nx\r\n",
          "0x1\r\nx\r\n",
          "\r\n",
          "1 1\r\nx\r\n",
          " 1\r\nx\r\n",
          "1;\0\r\nx\r\n",
          "1;a=\"\r\nx\r\n",
          "1;a=\"\\\"\r\nx\r\n",
          "1;a=\"\\\"\";b=\"c\"\r\nx\r\n",
          "7fffffffffffffff\r\n",
          "8000000000000000\r\n",
          "ffffffffffffffffff\r\n",
          "1;a\rb\r\nx\r\n",
          "g\r\n",
          "-1\r\n");
  private static final List<String> LAST_CHUNKS =
      List.of("0\r\n", "0\r\n", "0\r\n", "000\r\n", "0 ;x\r\n", "0\n", "");
  private static final List<String> TRAILERS =
      List.of(
          "",
          "",
          "",
          "T: u\r\n",
          "T: u\r\nContent-Length: 3\r\n",
          "T: a\r\n b\r\n",
          "T: u\n",
          " T: u\r\n",
          "T : u\r\n");

  private final Random random;

  RandomResponse(Random random) {
    this.random = random;
  }

  String next() {
    StringBuilder response = new StringBuilder();
    head(response);
    if (response.indexOf("hunked") >= 0 || random.nextInt(20) == 0) chunkedBody(response);
    else response.append("helloworld", 0, random.nextInt(11));
    for (int i = random.nextInt(8) - 5; i > 0; i--) mutate(response);
    return response.toString();
  }

  private void head(StringBuilder response) {
    response.append(pick(STATUS_LINES)).append(lineEnd());
    for (int i = random.nextInt(4); i > 0; i--) response.append(pick(FIELDS)).append(lineEnd());
    response.append("\r\n");
  }

  private void chunkedBody(StringBuilder response) {
    for (int i = random.nextInt(3); i > 0; i--)
      response.append(pick(random.nextBoolean() ? CHUNKS.subList(0, 7) : CHUNKS));
    response.append(pick(LAST_CHUNKS)).append(pick(TRAILERS)).append("\r\n");
    if (random.nextInt(5) == 0) response.append("surplus");
  }

  private void mutate(StringBuilder response) {
    if (response.isEmpty()) return;
    int at = random.nextInt(response.length());
    switch (random.nextInt(5)) {
      case 0 -> response.setLength(at);
      case 1 -> response.deleteCharAt(at);
      case 2 -> response.insert(at, (char) random.nextInt(256));
      case 3 -> response.setCharAt(at, (char) random.nextInt(256));
      default ->
          response.insert(
              at, pick(List.of("\r", "\n", "\r\n", " ", "\t", ",", ":", ";", "0", "\"")));
    }
  }

  private String lineEnd() {
    return random.nextInt(4) == 0 ? pick(LINE_ENDS) : "\r\n";
  }

  private String pick(List<String> parts) {
    return parts.get(random.nextInt(parts.size()));
  }
}
