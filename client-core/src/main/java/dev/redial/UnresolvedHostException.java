package dev.redial;

import java.net.ConnectException;
import java.util.Objects;

/**
 * The host has no address.
 *
 * <p>It is a {@code ConnectException}, as callers of java.net.http expect; the {@link
 * java.net.UnknownHostException} is the cause.
 */
public final class UnresolvedHostException extends ConnectException implements ExchangeFailure {
  private static final long serialVersionUID = 1L;

  /** What was observed. */
  private final ExchangeEvidence evidence;

  /**
   * Creates the failure.
   *
   * @param message what happened
   * @param evidence what was observed
   */
  public UnresolvedHostException(String message, ExchangeEvidence evidence) {
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
  public UnresolvedHostException(String message, ExchangeEvidence evidence, Throwable cause) {
    this(message, evidence);
    initCause(cause);
  }

  @Override
  public ExchangeEvidence evidence() {
    return evidence;
  }

  @Override
  public String code() {
    return "ENOTFOUND";
  }
}
