package dev.redial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeepAliveTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final KeepAlive DEFAULTS = KeepAlive.defaults();

  @Test
  void theDefaultsAreThoseThatAreDocumented() {
    assertThat(DEFAULTS)
        .isEqualTo(
            new KeepAlive(
                true,
                Duration.ofSeconds(30),
                SECOND,
                Duration.ofMinutes(10),
                Duration.ofSeconds(60),
                Duration.ofSeconds(15),
                4,
                Map.of()));
  }

  @Test
  void offIsTheDefaultsWithoutReuse() {
    assertThat(KeepAlive.off().enabled()).isFalse();
    assertThat(KeepAlive.off().idleLimit()).isEqualTo(DEFAULTS.idleLimit());
    assertThat(KeepAlive.off().tcpProbes()).isEqualTo(DEFAULTS.tcpProbes());
  }

  @Test
  void eachValueCanBeChangedAlone() {
    Duration other = Duration.ofSeconds(20);

    assertThat(DEFAULTS.withIdleLimit(other))
        .isEqualTo(
            new KeepAlive(
                true,
                other,
                SECOND,
                DEFAULTS.lifetimeLimit(),
                DEFAULTS.tcpIdle(),
                DEFAULTS.tcpInterval(),
                4,
                Map.of()));
    assertThat(DEFAULTS.withUnrepeatableIdleLimit(other))
        .isEqualTo(
            new KeepAlive(
                true,
                DEFAULTS.idleLimit(),
                other,
                DEFAULTS.lifetimeLimit(),
                DEFAULTS.tcpIdle(),
                DEFAULTS.tcpInterval(),
                4,
                Map.of()));
    assertThat(DEFAULTS.withLifetimeLimit(other))
        .isEqualTo(
            new KeepAlive(
                true,
                DEFAULTS.idleLimit(),
                SECOND,
                other,
                DEFAULTS.tcpIdle(),
                DEFAULTS.tcpInterval(),
                4,
                Map.of()));
    assertThat(DEFAULTS.withTcpKeepAlive(SECOND, other, 127))
        .isEqualTo(
            new KeepAlive(
                true,
                DEFAULTS.idleLimit(),
                SECOND,
                DEFAULTS.lifetimeLimit(),
                SECOND,
                other,
                127,
                Map.of()));
    assertThat(KeepAlive.off().withIdleLimit(other).enabled()).isFalse();
  }

  @Test
  void aShorterIdleLimitTakesTheOtherOneAlong() {
    KeepAlive brief = DEFAULTS.withIdleLimit(Duration.ofMillis(200));

    assertThat(brief.unrepeatableIdleLimit()).isEqualTo(Duration.ofMillis(200));
  }

  @Test
  void theBoundsAreInclusive() {
    Duration longest = Duration.ofSeconds(32767);

    assertThat(DEFAULTS.withTcpKeepAlive(longest, longest, 1).tcpIdle()).isEqualTo(longest);
    assertThat(DEFAULTS.withUnrepeatableIdleLimit(DEFAULTS.idleLimit()).unrepeatableIdleLimit())
        .isEqualTo(DEFAULTS.idleLimit());
    assertThat(DEFAULTS.withIdleLimit(SECOND).unrepeatableIdleLimit()).isEqualTo(SECOND);
  }

  @Test
  void requestsThatMustNotBeSentTwiceMayAlwaysGetAFreshConnection() {
    assertThat(DEFAULTS.withUnrepeatableIdleLimit(Duration.ZERO).unrepeatableIdleLimit()).isZero();
  }

  private static Arguments bad(String names, String value, Supplier<KeepAlive> made) {
    return arguments(names, value, made);
  }

  private static Arguments none(String names, Supplier<KeepAlive> made) {
    return arguments(names, made);
  }

  static Stream<Arguments> badValues() {
    return Stream.of(
        bad("idleLimit", "PT0S", () -> DEFAULTS.withIdleLimit(Duration.ZERO)),
        bad("idleLimit", "PT-1S", () -> DEFAULTS.withIdleLimit(SECOND.negated())),
        bad(
            "unrepeatableIdleLimit",
            "PT-1S",
            () -> DEFAULTS.withUnrepeatableIdleLimit(SECOND.negated())),
        bad(
            "unrepeatableIdleLimit",
            "PT31S",
            () -> DEFAULTS.withUnrepeatableIdleLimit(Duration.ofSeconds(31))),
        bad("idleLimit", "PT30S", () -> DEFAULTS.withUnrepeatableIdleLimit(Duration.ofSeconds(31))),
        bad("lifetimeLimit", "PT0S", () -> DEFAULTS.withLifetimeLimit(Duration.ZERO)),
        bad("tcpIdle", "PT0S", () -> DEFAULTS.withTcpKeepAlive(Duration.ZERO, SECOND, 1)),
        bad(
            "tcpIdle",
            "PT1.5S",
            () -> DEFAULTS.withTcpKeepAlive(Duration.ofMillis(1500), SECOND, 1)),
        bad(
            "tcpIdle",
            "PT9H6M8S",
            () -> DEFAULTS.withTcpKeepAlive(Duration.ofSeconds(32768), SECOND, 1)),
        bad("tcpInterval", "PT-1S", () -> DEFAULTS.withTcpKeepAlive(SECOND, SECOND.negated(), 1)),
        bad(
            "tcpInterval",
            "PT0.9S",
            () -> DEFAULTS.withTcpKeepAlive(SECOND, Duration.ofMillis(900), 1)),
        bad("tcpProbes", "0", () -> DEFAULTS.withTcpKeepAlive(SECOND, SECOND, 0)),
        bad("tcpProbes", "128", () -> DEFAULTS.withTcpKeepAlive(SECOND, SECOND, 128)));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("badValues")
  void aBadValueIsNamed(String names, String value, Supplier<KeepAlive> made) {
    assertThatThrownBy(made::get)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(names)
        .hasMessageContaining(value);
  }

  static Stream<Arguments> nulls() {
    return Stream.of(
        none("idleLimit", () -> DEFAULTS.withIdleLimit(null)),
        none("unrepeatableIdleLimit", () -> DEFAULTS.withUnrepeatableIdleLimit(null)),
        none("lifetimeLimit", () -> DEFAULTS.withLifetimeLimit(null)),
        none("tcpIdle", () -> DEFAULTS.withTcpKeepAlive(null, SECOND, 1)),
        none("tcpInterval", () -> DEFAULTS.withTcpKeepAlive(SECOND, null, 1)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("nulls")
  void nullIsNamed(String names, Supplier<KeepAlive> made) {
    assertThatThrownBy(made::get)
        .isInstanceOf(NullPointerException.class)
        .hasMessageContaining(names);
  }

  @Test
  void knownLimitsAddUp() {
    KeepAlive known =
        DEFAULTS
            .withKnownLimit(URI.create("HTTP://Example.com:80/"), SECOND)
            .withKnownLimit(URI.create("https://[::1]:8443"), Duration.ZERO)
            .withIdleLimit(SECOND)
            .withUnrepeatableIdleLimit(SECOND)
            .withLifetimeLimit(SECOND)
            .withTcpKeepAlive(SECOND, SECOND, 4);
    assertThat(known.knownLimits())
        .containsOnly(
            Map.entry(URI.create("http://example.com"), SECOND),
            Map.entry(URI.create("https://[::1]:8443"), Duration.ZERO));
    assertThat(known.withKnownLimit(URI.create("http://example.com"), Duration.ZERO).knownLimits())
        .containsEntry(URI.create("http://example.com"), Duration.ZERO);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "example.com",
        "/path",
        "ftp://example.com",
        "http:opaque",
        "http://user@example.com",
        "http://example.com/path",
        "http://example.com?query",
        "http://example.com:0",
        "http://example.com:65536",
        "http://example.com#fragment"
      })
  void aKnownLimitIsForAnOriginAlone(String origin) {
    assertThatThrownBy(() -> DEFAULTS.withKnownLimit(URI.create(origin), SECOND))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "a known limit is for an origin such as https://example.com:8443, nothing else: "
                + origin);
  }

  @Test
  void aKnownLimitIsNotNegative() {
    URI origin = URI.create("http://example.com");
    assertThatThrownBy(() -> DEFAULTS.withKnownLimit(origin, SECOND.negated()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the known limit of http://example.com must not be negative: PT-1S");
  }
}
