package dev.redial.internal.body;

import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;

/** What a caller's handler makes of every body, as far as that is known without asking it. */
public enum WantedBody {
  /** All of it in one array. */
  BYTES,
  /** What its subscriber makes of it. */
  BY_SUBSCRIBER;

  /**
   * The JDK hands out the same object each time, as this handler holds nothing. Where it does not,
   * the handler is asked for its subscriber like any other.
   */
  private static final BodyHandler<byte[]> OF_BYTES = BodyHandlers.ofByteArray();

  /**
   * What is known of a handler.
   *
   * @param handler the caller's
   * @return {@link #BYTES} only for a handler of byte arrays
   */
  @SuppressWarnings("ReferenceEquality") // a foreign handler's equals() proves nothing
  public static WantedBody by(BodyHandler<?> handler) {
    return handler == OF_BYTES ? BYTES : BY_SUBSCRIBER;
  }
}
