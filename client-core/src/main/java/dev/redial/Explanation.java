package dev.redial;

import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Stream;

/** The paragraph that says of a failure what happened and what could be changed. */
final class Explanation {
  /** What the client repeats by itself (RFC 9110, section 9.2.2). */
  private static final Set<String> IDEMPOTENT =
      Set.of("GET", "HEAD", "OPTIONS", "TRACE", "QUERY", "PUT", "DELETE");

  private final ExchangeEvidence seen;

  private Explanation(ExchangeEvidence seen) {
    this.seen = seen;
  }

  static String of(ExchangeFailure failure) {
    Explanation explanation = new Explanation(failure.evidence());
    return explanation.attempts(failure)
        + " of "
        + failure.evidence().request()
        + " failed: "
        + explanation.cause(failure)
        + " "
        + explanation.consequence(failure);
  }

  /** Of later ones a failure keeps the failures, suppressed. */
  private String attempts(ExchangeFailure failure) {
    int last = lastAttempt(failure);
    return last == seen.attempt()
        ? "Attempt " + last
        : "Attempt " + seen.attempt() + ", and all after it up to " + last + ",";
  }

  private int lastAttempt(ExchangeFailure failure) {
    return Stream.of(((Throwable) failure).getSuppressed())
        .filter(ExchangeFailure.class::isInstance)
        .mapToInt(later -> ((ExchangeFailure) later).evidence().attempt())
        .reduce(seen.attempt(), Math::max);
  }

  private String cause(ExchangeFailure failure) {
    return switch (failure) {
      case HangUpException hangUp -> hangUp(hangUp);
      case TruncatedBodyException cut ->
          "the connection ended inside the response body, after "
              + seen.bytesReceived()
              + " octets of the answer. The server, or something between, died or gave up on a slow reader;"
              + " look for its write time-out and for restarts.";
      case ResponseTimeoutException late ->
          "the answer was not there in time. The server was at work, or stuck, or the network lost the"
              + " connection without telling; the connection was closed, so that the server can see that"
              + " nobody waits. If such answers are slow by nature, raise the limit that has expired:"
              + " HttpRequest.timeout, or that of TimeLimits which the message names.";
      case ConnectTimeoutException late -> connectTimeout();
      case ConnectFailedException refused -> connectFailed(refused);
      case UnresolvedHostException unknown ->
          "the host name that the message has, of the server or of a proxy, has no address. It is misspelled, or"
              + " its DNS server does not answer.";
      case TlsHandshakeException handshake ->
          handshake.hungUp()
              ? "the peer went away during the TLS handshake. It is restarting or overloaded, or does not speak"
                  + " TLS on this port."
              : handshake(handshake);
      case TlsFailureException broken ->
          "TLS broke on an open connection; a bug in the peer, a box that meddles, or an attack.";
      case PoolTimeoutException busy ->
          "no connection became free. Either this origin answers too slowly for its load, or response bodies are"
              + " left unread; else raise what the message names: PoolLimits.maxPerOrigin, maxConnections,"
              + " maxWaitersPerOrigin or acquireTimeout, or HttpRequest.timeout.";
      case MalformedResponseException malformed ->
          "the answer is not valid HTTP/1.1, or exceeds one of ResponseLimits, as the message tells. What answers"
              + " may not be an HTTP server, or speak TLS or HTTP/2 on this port.";
      case RequestBodyException own ->
          "the caller's body publisher failed; its exception is the cause.";
      case ResponseBodyException own ->
          "the caller's body handler or subscriber failed; its exception is the cause.";
      case ClientClosedException own ->
          seen.stage() == ExchangeStage.WAITING_FOR_CONNECTION
              ? "the client was closed before the call had a connection: somebody uses it after close() or"
                  + " shutdown(), or had to wait for too long."
              : "the client, or the response, was closed by its owner while the call ran.";
    };
  }

  private String connectTimeout() {
    return switch (seen.stage()) {
      case RESOLVING ->
          "the host name could not be looked up in time. Its DNS server is slow or does not answer; look at the"
              + " resolver of this machine, or raise connectTimeout.";
      case TLS_HANDSHAKE ->
          "the connection was accepted, but its TLS handshake was not done in time. The server is overloaded, or"
              + " does not speak TLS on this port.";
      default ->
          "no connection could be opened in time. Packets to the address are being dropped (a firewall, a wrong"
              + " address, a host that is down) or the server's backlog is full.";
    };
  }

  private static String connectFailed(ConnectFailedException refused) {
    if (String.valueOf(refused.getMessage()).startsWith("Tunnel failed"))
      return "the proxy was reached, and opened no tunnel. Its policy, or its way to the host, is the matter; the"
          + " status that the message has tells more.";
    return "no connection could be opened ("
        + refused.code()
        + "). Nothing listens at the address, which is that of the proxy if there is one, or there is no way to it;"
        + " check host, port, and whether it is up.";
  }

  private static String handshake(TlsHandshakeException handshake) {
    for (Throwable cause = handshake; cause != null; cause = cause.getCause())
      if (cause instanceof CertificateException || cause instanceof CertPathBuilderException)
        return "the server's certificate was not accepted: it is not trusted, not for this host, or not valid now,"
            + " as the message tells. A RedialClient.Builder.sslContext can trust its issuer.";
    return "TLS could not be agreed upon. The message tells why: perhaps there is no common version or cipher, or"
        + " what answers does not speak TLS on this port.";
  }

  private String hangUp(HangUpException hangUp) {
    String how =
        switch (hangUp.ending()) {
          case FIN -> "the server closed the connection";
          case RST -> "the server reset the connection";
          case TIMED_OUT -> "TCP gave the connection up";
        };
    if (hangUp.ending() == HangUpException.Ending.TIMED_OUT)
      return how
          + ", as nothing came back for what was sent. The server or the way to it is gone, or a load balancer"
          + " has forgotten the connection; lower KeepAlive.idleLimit or tcpIdle below its limit.";
    if (seen.bytesReceived() > 0)
      return how + " within the head of its answer. It crashed or was stopped while it answered.";
    if (!seen.mayPrecedeRequest()) return how + atWork();
    return seen.reused() ? how + race() : how + freshly();
  }

  /** Used before: in all likelihood the keep-alive race. */
  private String race() {
    return " when it had been idle for "
        + ExchangeEvidence.seconds(seen.idle())
        + ", before it answered. "
        + announcement()
        + " Most likely its idle limit ended the connection just as the request was on its way, or it was restarted."
        + " Set the server's keep-alive time-out well above KeepAlive.idleLimit, or "
        + (isIdempotent() ? "idleLimit" : "unrepeatableIdleLimit")
        + " below "
        + ExchangeEvidence.seconds(seen.idle())
        + ", or have the server announce its limit (Keep-Alive: timeout), or tell it with KeepAlive.withKnownLimit.";
  }

  private String announcement() {
    Duration announced = seen.announced();
    return announced.isZero()
        ? "It announces no idle limit."
        : "It announces an idle limit of " + ExchangeEvidence.seconds(announced) + ".";
  }

  private String atWork() {
    return " "
        + ExchangeEvidence.seconds(seen.elapsed())
        + " after it was asked, before it answered. It crashed, was stopped, or ran out of time with the request,"
        + " as a proxy before it may have done; look at its log and at the time-outs of both.";
  }

  private static String freshly() {
    return " without an answer, although it was new. It crashed on the request, refused the client without"
        + " saying so, or a proxy before it lost the server behind it; look at the server's log.";
  }

  private boolean answered() {
    return switch (seen.stage()) {
      case STATUS_LINE, HEADER, BODY -> true;
      case WAITING_FOR_CONNECTION,
          RESOLVING,
          CONNECTING,
          TLS_HANDSHAKE,
          SENDING,
          AWAITING_RESPONSE ->
          false;
    };
  }

  private boolean isIdempotent() {
    return IDEMPOTENT.contains(method());
  }

  private String method() {
    return seen.request().split(" ", 2)[0];
  }

  private String consequence(ExchangeFailure failure) {
    return switch (seen.serverActed()) {
      case NO ->
          "The server cannot have acted on the request: it is safe to send it again"
              + (failure instanceof ClientClosedException ? ", with another client." : ".");
      case MAYBE -> "Whether the server acted on the request cannot be told" + repetition();
      case YES ->
          answered()
              ? "The server has acted on the request: its answer had begun."
              : "The server has acted on an earlier request of this call, to which this one was due.";
    };
  }

  private String repetition() {
    return isIdempotent()
        ? ", but "
            + method()
            + " is idempotent: it may be sent again, and Redial does so by itself as far as Retries allow."
        : ": send it again only if acting twice does no harm; an Idempotency-Key, or Retries.withRepeatable,"
            + " lets Redial do so by itself.";
  }
}
