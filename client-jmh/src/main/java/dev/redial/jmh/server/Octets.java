package dev.redial.jmh.server;

import java.io.IOException;
import java.nio.ByteBuffer;

/** The octets of a connection that does not block. */
interface Octets {

  /** Reads what is there; 0 if nothing is yet, -1 at the end. */
  int read(ByteBuffer into) throws IOException;

  /** Writes on; whether everything of it has gone out. */
  boolean write(ByteBuffer from) throws IOException;
}
