package dev.redial.internal.connection;

import dev.redial.ClientClosedException;
import dev.redial.ExchangeEvidence;
import dev.redial.ExchangeFailure;
import dev.redial.ExchangeStage;
import dev.redial.HangUpException;
import dev.redial.HangUpException.Ending;
import dev.redial.MalformedResponseException;
import dev.redial.RequestBodyException;
import dev.redial.ResponseBodyException;
import dev.redial.ResponseTimeoutException;
import dev.redial.ServerActed;
import dev.redial.TlsFailureException;
import dev.redial.TruncatedBodyException;
import dev.redial.internal.http1.MalformedMessageException;
import dev.redial.internal.wire.WireFailure;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Words what became of a failed exchange: one typed failure per cause, each with the evidence.
 *
 * @param label method and origin
 * @param seen what was observed up to now; the server has acted as far as octets can tell
 */
record ExchangeReport(String label, ExchangeEvidence seen) {

  /**
   * The failure of an exchange that was not late.
   *
   * @param e what ended the reading
   * @param unsent why not all of the request was sent, if it was not
   * @param givenUp whether the exchange was over already
   * @param body of the answer, if its head has come
   */
  IOException failure(
      IOException e, @Nullable Exception unsent, boolean givenUp, @Nullable ResponseBody body) {
    if (unsent != null && !(unsent instanceof IOException)) return requestBody(unsent);
    IOException unwritten = (IOException) unsent;
    if (e instanceof ExchangeFailure) return e;
    if (e instanceof ClosedChannelException
        && (givenUp || unsent == null || unsent instanceof ClosedChannelException))
      return closedHere(givenUp, e);
    if (e instanceof SSLException || unsent instanceof SSLException)
      return tlsFailure(e instanceof SSLException || unsent == null ? e : unsent);
    return body == null ? hangUp(e, unwritten) : truncated(body, e, unwritten);
  }

  private HangUpException hangUp(IOException e, @Nullable IOException unsent) {
    String where =
        switch (seen.stage()) {
          case STATUS_LINE -> "the HTTP/1.1 status line was incomplete";
          case HEADER -> "the HTTP/1.1 header was incomplete";
          default -> "HTTP/1.1 header parser received no bytes";
        };
    if (seen.stage() == ExchangeStage.AWAITING_RESPONSE && seen.serverActed() == ServerActed.NO)
      where += ", sooner than the request can have reached the server";
    if (seen.stage() == ExchangeStage.SENDING && seen.bytesSent() == 0)
      where += ", and nothing was sent";
    IOException cause = unsent == null ? e : unsent;
    Ending ending = ending(cause);
    String message = worded(ending) + " before the answer was complete: " + where + "; " + seen;
    return new HangUpException(message, ending, seen, cause);
  }

  private TruncatedBodyException truncated(
      ResponseBody body, IOException e, @Nullable IOException unsent) {
    ExchangeEvidence evidence = seen.withServerActed(ServerActed.YES);
    Ending ending = ending(unsent == null ? e : unsent);
    String message = worded(ending) + " inside the response body (" + body + "); " + evidence;
    return new TruncatedBodyException(message, ending, evidence, e);
  }

  /**
   * How the connection ended, by the failed write if there is one: after that, a read may see an
   * orderly end of what was in truth a reset.
   */
  private static Ending ending(IOException told) {
    return switch (WireFailure.of(told)) {
      case FIN -> Ending.FIN;
      case TIMED_OUT, HOST_UNREACHABLE, NETWORK_UNREACHABLE -> Ending.TIMED_OUT;
      case RST,
          CLOSED,
          INTERRUPTED,
          REFUSED,
          UNKNOWN_HOST,
          NO_LOCAL_ADDRESS,
          LOCAL_ADDRESS_IN_USE,
          UNSUPPORTED_FAMILY,
          NO_DESCRIPTOR,
          DENIED,
          FILTERED,
          TLS,
          PROTOCOL,
          OTHER ->
          Ending.RST;
    };
  }

  private static String worded(Ending ending) {
    return switch (ending) {
      case FIN -> "the server closed the connection (FIN)";
      case RST -> "the server reset the connection (RST)";
      case TIMED_OUT -> "the connection was lost (TCP timed out)";
    };
  }

  private TlsFailureException tlsFailure(Exception e) {
    return new TlsFailureException("TLS failed: " + e.getMessage() + "; " + seen, seen, e);
  }

  private ClientClosedException closedHere(boolean givenUp, IOException e) {
    String why = givenUp ? "the response was given up" : "the client was shut down";
    return new ClientClosedException(label + ": connection closed locally, " + why, seen, e);
  }

  /**
   * @param limit which one has expired, in words; empty for that of the whole call
   */
  ResponseTimeoutException timedOut(String limit, Exception cause) {
    String what = limit.isEmpty() ? "request timed out; " : "request timed out: " + limit + "; ";
    return new ResponseTimeoutException(what + seen, seen, cause);
  }

  RequestBodyException requestBody(Exception failure) {
    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
    return new RequestBodyException(
        "the request body could not be sent: " + failure.getMessage() + "; " + seen, seen, cause);
  }

  ResponseBodyException responseBody(Throwable cause) {
    ExchangeEvidence evidence = seen.withServerActed(ServerActed.YES);
    return new ResponseBodyException(
        "the response body could not be handled: " + cause + "; " + evidence, evidence, cause);
  }

  MalformedResponseException malformed(MalformedMessageException e) {
    // Garbage for a status line need not be an answer to this request at all.
    ExchangeEvidence evidence =
        seen.withServerActed(
            seen.stage() == ExchangeStage.STATUS_LINE ? ServerActed.MAYBE : ServerActed.YES);
    return new MalformedResponseException(
        "malformed response: " + e.getMessage() + "; " + evidence, evidence, e);
  }
}
