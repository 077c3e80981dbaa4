package dev.redial.jmh.server;

import java.nio.ByteBuffer;

/**
 * The least that the server has to know of a request: where it ends, and which path it asks for.
 *
 * <p>The clients are known and do not pipeline, so a request without body ends where the octets
 * received end. That is looked at first, and costs nothing.
 */
final class RequestScan {
  private static final int CRLF_CRLF = 0x0d0a0d0a;
  private static final byte[] CONTENT_LENGTH = {
    'c', 'o', 'n', 't', 'e', 'n', 't', '-', 'l', 'e', 'n', 'g', 't', 'h', ':'
  };

  private RequestScan() {}

  /** The length of the body of the request that fills the buffer, or -1 if it is not complete. */
  static int bodyLength(ByteBuffer received) {
    int to = received.limit();
    if (to < 16) return -1;
    if (received.get(0) == 'G') return received.getInt(to - 4) == CRLF_CRLF ? 0 : -1;
    int end = headEnd(received);
    if (end < 0) return -1;
    int length = contentLength(received, end);
    return to - end >= length ? length : -1;
  }

  /** The first octet of the path after its slash; it tells the resources apart. */
  static byte resource(ByteBuffer received) {
    return received.get(pathStart(received) + 1);
  }

  /** The decimal number at the end of the path. */
  static int number(ByteBuffer received, Resource resource) {
    int i = pathStart(received) + resource.path().length();
    int number = 0;
    for (byte octet = received.get(i); octet != ' '; octet = received.get(++i))
      number = 10 * number + (octet - '0');
    return number;
  }

  private static int pathStart(ByteBuffer received) {
    int i = 0;
    while (received.get(i) != '/') i++;
    return i;
  }

  private static int headEnd(ByteBuffer received) {
    for (int i = 16; i <= received.limit(); i++)
      if (received.get(i - 1) == '\n' && received.getInt(i - 4) == CRLF_CRLF) return i;
    return -1;
  }

  private static int contentLength(ByteBuffer received, int headEnd) {
    for (int i = 1; i < headEnd - CONTENT_LENGTH.length; i++)
      if (received.get(i - 1) == '\n' && isContentLength(received, i))
        return decimal(received, i + CONTENT_LENGTH.length);
    throw new IllegalStateException("a request with a body and without Content-Length");
  }

  private static boolean isContentLength(ByteBuffer received, int from) {
    for (int i = 0; i < CONTENT_LENGTH.length; i++)
      if ((received.get(from + i) | 0x20) != (CONTENT_LENGTH[i] | 0x20)) return false;
    return true;
  }

  private static int decimal(ByteBuffer received, int from) {
    int number = 0;
    for (int i = from; received.get(i) != '\r'; i++)
      if (received.get(i) != ' ') number = 10 * number + (received.get(i) - '0');
    return number;
  }
}
