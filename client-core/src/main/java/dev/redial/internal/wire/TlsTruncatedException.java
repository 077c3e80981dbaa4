package dev.redial.internal.wire;

import java.io.EOFException;

/**
 * A TLS stream ended by a FIN without close_notify: everything read so far is genuine, but there
 * may have been more.
 *
 * <p>Harmless after a message of known length, fatal for one that ends with the connection (RFC
 * 9112, section 9.8).
 */
public final class TlsTruncatedException extends EOFException {
  private static final long serialVersionUID = 1L;

  TlsTruncatedException() {
    super("the peer closed the connection without ending TLS");
  }
}
