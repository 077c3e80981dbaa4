package dev.redial;

import java.time.Duration;
import java.util.Objects;

/**
 * How long a server keeps an idle connection, as far as the client knows.
 *
 * <p>What is {@link Source#ANNOUNCED} or {@link Source#PRESET} is shortened by what is learned at
 * once; what is announced is lengthened, too, once that is {@link Source#CONFIRMED}. Requests that
 * must not be sent twice keep clear of it by a margin (a tenth, but 100 ms at least; from 10 s on 1
 * s or a twentieth).
 *
 * @param value the idle time up to which the server is known to keep a connection
 * @param source how it is known
 */
public record IdleLimit(Duration value, Source source) {

  /** How a limit is known. */
  public enum Source {
    /** Learned from few closes; holds for 5 minutes. */
    PROVISIONAL,
    /** Learned from three closes that agree or more; holds for an hour. */
    CONFIRMED,
    /** The server said it: {@code Keep-Alive: timeout}. */
    ANNOUNCED,
    /** Given by {@link KeepAlive#withKnownLimit}. */
    PRESET
  }

  /** A limit. */
  public IdleLimit {
    Objects.requireNonNull(value, "value");
    Objects.requireNonNull(source, "source");
  }
}
