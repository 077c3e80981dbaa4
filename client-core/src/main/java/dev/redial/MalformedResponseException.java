package dev.redial;

import java.net.ProtocolException;
import java.util.Objects;

/**
 * The server sent octets that are not a valid response (RFC 9112), or a response over a limit.
 *
 * <p>The message names what was wrong or which limit was exceeded. The connection is closed.
 */
public final class MalformedResponseException extends ProtocolException implements ExchangeFailure {
  private static final long serialVersionUID = 1L;

  /** What was observed. */
  private final ExchangeEvidence evidence;

  /**
   * Creates the failure.
   *
   * @param message what happened
   * @param evidence what was observed
   */
  public MalformedResponseException(String message, ExchangeEvidence evidence) {
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
  public MalformedResponseException(String message, ExchangeEvidence evidence, Throwable cause) {
    this(message, evidence);
    initCause(cause);
  }

  @Override
  public ExchangeEvidence evidence() {
    return evidence;
  }

  @Override
  public String code() {
    return "EPROTO";
  }
}
