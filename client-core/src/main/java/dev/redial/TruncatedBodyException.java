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

  /** How the connection ended. */
  private final HangUpException.Ending ending;

  /** What was observed. */
  private final ExchangeEvidence evidence;

  /**
   * Creates the failure of a connection that was reset.
   *
   * @param message what happened
   * @param evidence what was observed
   */
  public TruncatedBodyException(String message, ExchangeEvidence evidence) {
    this(message, HangUpException.Ending.RST, evidence);
  }

  /**
   * Creates the failure.
   *
   * @param message what happened
   * @param ending how the connection ended
   * @param evidence what was observed
   */
  public TruncatedBodyException(
      String message, HangUpException.Ending ending, ExchangeEvidence evidence) {
    super(message);
    this.ending = Objects.requireNonNull(ending, "ending");
    this.evidence = Objects.requireNonNull(evidence, "evidence");
  }

  /**
   * Creates the failure of a connection that was reset, with its cause.
   *
   * @param message what happened
   * @param evidence what was observed
   * @param cause the lower failure
   */
  public TruncatedBodyException(String message, ExchangeEvidence evidence, Throwable cause) {
    this(message, evidence);
    initCause(cause);
  }

  /**
   * Creates the failure with its cause.
   *
   * @param message what happened
   * @param ending how the connection ended
   * @param evidence what was observed
   * @param cause the lower failure
   */
  public TruncatedBodyException(
      String message, HangUpException.Ending ending, ExchangeEvidence evidence, Throwable cause) {
    this(message, ending, evidence);
    initCause(cause);
  }

  /**
   * How the connection ended.
   *
   * @return orderly, by a reset, or without a word
   */
  public HangUpException.Ending ending() {
    return ending;
  }

  @Override
  public ExchangeEvidence evidence() {
    return evidence;
  }

  /** {@code ETIMEDOUT} if TCP gave up, else {@code ECONNRESET}. */
  @Override
  public String code() {
    return ending == HangUpException.Ending.TIMED_OUT ? "ETIMEDOUT" : "ECONNRESET";
  }
}
