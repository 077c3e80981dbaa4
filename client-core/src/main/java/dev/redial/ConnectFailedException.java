package dev.redial;

import java.net.ConnectException;
import java.util.Objects;

/**
 * The connection could not be opened: refused, unreachable, no descriptor left, no tunnel, ...
 *
 * <p>Nothing was sent on it, so the server cannot have acted, unless an earlier request of the same
 * call was answered.
 *
 * <p>Where the host has several addresses, the message names each of them and why it could not be
 * connected to, and the failure of each one is suppressed in this one.
 */
public final class ConnectFailedException extends ConnectException implements ExchangeFailure {
  private static final long serialVersionUID = 1L;

  private static final String REFUSED = "ECONNREFUSED";

  /** What was observed. */
  private final ExchangeEvidence evidence;

  /** The name of the cause. */
  private final String code;

  /**
   * Creates the failure.
   *
   * @param message what happened
   * @param evidence what was observed
   */
  public ConnectFailedException(String message, ExchangeEvidence evidence) {
    this(message, evidence, REFUSED);
  }

  /**
   * Creates the failure with the name of its cause.
   *
   * @param message what happened
   * @param evidence what was observed
   * @param code see {@link #code()}
   */
  public ConnectFailedException(String message, ExchangeEvidence evidence, String code) {
    super(message);
    this.evidence = Objects.requireNonNull(evidence, "evidence");
    this.code = Objects.requireNonNull(code, "code");
  }

  /**
   * Creates the failure with its cause.
   *
   * @param message what happened
   * @param evidence what was observed
   * @param cause the lower failure
   */
  public ConnectFailedException(String message, ExchangeEvidence evidence, Throwable cause) {
    this(message, evidence, REFUSED, cause);
  }

  /**
   * Creates the failure with its cause and the name of that.
   *
   * @param message what happened
   * @param evidence what was observed
   * @param code see {@link #code()}
   * @param cause the lower failure
   */
  public ConnectFailedException(
      String message, ExchangeEvidence evidence, String code, Throwable cause) {
    this(message, evidence, code);
    initCause(cause);
  }

  @Override
  public ExchangeEvidence evidence() {
    return evidence;
  }

  /**
   * The name of the cause: {@code ECONNREFUSED}, {@code EHOSTUNREACH}, {@code ENETUNREACH}, {@code
   * EADDRNOTAVAIL} (no such local address, or no local port left), {@code EMFILE} (no descriptor
   * left), {@code ECONNRESET} (a proxy hung up instead of opening a tunnel), and so on; {@code EIO}
   * if it has none (a proxy refused to open a tunnel). Of several addresses it is that of the
   * first.
   */
  @Override
  public String code() {
    return code;
  }
}
