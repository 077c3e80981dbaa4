package dev.redial;

import java.io.IOException;
import java.util.Objects;

/**
 * The connection ended inside the response body (RFC 9112, section 8).
 *
 * <p>What was received had been handed to the body subscriber before this failure.
 */
public final class TruncatedBodyException extends IOException implements ExchangeFailure {
  private static final long serialVersionUID = 1L;

  /** What was observed. */
  private final ExchangeEvidence evidence;

  /**
   * Creates the failure.
   *
   * @param message what happened
   * @param evidence what was observed
   */
  public TruncatedBodyException(String message, ExchangeEvidence evidence) {
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
  public TruncatedBodyException(String message, ExchangeEvidence evidence, Throwable cause) {
    this(message, evidence);
    initCause(cause);
  }

  @Override
  public ExchangeEvidence evidence() {
    return evidence;
  }

  @Override
  public String code() {
    return "ECONNRESET";
  }
}
