package dev.redial.internal.http1;

/**
 * The fields that govern where the body ends and whether the connection goes on, and the two
 * decisions drawn from them.
 *
 * <p>What is wrong with Content-Length or Transfer-Encoding is only noted while the fields come in:
 * status and method say whether it matters.
 */
final class ControlFields implements FieldLines.Sink {
  private final ContentLength length = new ContentLength();
  private final TransferEncoding coding = new TransferEncoding();
  private final ConnectionOptions connection = new ConnectionOptions();

  void reset() {
    length.reset();
    coding.reset();
    connection.reset();
  }

  @Override
  public void field(byte[] bytes, int name, int nameEnd, int value, int valueEnd) {
    // The length is the cheapest way to see that a field is none of these.
    switch (nameEnd - name) {
      case 10 -> {
        if (FieldSection.isNamed(bytes, name, nameEnd, "connection")) {
          connection.connection(bytes, value, valueEnd);
        } else if (FieldSection.isNamed(bytes, name, nameEnd, "keep-alive")) {
          connection.keepAlive(bytes, value, valueEnd);
        }
      }
      case 14 -> {
        if (FieldSection.isNamed(bytes, name, nameEnd, "content-length"))
          length.add(bytes, value, valueEnd);
      }
      case 17 -> {
        if (FieldSection.isNamed(bytes, name, nameEnd, "transfer-encoding"))
          coding.add(bytes, value, valueEnd);
      }
      default -> {}
    }
  }

  /** How the body ends: RFC 9112 section 6.3, in its order. */
  Framing framing(int status, int minorVersion, boolean headRequest, boolean connectRequest)
      throws MalformedMessageException {
    if (headRequest || status < 200 || status == 304) return Framing.EMPTY;
    if (connectRequest && status < 300) return Framing.EMPTY; // a tunnel, not a body
    if (status == 204) return noContent();
    if (coding.seen()) return coded(minorVersion);
    length.check();
    if (length.seen()) return new Framing.Fixed(length.octets());
    return Framing.UNTIL_CLOSE;
  }

  /** Whether the connection can go on after this response: RFC 9112 section 9.3. */
  boolean persistent(int status, int minorVersion, Framing framing) {
    if (connection.close()) return false;
    if (minorVersion == 0 && !connection.keepAlive()) return false;
    if (framing instanceof Framing.UntilClose) return false;
    if (status == 204 && announcesBody()) return false; // it may follow, and nobody would read it
    return status != 101; // what follows is another protocol
  }

  long keepAliveSeconds() {
    return connection.timeout();
  }

  long keepAliveMax() {
    return connection.max();
  }

  /**
   * RFC 9112 would end it with its head all the same; java.net.http refuses it, and so does this.
   */
  private Framing noContent() throws MalformedMessageException {
    length.check();
    if (length.octets() > 0)
      throw MalformedMessageException.of(
          "204 response with a Content-Length of " + length.octets());
    return Framing.EMPTY;
  }

  /** What no 204 response may do (RFC 9110 section 8.6). A length of zero is harmless. */
  private boolean announcesBody() {
    return coding.seen() || length.isInvalid() || length.octets() > 0;
  }

  private Framing coded(int minorVersion) throws MalformedMessageException {
    coding.check();
    if (length.seen())
      throw MalformedMessageException.of("both Transfer-Encoding and Content-Length");
    if (minorVersion == 0)
      throw MalformedMessageException.of("Transfer-Encoding in an HTTP/1.0 response");
    return coding.endsInChunked() ? Framing.CHUNKED : Framing.UNTIL_CLOSE;
  }
}
