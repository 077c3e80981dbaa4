package dev.redial;

import java.io.IOException;
import java.util.Objects;

/**
 * The server hung up before it had delivered a complete response head.
 *
 * <p>This is what other clients report as {@code Connection reset}, {@code socket hang up} or
 * {@code header parser received no bytes}. Where it was safe the request has already been sent
 * again on a fresh connection; this exception says that it was not safe, or that the second attempt
 * failed too. Ask {@link #serverActed()} before sending it again.
 */
public final class HangUpException extends IOException implements ExchangeFailure {
  private static final long serialVersionUID = 1L;

  /** How the connection ended. */
  public enum Ending {
    /** The server closed its side in an orderly way, or ended TLS. */
    FIN,
    /**
     * The connection was reset: the server closed with unread octets, crashed, or a middle box lost
     * the connection.
     */
    RST,
    /**
     * The connection was lost: TCP gave up, as its retransmissions or keep-alive probes went
     * unanswered. The server, or the way to it, is gone, or a middle box has forgotten the
     * connection without telling anybody.
     */
    TIMED_OUT
  }

  /** How the connection ended. */
  private final Ending ending;

  /** What was observed. */
  private final ExchangeEvidence evidence;

  /**
   * Creates the failure.
   *
   * @param message what happened
   * @param ending how the connection ended
   * @param evidence what was observed
   */
  public HangUpException(String message, Ending ending, ExchangeEvidence evidence) {
    super(message);
    this.ending = Objects.requireNonNull(ending, "ending");
    this.evidence = Objects.requireNonNull(evidence, "evidence");
  }

  /**
   * Creates the failure with its cause.
   *
   * @param message what happened
   * @param ending how the connection ended
   * @param evidence what was observed
   * @param cause the lower failure
   */
  public HangUpException(
      String message, Ending ending, ExchangeEvidence evidence, Throwable cause) {
    this(message, ending, evidence);
    initCause(cause);
  }

  /**
   * How the connection ended.
   *
   * @return orderly, by a reset, or without a word
   */
  public Ending ending() {
    return ending;
  }

  @Override
  public ExchangeEvidence evidence() {
    return evidence;
  }

  /** {@code ETIMEDOUT} if TCP gave up, else {@code ECONNRESET}. */
  @Override
  public String code() {
    return ending == Ending.TIMED_OUT ? "ETIMEDOUT" : "ECONNRESET";
  }
}
