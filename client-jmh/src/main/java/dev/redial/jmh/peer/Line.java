package dev.redial.jmh.peer;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import javax.net.ssl.SSLContext;

/**
 * A connection of {@link FloorPeer}. The first answer tells how long head and body are; those that
 * follow are only counted. Confined to one caller at a time.
 */
abstract class Line {
  private static final String LENGTH_FIELD = "Content-Length: ";

  private final byte[] buffer = new byte[16 * 1024];
  private int headLength;
  private int bodyLength;

  static Line to(URI uri, SSLContext tls) throws IOException {
    return uri.getScheme().equals("https") ? new TlsLine(uri, tls) : new PlainLine(uri);
  }

  abstract void write(byte[] octets) throws IOException;

  abstract int read(byte[] into, int from, int length) throws IOException;

  abstract void close();

  /** One exchange; a body that exceeds the buffer is read into an array of its own. */
  long exchange(byte[] request) throws IOException {
    int received = begin(request);
    if (headLength + bodyLength <= buffer.length) {
      fill(buffer, received, headLength + bodyLength);
      return bodyLength;
    }
    byte[] body = new byte[bodyLength];
    System.arraycopy(buffer, headLength, body, 0, received - headLength);
    fill(body, received - headLength, bodyLength);
    return body.length;
  }

  /** One exchange whose body is handed on as it comes. */
  long exchange(byte[] request, OutputStream body) throws IOException {
    int received = begin(request);
    body.write(buffer, headLength, received - headLength);
    for (int missing = headLength + bodyLength - received; missing > 0; ) {
      int count = readSome(buffer, 0, Math.min(missing, buffer.length));
      body.write(buffer, 0, count);
      missing -= count;
    }
    return bodyLength;
  }

  /** Sends the request and reads the head at least; how many octets were received. */
  private int begin(byte[] request) throws IOException {
    write(request);
    int received = readSome(buffer, 0, buffer.length);
    while (headLength == 0 && !learn(received)) received += readSome(buffer, received, 1);
    fill(buffer, received, headLength);
    if (buffer[9] != '2') throw new IOException("unexpected answer");
    return Math.max(received, headLength);
  }

  private boolean learn(int received) {
    String head = new String(buffer, 0, received, US_ASCII);
    int end = head.indexOf("\r\n\r\n");
    if (end < 0) return false;
    int number = head.indexOf(LENGTH_FIELD) + LENGTH_FIELD.length();
    bodyLength = Integer.parseInt(head.substring(number, head.indexOf('\r', number)));
    headLength = end + 4;
    return true;
  }

  private void fill(byte[] into, int from, int to) throws IOException {
    for (int at = from; at < to; ) at += readSome(into, at, to - at);
  }

  private int readSome(byte[] into, int from, int length) throws IOException {
    int count = read(into, from, length);
    if (count < 0) throw new EOFException("the server hung up");
    return count;
  }
}
