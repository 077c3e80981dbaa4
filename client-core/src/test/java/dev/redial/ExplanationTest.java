package dev.redial;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redial.internal.policy.Repeatability;
import java.net.URI;
import java.net.http.HttpRequest;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExplanationTest {
  private static ExchangeEvidence seen(boolean reused, int announcedSeconds, ServerActed acted) {
    return seen(reused, announcedSeconds, Duration.ofMillis(2), acted);
  }

  private static ExchangeEvidence seen(
      boolean reused, int announcedSeconds, Duration elapsed, ServerActed acted) {
    return new ExchangeEvidence(
        "POST http://a.example",
        2,
        ExchangeStage.AWAITING_RESPONSE,
        reused,
        Duration.ofSeconds(9),
        reused ? Duration.ofMillis(4_980) : Duration.ZERO,
        Duration.ofSeconds(announcedSeconds),
        elapsed,
        120,
        0,
        acted);
  }

  private static HangUpException hangUp(boolean reused, int announcedSeconds) {
    return new HangUpException(
        "m", HangUpException.Ending.FIN, seen(reused, announcedSeconds, ServerActed.MAYBE));
  }

  @Test
  void theRaceIsExplainedWithItsTimes() {
    assertThat(hangUp(true, 0).explain())
        .startsWith(
            "Attempt 2 of POST http://a.example failed: the server closed the connection when it had been idle for"
                + " 4.980 s, before it answered. It announces no idle limit.")
        .contains("keep-alive", "unrepeatableIdleLimit below 4.980 s")
        .endsWith("an Idempotency-Key, or Retries.withRepeatable, lets Redial do so by itself.");
    assertThat(hangUp(true, 5).explain()).contains("It announces an idle limit of 5.000 s.");
  }

  @Test
  void aFreshHangUpIsNoRace() {
    assertThat(hangUp(false, 0).explain()).contains("although it was new").doesNotContain("idle");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aHangUpOnARequestThatWasAtWorkIsNoRace(boolean reused) {
    ExchangeEvidence evidence = seen(reused, 0, Duration.ofSeconds(30), ServerActed.MAYBE);
    assertThat(new HangUpException("m", HangUpException.Ending.FIN, evidence).explain())
        .contains("closed the connection 30.000 s after it was asked, before it answered")
        .doesNotContain("idle")
        .doesNotContain("although it was new");
  }

  @ParameterizedTest
  @EnumSource(HangUpException.Ending.class)
  void eachEndingHasItsWords(HangUpException.Ending ending) {
    String text = new HangUpException("m", ending, seen(true, 0, ServerActed.NO)).explain();
    assertThat(text)
        .contains(
            switch (ending) {
              case FIN -> "closed the connection";
              case RST -> "reset the connection";
              case TIMED_OUT -> "TCP gave the connection up";
            })
        .endsWith("it is safe to send it again.");
  }

  /** A hop of a redirection that could not be followed, for instance. */
  @Test
  void whatAnEarlierRequestDidIsNotToldOfThisOne() {
    ExchangeEvidence evidence =
        ExchangeEvidence.withoutConnection("GET http://a.example", ExchangeStage.CONNECTING)
            .withServerActed(ServerActed.YES);
    assertThat(new ConnectFailedException("m", evidence).explain())
        .endsWith(
            "The server has acted on an earlier request of this call, to which this one was due.");
    TruncatedBodyException cut =
        new TruncatedBodyException(
            "m",
            HangUpException.Ending.FIN,
            new ExchangeEvidence(
                "GET http://a.example",
                1,
                ExchangeStage.BODY,
                false,
                Duration.ZERO,
                Duration.ZERO,
                9,
                9,
                ServerActed.YES));
    assertThat(cut.explain())
        .endsWith("The server has acted on the request: its answer had begun.");
  }

  private static ExchangeEvidence of(String request, int attempt, ExchangeStage stage) {
    return new ExchangeEvidence(
        request,
        attempt,
        stage,
        true,
        Duration.ofSeconds(9),
        Duration.ofMillis(300),
        0,
        0,
        stage == ExchangeStage.AWAITING_RESPONSE ? ServerActed.MAYBE : ServerActed.NO);
  }

  private static HangUpException hangUp(int attempt) {
    return new HangUpException(
        "m",
        HangUpException.Ending.FIN,
        of("GET http://a.example", attempt, ExchangeStage.AWAITING_RESPONSE));
  }

  @Test
  void ofARequestThatMayBeRepeatedNobodyIsToldToAllowIt() {
    assertThat(hangUp(1).explain())
        .contains("or idleLimit below 0.300 s", "KeepAlive.withKnownLimit")
        .endsWith(
            "cannot be told, but GET is idempotent: it may be sent again, and Redial does so by itself as far as"
                + " Retries allow.");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET", "HEAD", "OPTIONS", "TRACE", "QUERY", "PUT", "DELETE", "POST", "PATCH", "LOCK"
      })
  void thoseAreTheMethodsThatTheClientRepeats(String method) {
    HttpRequest request = HttpRequest.newBuilder(URI.create("http://a.example")).build();
    ExchangeEvidence evidence =
        of(method + " http://a.example", 1, ExchangeStage.AWAITING_RESPONSE);

    String text = new HangUpException("m", HangUpException.Ending.FIN, evidence).explain();

    assertThat(text.contains(method + " is idempotent"))
        .isEqualTo(Repeatability.of(request, method, 0).repeatable());
  }

  @Test
  void howOftenItFailedIsTold() {
    HangUpException first = hangUp(1);
    first.addSuppressed(hangUp(2));
    first.addSuppressed(hangUp(3));
    assertThat(first.explain())
        .startsWith("Attempt 1, and all after it up to 3, of GET http://a.example failed: ");
  }

  @Test
  void whatTookTooLongBeforeTheRequestIsTold() {
    assertThat(connectTimeout(ExchangeStage.RESOLVING)).contains("DNS").doesNotContain("firewall");
    assertThat(connectTimeout(ExchangeStage.TLS_HANDSHAKE))
        .contains("TLS handshake was not done in time")
        .doesNotContain("firewall");
    assertThat(connectTimeout(ExchangeStage.CONNECTING)).contains("firewall");
  }

  private static String connectTimeout(ExchangeStage stage) {
    return new ConnectTimeoutException("m", of("GET http://a.example", 1, stage)).explain();
  }

  @Test
  void aProxyThatOpensNoTunnelIsThere() {
    ExchangeEvidence evidence = of("GET https://a.example", 1, ExchangeStage.CONNECTING);
    assertThat(new ConnectFailedException("Tunnel failed, got: 403; m", evidence).explain())
        .contains("the proxy was reached")
        .doesNotContain("Nothing listens");
  }

  @Test
  void aCertificateThatIsNotTrustedIsToldApartFromOtherFailures() {
    ExchangeEvidence evidence = of("GET https://a.example", 1, ExchangeStage.TLS_HANDSHAKE);
    SSLHandshakeException cause = new SSLHandshakeException("m");
    cause.initCause(new CertificateException("unknown issuer"));
    assertThat(new TlsHandshakeException("m", evidence, false, cause).explain())
        .contains("certificate was not accepted", "sslContext");
    assertThat(new TlsHandshakeException("m", evidence).explain()).doesNotContain("certificate");
  }

  @Test
  void aClientThatWasClosedBeforeIsOfNoMoreUse() {
    ExchangeEvidence evidence = of("GET http://a.example", 1, ExchangeStage.WAITING_FOR_CONNECTION);
    assertThat(new ClientClosedException("m", evidence).explain())
        .contains("uses it after close()")
        .endsWith("it is safe to send it again, with another client.");
  }

  static Stream<ExchangeFailure> everyFailure() {
    ExchangeEvidence evidence = seen(false, 0, ServerActed.MAYBE);
    return Stream.of(
        new ClientClosedException("m", evidence),
        new ConnectFailedException("m", evidence),
        new ConnectTimeoutException("m", evidence),
        new HangUpException("m", HangUpException.Ending.RST, evidence),
        new MalformedResponseException("m", evidence),
        new PoolTimeoutException("m", evidence),
        new RequestBodyException("m", evidence),
        new ResponseBodyException("m", evidence),
        new ResponseTimeoutException("m", evidence),
        new TlsFailureException("m", evidence),
        new TlsHandshakeException("m", evidence),
        new TlsHandshakeException("m", evidence, true, new java.io.IOException("gone")),
        new TruncatedBodyException("m", evidence),
        new UnresolvedHostException("m", evidence));
  }

  @ParameterizedTest
  @MethodSource("everyFailure")
  void everyFailureIsExplainedInOneLineOfSentences(ExchangeFailure failure) {
    assertThat(failure.explain())
        .startsWith("Attempt 2 of POST http://a.example failed: ")
        .endsWith("an Idempotency-Key, or Retries.withRepeatable, lets Redial do so by itself.")
        .doesNotContain("\n", "  ", "null")
        .hasSizeGreaterThan(120);
  }

  @Test
  void noTwoFailuresAreExplainedAlike() {
    assertThat(everyFailure().map(ExchangeFailure::explain)).doesNotHaveDuplicates();
  }
}
