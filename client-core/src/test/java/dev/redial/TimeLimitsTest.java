package dev.redial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class TimeLimitsTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  @Test
  void noPhaseHasALimitOfItsOwn() {
    assertThat(TimeLimits.none().tlsHandshake()).isEmpty();
    assertThat(TimeLimits.none().responseHead()).isEmpty();
    assertThat(TimeLimits.none().bodyRead()).isEmpty();
  }

  @Test
  void aLimitLeavesTheOthersAlone() {
    TimeLimits all =
        TimeLimits.none()
            .withTlsHandshake(SECOND)
            .withResponseHead(Duration.ofSeconds(2))
            .withBodyRead(Duration.ofSeconds(3));

    assertThat(all.tlsHandshake()).contains(SECOND);
    assertThat(all.responseHead()).contains(Duration.ofSeconds(2));
    assertThat(all.bodyRead()).contains(Duration.ofSeconds(3));
    assertThat(all.withBodyRead(SECOND).responseHead()).contains(Duration.ofSeconds(2));
    assertThat(TimeLimits.none().bodyRead()).isEmpty();
  }

  @Test
  void aBadLimitIsNamed() {
    List<Function<Duration, TimeLimits>> setters =
        List.of(
            TimeLimits.none()::withTlsHandshake,
            TimeLimits.none()::withResponseHead,
            TimeLimits.none()::withBodyRead);
    List<String> names = List.of("tlsHandshake", "responseHead", "bodyRead");
    for (int i = 0; i < names.size(); i++) {
      Function<Duration, TimeLimits> setter = setters.get(i);
      for (Duration bad : List.of(Duration.ZERO, Duration.ofMillis(-1)))
        assertThatThrownBy(() -> setter.apply(bad))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage(names.get(i) + " must be more than zero: " + bad);
      assertThatThrownBy(() -> setter.apply(null))
          .isInstanceOf(NullPointerException.class)
          .hasMessage(names.get(i));
    }
  }
}
