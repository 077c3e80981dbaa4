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
   * Whether something of the body has already arrived, so that {@link #next} will not wait for the
   * server.
   *
   * @return true also at the end of the body
   */
  boolean arrived();

  /**
   * Has something run as soon as the connection is closed from this side, by a deadline or with the
   * client; at once if it is closed already.
   *
   * @param wakeUp run on any thread; must not block
   */
  void onClose(Runnable wakeUp);

  /**
   * Fails as {@link #next} would if the connection was closed from this side.
   *
   * @throws IOException a typed failure
   * @throws InterruptedException if the thread was interrupted
   */
  void checkOpen() throws IOException, InterruptedException;

  /**
   * Gives the rest of the body up and closes the connection at once; from any thread, at any time,
   * harmless after the end.
   */
  void abort();
}
