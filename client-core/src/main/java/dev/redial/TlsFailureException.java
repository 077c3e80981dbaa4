package dev.redial;

import java.util.Objects;
import javax.net.ssl.SSLException;

/**
 * TLS broke after the handshake: an alert or a record that fails its check.
 *
 * <p>Bytes after such a failure are not to be trusted, so the connection is closed.
 */
public final class TlsFailureException extends SSLException implements ExchangeFailure {
  private static final long serialVersionUID = 1L;

  /** What was observed. */
  private final ExchangeEvidence evidence;

  /**
   * Creates the failure.
   *
   * @param message what happened
   * @param evidence what was observed
   */
  public TlsFailureException(String message, ExchangeEvidence evidence) {
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
  public TlsFailureException(String message, ExchangeEvidence evidence, Throwable cause) {
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
