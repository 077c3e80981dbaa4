package dev.redial.internal.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.redial.ResponseLimits;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** One property at a time: a value, and what it comes to. */
class SystemPropertiesTest {
  private static final String CLIENT = "jdk.httpclient.";

  private static Arguments row(
      String name, String value, Function<SystemProperties, Object> part, Object expected) {
    return arguments(name, value, part, expected);
  }

  static Stream<Arguments> rows() {
    return Stream.of(
            numbers(),
            flags(),
            names("jdk.http.auth.tunneling.disabledSchemes", SystemProperties::disabledTunneling),
            names("jdk.http.auth.proxying.disabledSchemes", SystemProperties::disabledForwarding),
            names(CLIENT + "allowRestrictedHeaders", SystemProperties::allowedHeaders))
        .flatMap(rows -> rows);
  }

  private static Stream<Arguments> numbers() {
    return Stream.of(
        row(CLIENT + "keepalive.timeout", "7", p -> p.idleLimit(), seconds(7)),
        row(CLIENT + "keepalive.timeout", " 7 ", p -> p.idleLimit(), seconds(7)),
        row(CLIENT + "keepalive.timeout", "0", p -> p.idleLimit(), seconds(0)),
        row(CLIENT + "keepalive.timeout", "-1", p -> p.idleLimit(), Optional.empty()),
        row(CLIENT + "keepalive.timeout", "7s", p -> p.idleLimit(), Optional.empty()),
        row(CLIENT + "keepalive.timeout", "", p -> p.idleLimit(), Optional.empty()),
        row(CLIENT + "keepalive.timeout", "99999999999", p -> p.idleLimit(), Optional.empty()),
        row(CLIENT + "connectionPoolSize", "3", p -> p.maxIdle(), 3),
        row(CLIENT + "connectionPoolSize", "0", p -> p.maxIdle(), SystemProperties.UNLIMITED),
        row(CLIENT + "connectionPoolSize", "-3", p -> p.maxIdle(), SystemProperties.UNLIMITED),
        row(CLIENT + "connectionPoolSize", "x", p -> p.maxIdle(), SystemProperties.UNLIMITED),
        row(CLIENT + "redirects.retrylimit", "2", p -> p.maxRedirects(), 2),
        row(CLIENT + "redirects.retrylimit", "0", p -> p.maxRedirects(), 0),
        row(CLIENT + "redirects.retrylimit", "-2", p -> p.maxRedirects(), 5),
        row(CLIENT + "redirects.retrylimit", "two", p -> p.maxRedirects(), 5),
        row(CLIENT + "auth.retrylimit", "1", p -> p.maxAuthTries(), 1),
        row(CLIENT + "auth.retrylimit", "-1", p -> p.maxAuthTries(), 3),
        row(CLIENT + "auth.retrylimit", "1.5", p -> p.maxAuthTries(), 3),
        row(CLIENT + "maxNonFinalResponses", "2", p -> p.maxInterimResponses(), 2),
        row(CLIENT + "maxNonFinalResponses", "0", p -> p.maxInterimResponses(), UNLIMITED),
        row(CLIENT + "maxNonFinalResponses", "-2", p -> p.maxInterimResponses(), UNLIMITED),
        row(CLIENT + "maxNonFinalResponses", "many", p -> p.maxInterimResponses(), 8),
        row(CLIENT + "maxResponseHeaderSize", "500", p -> p.maxHeadOctets(), 500),
        row("jdk.http.maxHeaderSize", "500", p -> p.maxHeadOctets(), 500),
        row("jdk.http.maxHeaderSize", "0", p -> p.maxHeadOctets(), UNLIMITED),
        row("jdk.http.maxHeaderSize", "1k", p -> p.maxHeadOctets(), 393216),
        row(CLIENT + "bufsize", "1024", p -> p.bodyBuffer(), 1024),
        row(CLIENT + "bufsize", "0", p -> p.bodyBuffer(), 16384),
        row(CLIENT + "bufsize", "-5", p -> p.bodyBuffer(), 16384),
        row(CLIENT + "bufsize", "2000000000", p -> p.bodyBuffer(), 16384),
        row(CLIENT + "receiveBufferSize", "8192", p -> p.receiveBuffer(), 8192),
        row(CLIENT + "receiveBufferSize", "-1", p -> p.receiveBuffer(), 0),
        row(CLIENT + "sendBufferSize", "16384", p -> p.sendBuffer(), 16384),
        row(CLIENT + "sendBufferSize", "16 k", p -> p.sendBuffer(), 0),
        row(CLIENT + "unknown", "1", p -> p.bodyBuffer(), 16384));
  }

  private static final Object UNLIMITED = SystemProperties.UNLIMITED;

  private static Optional<Duration> seconds(int seconds) {
    return Optional.of(Duration.ofSeconds(seconds));
  }

  private static Stream<Arguments> flags() {
    String retry = CLIENT + "enableAllMethodRetry";
    String connect = CLIENT + "disableRetryConnect";
    String verify = "jdk.internal.httpclient.disableHostnameVerification";
    return Stream.of(
        row(retry, "true", p -> p.retriesAllMethods(), true),
        row(retry, "TRUE", p -> p.retriesAllMethods(), true),
        row(retry, "", p -> p.retriesAllMethods(), true),
        row(retry, "false", p -> p.retriesAllMethods(), false),
        row(retry, "yes", p -> p.retriesAllMethods(), false),
        row(retry + "x", "true", p -> p.retriesAllMethods(), false),
        row(connect, "true", p -> p.retriesConnects(), false),
        row(connect, "false", p -> p.retriesConnects(), true),
        row(connect + "x", "true", p -> p.retriesConnects(), true),
        row(verify, "true", p -> p.verifiesHostnames(), false),
        row(verify, "", p -> p.verifiesHostnames(), false),
        row(verify, "false", p -> p.verifiesHostnames(), true),
        row(verify, "1", p -> p.verifiesHostnames(), true),
        row(verify + "x", "true", p -> p.verifiesHostnames(), true));
  }

  private static Stream<Arguments> names(String property, Function<SystemProperties, Object> part) {
    return Stream.of(
        row(property, "", part, Set.of()),
        row(property, " , ,", part, Set.of()),
        row(property, "Host", part, Set.of("host")),
        row(property, " Host ,,eXpect,host", part, Set.of("host", "expect")));
  }

  @ParameterizedTest(name = "{0} = {1}")
  @MethodSource("rows")
  void aValueIsTakenOrIgnored(
      String name, String value, Function<SystemProperties, Object> part, Object expected) {
    assertThat(part.apply(SystemProperties.read(Map.of(name, value)::get))).isEqualTo(expected);
  }

  @Test
  void withoutAnyTheyAreTheDefaultsOfTheJdk() {
    assertThat(SystemProperties.read(name -> null))
        .isEqualTo(
            new SystemProperties(
                Optional.empty(),
                SystemProperties.UNLIMITED,
                5,
                3,
                8,
                393216,
                16384,
                0,
                0,
                true,
                false,
                true,
                Set.of(),
                Set.of("basic"),
                Set.of()));
  }

  @Test
  void theDocumentedNameOfTheHeadersSizeGoesFirst() {
    Map<String, String> both =
        Map.of("jdk.http.maxHeaderSize", "400", CLIENT + "maxResponseHeaderSize", "500");
    assertThat(SystemProperties.read(both::get).maxHeadOctets()).isEqualTo(400);
  }

  @Test
  void longerHeadsMayHaveLongerAndMoreFields() {
    ResponseLimits usual = ResponseLimits.defaults();
    assertThat(limits("jdk.http.maxHeaderSize", "none")).isEqualTo(usual);
    assertThat(limits("jdk.http.maxHeaderSize", "400")).isEqualTo(usual.withHeadBytes(400));
    assertThat(limits("jdk.http.maxHeaderSize", "3")).isEqualTo(usual.withHeadBytes(16));
    assertThat(limits("jdk.http.maxHeaderSize", "393216")).isEqualTo(usual);
    assertThat(limits("jdk.http.maxHeaderSize", "640000"))
        .isEqualTo(usual.withHeadBytes(640000).withHeaderLine(640000).withHeaderCount(10000));
    assertThat(limits("jdk.http.maxHeaderSize", "0"))
        .isEqualTo(usual.withHeadBytes(1 << 29).withHeaderLine(1 << 29).withHeaderCount(8_388_608));
    assertThat(limits(CLIENT + "maxNonFinalResponses", "3"))
        .isEqualTo(usual.withInterimResponses(3));
  }

  private static ResponseLimits limits(String name, String value) {
    return SystemProperties.read(Map.of(name, value)::get).responseLimits();
  }
}
