package dev.redial.internal.connection;

import java.io.EOFException;

/** The orderly end of the wire where octets were due. */
final class EndOfStream extends EOFException {
  private static final long serialVersionUID = 1L;

  EndOfStream() {
    super("end of stream");
  }
}
