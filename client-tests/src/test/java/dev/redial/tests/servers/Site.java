package dev.redial.tests.servers;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;

/** What every server of the matrix serves, and how often it was asked to. */
final class Site {
  static final String SMALL = "ok";
  static final int LARGE_SIZE = 8 * 1024 * 1024;
  static final byte[] LARGE = large();

  private final Map<String, Integer> executions = new ConcurrentHashMap<>();

  /** The beginning of an answer. */
  interface Reply {
    /**
     * Sends the head, and returns where the body goes to.
     *
     * @param length empty for a body in chunks
     */
    OutputStream begin(int status, OptionalLong length) throws IOException;
  }

  /** How often each request was executed, by its id. */
  Map<String, Integer> executions() {
    return Map.copyOf(executions);
  }

  /**
   * Serves a request.
   *
   * @param id which request it is; null if it has none
   * @param body is read to its end, except where the answer comes early
   */
  void serve(String path, String id, InputStream body, Reply reply) throws IOException {
    if (!path.equals("/refused")) body.transferTo(OutputStream.nullOutputStream());
    if (id != null) executions.merge(id, 1, Integer::sum);
    switch (path) {
      case "/small" -> fixed(reply, 200, SMALL.getBytes(StandardCharsets.US_ASCII));
      case "/chunked" -> chunked(reply, SMALL.getBytes(StandardCharsets.US_ASCII), 1);
      case "/large" -> fixed(reply, 200, LARGE);
      case "/large-chunked" -> chunked(reply, LARGE, 100_000);
      case "/204" -> reply.begin(204, OptionalLong.of(0)).close();
      case "/304" -> reply.begin(304, OptionalLong.of(0)).close();
      case "/refused" -> fixed(reply, 413, "too large".getBytes(StandardCharsets.US_ASCII));
      default -> fixed(reply, 404, path.getBytes(StandardCharsets.US_ASCII));
    }
  }

  private static void fixed(Reply reply, int status, byte[] content) throws IOException {
    try (OutputStream out = reply.begin(status, OptionalLong.of(content.length))) {
      out.write(content);
    }
  }

  private static void chunked(Reply reply, byte[] content, int piece) throws IOException {
    try (OutputStream out = reply.begin(200, OptionalLong.empty())) {
      for (int at = 0; at < content.length; at += piece) {
        out.write(content, at, Math.min(piece, content.length - at));
        out.flush();
      }
    }
  }

  private static byte[] large() {
    byte[] content = new byte[LARGE_SIZE];
    for (int i = 0; i < content.length; i++) content[i] = (byte) ('a' + (i + i / 4099) % 26);
    return content;
  }
}
