package dev.redial.internal.policy;

import dev.redial.ExchangeEvidence;
import dev.redial.ExchangeFailure;
import dev.redial.HangUpException;
import dev.redial.ServerActed;

/**
 * When a request is sent again at once, on a fresh connection, without telling anybody: the
 * transparent retry.
 *
 * <p>It happens at most once for each request, and only where it is proven that the server did not
 * act, or where acting twice does no harm (RFC 9110, section 9.2.2).
 */
public final class RetryRule {
  private RetryRule() {}

  /**
   * After a failure.
   *
   * @param failure what happened
   * @param request what may be done with the request
   * @param retried whether it has been sent again before
   * @return whether to send it again
   */
  public static boolean sendsAgainAfter(
      ExchangeFailure failure, Repeatability request, boolean retried) {
    if (retried) return false; // "SHOULD NOT automatically retry a failed automatic retry"
    if (!(failure instanceof HangUpException))
      return false; // an answer, a time-out, a fault of the caller: none is the race
    if (!request.replayable()) return false;
    ExchangeEvidence evidence = failure.evidence();
    if (evidence.bytesReceived() > 0) return false; // the server did act
    if (evidence.serverActed() == ServerActed.NO) return true; // it never had the whole head
    if (evidence.reused()) return request.repeatable(); // the keep-alive race
    return request
        .safe(); // a fresh hang-up is an answer of sorts; GET and HEAD are expected to try once
    // more
  }

  /**
   * Whether the keep-alive race was lost: the server ended an idle connection just as it was used
   * again. A server that had begun to answer did not run out of patience with it.
   *
   * @param failure what happened
   * @return whether it says anything about how long the server keeps idle connections
   */
  public static boolean lostTheRace(ExchangeFailure failure) {
    ExchangeEvidence evidence = failure.evidence();
    return failure instanceof HangUpException && evidence.reused() && evidence.bytesReceived() == 0;
  }

  /**
   * After an answer that says the request was not acted upon.
   *
   * @param status of the answer
   * @param reused whether the connection had been used before
   * @param request what may be done with the request
   * @param requestSent whether all of the request was sent
   * @param retried whether it has been sent again before
   * @return whether to send it again
   */
  public static boolean sendsAgainAfter(
      int status, boolean reused, Repeatability request, boolean requestSent, boolean retried) {
    if (retried || !request.replayable()) return false;
    return switch (status) {
      case 408 ->
          reused
              && (request.repeatable()
                  || !requestSent); // the idle limit of the server (RFC 9110, section 15.5.9)
      case 421 -> reused; // this connection cannot, a fresh one may (RFC 9110, section 15.5.20)
      case 425 -> request.repeatable(); // RFC 8470, section 5.2
      default -> false;
    };
  }
}
