package dev.redial.internal.connection;

import dev.redial.ClientClosedException;
import dev.redial.ConnectFailedException;
import dev.redial.ConnectTimeoutException;
import dev.redial.ExchangeFailure;
import dev.redial.HangUpException;
import dev.redial.MalformedResponseException;
import dev.redial.PoolTimeoutException;
import dev.redial.RequestBodyException;
import dev.redial.ResponseBodyException;
import dev.redial.ResponseTimeoutException;
import dev.redial.TlsFailureException;
import dev.redial.TlsHandshakeException;
import dev.redial.TruncatedBodyException;
import dev.redial.UnresolvedHostException;
import java.io.IOException;
import java.util.Objects;

/**
 * A failure that came about on another thread, made anew so that its stack trace shows the caller
 * who waited for it.
 */
final class Rethrown {
  private Rethrown() {}

  static IOException of(ExchangeFailure failure) {
    String message = Objects.requireNonNullElse(((Throwable) failure).getMessage(), failure.code());
    return switch (failure) {
      case ClientClosedException f -> new ClientClosedException(message, f.evidence(), f);
      case ConnectFailedException f ->
          new ConnectFailedException(message, f.evidence(), f.code(), f);
      case ConnectTimeoutException f -> new ConnectTimeoutException(message, f.evidence(), f);
      case HangUpException f -> new HangUpException(message, f.ending(), f.evidence(), f);
      case MalformedResponseException f -> new MalformedResponseException(message, f.evidence(), f);
      case PoolTimeoutException f -> new PoolTimeoutException(message, f.evidence(), f);
      case RequestBodyException f -> new RequestBodyException(message, f.evidence(), f);
      case ResponseBodyException f -> new ResponseBodyException(message, f.evidence(), f);
      case ResponseTimeoutException f -> new ResponseTimeoutException(message, f.evidence(), f);
      case TlsFailureException f -> new TlsFailureException(message, f.evidence(), f);
      case TlsHandshakeException f ->
          new TlsHandshakeException(message, f.evidence(), f.hungUp(), f);
      case TruncatedBodyException f ->
          new TruncatedBodyException(message, f.ending(), f.evidence(), f);
      case UnresolvedHostException f -> new UnresolvedHostException(message, f.evidence(), f);
    };
  }
}
