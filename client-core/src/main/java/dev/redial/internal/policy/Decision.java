package dev.redial.internal.policy;

import java.time.Duration;

/** What follows from a failure or an answer, as far as sending the request again is concerned. */
public sealed interface Decision {

  /** At once, on a fresh connection: the keep-alive race is made good. */
  record SendAgainNow() implements Decision {}

  /**
   * After a back-off.
   *
   * @param throttled whether the longer one
   * @param atLeast what the server asked for; zero if nothing
   */
  record SendAgainLater(boolean throttled, Duration atLeast) implements Decision {}

  /** Not at all: what happened is the caller's. */
  enum Keep implements Decision {
    /** Nothing that another try would mend. */
    FINAL,
    /** The server may have acted, and acting twice may do harm. */
    NOT_REPEATABLE,
    /** The body cannot be published again. */
    NOT_REPLAYABLE,
    /** The retries that are configured leave it out, or are used up. */
    NOT_CONFIGURED
  }
}
