package dev.redial;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * How long single phases of a call may take, beside the limit of the whole call ({@link
 * java.net.http.HttpRequest#timeout()}). Whichever ends first counts.
 *
 * <p>Immutable. Start at {@link #none()} and set what is to be limited:
 *
 * <pre>{@code TimeLimits.none().withResponseHead(Duration.ofSeconds(10))}</pre>
 *
 * <p>The time to connect is limited by {@link java.net.http.HttpClient.Builder#connectTimeout}, TLS
 * included; the wait for a connection by {@link PoolLimits#acquireTimeout()}.
 *
 * @param tlsHandshake the TLS handshake of one connection; expires with a {@link
 *     ConnectTimeoutException}. Default: no limit of its own
 * @param responseHead from the moment when the whole request was handed to the operating system to
 *     the end of the head of the final response, interim responses (1xx) included; expires with a
 *     {@link ResponseTimeoutException}. Default: no limit of its own
 * @param bodyRead the wait for more of the response body, each time anew; the time that the caller
 *     takes to ask for more does not count. Expires with a {@link ResponseTimeoutException}.
 *     Default: no limit of its own
 */
public record TimeLimits(
    Optional<Duration> tlsHandshake, Optional<Duration> responseHead, Optional<Duration> bodyRead) {

  private static final TimeLimits NONE =
      new TimeLimits(Optional.empty(), Optional.empty(), Optional.empty());

  /** Checks every value; a bad one is named in the message. */
  public TimeLimits {
    requirePositive(tlsHandshake, "tlsHandshake");
    requirePositive(responseHead, "responseHead");
    requirePositive(bodyRead, "bodyRead");
  }

  /**
   * The defaults.
   *
   * @return no phase has a limit of its own
   */
  public static TimeLimits none() {
    return NONE;
  }

  /**
   * A copy with a limit of the TLS handshake.
   *
   * @param limit more than zero
   * @return the copy
   */
  public TimeLimits withTlsHandshake(Duration limit) {
    return new TimeLimits(present(limit, "tlsHandshake"), responseHead, bodyRead);
  }

  /**
   * A copy with a limit of the wait for the response head.
   *
   * @param limit more than zero
   * @return the copy
   */
  public TimeLimits withResponseHead(Duration limit) {
    return new TimeLimits(tlsHandshake, present(limit, "responseHead"), bodyRead);
  }

  /**
   * A copy with a limit of the wait for more of the response body.
   *
   * @param limit more than zero
   * @return the copy
   */
  public TimeLimits withBodyRead(Duration limit) {
    return new TimeLimits(tlsHandshake, responseHead, present(limit, "bodyRead"));
  }

  private static Optional<Duration> present(Duration limit, String name) {
    return Optional.of(Objects.requireNonNull(limit, name));
  }

  private static void requirePositive(Optional<Duration> limit, String name) {
    Objects.requireNonNull(limit, name);
    if (limit.isPresent() && (limit.get().isNegative() || limit.get().isZero()))
      throw new IllegalArgumentException(name + " must be more than zero: " + limit.get());
  }
}
