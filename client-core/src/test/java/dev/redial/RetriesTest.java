package dev.redial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class RetriesTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final HttpRequest REQUEST =
      HttpRequest.newBuilder(URI.create("http://a.example/x"))
          .timeout(SECOND)
          .expectContinue(true)
          .header("A", "b")
          .version(java.net.http.HttpClient.Version.HTTP_1_1)
          .POST(BodyPublishers.ofString("body"))
          .build();

  private static Arguments bad(UnaryOperator<Retries> change, String message) {
    return Arguments.arguments(change, message);
  }

  static Stream<Arguments> badValues() {
    Duration zero = Duration.ZERO;
    return Stream.of(
        bad(r -> r.withMaxAttempts(0), "maxAttempts must be at least 1: 0"),
        bad(r -> r.withStatuses(Set.of(503, 200)), "statuses must be 400 to 599: 200"),
        bad(r -> r.withStatuses(Set.of(600)), "statuses must be 400 to 599: 600"),
        bad(r -> r.withBackoff(zero, SECOND, SECOND), "backoff must be more than zero: PT0S"),
        bad(
            r -> r.withBackoff(SECOND, SECOND.negated(), SECOND),
            "throttledBackoff must be more than zero: PT-1S"),
        bad(r -> r.withBackoff(SECOND, SECOND, zero), "maxBackoff must be more than zero: PT0S"),
        bad(
            r -> r.withBackoff(SECOND, SECOND, Duration.ofMillis(1)),
            "maxBackoff must not be shorter than backoff: PT0.001S < PT1S"),
        bad(
            r -> r.withBackoff(Duration.ofMillis(1), SECOND, Duration.ofMillis(2)),
            "maxBackoff must not be shorter than throttledBackoff: PT0.002S < PT1S"),
        bad(
            r -> r.withMaxRetryAfter(SECOND.negated()),
            "maxRetryAfter must not be negative: PT-1S"),
        bad(r -> r.withBudget(-0.1, 1), "budgetRatio must be between 0 and 10: -0.1"),
        bad(r -> r.withBudget(Double.NaN, 1), "budgetRatio must be between 0 and 10: NaN"),
        bad(r -> r.withBudget(11, 1), "budgetRatio must be between 0 and 10: 11.0"),
        bad(r -> r.withBudget(1, -1), "budgetReserve must not be negative: -1"),
        bad(r -> r.withAttemptHeader(""), "attemptHeader is not a header name: \"\""),
        bad(r -> r.withAttemptHeader("a\r\nb"), "attemptHeader is not a header name: \"a??b\""),
        bad(
            r -> r.withAttemptHeader("Host"),
            "attemptHeader is a header of the client's own: Host"),
        bad(
            r -> r.withAttemptHeader("Authorization"),
            "attemptHeader is a header of the client's own: Authorization"));
  }

  @Test
  void whatIsMissingIsNamed() {
    Retries defaults = Retries.defaults();
    assertThatThrownBy(() -> defaults.withStatuses(null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("statuses");
    assertThatThrownBy(() -> defaults.withAttemptHeader(null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("attemptHeader");
  }

  @ParameterizedTest
  @MethodSource("badValues")
  void aBadValueIsNamed(UnaryOperator<Retries> change, String message) {
    assertThatThrownBy(() -> change.apply(Retries.defaults()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void eachChangeLeavesTheRestAlone() {
    Retries all =
        Retries.defaults()
            .withMaxAttempts(5)
            .withFailures(false)
            .withStatuses(Retries.TRANSIENT_STATUSES)
            .withTimeouts(true)
            .withCutHeads(true)
            .withResetsAsUnread(true)
            .withBackoff(SECOND, SECOND.multipliedBy(2), SECOND.multipliedBy(3))
            .withMaxRetryAfter(SECOND.multipliedBy(4))
            .withBudget(0.5, 7)
            .withRepeatable(request -> true)
            .withAttemptHeader("X-Attempt");
    assertThat(all.maxAttempts()).isEqualTo(5);
    assertThat(all.failures()).isFalse();
    assertThat(all.statuses()).isEqualTo(Retries.TRANSIENT_STATUSES);
    assertThat(all.timeouts()).isTrue();
    assertThat(all.cutHeads()).isTrue();
    assertThat(Retries.defaults().cutHeads()).isFalse();
    assertThat(all.resetsAsUnread()).isTrue();
    assertThat(Retries.defaults().resetsAsUnread()).isFalse();
    assertThat(all.backoff()).isEqualTo(SECOND);
    assertThat(all.throttledBackoff()).isEqualTo(SECOND.multipliedBy(2));
    assertThat(all.maxBackoff()).isEqualTo(SECOND.multipliedBy(3));
    assertThat(all.maxRetryAfter()).isEqualTo(SECOND.multipliedBy(4));
    assertThat(all.budgetRatio()).isEqualTo(0.5);
    assertThat(all.budgetReserve()).isEqualTo(7);
    assertThat(all.repeatable().test(REQUEST)).isTrue();
    assertThat(all.attemptHeader()).contains("X-Attempt");
  }

  @Test
  void withoutConfigurationNoAnswerIsRepeated() {
    assertThat(Retries.defaults().statuses()).isEmpty();
    assertThat(Retries.defaults().maxAttempts()).isEqualTo(3);
    assertThat(Retries.off().maxAttempts()).isEqualTo(1);
    assertThat(Retries.raceOnly().maxAttempts()).isEqualTo(2);
    assertThat(Retries.raceOnly().failures()).isFalse();
  }

  @Test
  void aRequestCarriesItsOwn() {
    HttpRequest carrier = Retries.off().forRequest(REQUEST);
    assertThat(Retries.of(carrier)).contains(Retries.off());
    assertThat(Retries.of(REQUEST)).isEmpty();
    assertThat(carrier).isEqualTo(REQUEST).hasToString(REQUEST.toString());
    assertThat(carrier.method()).isEqualTo("POST");
    assertThat(carrier.uri()).isEqualTo(REQUEST.uri());
    assertThat(carrier.headers()).isEqualTo(REQUEST.headers());
    assertThat(carrier.timeout()).contains(SECOND);
    assertThat(carrier.expectContinue()).isTrue();
    assertThat(carrier.version()).isEqualTo(REQUEST.version());
    assertThat(carrier.bodyPublisher()).isEqualTo(REQUEST.bodyPublisher());
  }

  @Test
  void theLastOneThatARequestWasGivenCounts() {
    HttpRequest carrier = Retries.raceOnly().forRequest(Retries.off().forRequest(REQUEST));
    assertThat(Retries.of(carrier)).contains(Retries.raceOnly());
  }
}
