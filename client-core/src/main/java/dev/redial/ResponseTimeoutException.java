package dev.redial;

import java.net.http.HttpTimeoutException;
import java.util.Objects;

/**
 * The response was not complete in time.
 *
 * <p>The connection is closed at once, so that the server can see it. A time-out never is a
 * hang-up: the server said nothing.
 */
public final class ResponseTimeoutException extends HttpTimeoutException
    implements ExchangeFailure {
  private static final long serialVersionUID = 1L;

  /** What was observed. */
  private final ExchangeEvidence evidence;

  /**
   * Creates the failure.
   *
   * @param message what happened
   * @param evidence what was observed
   */
  public ResponseTimeoutException(String message, ExchangeEvidence evidence) {
    super(message);
    this.evidence = Objects.requireNonNull(evidence, "evidence");
  }

  /**
   * Creates the failure with its cause.
   *
   * @param message what happened
   * @param evidence what was observed
   * @param cause the lower failure
   */
  public ResponseTimeoutException(String message, ExchangeEvidence evidence, Throwable cause) {
    this(message, evidence);
    initCause(cause);
  }

  @Override
  public ExchangeEvidence evidence() {
    return evidence;
  }

  @Override
  public String code() {
    return "ESOCKETTIMEDOUT";
  }
}
