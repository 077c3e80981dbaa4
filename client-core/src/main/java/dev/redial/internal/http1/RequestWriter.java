package dev.redial.internal.http1;

/**
 * Encodes the head of a request and the frame around its chunks (RFC 9112 sections 3, 5 and 7.1).
 *
 * <p>Callers check what they send with {@link Syntax} first and say what is wrong in their own
 * words. The checks here are the last line: nothing that could end a line early is ever encoded.
 */
public final class RequestWriter {
  /** The end of a chunked body without trailers; not to be changed. */
  @SuppressWarnings("MutablePublicArray") // written to a wire as it is, in this project only
  public static final byte[] LAST_CHUNK = {'0', '\r', '\n', '\r', '\n'};

  private RequestWriter() {}

  /**
   * Adds the request line.
   *
   * @param to where to
   * @param method a token
   * @param target in the form the route asks for
   * @throws IllegalArgumentException if one of them is not what {@link Syntax} allows
   */
  public static void requestLine(Octets to, String method, String target) {
    if (!Syntax.isToken(method))
      throw new IllegalArgumentException("Not a method: " + quoted(method));
    if (!Syntax.isTarget(target)) throw new IllegalArgumentException("Not a request target");
    to.ascii(method);
    to.octet(' ');
    to.ascii(target);
    to.ascii(" HTTP/1.1\r\n");
  }

  /**
   * Adds a field line.
   *
   * @param to where to
   * @param name a token
   * @param value sent in ISO-8859-1
   * @throws IllegalArgumentException if one of them is not what {@link Syntax} allows; the message
   *     does not tell the value, as it may be a secret
   */
  public static void field(Octets to, String name, String value) {
    if (!Syntax.isToken(name))
      throw new IllegalArgumentException("Not a field name: " + quoted(name));
    if (!Syntax.isFieldValue(value))
      throw new IllegalArgumentException("A character that cannot be sent in the value of " + name);
    to.ascii(name);
    to.octet(':');
    to.octet(' ');
    to.latin1(value);
    to.crlf();
  }

  /**
   * Adds the empty line that ends a head.
   *
   * @param to where to
   */
  public static void endHead(Octets to) {
    to.crlf();
  }

  /**
   * Adds the line before a chunk's data; after the data a {@link Octets#crlf() line end} has to
   * follow.
   *
   * @param to where to
   * @param size at least 1, as a chunk of size 0 would end the body
   */
  public static void chunkHead(Octets to, long size) {
    if (size < 1) throw new IllegalArgumentException("A chunk has at least one octet: " + size);
    to.hex(size);
    to.crlf();
  }

  private static String quoted(String text) {
    byte[] octets = new byte[text.length()];
    for (int i = 0; i < octets.length; i++) octets[i] = (byte) Math.min(text.charAt(i), 0xff);
    return MalformedMessageException.excerpt(octets, 0, octets.length);
  }
}
