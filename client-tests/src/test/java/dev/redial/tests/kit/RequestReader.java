package dev.redial.tests.kit;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads requests off a stream, strictly: anything that is not a well-formed request is an error of
 * the client.
 */
final class RequestReader {
  private static final int HEAD_LIMIT = 16 * 1024 * 1024;

  private final InputStream in;

  RequestReader(InputStream in) {
    this.in = in;
  }

  /** Reads a head; the result has an empty body. */
  RequestSeen head() throws IOException {
    String[] start = line().split(" ", -1);
    if (start.length != 3 || !start[2].equals("HTTP/1.1"))
      throw new AssertionError("request line " + String.join(" ", start));
    List<RequestSeen.Field> fields = new ArrayList<>();
    for (String line = line(); !line.isEmpty(); line = line()) fields.add(field(line));
    return new RequestSeen(start[0], start[1], fields, new byte[0]);
  }

  /** Reads the body that a head announces. */
  RequestSeen body(RequestSeen head) throws IOException {
    boolean chunked =
        head.field("Transfer-Encoding").filter("chunked"::equalsIgnoreCase).isPresent();
    boolean fixed = head.field("Content-Length").isPresent();
    if (chunked && fixed) throw new AssertionError("both framings were sent");
    byte[] body =
        chunked
            ? chunks()
            : fixed
                ? exactly(Integer.parseInt(head.field("Content-Length").orElseThrow()))
                : new byte[0];
    return head.withBody(body);
  }

  /** Passes on the body that a head announces, octet for octet and as it comes. */
  void copyBody(RequestSeen head, OutputStream out) throws IOException {
    if (head.field("Transfer-Encoding").isEmpty()) {
      copy(Integer.parseInt(head.field("Content-Length").orElse("0")), out);
      return;
    }
    while (true) {
      String line = line();
      out.write(Answers.octets(line + "\r\n"));
      int size = Integer.parseInt(line, 16);
      copy(size + 2, out);
      if (size == 0) return;
    }
  }

  private void copy(int count, OutputStream out) throws IOException {
    byte[] buffer = new byte[8192];
    for (int left = count; left > 0; ) {
      int read = in.read(buffer, 0, Math.min(left, buffer.length));
      if (read < 0) throw new EOFException(left + " of " + count + " octets");
      out.write(buffer, 0, read);
      left -= read;
    }
  }

  byte[] exactly(int count) throws IOException {
    byte[] bytes = in.readNBytes(count);
    if (bytes.length < count) throw new EOFException(bytes.length + " of " + count + " octets");
    return bytes;
  }

  private byte[] chunks() throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (int size = chunkSize(); size > 0; size = chunkSize()) {
      body.write(exactly(size));
      if (!line().isEmpty()) throw new AssertionError("no CRLF after a chunk of " + size);
    }
    for (String trailer = line(); !trailer.isEmpty(); trailer = line()) field(trailer);
    return body.toByteArray();
  }

  private int chunkSize() throws IOException {
    return Integer.parseInt(line(), 16);
  }

  private static RequestSeen.Field field(String line) {
    int colon = line.indexOf(':');
    if (colon < 1 || line.charAt(0) <= ' ' || line.charAt(colon - 1) <= ' ')
      throw new AssertionError("header line " + line);
    return new RequestSeen.Field(line.substring(0, colon), line.substring(colon + 1).strip());
  }

  private String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream(80);
    for (int octet = in.read(); octet != '\r'; octet = in.read()) {
      if (octet < 0) throw new EOFException("in a line");
      if (octet == '\n') throw new AssertionError("a bare LF was sent");
      if (line.size() == HEAD_LIMIT) throw new AssertionError("a line of more than " + HEAD_LIMIT);
      line.write(octet);
    }
    if (in.read() != '\n') throw new AssertionError("a bare CR was sent");
    return line.toString(StandardCharsets.ISO_8859_1);
  }
}
