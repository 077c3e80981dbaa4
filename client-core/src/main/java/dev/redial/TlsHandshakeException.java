package dev.redial;

import java.util.Objects;
import javax.net.ssl.SSLHandshakeException;

/**
 * TLS could not be negotiated: an untrusted certificate, a wrong host name, an alert, or a peer
 * that hung up.
 *
 * <p>No request was sent on it, so the server cannot have acted, unless an earlier request of the
 * same call was answered. Never repeated when the certificate is at fault.
 */
public final class TlsHandshakeException extends SSLHandshakeException implements ExchangeFailure {
  private static final long serialVersionUID = 1L;

  /** What was observed. */
  private final ExchangeEvidence evidence;

  /** Whether the peer went away. */
  private final boolean hungUp;

  /**
   * Creates the failure.
   *
   * @param message what happened
   * @param evidence what was observed
   */
  public TlsHandshakeException(String message, ExchangeEvidence evidence) {
    this(message, evidence, false);
  }

  private TlsHandshakeException(String message, ExchangeEvidence evidence, boolean hungUp) {
    super(message);
    this.evidence = Objects.requireNonNull(evidence, "evidence");
    this.hungUp = hungUp;
  }

  /**
   * Creates the failure with its cause.
   *
   * @param message what happened
   * @param evidence what was observed
   * @param cause the lower failure
   */
  public TlsHandshakeException(String message, ExchangeEvidence evidence, Throwable cause) {
    this(message, evidence, false, cause);
  }

  /**
   * Creates the failure with its cause.
   *
   * @param message what happened
   * @param evidence what was observed
   * @param hungUp whether the peer went away instead of refusing
   * @param cause the lower failure
   */
  public TlsHandshakeException(
      String message, ExchangeEvidence evidence, boolean hungUp, Throwable cause) {
    this(message, evidence, hungUp);
    initCause(cause);
  }

  /**
   * Whether the peer closed or reset the connection in the middle of the handshake, which may go
   * better the next time; a refusal would not.
   *
   * @return false for certificates, host names, versions, ciphers and alerts
   */
  public boolean hungUp() {
    return hungUp;
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
