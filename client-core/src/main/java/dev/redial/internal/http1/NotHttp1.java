package dev.redial.internal.http1;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Tells what a server speaks whose first octets are not those of HTTP/1. */
final class NotHttp1 {
  private static final Map<String, String> BEGINNINGS =
      Map.of(
          "HTTP/0", "HTTP/0.9 is not supported",
          "HTTP/2", "HTTP/2 was not asked for",
          "HTTP/3", "HTTP/3 was not asked for",
          "http/1", "HTTP in lower case is not HTTP",
          "ICY ", "this looks like SHOUTcast",
          "SSH-", "this looks like an SSH server",
          "<", "this looks like a body without a head",
          "\u0015\u0003", "this looks like TLS: does the port want https?",
          "\0\0", "this looks like HTTP/2");

  private NotHttp1() {}

  static MalformedMessageException found(byte[] bytes, int from, int i, int to) {
    String guess = "";
    String start = new String(bytes, from, Math.min(to - from, 8), StandardCharsets.ISO_8859_1);
    for (Map.Entry<String, String> beginning : BEGINNINGS.entrySet()) {
      if (start.startsWith(beginning.getKey())) guess = " (" + beginning.getValue() + ")";
    }
    String excerpt = MalformedMessageException.excerpt(bytes, from, to);
    return MalformedMessageException.of(
        "not an HTTP/1 response at octet " + (i - from) + ": " + excerpt + guess);
  }
}
