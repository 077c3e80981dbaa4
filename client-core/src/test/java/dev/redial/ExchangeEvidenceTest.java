package dev.redial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ExchangeEvidenceTest {
  private static ExchangeEvidence evidence(int attempt, long sent, long received) {
    return new ExchangeEvidence(
        "GET http://a.example",
        attempt,
        ExchangeStage.AWAITING_RESPONSE,
        true,
        Duration.ofMillis(61_002),
        Duration.ofMillis(4_250),
        sent,
        received,
        ServerActed.MAYBE);
  }

  @Test
  void aReusedConnectionReadsAlone() {
    assertThat(evidence(2, 80, 0))
        .hasToString(
            "GET http://a.example, attempt 2, reused connection, idle 4.250 s, open 61.002 s, elapsed 0.000 s, 80 bytes sent, 0 received, server acted: MAYBE");
  }

  @Test
  void aFreshConnectionHasNoIdleTime() {
    ExchangeEvidence fresh =
        new ExchangeEvidence(
            "GET http://a.example",
            1,
            ExchangeStage.BODY,
            false,
            Duration.ofNanos(999_999),
            Duration.ZERO,
            Duration.ZERO,
            Duration.ofMillis(1_234),
            80,
            Long.MAX_VALUE,
            ServerActed.YES);

    assertThat(fresh)
        .hasToString(
            "GET http://a.example, attempt 1, fresh connection, open 0.000 s, elapsed 1.234 s, 80 bytes sent, 9223372036854775807 received, server acted: YES");
  }

  @Test
  void theServerWasAtWorkAfterMoreThanASecond() {
    assertThat(after(Duration.ZERO).mayPrecedeRequest()).isTrue();
    assertThat(after(Duration.ofSeconds(1)).mayPrecedeRequest()).isTrue();
    assertThat(after(Duration.ofNanos(1_000_000_001)).mayPrecedeRequest()).isFalse();
    assertThatThrownBy(() -> after(null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("elapsed");
  }

  private static ExchangeEvidence after(@Nullable Duration elapsed) {
    Duration none = Duration.ZERO;
    return new ExchangeEvidence(
        "", 1, ExchangeStage.SENDING, true, none, none, none, elapsed, 0, 0, ServerActed.NO);
  }

  @Test
  void withoutAConnectionNothingWasSent() {
    assertThat(ExchangeEvidence.withoutConnection("GET http://a.example", ExchangeStage.RESOLVING))
        .hasToString("GET http://a.example, attempt 1, no request sent, server acted: NO");
  }

  @ParameterizedTest
  @EnumSource(ExchangeStage.class)
  void everyStageIsToldInOneLine(ExchangeStage stage) {
    ExchangeEvidence told = ExchangeEvidence.withoutConnection("GET http://a.example", stage);

    assertThat(told.stage()).isEqualTo(stage);
    assertThat(told.toString())
        .startsWith("GET http://a.example, ")
        .doesNotContain("\n")
        .endsWith("server acted: NO");
    assertThat(told.toString().contains("no request sent"))
        .isEqualTo(stage.compareTo(ExchangeStage.SENDING) < 0);
  }

  @Test
  void theLineIsTheSameInEveryLocale() {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
      assertThat(evidence(2, 80, 0).toString()).contains("idle 4.250 s");
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void aBadValueIsNamed() {
    assertThatThrownBy(() -> evidence(0, 0, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("attempt")
        .hasMessageContaining("0");
    assertThatThrownBy(() -> evidence(1, -7, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("bytesSent")
        .hasMessageContaining("-7");
    assertThatThrownBy(() -> evidence(1, 0, -8))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("bytesReceived")
        .hasMessageContaining("-8");
  }

  @Test
  void nullIsNamed() {
    ExchangeStage stage = ExchangeStage.BODY;
    Duration none = Duration.ZERO;
    ServerActed no = ServerActed.NO;

    assertThatThrownBy(() -> new ExchangeEvidence(null, 1, stage, false, none, none, 0, 0, no))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("request");
    assertThatThrownBy(() -> new ExchangeEvidence("", 1, null, false, none, none, 0, 0, no))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("stage");
    assertThatThrownBy(() -> new ExchangeEvidence("", 1, stage, false, null, none, 0, 0, no))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("age");
    assertThatThrownBy(() -> new ExchangeEvidence("", 1, stage, false, none, null, 0, 0, no))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("idle");
    assertThatThrownBy(() -> new ExchangeEvidence("", 1, stage, false, none, none, 0, 0, null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("serverActed");
  }
}
