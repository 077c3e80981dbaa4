package dev.redial;

import java.util.Objects;
import javax.net.ssl.SSLHandshakeException;

/**
 * TLS could not be negotiated: an untrusted certificate, a wrong host name, an alert, or a peer
 * that hung up.
 *
 * <p>No request was sent, so the server cannot have acted. Never repeated when the certificate is
 * at fault.
 */
public final class TlsHandshakeException extends SSLHandshakeException implements ExchangeFailure {
  private static final long serialVersionUID = 1L;

  /** What was observed. */
  private final ExchangeEvidence evidence;

  /**
   * Creates the failure.
   *
   * @param message what happened
   * @param evidence what was observed
   */
  public TlsHandshakeException(String message, ExchangeEvidence evidence) {
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
  public TlsHandshakeException(String message, ExchangeEvidence evidence, Throwable cause) {
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
