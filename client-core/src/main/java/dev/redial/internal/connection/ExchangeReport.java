package dev.redial.internal.connection;

import dev.redial.ClientClosedException;
import dev.redial.ExchangeEvidence;
import dev.redial.ExchangeStage;
import dev.redial.HangUpException;
import dev.redial.MalformedResponseException;
import dev.redial.RequestBodyException;
import dev.redial.ResponseBodyException;
import dev.redial.ResponseTimeoutException;
import dev.redial.ServerActed;
import dev.redial.TlsFailureException;
import dev.redial.TruncatedBodyException;
import dev.redial.internal.wire.TlsTruncatedException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Words what became of a failed exchange: one typed failure per cause, each with the evidence.
 *
 * @param label method and origin
 * @param seen what was observed up to now; the server has acted as far as octets can tell
 */
record ExchangeReport(String label, ExchangeEvidence seen) {

  /** After a failed write, a read may see an orderly end of what was in truth a reset. */
  HangUpException hangUp(IOException e, @Nullable Exception unsent) {
    boolean fin =
        (e instanceof EndOfStream || e instanceof TlsTruncatedException) && unsent == null;
    String where =
        switch (seen.stage()) {
          case STATUS_LINE -> "the HTTP/1.1 status line was incomplete";
          case HEADER -> "the HTTP/1.1 header was incomplete";
          default -> "HTTP/1.1 header parser received no bytes";
        };
    String message =
        "the server "
            + (fin ? "closed the connection (FIN)" : "reset the connection (RST)")
            + " before its answer was complete: "
            + where
            + "; "
            + seen;
    return new HangUpException(
        message,
        fin ? HangUpException.Ending.FIN : HangUpException.Ending.RST,
        seen,
        unsent == null ? e : unsent);
  }

  TruncatedBodyException truncated(@Nullable ResponseBody body, IOException e) {
    ExchangeEvidence evidence = acted(ServerActed.YES);
    return new TruncatedBodyException(
        "the connection ended inside the response body (" + body + "); " + evidence, evidence, e);
  }

  TlsFailureException tlsFailure(Exception e) {
    return new TlsFailureException(label + ": TLS failed: " + e.getMessage(), seen, e);
  }

  ClientClosedException closedHere(String why, IOException e) {
    return new ClientClosedException(label + ": connection closed locally, " + why, seen, e);
  }

  ResponseTimeoutException timedOut(Exception cause) {
    return new ResponseTimeoutException("request timed out; " + seen, seen, cause);
  }

  RequestBodyException requestBody(Exception failure) {
    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
    return new RequestBodyException(
        "the request body could not be sent: " + failure.getMessage(), seen, cause);
  }

  ResponseBodyException responseBody(Throwable cause) {
    ExchangeEvidence evidence = acted(ServerActed.YES);
    return new ResponseBodyException(
        "the response body could not be handled: " + cause + "; " + evidence, evidence, cause);
  }

  MalformedResponseException malformed(@Nullable String what, @Nullable Throwable cause) {
    // Garbage for a status line need not be an answer to this request at all.
    ExchangeEvidence evidence =
        acted(seen.stage() == ExchangeStage.STATUS_LINE ? ServerActed.MAYBE : ServerActed.YES);
    String message = "malformed response: " + what + "; " + evidence;
    return cause == null
        ? new MalformedResponseException(message, evidence)
        : new MalformedResponseException(message, evidence, cause);
  }

  private ExchangeEvidence acted(ServerActed acted) {
    return new ExchangeEvidence(
        seen.request(),
        seen.attempt(),
        seen.stage(),
        seen.reused(),
        seen.age(),
        seen.idle(),
        seen.bytesSent(),
        seen.bytesReceived(),
        acted);
  }
}
