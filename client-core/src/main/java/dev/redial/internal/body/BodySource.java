package dev.redial.internal.body;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The octets of one response body, read by one thread at a time. */
public interface BodySource {
  /**
   * Reads on, blocking until there is something.
   *
   * @return a buffer that nobody else uses, or null at the end of the body, when the connection has
   *     already been handed on
   * @throws IOException a typed failure; the connection is closed
   * @throws InterruptedException if the thread was interrupted; the connection is closed
   */
  @Nullable ByteBuffer next() throws IOException, InterruptedException;

  /**
   * Whether the rest of the body has already arrived, so that reading it will not block.
   *
   * @return true also if there is none
   */
  boolean arrived();

  /**
   * Gives the rest of the body up and closes the connection at once; from any thread, at any time,
   * harmless after the end.
   */
  void abort();
}
