package dev.redial.internal.http1;

/** How the end of a response's body is found (RFC 9112 section 6.3). */
public sealed interface Framing {
  /** The only {@link Empty}. */
  Framing EMPTY = new Empty();

  /** The only {@link Chunked}. */
  Framing CHUNKED = new Chunked();

  /** The only {@link UntilClose}. */
  Framing UNTIL_CLOSE = new UntilClose();

  /** No body, whatever the fields say: the response ends with its head. */
  record Empty() implements Framing {}

  /**
   * A body of a known length.
   *
   * @param length in octets; zero or more
   */
  record Fixed(long length) implements Framing {}

  /** A body in chunks, see {@link ChunkedDecoder}. */
  record Chunked() implements Framing {}

  /** A body that ends where the server closes the connection. */
  record UntilClose() implements Framing {}
}
