package dev.redial;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * That a request is sent again, or is not although it could be.
 *
 * @param request method and origin, for instance {@code GET https://example.com}
 * @param nextAttempt the number of the attempt that follows, at least 2; counted as {@link
 *     Retries#maxAttempts()} counts, while {@link ExchangeEvidence#attempt()} goes on counting over
 *     redirects and challenges
 * @param delay how long the call waits before it; zero where the keep-alive race is made good
 * @param failure why, where the attempt before it failed
 * @param status why, where the attempt before it was answered
 */
public record Resend(
    String request,
    int nextAttempt,
    Duration delay,
    Optional<ExchangeFailure> failure,
    OptionalInt status) {

  /** Checks that there is one cause. */
  public Resend {
    Objects.requireNonNull(request, "request");
    Objects.requireNonNull(delay, "delay");
    if (nextAttempt < 2)
      throw new IllegalArgumentException("nextAttempt must be at least 2: " + nextAttempt);
    if (failure.isPresent() == status.isPresent())
      throw new IllegalArgumentException(
          "either a failure or a status: " + failure + ", " + status);
  }

  /** One line that reads alone in a log. */
  @Override
  public String toString() {
    return request
        + ", attempt "
        + nextAttempt
        + " in "
        + delay.toMillis()
        + " ms, after "
        + (failure.isPresent() ? failure.get().code() : Integer.toString(status.orElseThrow()));
  }
}
