package dev.redial.internal.connection;

import java.io.IOException;

/** The orderly end of the wire where octets were due. */
final class EndOfStream extends IOException {
  private static final long serialVersionUID = 1L;

  EndOfStream() {
    super("end of stream");
  }
}
