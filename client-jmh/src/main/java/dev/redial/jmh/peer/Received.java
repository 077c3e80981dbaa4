package dev.redial.jmh.peer;

import java.io.IOException;
import java.io.InputStream;

/** What all peers do with an answer. */
final class Received {
  private static final int BUFFER = 16 * 1024;

  private Received() {}

  static void checkStatus(int status) throws IOException {
    if (status != 200) throw new IOException("unexpected status: " + status);
  }

  /** Reads a body to its end and forgets it. */
  static long drain(InputStream body) throws IOException {
    byte[] buffer = new byte[BUFFER];
    long length = 0;
    for (int count = body.read(buffer); count >= 0; count = body.read(buffer)) length += count;
    return length;
  }
}
