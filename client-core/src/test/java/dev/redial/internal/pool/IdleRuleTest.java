package dev.redial.internal.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redial.KeepAlive;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** With the defaults: 30 s for requests that are safe to repeat, 1 s for the others. */
class IdleRuleTest {
  private final IdleRule rule = IdleRule.of(KeepAlive.defaults());

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # comment                                 announced | learned | witnessed | repeatable | unrepeatable, ms
          nothing known                            |     -1 |     -1 | false |  30000 |   1000
          announced, the usual                     |   5000 |     -1 | false |   4750 |   4000
          announced, a twentieth is more           | 100000 |     -1 | false |  30000 |  30000
          announced, a twentieth of 30 s           |  30000 |     -1 | false |  29750 |  28500
          announced 20 s: the margins meet         |  20000 |     -1 | false |  19750 |  19000
          announced, not for unrepeatable ones     |   1000 |     -1 | false |    750 |      0
          announced, hardly for them               |   1001 |     -1 | false |    751 |      1
          announced, for nobody                    |    250 |     -1 | false |      0 |      0
          announced nothing at all                 |      0 |     -1 | false |      0 |      0
          learned by watching                      |     -1 |   5000 | true  |   4750 |   4000
          learned by a hang-up: shortens only      |     -1 |  25000 | false |  24750 |   1000
          learned by a hang-up: shortens both      |     -1 |   1500 | false |   1250 |    500
          learned that nothing is kept             |     -1 |      0 | false |      0 |      0
          both, learned is less                    |   5000 |   3000 | true  |   2750 |   2000
          both, learned is less, by a hang-up      |   5000 |   3000 | false |   2750 |   2000
          both, learned is more and does not count |   5000 |  60000 | true  |   4750 |   4000
          """)
  void theDefaultsAllow(
      String name, long announced, long learned, boolean witnessed, long repeatable, long not) {
    assertThat(allowed(rule, true, announced, learned, witnessed)).as(name).isEqualTo(repeatable);
    assertThat(allowed(rule, false, announced, learned, witnessed)).as(name).isEqualTo(not);
  }

  @Test
  void noConfigurationOutlastsTheSilentDroppers() {
    IdleRule long1 = IdleRule.of(KeepAlive.defaults().withIdleLimit(Duration.ofHours(1)));
    assertThat(allowed(long1, true, -1, -1, false)).isEqualTo(230_000);
    assertThat(allowed(long1, true, 3_600_000, -1, false)).isEqualTo(230_000);
    assertThat(allowed(long1, false, 3_600_000, -1, false)).isEqualTo(230_000);
    assertThat(allowed(long1, false, 240_000, -1, false)).isEqualTo(228_000);
  }

  @Test
  void theConfiguredLimitsAreCeilings() {
    IdleRule short1 = IdleRule.of(KeepAlive.defaults().withIdleLimit(Duration.ofMillis(100)));
    assertThat(allowed(short1, true, 5_000, -1, false)).isEqualTo(100);
    assertThat(allowed(short1, false, 5_000, -1, false)).isEqualTo(100);
    assertThat(allowed(short1, false, -1, -1, false)).isEqualTo(100);
    KeepAlive never = KeepAlive.defaults().withUnrepeatableIdleLimit(Duration.ZERO);
    assertThat(allowed(IdleRule.of(never), false, -1, -1, false)).isZero();
    assertThat(allowed(IdleRule.of(never), false, 5_000, -1, false)).isEqualTo(4_000);
  }

  @Test
  void withReuseOffNothingIsAllowed() {
    IdleRule off = IdleRule.of(KeepAlive.off());
    assertThat(allowed(off, true, 60_000, 60_000, true)).isZero();
    assertThat(allowed(off, false, 60_000, 60_000, true)).isZero();
  }

  @Test
  void theLongestDurationsDoNotOverflow() {
    IdleRule huge =
        IdleRule.of(KeepAlive.defaults().withIdleLimit(Duration.ofSeconds(Long.MAX_VALUE)));
    assertThat(huge.allowedNanos(true, Long.MAX_VALUE, Long.MAX_VALUE, true))
        .isEqualTo(IdleRule.SILENT_DROP_NANOS);
    assertThat(huge.allowedNanos(false, Long.MAX_VALUE, -1, true))
        .isEqualTo(IdleRule.SILENT_DROP_NANOS);
  }

  private static long allowed(
      IdleRule rule, boolean repeatable, long announced, long learned, boolean witnessed) {
    return rule.allowedNanos(repeatable, nanos(announced), nanos(learned), witnessed) / 1_000_000;
  }

  private static long nanos(long millis) {
    return millis < 0 ? IdleRule.UNKNOWN : millis * 1_000_000;
  }
}
