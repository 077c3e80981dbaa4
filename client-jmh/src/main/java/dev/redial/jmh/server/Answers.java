package dev.redial.jmh.server;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** The server's answers, encoded beforehand. Confined to the serving thread. */
final class Answers {
  /** What a server behind a proxy sends with an answer nowadays. */
  private static final String FIELDS =
      """
      Server: nginx/1.27.3\r
      Date: Tue, 03 Nov 2026 10:15:30 GMT\r
      Content-Type: application/json; charset=utf-8\r
      Cache-Control: no-cache, no-store, must-revalidate\r
      Vary: Accept-Encoding\r
      X-Content-Type-Options: nosniff\r
      X-Request-Id: 7b3f0c52-93aa-4f1e-8d06-2f4c51be9a77\r
      """;

  private final ByteBuffer small = answer("", filled(Resource.SMALL_LENGTH));
  private final ByteBuffer closing = answer("Connection: close\r\n", filled(Resource.SMALL_LENGTH));
  private final ByteBuffer big = answer("", filled(Resource.BIG_LENGTH));
  private ByteBuffer length = answer("", new byte[] {'0'});
  private int lengthOf;

  ByteBuffer small() {
    return small.duplicate();
  }

  ByteBuffer closing() {
    return closing.duplicate();
  }

  ByteBuffer big() {
    return big.duplicate();
  }

  /** All bodies of a benchmark are equally long, so the last answer is right for the next too. */
  ByteBuffer length(int bodyLength) {
    if (bodyLength != lengthOf) {
      length = answer("", Integer.toString(bodyLength).getBytes(US_ASCII));
      lengthOf = bodyLength;
    }
    return length.duplicate();
  }

  private static ByteBuffer answer(String moreFields, byte[] body) {
    String head =
        "HTTP/1.1 200 OK\r\n" + FIELDS + moreFields + "Content-Length: " + body.length + "\r\n\r\n";
    ByteBuffer encoded = ByteBuffer.allocateDirect(head.length() + body.length);
    return encoded.put(head.getBytes(US_ASCII)).put(body).flip().asReadOnlyBuffer();
  }

  private static byte[] filled(int length) {
    byte[] body = new byte[length];
    Arrays.fill(body, (byte) 'x');
    return body;
  }
}
