package dev.redial;

/**
 * Why an exchange failed: the closed set of the exceptions that Redial throws for a cause of its
 * own.
 *
 * <p>Each one extends the type that callers of {@link java.net.http.HttpClient} already catch, so
 * existing catch blocks keep working, and a {@code switch} over this interface is exhaustive.
 *
 * <p>Every failure carries its {@linkplain #evidence() evidence}, above all whether the server may
 * have acted on the request.
 */
public sealed interface ExchangeFailure
    permits ClientClosedException,
        ConnectFailedException,
        ConnectTimeoutException,
        HangUpException,
        MalformedResponseException,
        PoolTimeoutException,
        RequestBodyException,
        ResponseBodyException,
        ResponseTimeoutException,
        TlsFailureException,
        TlsHandshakeException,
        TruncatedBodyException,
        UnresolvedHostException {

  /**
   * What was observed of the exchange.
   *
   * @return the evidence
   */
  ExchangeEvidence evidence();

  /**
   * The familiar short name of the cause, as Node.js and the C library spell it.
   *
   * @return for instance {@code ECONNRESET}
   */
  String code();

  /**
   * Whether the server may have acted on the request.
   *
   * @return {@link ServerActed#NO} if it is safe to send any request again
   */
  default ServerActed serverActed() {
    return evidence().serverActed();
  }

  /**
   * What happened and what could be changed, in one paragraph for people; the words may change.
   *
   * @return several sentences on one line
   */
  default String explain() {
    return Explanation.of(this);
  }
}
