package dev.redial.internal.body;

import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;

/** What a caller's handler makes of every body, as far as that is known without asking it. */
public enum WantedBody {
  /** All of it in one array. */
  BYTES,
  /** A stream, to be read later. */
  STREAM,
  /** What its subscriber makes of it. */
  BY_SUBSCRIBER;

  /**
   * The JDK hands out the same object each time, as these handlers hold nothing. Where it does not,
   * the handler is asked for its subscriber like any other.
   */
  private static final BodyHandler<?> OF_BYTES = BodyHandlers.ofByteArray();

  private static final BodyHandler<?> OF_STREAM = BodyHandlers.ofInputStream();

  /**
   * What is known of a handler.
   *
   * @param handler the caller's
   * @return {@link #BYTES} only for a handler of byte arrays, {@link #STREAM} only for one of
   *     {@link java.io.InputStream}s
   */
  @SuppressWarnings("ReferenceEquality") // a foreign handler's equals() proves nothing
  public static WantedBody by(BodyHandler<?> handler) {
    if (handler == OF_BYTES) return BYTES;
    return handler == OF_STREAM ? STREAM : BY_SUBSCRIBER;
  }
}
