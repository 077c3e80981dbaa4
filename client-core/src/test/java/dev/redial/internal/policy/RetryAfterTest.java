package dev.redial.internal.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetryAfterTest {
  private static final Instant NOW = Instant.parse("1994-11-06T08:49:00Z");

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "120, 120",
    "' 7 ', 7",
    "007, 7",
    "3153599999, 3153599999",
    "3153600000, 3153600000",
    "3153600001, 3153600000",
    "9999999999, 3153600000",
    "00000000007, 3153600000",
    "99999999999999999999, 3153600000", // a hundred years will do
    "'Sun, 06 Nov 1994 08:49:37 GMT', 37",
    "'Sunday, 06-Nov-94 08:49:37 GMT', 37",
    "'Sun Nov  6 08:49:37 1994', 37",
    "'Fri, 31 Dec 9999 23:59:59 GMT', 3153600000",
    "'Sun, 06 Nov 1994 08:48:00 GMT', 0", // passed
    "'Mon, 06 Nov 1994 08:49:37 GMT', 37", // it was a Sunday
    "'Sun, 6 Nov 1994 08:49:37 GMT', 37",
    "'sun, 06 nov 1994 08:49:37 gmt', 37",
    "'Sun, 06 Nov 1994 08:49:37 UTC', 37",
    "'Sun, 06 Nov 1994 08:49:60 GMT', 59",
    "'Tuesday, 06-Nov-45 08:49:37 GMT', 0", // 1945: 2045 is more than 50 years away
  })
  void bothForms(String value, long seconds) {
    assertThat(RetryAfter.parse(value, NOW)).contains(Duration.ofSeconds(seconds));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "-1", "+1", "1.5", "soon", "1 s", "Sun, 06 Nov 1994", "٣"})
  void anythingElseIsNoAdvice(String value) {
    assertThat(RetryAfter.parse(value, NOW)).isEmpty();
  }
}
