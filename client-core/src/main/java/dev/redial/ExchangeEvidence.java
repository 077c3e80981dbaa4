package dev.redial;

import java.io.Serializable;
import java.time.Duration;
import java.util.Objects;

/**
 * What was observed of the exchange that failed.
 *
 * @param request method and origin, for instance {@code GET https://example.com}; never a path,
 *     query or credential
 * @param attempt the number of the attempt, counted from 1 over all requests of the call, those to
 *     targets of redirects and with credentials included
 * @param stage the step at which the exchange failed
 * @param reused whether the connection had completed an exchange before
 * @param age how long the connection had been open; zero if there was none
 * @param idle how long the connection had been idle before this exchange; zero unless {@code
 *     reused}
 * @param announced how long the server had said that it keeps the connection when idle ({@code
 *     Keep-Alive: timeout}); zero if it had not said
 * @param elapsed how long before the failure the first octet of the request was about to be sent;
 *     zero if none was
 * @param bytesSent octets of this request that were handed to the operating system, before
 *     encryption
 * @param bytesReceived octets of this response that were received, after decryption
 * @param serverActed whether the server may have acted on the request; in what a call throws, also
 *     on its requests before this one, if one of them was answered with a redirection or repeated
 */
public record ExchangeEvidence(
    String request,
    int attempt,
    ExchangeStage stage,
    boolean reused,
    Duration age,
    Duration idle,
    Duration announced,
    Duration elapsed,
    long bytesSent,
    long bytesReceived,
    ServerActed serverActed)
    implements Serializable {
  /** Longer than any round trip, and shorter than servers take to lose patience with a request. */
  private static final Duration LONGEST_WAY = Duration.ofSeconds(1);

  /** Checks that nothing is null and no count negative. */
  public ExchangeEvidence {
    Objects.requireNonNull(request, "request");
    Objects.requireNonNull(stage, "stage");
    Objects.requireNonNull(age, "age");
    Objects.requireNonNull(idle, "idle");
    Objects.requireNonNull(announced, "announced");
    Objects.requireNonNull(elapsed, "elapsed");
    Objects.requireNonNull(serverActed, "serverActed");
    if (attempt < 1) throw new IllegalArgumentException("attempt must be at least 1: " + attempt);
    if (bytesSent < 0)
      throw new IllegalArgumentException("bytesSent must not be negative: " + bytesSent);
    if (bytesReceived < 0)
      throw new IllegalArgumentException("bytesReceived must not be negative: " + bytesReceived);
  }

  /**
   * Evidence where the server has announced nothing, and no time has passed.
   *
   * @param request method and origin
   * @param attempt the number of the attempt
   * @param stage the step at which the exchange failed
   * @param reused whether the connection had completed an exchange before
   * @param age how long the connection had been open
   * @param idle how long the connection had been idle
   * @param bytesSent octets of this request
   * @param bytesReceived octets of this response
   * @param serverActed whether the server may have acted on the request
   */
  public ExchangeEvidence(
      String request,
      int attempt,
      ExchangeStage stage,
      boolean reused,
      Duration age,
      Duration idle,
      long bytesSent,
      long bytesReceived,
      ServerActed serverActed) {
    this(
        request,
        attempt,
        stage,
        reused,
        age,
        idle,
        Duration.ZERO,
        Duration.ZERO,
        bytesSent,
        bytesReceived,
        serverActed);
  }

  /**
   * Evidence of a first attempt that failed before it had a connection.
   *
   * @param request method and origin
   * @param stage the step at which it failed
   * @return the evidence; the server cannot have acted
   */
  public static ExchangeEvidence withoutConnection(String request, ExchangeStage stage) {
    return new ExchangeEvidence(
        request, 1, stage, false, Duration.ZERO, Duration.ZERO, 0, 0, ServerActed.NO);
  }

  /**
   * The same, with another answer to whether the server may have acted.
   *
   * @param acted whether the server may have acted on the request, or on others of the same call
   * @return a copy
   */
  public ExchangeEvidence withServerActed(ServerActed acted) {
    return new ExchangeEvidence(
        request,
        attempt,
        stage,
        reused,
        age,
        idle,
        announced,
        elapsed,
        bytesSent,
        bytesReceived,
        acted);
  }

  /**
   * Whether the server may have done, before it got the request, what ended the exchange: that
   * shows within a round trip. After more than a second it was at work on the request.
   *
   * @return whether no more than a second had passed
   */
  public boolean mayPrecedeRequest() {
    return elapsed.compareTo(LONGEST_WAY) <= 0;
  }

  /** One line that reads alone in a log. */
  @Override
  public String toString() {
    StringBuilder text =
        new StringBuilder(160).append(request).append(", attempt ").append(attempt).append(", ");
    switch (stage) {
      case WAITING_FOR_CONNECTION, RESOLVING, CONNECTING, TLS_HANDSHAKE ->
          text.append("no request sent");
      case SENDING, AWAITING_RESPONSE, STATUS_LINE, HEADER, BODY ->
          text.append(
                  reused
                      ? "reused connection, idle " + seconds(idle) + ", open "
                      : "fresh connection, open ")
              .append(seconds(age))
              .append(", elapsed ")
              .append(seconds(elapsed))
              .append(", ")
              .append(bytesSent)
              .append(" bytes sent, ")
              .append(bytesReceived)
              .append(" received");
    }
    return text.append(", server acted: ").append(serverActed).toString();
  }

  /** By hand: a formatter loads hundreds of classes in the middle of the first failure. */
  static String seconds(Duration time) {
    long millis = time.toMillis();
    String thousandths = Long.toString(1000 + millis % 1000).substring(1);
    return millis / 1000 + "." + thousandths + " s";
  }
}
