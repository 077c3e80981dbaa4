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
import dev.redial.Retries;
import dev.redial.ServerActed;
import dev.redial.TlsFailureException;
import dev.redial.TlsHandshakeException;
import dev.redial.TruncatedBodyException;
import dev.redial.UnresolvedHostException;
import dev.redial.internal.policy.Decision.Keep;
import dev.redial.internal.policy.Decision.SendAgainLater;
import dev.redial.internal.policy.Decision.SendAgainNow;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The whole decision table. Columns: an idempotent request and another one, each on a used
 * connection and on a fresh one; with the defaults, then with everything switched on.
 *
 * <p>{@code NOW} makes good the keep-alive race, {@code LATER} waits for a back-off, {@code NO}
 * leaves it to the caller.
 */
class RetryRuleTest {
  private enum Wish {
    NOW,
    LATER,
    NO
  }

  private static final Wish NOW = Wish.NOW;
  private static final Wish LATER = Wish.LATER;
  private static final Wish NO = Wish.NO;

  private static final Repeatability GET = new Repeatability(true, false, true);
  private static final Repeatability POST = new Repeatability(false, false, true);
  private static final Repeatability KEYED = new Repeatability(true, true, true);

  private static final Retries DEFAULTS = Retries.defaults();
  private static final Retries EVERYTHING =
      DEFAULTS
          .withStatuses(Retries.TRANSIENT_STATUSES)
          .withTimeouts(true)
          .withCutHeads(true)
          .withResetsAsUnread(true);

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
  private static final Seen HEAD_SENT = new Seen(ExchangeStage.SENDING, 90, 0, ServerActed.MAYBE);
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

  private static Arguments row(
      String failure,
      String reason,
      Function<ExchangeEvidence, ExchangeFailure> made,
      Seen seen,
      List<Wish> defaults,
      List<Wish> everything) {
    return arguments(named(failure + " (" + reason + ")", made), seen, defaults, everything);
  }

  /** Used idempotent, used other, fresh idempotent, fresh other. */
  private static List<Wish> wishes(Wish... wishes) {
    return List.of(wishes);
  }

  private static List<Wish> all(Wish wish) {
    return wishes(wish, wish, wish, wish);
  }

  static Stream<Arguments> failures() {
    return Stream.concat(opening(), Stream.concat(hangUps(), answersAndFaults()));
  }

  private static Stream<Arguments> opening() {
    IOException gone = new IOException("Connection reset");
    return Stream.of(
        row(
            "no address",
            "it may not exist",
            e -> new UnresolvedHostException("", e),
            NOTHING,
            all(NO),
            all(NO)),
        row(
            "refused",
            "nothing was sent, RFC 9110 9.2.2",
            e -> new ConnectFailedException("", e),
            NOTHING,
            all(LATER),
            all(LATER)),
        row(
            "connect time-out",
            "a limit should hold",
            e -> new ConnectTimeoutException("", e),
            NOTHING,
            all(NO),
            all(LATER)),
        row(
            "certificate, alert",
            "RFC 9110 4.3.4",
            e -> new TlsHandshakeException("", e),
            NOTHING,
            all(NO),
            all(NO)),
        row(
            "hang-up in the handshake",
            "no request was sent, RFC 8470 3",
            e -> new TlsHandshakeException("", e, true, gone),
            NOTHING,
            all(LATER),
            all(LATER)),
        row(
            "no free connection",
            "it has waited already",
            e -> new PoolTimeoutException("", e),
            NOTHING,
            all(NO),
            all(NO)));
  }

  private static Stream<Arguments> hangUps() {
    return Stream.of(Ending.values())
        .flatMap(ending ->
            Stream.of(
                hungUp(ending, "nothing written", "RFC 9110 9.2.2", NO_OCTET_SENT, never()),
                hungUp(ending, "half a head written", "RFC 9112 8", HALF_A_HEAD_SENT, never()),
                hungUp(ending, "head written", "RFC 9112 8, RFC 9110 9.2.2", HEAD_SENT, race()),
                row(
                    ending + ", all written",
                    "RFC 9110 9.2.2, RFC 9112 9.3.1 and 9.5; a reset if the user says so",
                    hangUp(ending),
                    ALL_SENT,
                    race(),
                    ending == Ending.RST ? never() : race()),
                hungUp(
                    ending, "interim response only", "RFC 9110 15.2", INTERIM_ONLY, incomplete()),
                hungUp(ending, "in the status line", "RFC 9112 8", IN_STATUS_LINE, incomplete()),
                hungUp(ending, "in the header", "RFC 9112 8", IN_HEADER, incomplete())));
  }

  private static Arguments hungUp(
      Ending ending, String where, String reason, Seen seen, List<Wish> wishes) {
    List<Wish> defaults = seen.received() > 0 ? all(NO) : wishes;
    return row(ending + ", " + where, reason, hangUp(ending), seen, defaults, wishes);
  }

  /** The server never had the request. */
  private static List<Wish> never() {
    return wishes(NOW, NOW, LATER, LATER);
  }

  /** It may have had it. */
  private static List<Wish> race() {
    return wishes(NOW, NO, LATER, NO);
  }

  /** It had begun to answer. */
  private static List<Wish> incomplete() {
    return wishes(LATER, NO, LATER, NO);
  }

  private static Stream<Arguments> answersAndFaults() {
    return Stream.of(
        row(
            "response time-out",
            "it may be at work still",
            e -> new ResponseTimeoutException("", e),
            ALL_SENT,
            all(NO),
            wishes(LATER, NO, LATER, NO)),
        row(
            "time-out, nothing written",
            "a limit should hold",
            e -> new ResponseTimeoutException("", e),
            NO_OCTET_SENT,
            all(NO),
            all(LATER)),
        row(
            "time-out in the body",
            "the caller has the head",
            e -> new ResponseTimeoutException("", e),
            IN_BODY,
            all(NO),
            all(NO)),
        row(
            "body cut",
            "the caller has the head, RFC 9112 8",
            e -> new TruncatedBodyException("", e),
            IN_BODY,
            all(NO),
            all(NO)),
        row(
            "malformed",
            "an answer of sorts",
            e -> new MalformedResponseException("", e),
            IN_HEADER,
            all(NO),
            all(NO)),
        row(
            "TLS broke",
            "an attack or a bug",
            e -> new TlsFailureException("", e),
            ALL_SENT,
            all(NO),
            all(NO)),
        row(
            "publisher failed",
            "the caller's",
            e -> new RequestBodyException("", e),
            HEAD_SENT,
            all(NO),
            all(NO)),
        row(
            "subscriber failed",
            "the caller's",
            e -> new ResponseBodyException("", e),
            IN_BODY,
            all(NO),
            all(NO)),
        row(
            "closed",
            "the caller's wish",
            e -> new ClientClosedException("", e),
            NO_OCTET_SENT,
            all(NO),
            all(NO)));
  }

  private static Decision decide(
      ExchangeFailure failure, Repeatability request, Tries tries, Retries retries) {
    return RetryRule.decide(new Outcome.Failed(failure), request, tries, retries);
  }

  private static Wish wish(Decision decision) {
    return switch (decision) {
      case SendAgainNow now -> NOW;
      case SendAgainLater later -> LATER;
      case Keep keep -> NO;
    };
  }

  private static List<Wish> columns(Function<Boolean, Function<Repeatability, Decision>> decided) {
    return Stream.of(true, false)
        .flatMap(reused ->
            Stream.of(GET, POST).map(request -> wish(decided.apply(reused).apply(request))))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("failures")
  void afterAFailure(
      Function<ExchangeEvidence, ExchangeFailure> made,
      Seen seen,
      List<Wish> defaults,
      List<Wish> everything) {
    assertThat(
            columns(reused ->
                request -> decide(made.apply(seen.evidence(reused)), request, Tries.ONE, DEFAULTS)))
        .isEqualTo(defaults);
    assertThat(
            columns(reused ->
                request ->
                    decide(made.apply(seen.evidence(reused)), request, Tries.ONE, EVERYTHING)))
        .isEqualTo(everything);
  }

  @ParameterizedTest
  @MethodSource("failures")
  void theRaceIsMadeGoodOnce(
      Function<ExchangeEvidence, ExchangeFailure> made,
      Seen seen,
      List<Wish> defaults,
      List<Wish> everything) {
    List<Wish> second =
        columns(reused ->
            request ->
                decide(made.apply(seen.evidence(reused)), request, Tries.ONE.now(), DEFAULTS));
    assertThat(second)
        .isEqualTo(defaults.stream().map(first -> first == NOW ? LATER : first).toList());
    assertThat(everything).hasSize(4);
  }

  @ParameterizedTest
  @MethodSource("failures")
  void neverMoreOftenThanConfigured(
      Function<ExchangeEvidence, ExchangeFailure> made,
      Seen seen,
      List<Wish> defaults,
      List<Wish> everything) {
    for (Tries last : List.of(Tries.ONE.later().later(), Tries.ONE.now().later()))
      assertThat(
              columns(reused ->
                  request -> decide(made.apply(seen.evidence(reused)), request, last, EVERYTHING)))
          .isEqualTo(all(NO));
    assertThat(
            columns(reused ->
                request ->
                    decide(made.apply(seen.evidence(reused)), request, Tries.ONE, Retries.off())))
        .isEqualTo(all(NO));
    assertThat(
            columns(reused ->
                request ->
                    decide(
                        made.apply(seen.evidence(reused)), request, Tries.ONE, Retries.raceOnly())))
        .isEqualTo(defaults.stream().map(wish -> wish == LATER ? NO : wish).toList());
    assertThat(everything).hasSize(4);
  }

  @ParameterizedTest
  @MethodSource("failures")
  void neverWithABodyThatCannotBePublishedAgain(
      Function<ExchangeEvidence, ExchangeFailure> made,
      Seen seen,
      List<Wish> defaults,
      List<Wish> everything) {
    Repeatability oneShot = new Repeatability(true, false, false);
    for (boolean reused : new boolean[] {true, false}) {
      ExchangeFailure failure = made.apply(seen.evidence(reused));
      assertThat(decide(failure, oneShot, Tries.ONE, EVERYTHING)).isInstanceOf(Keep.class);
      Wish untouched = wish(decide(failure, oneShot.untouched(), Tries.ONE, EVERYTHING));
      assertThat(untouched).isEqualTo(everything.get(reused ? 0 : 2));
    }
    assertThat(defaults).hasSize(4);
  }

  private static Arguments status(
      int status, String reason, List<Wish> defaults, List<Wish> everything) {
    return arguments(named(status + " (" + reason + ")", status), defaults, everything);
  }

  static Stream<Arguments> statuses() {
    List<Wish> idempotentLater = wishes(LATER, NO, LATER, NO);
    return Stream.of(
        status(200, "an answer", all(NO), all(NO)),
        status(400, "an answer", all(NO), all(NO)),
        status(401, "the credentials' affair", all(NO), all(NO)),
        status(
            408,
            "idle limit of the server, RFC 9110 15.5.9",
            wishes(NOW, NO, NO, NO),
            wishes(NOW, NO, LATER, NO)),
        status(409, "an answer", all(NO), all(NO)),
        status(413, "an answer", all(NO), all(NO)),
        status(417, "depends on the expectation, RFC 9110 10.1.1", all(NO), all(NO)),
        status(
            421,
            "another connection may do, RFC 9110 15.5.20",
            wishes(NOW, NOW, NO, NO),
            wishes(NOW, NOW, LATER, LATER)),
        status(422, "an answer", all(NO), all(NO)),
        status(425, "RFC 8470 5.2", wishes(NOW, NO, NOW, NO), wishes(NOW, NO, NOW, NO)),
        status(429, "RFC 6585 4", all(NO), idempotentLater),
        status(500, "an answer", all(NO), all(NO)),
        status(502, "a gateway may have forwarded it", all(NO), idempotentLater),
        status(503, "RFC 9110 15.6.4", all(NO), idempotentLater),
        status(504, "a gateway may have forwarded it", all(NO), idempotentLater));
  }

  private static Decision decide(
      int status,
      boolean reused,
      boolean sent,
      Repeatability request,
      Tries tries,
      Retries retries) {
    Outcome outcome = new Outcome.Answered(status, reused, sent, Optional.empty());
    return RetryRule.decide(outcome, request, tries, retries);
  }

  @ParameterizedTest
  @MethodSource("statuses")
  void afterAnAnswer(int status, List<Wish> defaults, List<Wish> everything) {
    assertThat(
            columns(
                reused -> request -> decide(status, reused, true, request, Tries.ONE, DEFAULTS)))
        .isEqualTo(defaults);
    assertThat(
            columns(
                reused -> request -> decide(status, reused, true, request, Tries.ONE, EVERYTHING)))
        .isEqualTo(everything);
  }

  @ParameterizedTest
  @MethodSource("statuses")
  void anAnswerIsRepeatedAtOnceOnlyOnceAndNeverBeyondTheAttempts(
      int status, List<Wish> defaults, List<Wish> everything) {
    assertThat(
            columns(reused ->
                request -> decide(status, reused, true, request, Tries.ONE.now(), DEFAULTS)))
        .isEqualTo(all(NO));
    Tries last = Tries.ONE.later().later();
    assertThat(
            columns(reused -> request -> decide(status, reused, true, request, last, EVERYTHING)))
        .isEqualTo(all(NO));
    assertThat(defaults).hasSameSizeAs(everything);
  }

  @ParameterizedTest
  @MethodSource("statuses")
  void anAnswerToHalfARequestMeansAnythingOnlyIfItIs408(
      int status, List<Wish> defaults, List<Wish> everything) {
    List<Wish> expected = status == 408 ? wishes(NOW, NOW, LATER, LATER) : everything;
    assertThat(
            columns(
                reused -> request -> decide(status, reused, false, request, Tries.ONE, EVERYTHING)))
        .isEqualTo(expected);
    assertThat(defaults).hasSize(4);
  }

  @ParameterizedTest
  @MethodSource("statuses")
  void noAnswerIsRepeatedWithABodyThatCannotBePublishedAgain(
      int status, List<Wish> defaults, List<Wish> everything) {
    Repeatability oneShot = new Repeatability(true, false, false);
    assertThat(decide(status, true, true, oneShot, Tries.ONE, EVERYTHING)).isInstanceOf(Keep.class);
    assertThat(defaults).hasSameSizeAs(everything);
  }

  @Test
  void aKeyedRepetitionWaitsForTheEarlierAttemptThatIsAtWorkStill() {
    assertThat(decide(409, false, true, KEYED, Tries.ONE, DEFAULTS)).isEqualTo(Keep.FINAL);
    assertThat(decide(409, false, true, KEYED, Tries.ONE.later(), DEFAULTS))
        .isEqualTo(new SendAgainLater(false, Duration.ZERO));
    assertThat(decide(409, false, true, GET, Tries.ONE.later(), DEFAULTS)).isEqualTo(Keep.FINAL);
  }

  @Test
  void whatTheServerAsksForIsPassedOnAnd429WaitsLonger() {
    Retries wished = DEFAULTS.withStatuses(Set.of(429, 500, 503));
    Outcome asks = new Outcome.Answered(503, false, true, Optional.of(Duration.ofSeconds(7)));
    assertThat(RetryRule.decide(asks, GET, Tries.ONE, wished))
        .isEqualTo(new SendAgainLater(false, Duration.ofSeconds(7)));
    assertThat(decide(429, false, true, GET, Tries.ONE, wished))
        .isEqualTo(new SendAgainLater(true, Duration.ZERO));
    assertThat(decide(500, false, true, GET, Tries.ONE, wished))
        .isEqualTo(new SendAgainLater(false, Duration.ZERO));
  }

  @Test
  void theReasonForKeepingIsTold() {
    HangUpException lost = new HangUpException("", Ending.FIN, ALL_SENT.evidence(false));
    assertThat(decide(lost, POST, Tries.ONE, DEFAULTS)).isEqualTo(Keep.NOT_REPEATABLE);
    assertThat(decide(lost, new Repeatability(true, false, false), Tries.ONE, DEFAULTS))
        .isEqualTo(Keep.NOT_REPLAYABLE);
    assertThat(decide(lost, GET, Tries.ONE, Retries.raceOnly())).isEqualTo(Keep.NOT_CONFIGURED);
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
    ExchangeFailure silent = hangUp(Ending.TIMED_OUT).apply(seen.evidence(true));
    assertThat(RetryRule.lostTheRace(silent)).isFalse();
  }

  /** It gave up on the request, and not on an idle connection. */
  @Test
  void aHangUpLongAfterTheRequestIsNoRace() {
    Duration none = Duration.ZERO;
    ExchangeEvidence evidence =
        new ExchangeEvidence(
            "GET http://a.example",
            1,
            ExchangeStage.AWAITING_RESPONSE,
            true,
            Duration.ofSeconds(40),
            Duration.ofMillis(300),
            none,
            Duration.ofSeconds(30),
            100,
            0,
            ServerActed.MAYBE);
    HangUpException late = new HangUpException("", Ending.FIN, evidence);

    assertThat(RetryRule.lostTheRace(late)).isFalse();
    assertThat(decide(late, GET, Tries.ONE, DEFAULTS))
        .isEqualTo(new SendAgainLater(false, Duration.ZERO));
    assertThat(decide(late, GET, Tries.ONE, Retries.raceOnly())).isInstanceOf(Keep.class);
    assertThat(decide(late, POST, Tries.ONE, DEFAULTS)).isEqualTo(Keep.NOT_REPEATABLE);
  }

  static List<Seen> underway() {
    return List.of(
        NO_OCTET_SENT, HALF_A_HEAD_SENT, ALL_SENT, INTERIM_ONLY, IN_STATUS_LINE, IN_HEADER);
  }
}
