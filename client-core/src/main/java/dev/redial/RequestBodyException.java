package dev.redial;

import java.io.IOException;
import java.util.Objects;

/**
 * The body publisher of the request failed, or published a length other than the one it announced.
 *
 * <p>It is the caller's own failure, found in the cause if the publisher threw; it is never
 * retried.
 */
public final class RequestBodyException extends IOException implements ExchangeFailure {
  private static final long serialVersionUID = 1L;

  /** What was observed. */
  private final ExchangeEvidence evidence;

  /**
   * Creates the failure.
   *
   * @param message what happened
   * @param evidence what was observed
   */
  public RequestBodyException(String message, ExchangeEvidence evidence) {
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
  public RequestBodyException(String message, ExchangeEvidence evidence, Throwable cause) {
    this(message, evidence);
    initCause(cause);
  }

  @Override
  public ExchangeEvidence evidence() {
    return evidence;
  }

  @Override
  public String code() {
    return "EBODY";
  }
}
