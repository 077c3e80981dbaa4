package dev.redial;

import java.time.Duration;

/** The paragraph that says of a failure what happened and what could be changed. */
final class Explanation {
  private final ExchangeEvidence seen;

  private Explanation(ExchangeEvidence seen) {
    this.seen = seen;
  }

  static String of(ExchangeFailure failure) {
    Explanation explanation = new Explanation(failure.evidence());
    String request =
        "Attempt " + failure.evidence().attempt() + " of " + failure.evidence().request();
    return request + " failed: " + explanation.cause(failure) + " " + explanation.consequence();
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
              + " nobody waits. If such answers are slow by nature, raise HttpRequest.timeout.";
      case ConnectTimeoutException late ->
          "no connection could be opened in time. Packets to the address are being dropped (a firewall, a wrong"
              + " address, a host that is down) or the server's backlog is full.";
      case ConnectFailedException refused ->
          "no connection could be opened ("
              + refused.code()
              + "). Nothing listens at the address, there is no way to it, or the proxy opens no tunnel to it; check"
              + " host, port, and whether the server is up.";
      case UnresolvedHostException unknown ->
          "the host name has no address. It is misspelled, or its DNS server does not answer.";
      case TlsHandshakeException handshake ->
          handshake.hungUp()
              ? "the peer went away during the TLS handshake. It is restarting or overloaded, or does not speak"
                  + " TLS on this port."
              : "TLS could not be agreed upon. Look at the cause: a certificate that is not trusted or not for"
                  + " this host, or no common version or cipher.";
      case TlsFailureException broken ->
          "TLS broke on an open connection; a bug in the peer, a box that meddles, or an attack.";
      case PoolTimeoutException busy ->
          "no connection became free. Either this origin answers too slowly for its load, or response bodies are"
              + " left unread; else raise PoolLimits.maxPerOrigin or acquireTimeout.";
      case MalformedResponseException malformed ->
          "the answer is not valid HTTP/1.1, or exceeds a limit. What answers may not be an HTTP server, or speak"
              + " TLS or HTTP/2 on this port.";
      case RequestBodyException own ->
          "the caller's body publisher failed; its exception is the cause.";
      case ResponseBodyException own ->
          "the caller's body handler or subscriber failed; its exception is the cause.";
      case ClientClosedException own ->
          "the client, or the response, was closed by its owner while the call ran.";
    };
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
        + " Set the server's keep-alive time-out well above KeepAlive.idleLimit, or unrepeatableIdleLimit below "
        + ExchangeEvidence.seconds(seen.idle())
        + ", or have the server announce its limit (Keep-Alive: timeout).";
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

  private String consequence() {
    return switch (seen.serverActed()) {
      case NO -> "The server cannot have acted on the request: it is safe to send it again.";
      case MAYBE ->
          "Whether the server acted on the request cannot be told: send it again only if acting twice does no"
              + " harm; an Idempotency-Key, or Retries.withRepeatable, lets Redial do so by itself.";
      case YES ->
          answered()
              ? "The server has acted on the request: its answer had begun."
              : "The server has acted on an earlier request of this call, to which this one was due.";
    };
  }
}
