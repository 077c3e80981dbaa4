package dev.redial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.time.Duration;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PoolLimitsTest {
  private static final PoolLimits DEFAULTS = PoolLimits.defaults();

  @Test
  void theDefaultsAreThoseThatAreDocumented() {
    assertThat(DEFAULTS).isEqualTo(new PoolLimits(10_000, 1_000, 100_000, Duration.ofSeconds(30)));
  }

  @Test
  void eachValueCanBeChangedAlone() {
    Duration other = Duration.ofNanos(1);

    assertThat(DEFAULTS.withMaxConnections(2_000))
        .isEqualTo(new PoolLimits(2_000, 1_000, 100_000, DEFAULTS.acquireTimeout()));
    assertThat(DEFAULTS.withMaxPerOrigin(10_000))
        .isEqualTo(new PoolLimits(10_000, 10_000, 100_000, DEFAULTS.acquireTimeout()));
    assertThat(DEFAULTS.withMaxWaitersPerOrigin(0))
        .isEqualTo(new PoolLimits(10_000, 1_000, 0, DEFAULTS.acquireTimeout()));
    assertThat(DEFAULTS.withAcquireTimeout(other))
        .isEqualTo(new PoolLimits(10_000, 1_000, 100_000, other));
  }

  @Test
  void fewerConnectionsInTotalMeanFewerPerOrigin() {
    assertThat(DEFAULTS.withMaxConnections(1))
        .isEqualTo(new PoolLimits(1, 1, 100_000, DEFAULTS.acquireTimeout()));
  }

  private static Arguments bad(String names, String value, Supplier<PoolLimits> made) {
    return arguments(names, value, made);
  }

  static Stream<Arguments> badValues() {
    return Stream.of(
        bad("maxConnections", "0", () -> DEFAULTS.withMaxConnections(0)),
        bad("maxConnections", "-2147483648", () -> DEFAULTS.withMaxConnections(Integer.MIN_VALUE)),
        bad("maxPerOrigin", "0", () -> DEFAULTS.withMaxPerOrigin(0)),
        bad("maxPerOrigin", "10001 > 10000", () -> DEFAULTS.withMaxPerOrigin(10_001)),
        bad("maxWaitersPerOrigin", "-1", () -> DEFAULTS.withMaxWaitersPerOrigin(-1)),
        bad("acquireTimeout", "PT0S", () -> DEFAULTS.withAcquireTimeout(Duration.ZERO)),
        bad(
            "acquireTimeout",
            "PT-0.001S",
            () -> DEFAULTS.withAcquireTimeout(Duration.ofMillis(-1))));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("badValues")
  void aBadValueIsNamed(String names, String value, Supplier<PoolLimits> made) {
    assertThatThrownBy(made::get)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(names)
        .hasMessageContaining(value);
  }

  @Test
  void nullIsNamed() {
    assertThatThrownBy(() -> DEFAULTS.withAcquireTimeout(null))
        .isInstanceOf(NullPointerException.class)
        .hasMessageContaining("acquireTimeout");
  }
}
