package dev.redial.internal.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Named.named;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.redial.ClientClosedException;
import dev.redial.ConnectFailedException;
import dev.redial.ConnectTimeoutException;
import dev.redial.ExchangeEvidence;
import dev.redial.ExchangeFailure;
import dev.redial.ExchangeStage;
import dev.redial.HangUpException;
import dev.redial.HangUpException.Ending;
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
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

class RetryRuleTest {
  private static final Repeatability GET = new Repeatability(true, true, true);
  private static final Repeatability PUT = new Repeatability(false, true, true);
  private static final Repeatability POST = new Repeatability(false, false, true);
  private static final List<Repeatability> REQUESTS = List.of(GET, PUT, POST);

  /** Where a connection stood when the exchange failed. */
  private record Seen(ExchangeStage stage, long sent, long received, ServerActed acted) {
    ExchangeEvidence evidence(boolean reused) {
      Duration idle = reused ? Duration.ofSeconds(4) : Duration.ZERO;
      return new ExchangeEvidence(
          "GET http://a.example",
          1,
          stage,
          reused,
          Duration.ofSeconds(5),
          idle,
          sent,
          received,
          acted);
    }
  }

  private static final Seen NOTHING = new Seen(ExchangeStage.CONNECTING, 0, 0, ServerActed.NO);
  private static final Seen NO_OCTET_SENT =
      new Seen(ExchangeStage.AWAITING_RESPONSE, 0, 0, ServerActed.NO);
  private static final Seen HALF_A_HEAD_SENT =
      new Seen(ExchangeStage.AWAITING_RESPONSE, 40, 0, ServerActed.NO);
  private static final Seen HEAD_SENT =
      new Seen(ExchangeStage.AWAITING_RESPONSE, 90, 0, ServerActed.MAYBE);
  private static final Seen ALL_SENT =
      new Seen(ExchangeStage.AWAITING_RESPONSE, 200, 0, ServerActed.MAYBE);
  private static final Seen INTERIM_ONLY =
      new Seen(ExchangeStage.AWAITING_RESPONSE, 200, 25, ServerActed.MAYBE);
  private static final Seen IN_STATUS_LINE =
      new Seen(ExchangeStage.STATUS_LINE, 200, 5, ServerActed.YES);
  private static final Seen IN_HEADER = new Seen(ExchangeStage.HEADER, 200, 30, ServerActed.YES);
  private static final Seen IN_BODY = new Seen(ExchangeStage.BODY, 200, 300, ServerActed.YES);

  private static Function<ExchangeEvidence, ExchangeFailure> hangUp(Ending ending) {
    return evidence -> new HangUpException("hang-up", ending, evidence);
  }

  /** Columns: on a used connection GET, PUT, POST, then on a fresh one. */
  private static Arguments row(
      String failure,
      Function<ExchangeEvidence, ExchangeFailure> made,
      Seen seen,
      String reason,
      boolean... again) {
    return arguments(named(failure + " (" + reason + ")", made), seen, again);
  }

  private static final boolean T = true;
  private static final boolean X = false;

  static Stream<Arguments> failures() {
    Function<ExchangeEvidence, ExchangeFailure> fin = hangUp(Ending.FIN);
    Function<ExchangeEvidence, ExchangeFailure> rst = hangUp(Ending.RST);
    return Stream.of(
        row(
            "no address",
            e -> new UnresolvedHostException("", e),
            NOTHING,
            "no connection",
            X,
            X,
            X,
            X,
            X,
            X),
        row(
            "refused",
            e -> new ConnectFailedException("", e),
            NOTHING,
            "no connection",
            X,
            X,
            X,
            X,
            X,
            X),
        row(
            "connect time-out",
            e -> new ConnectTimeoutException("", e),
            NOTHING,
            "no connection",
            X,
            X,
            X,
            X,
            X,
            X),
        row(
            "TLS handshake",
            e -> new TlsHandshakeException("", e),
            NOTHING,
            "RFC 9110 4.3.4",
            X,
            X,
            X,
            X,
            X,
            X),
        row(
            "no free connection",
            e -> new PoolTimeoutException("", e),
            NOTHING,
            "no connection",
            X,
            X,
            X,
            X,
            X,
            X),
        row(
            "closed",
            e -> new ClientClosedException("", e),
            NO_OCTET_SENT,
            "the caller's wish",
            X,
            X,
            X,
            X,
            X,
            X),
        row(
            "FIN, nothing written",
            fin,
            NO_OCTET_SENT,
            "never applied, RFC 9110 9.2.2",
            T,
            T,
            T,
            T,
            T,
            T),
        row(
            "RST, nothing written",
            rst,
            NO_OCTET_SENT,
            "never applied, RFC 9110 9.2.2",
            T,
            T,
            T,
            T,
            T,
            T),
        row(
            "FIN, half a head written",
            fin,
            HALF_A_HEAD_SENT,
            "no request to parse",
            T,
            T,
            T,
            T,
            T,
            T),
        row(
            "RST, half a head written",
            rst,
            HALF_A_HEAD_SENT,
            "no request to parse",
            T,
            T,
            T,
            T,
            T,
            T),
        row("FIN, head written", fin, HEAD_SENT, "RFC 9110 9.2.2, RFC 9112 8", T, T, X, T, X, X),
        row("RST, head written", rst, HEAD_SENT, "RFC 9110 9.2.2, RFC 9112 8", T, T, X, T, X, X),
        row("FIN, all written", fin, ALL_SENT, "RFC 9110 9.2.2, RFC 9112 9.5", T, T, X, T, X, X),
        row("RST, all written", rst, ALL_SENT, "RFC 9110 9.2.2, RFC 9112 9.5", T, T, X, T, X, X),
        row(
            "FIN after an interim response",
            fin,
            INTERIM_ONLY,
            "it was being handled",
            X,
            X,
            X,
            X,
            X,
            X),
        row(
            "response time-out",
            e -> new ResponseTimeoutException("", e),
            ALL_SENT,
            "it may still work",
            X,
            X,
            X,
            X,
            X,
            X),
        row(
            "time-out, nothing written",
            e -> new ResponseTimeoutException("", e),
            NO_OCTET_SENT,
            "one deadline",
            X,
            X,
            X,
            X,
            X,
            X),
        row("FIN in the status line", fin, IN_STATUS_LINE, "the server did act", X, X, X, X, X, X),
        row("RST in the header", rst, IN_HEADER, "RFC 9112 8", X, X, X, X, X, X),
        row(
            "body cut",
            e -> new TruncatedBodyException("", e),
            IN_BODY,
            "committed, RFC 9112 8",
            X,
            X,
            X,
            X,
            X,
            X),
        row(
            "malformed",
            e -> new MalformedResponseException("", e),
            IN_HEADER,
            "an answer",
            X,
            X,
            X,
            X,
            X,
            X),
        row(
            "TLS broke",
            e -> new TlsFailureException("", e),
            ALL_SENT,
            "an attack or a bug",
            X,
            X,
            X,
            X,
            X,
            X),
        row(
            "publisher failed",
            e -> new RequestBodyException("", e),
            HEAD_SENT,
            "the caller's",
            X,
            X,
            X,
            X,
            X,
            X),
        row(
            "subscriber failed",
            e -> new ResponseBodyException("", e),
            IN_BODY,
            "the caller's",
            X,
            X,
            X,
            X,
            X,
            X));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void afterAFailure(Function<ExchangeEvidence, ExchangeFailure> made, Seen seen, boolean[] again) {
    boolean[] decided = new boolean[6];
    for (int i = 0; i < 6; i++)
      decided[i] =
          RetryRule.sendsAgainAfter(made.apply(seen.evidence(i < 3)), REQUESTS.get(i % 3), false);

    assertThat(decided).containsExactly(again);
  }

  @ParameterizedTest
  @MethodSource("failures")
  void neverTwice(Function<ExchangeEvidence, ExchangeFailure> made, Seen seen, boolean[] again) {
    assertThat(again).hasSize(6);
    for (Repeatability request : REQUESTS)
      for (boolean reused : new boolean[] {true, false})
        assertThat(RetryRule.sendsAgainAfter(made.apply(seen.evidence(reused)), request, true))
            .isFalse();
  }

  @ParameterizedTest
  @MethodSource("failures")
  void neverWithABodyThatCannotBePublishedAgain(
      Function<ExchangeEvidence, ExchangeFailure> made, Seen seen, boolean[] again) {
    assertThat(again).hasSize(6);
    for (Repeatability request : REQUESTS) {
      Repeatability oneShot = new Repeatability(request.safe(), request.repeatable(), false);
      for (boolean reused : new boolean[] {true, false})
        assertThat(RetryRule.sendsAgainAfter(made.apply(seen.evidence(reused)), oneShot, false))
            .isFalse();
    }
  }

  /** Columns: wholly sent on a used connection GET, PUT, POST; the same on a fresh one. */
  private static Arguments status(int status, String reason, boolean... again) {
    return arguments(named(status + " (" + reason + ")", status), again);
  }

  static final List<Arguments> statuses =
      List.of(
          status(200, "an answer", X, X, X, X, X, X),
          status(301, "a redirect is not a retry", X, X, X, X, X, X),
          status(401, "the credentials' affair", X, X, X, X, X, X),
          status(408, "idle limit of the server, RFC 9110 15.5.9", T, T, X, X, X, X),
          status(409, "an answer", X, X, X, X, X, X),
          status(413, "an answer", X, X, X, X, X, X),
          status(417, "depends on the expectation", X, X, X, X, X, X),
          status(421, "another connection may do, RFC 9110 15.5.20", T, T, T, X, X, X),
          status(422, "an answer", X, X, X, X, X, X),
          status(425, "RFC 8470 5.2", T, T, X, T, T, X),
          status(429, "never at once, RFC 6585 4", X, X, X, X, X, X),
          status(500, "an answer", X, X, X, X, X, X),
          status(502, "a gateway may have forwarded it", X, X, X, X, X, X),
          status(503, "never at once, RFC 9110 15.6.4", X, X, X, X, X, X),
          status(504, "a gateway may have forwarded it", X, X, X, X, X, X));

  @ParameterizedTest
  @FieldSource("statuses")
  void afterAnAnswer(int status, boolean[] again) {
    boolean[] decided = new boolean[6];
    for (int i = 0; i < 6; i++)
      decided[i] = RetryRule.sendsAgainAfter(status, i < 3, REQUESTS.get(i % 3), true, false);

    assertThat(decided).containsExactly(again);
  }

  @ParameterizedTest
  @FieldSource("statuses")
  void afterAnAnswerNeverTwiceAndNeverWithoutTheBody(int status, boolean[] again) {
    assertThat(again).hasSize(6);
    Repeatability oneShot = new Repeatability(true, true, false);
    for (boolean reused : new boolean[] {true, false}) {
      assertThat(RetryRule.sendsAgainAfter(status, reused, GET, true, true)).isFalse();
      assertThat(RetryRule.sendsAgainAfter(status, reused, oneShot, true, false)).isFalse();
    }
  }

  @ParameterizedTest
  @FieldSource("statuses")
  void anAnswerToHalfARequestMeansAnythingOnlyIfItIs408(int status, boolean[] again) {
    boolean[] decided = new boolean[6];
    for (int i = 0; i < 6; i++)
      decided[i] = RetryRule.sendsAgainAfter(status, i < 3, REQUESTS.get(i % 3), false, false);

    boolean[] expected = Arrays.copyOf(again, 6);
    if (status == 408) IntStream.range(0, 3).forEach(i -> expected[i] = true);
    assertThat(decided).containsExactly(expected);
  }

  @ParameterizedTest
  @MethodSource("underway")
  void theRaceIsLostOnAUsedConnectionBeforeAnyAnswer(Seen seen) {
    ExchangeFailure reused = hangUp(Ending.FIN).apply(seen.evidence(true));
    ExchangeFailure fresh = hangUp(Ending.FIN).apply(seen.evidence(false));
    ExchangeFailure late = new ResponseTimeoutException("late", seen.evidence(true));

    assertThat(RetryRule.lostTheRace(reused)).isEqualTo(seen.received == 0);
    assertThat(RetryRule.lostTheRace(fresh)).isFalse();
    assertThat(RetryRule.lostTheRace(late)).isFalse();
  }

  static List<Seen> underway() {
    return List.of(
        NO_OCTET_SENT, HALF_A_HEAD_SENT, ALL_SENT, INTERIM_ONLY, IN_STATUS_LINE, IN_HEADER);
  }
}
