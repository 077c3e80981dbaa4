package dev.redial;

import java.net.http.HttpConnectTimeoutException;
import java.util.Objects;

/**
 * The connection, TLS included, was not open in time.
 *
 * <p>Nothing was sent on it, so the server cannot have acted, unless an earlier request of the same
 * call was answered.
 */
public final class ConnectTimeoutException extends HttpConnectTimeoutException
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
  public ConnectTimeoutException(String message, ExchangeEvidence evidence) {
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
  public ConnectTimeoutException(String message, ExchangeEvidence evidence, Throwable cause) {
    this(message, evidence);
    initCause(cause);
  }

  @Override
  public ExchangeEvidence evidence() {
    return evidence;
  }

  @Override
  public String code() {
    return "ETIMEDOUT";
  }
}
