package dev.redial.internal.policy;

import dev.redial.ExchangeFailure;
import java.time.Duration;
import java.util.Optional;

/** How one attempt ended, as far as sending the request again is concerned. */
public sealed interface Outcome {

  /**
   * It failed.
   *
   * @param failure with its evidence
   */
  record Failed(ExchangeFailure failure) implements Outcome {}

  /**
   * It was answered.
   *
   * @param status of the answer
   * @param reused whether the connection had been used before
   * @param requestSent whether all of the request was sent
   * @param retryAfter what the server asks for (RFC 9110, section 10.2.3)
   */
  record Answered(int status, boolean reused, boolean requestSent, Optional<Duration> retryAfter)
      implements Outcome {}
}
