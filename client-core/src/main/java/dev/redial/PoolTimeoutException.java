package dev.redial;

import java.net.http.HttpTimeoutException;
import java.util.Objects;

/**
 * No connection became free in time: the pool stood at its limit.
 *
 * <p>Nothing was sent. The message carries how many connections there are, how many are lent and
 * idle, and how many callers wait.
 */
public final class PoolTimeoutException extends HttpTimeoutException implements ExchangeFailure {
  private static final long serialVersionUID = 1L;

  /** What was observed. */
  private final ExchangeEvidence evidence;

  /**
   * Creates the failure.
   *
   * @param message what happened
   * @param evidence what was observed
   */
  public PoolTimeoutException(String message, ExchangeEvidence evidence) {
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
  public PoolTimeoutException(String message, ExchangeEvidence evidence, Throwable cause) {
    this(message, evidence);
    initCause(cause);
  }

  @Override
  public ExchangeEvidence evidence() {
    return evidence;
  }

  @Override
  public String code() {
    return "EAGAIN";
  }
}
