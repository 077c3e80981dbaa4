package dev.redial.internal.policy;

import dev.redial.ClientClosedException;
import dev.redial.ConnectFailedException;
import dev.redial.ConnectTimeoutException;
import dev.redial.ExchangeEvidence;
import dev.redial.ExchangeFailure;
import dev.redial.ExchangeStage;
import dev.redial.HangUpException;
import dev.redial.MalformedResponseException;
import dev.redial.PoolTimeoutException;
import dev.redial.RequestBodyException;
import dev.redial.ResponseBodyException;
import dev.redial.ResponseTimeoutException;
import dev.redial.Retries;
import dev.redial.ServerActed;
import dev.redial.TlsFailureException;
import dev.redial.TlsHandshakeException;
import dev.redial.TruncatedBodyException;
import dev.redial.UnresolvedHostException;
import dev.redial.internal.policy.Decision.Keep;
import dev.redial.internal.policy.Decision.SendAgainLater;
import dev.redial.internal.policy.Decision.SendAgainNow;
import java.time.Duration;

/**
 * Whether a request is sent again.
 *
 * <p>Only where it is proven that the server did not act, or where acting twice does no harm (RFC
 * 9110, section 9.2.2). Whether there is budget and time for it is decided afterwards.
 */
public final class RetryRule {
  private static final SendAgainNow NOW = new SendAgainNow();
  private static final SendAgainLater LATER = new SendAgainLater(false, Duration.ZERO);

  private RetryRule() {}

  /**
   * Decides.
   *
   * @param outcome how the attempt ended
   * @param request what may be done with the request
   * @param tries how often it was sent
   * @param retries what is configured
   * @return what to do
   */
  public static Decision decide(
      Outcome outcome, Repeatability request, Tries tries, Retries retries) {
    Decision wish =
        switch (outcome) {
          case Outcome.Failed failed -> afterFailure(failed.failure(), request, tries, retries);
          case Outcome.Answered answered -> afterAnswer(answered, request, tries, retries);
        };
    if (wish instanceof Keep) return wish;
    if (!request.replayable()) return Keep.NOT_REPLAYABLE;
    if (tries.made() >= retries.maxAttempts()) return Keep.NOT_CONFIGURED;
    boolean failed = outcome instanceof Outcome.Failed;
    if (failed && wish instanceof SendAgainLater && !retries.failures()) return Keep.NOT_CONFIGURED;
    return wish;
  }

  /**
   * Whether an answer says that the server has not acted on the request, whatever it was.
   *
   * @param answer of the attempt
   * @return false if it may have, as behind a gateway that gave up
   */
  public static boolean deniesAction(Outcome.Answered answer) {
    return switch (answer.status()) {
      case 408 -> !answer.requestSent(); // RFC 9110 15.5.9
      case 421, 425 -> true; // RFC 9110 15.5.20, RFC 8470 5.2
      default -> false;
    };
  }

  /**
   * Whether a proxy that refused to open a tunnel may open it soon: it could not reach the server,
   * which without a proxy would be a failed connect (RFC 9110, sections 15.6.3 to 15.6.5).
   *
   * @param status of its answer to CONNECT
   * @return false if it does not want to
   */
  public static boolean mayOpenLater(int status) {
    return status >= 502 && status <= 504;
  }

  private static Decision afterFailure(
      ExchangeFailure failure, Repeatability request, Tries tries, Retries retries) {
    return switch (failure) {
      case HangUpException hangUp -> afterHangUp(hangUp, request, tries, retries);
      case ConnectFailedException refused -> LATER; // nothing was sent; every address was tried
      case TlsHandshakeException handshake ->
          handshake.hungUp() ? LATER : Keep.FINAL; // what was refused stays so, RFC 9110 4.3.4
      case ConnectTimeoutException late -> retries.timeouts() ? LATER : Keep.NOT_CONFIGURED;
      case ResponseTimeoutException late -> afterTimeout(late.evidence(), request, retries);
      case UnresolvedHostException unknown -> Keep.FINAL; // a name that does not exist looks alike
      case PoolTimeoutException busy -> Keep.FINAL; // it has waited already
      case MalformedResponseException answer -> Keep.FINAL; // an answer of sorts
      case TruncatedBodyException answer -> Keep.FINAL; // the caller has its head, RFC 9112 8
      case TlsFailureException broken -> Keep.FINAL; // a bug or an attack
      case RequestBodyException own -> Keep.FINAL;
      case ResponseBodyException own -> Keep.FINAL;
      case ClientClosedException own -> Keep.FINAL;
    };
  }

  private static Decision afterHangUp(
      HangUpException hangUp, Repeatability request, Tries tries, Retries retries) {
    ExchangeEvidence evidence = hangUp.evidence();
    boolean race = mayBeRace(evidence) && !tries.raceMadeGood();
    if (evidence.serverActed() == ServerActed.NO)
      return race ? NOW : LATER; // any method: never applied
    if (retries.resetsAsUnread() && wasReset(hangUp))
      return race ? NOW : LATER; // any method: the user says that it was not read
    if (!request.repeatable()) return Keep.NOT_REPEATABLE; // RFC 9110 9.2.2
    if (evidence.bytesReceived() > 0 && !retries.cutHeads())
      return Keep.NOT_CONFIGURED; // it had begun to answer
    return race ? NOW : LATER; // RFC 9112 9.3.1; an incomplete head is no response, RFC 9112 8
  }

  /**
   * Reset behind a whole request and before any answer: where the server has not read it, its
   * kernel does that. Of half a request it may have read a part.
   */
  private static boolean wasReset(HangUpException hangUp) {
    return hangUp.ending() == HangUpException.Ending.RST
        && hangUp.evidence().stage() == ExchangeStage.AWAITING_RESPONSE
        && hangUp.evidence().bytesReceived() == 0;
  }

  /** The request may still be at work; sending it again is a wish of the caller's. */
  private static Decision afterTimeout(
      ExchangeEvidence evidence, Repeatability request, Retries retries) {
    if (evidence.stage() == ExchangeStage.BODY) return Keep.FINAL; // the caller has its head
    if (!retries.timeouts()) return Keep.NOT_CONFIGURED;
    if (evidence.serverActed() == ServerActed.NO || request.repeatable()) return LATER;
    return Keep.NOT_REPEATABLE;
  }

  private static Decision afterAnswer(
      Outcome.Answered answer, Repeatability request, Tries tries, Retries retries) {
    int status = answer.status();
    boolean race = answer.reused() && !tries.raceMadeGood();
    boolean wished = retries.statuses().contains(status);
    boolean harmless =
        switch (status) {
          case 408 -> request.repeatable() || !answer.requestSent(); // RFC 9110 15.5.9
          case 421 -> true; // it was not acted upon, RFC 9110 15.5.20
          default -> request.repeatable();
        };
    boolean atOnce =
        switch (status) {
          case 408 -> race; // the idle limit of the server, RFC 9110 15.5.9
          case 421 -> race; // another connection may do, RFC 9110 15.5.20
          case 425 -> !tries.raceMadeGood(); // no early data this time, RFC 8470 5.2
          default -> false;
        };
    boolean concurrent =
        status == 409
            && request.keyed()
            && tries.made() > 1; // our own earlier attempt is at work still
    if (!atOnce && !wished && !concurrent) return Keep.FINAL;
    if (!harmless) return Keep.NOT_REPEATABLE;
    if (atOnce) return NOW;
    return new SendAgainLater(status == 429, answer.retryAfter().orElse(Duration.ZERO));
  }

  /**
   * Whether the keep-alive race was lost: the server ended an idle connection just as it was used
   * again. A server that had begun to answer did not run out of patience with it, nor did one that
   * had the request for a while, and of one that went silent nobody knows why.
   *
   * @param failure what happened
   * @return whether it says anything about how long the server keeps idle connections
   */
  public static boolean lostTheRace(ExchangeFailure failure) {
    ExchangeEvidence evidence = failure.evidence();
    return failure instanceof HangUpException hangUp
        && hangUp.ending() != HangUpException.Ending.TIMED_OUT
        && mayBeRace(evidence);
  }

  private static boolean mayBeRace(ExchangeEvidence evidence) {
    return evidence.reused() && evidence.bytesReceived() == 0 && evidence.mayPrecedeRequest();
  }
}
