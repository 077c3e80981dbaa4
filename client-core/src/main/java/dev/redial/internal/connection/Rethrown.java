package dev.redial.internal.connection;

import dev.redial.ClientClosedException;
import dev.redial.ConnectFailedException;
import dev.redial.ConnectTimeoutException;
import dev.redial.ExchangeEvidence;
import dev.redial.ExchangeFailure;
import dev.redial.HangUpException;
import dev.redial.MalformedResponseException;
import dev.redial.PoolTimeoutException;
import dev.redial.RequestBodyException;
import dev.redial.ResponseBodyException;
import dev.redial.ResponseTimeoutException;
import dev.redial.ServerActed;
import dev.redial.TlsFailureException;
import dev.redial.TlsHandshakeException;
import dev.redial.TruncatedBodyException;
import dev.redial.UnresolvedHostException;
import java.io.IOException;
import java.util.Objects;

/** A failure made anew, with the first one as its cause. */
public final class Rethrown {
  private Rethrown() {}

  /**
   * One that came about on another thread: its stack trace shows the caller who waited for it.
   *
   * @param failure what happened
   * @return the same, from here
   */
  static IOException of(ExchangeFailure failure) {
    return of(failure, failure.evidence(), message(failure));
  }

  /**
   * One of a call that had other requests before, of which servers may have acted on more than on
   * the one that failed.
   *
   * @param failure of the last request
   * @param acted what servers may have done for the call
   * @return the same failure, which says so
   */
  public static IOException afterOthers(ExchangeFailure failure, ServerActed acted) {
    ExchangeEvidence raised = failure.evidence().withServerActed(acted);
    String message = message(failure).replace(failure.evidence().toString(), raised.toString());
    return of(failure, raised, message + ", by an earlier request of this call");
  }

  private static String message(ExchangeFailure failure) {
    return Objects.requireNonNullElse(((Throwable) failure).getMessage(), failure.code());
  }

  private static IOException of(ExchangeFailure failure, ExchangeEvidence seen, String message) {
    return switch (failure) {
      case ClientClosedException f -> new ClientClosedException(message, seen, f);
      case ConnectFailedException f -> new ConnectFailedException(message, seen, f.code(), f);
      case ConnectTimeoutException f -> new ConnectTimeoutException(message, seen, f);
      case HangUpException f -> new HangUpException(message, f.ending(), seen, f);
      case MalformedResponseException f -> new MalformedResponseException(message, seen, f);
      case PoolTimeoutException f -> new PoolTimeoutException(message, seen, f);
      case RequestBodyException f -> new RequestBodyException(message, seen, f);
      case ResponseBodyException f -> new ResponseBodyException(message, seen, f);
      case ResponseTimeoutException f -> new ResponseTimeoutException(message, seen, f);
      case TlsFailureException f -> new TlsFailureException(message, seen, f);
      case TlsHandshakeException f -> new TlsHandshakeException(message, seen, f.hungUp(), f);
      case TruncatedBodyException f -> new TruncatedBodyException(message, f.ending(), seen, f);
      case UnresolvedHostException f -> new UnresolvedHostException(message, seen, f);
    };
  }
}
