package dev.redial.tests.kit;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Responses as octets. */
public final class Answers {
  private Answers() {}

  /** A 200 with that body, framed by Content-Length, and these further header lines. */
  public static String ok(String body, String... lines) {
    return status("200 OK", body, lines);
  }

  /** Any status with that body, framed by Content-Length, and these further header lines. */
  public static String status(String status, String body, String... lines) {
    int length = body.getBytes(StandardCharsets.UTF_8).length;
    return head(status, lines) + "Content-Length: " + length + "\r\n\r\n" + body;
  }

  /** A status line and header lines; neither framing nor the empty line that ends a head. */
  public static String head(String status, String... lines) {
    StringBuilder head = new StringBuilder("HTTP/1.1 ").append(status).append("\r\n");
    for (String line : lines) head.append(line).append("\r\n");
    return head.toString();
  }

  /** A 200 with a body framed by Content-Length. */
  public static byte[] fixed(byte[] body) {
    return joined(octets(head("200 OK", "Content-Length: " + body.length) + "\r\n"), body);
  }

  /** A 200 with a chunked body, cut into chunks of at most that size. */
  public static byte[] chunked(byte[] body, int chunkSize) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(octets(head("200 OK", "Transfer-Encoding: chunked") + "\r\n"));
    for (int at = 0; at < body.length; at += chunkSize) {
      int size = Math.min(chunkSize, body.length - at);
      out.writeBytes(octets(String.format(Locale.ROOT, "%x\r\n", size)));
      out.write(body, at, size);
      out.writeBytes(octets("\r\n"));
    }
    out.writeBytes(octets("0\r\n\r\n"));
    return out.toByteArray();
  }

  /** A 200 with a body that ends with the connection. */
  public static byte[] untilClose(byte[] body) {
    return joined(octets(head("200 OK") + "\r\n"), body);
  }

  /** Text as octets. */
  public static byte[] octets(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] joined(byte[] first, byte[] second) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(first.length + second.length);
    out.writeBytes(first);
    out.writeBytes(second);
    return out.toByteArray();
  }
}
