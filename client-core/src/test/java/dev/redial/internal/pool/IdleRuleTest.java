package dev.redial.internal.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redial.KeepAlive;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
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
          # comment                                 promised | learned            | repeatable | unrepeatable, ms
          nothing known                            |     -1 |                    |  30000 |   1000
          promised, the usual                      |   5000 |                    |   5150 |   4500
          promised 10 s: a second is enough        |  10000 |                    |  10300 |   9000
          promised more than the ceiling           | 100000 |                    |  30000 |  30000
          promised 31 s: a twentieth is more       |  31000 |                    |  30000 |  29450
          promised a second                        |   1000 |                    |   1150 |    900
          promised half a second                   |    500 |                    |    650 |    400
          promised hardly anything                 |    100 |                    |    250 |     50
          promised nothing at all                  |      0 |                    |      0 |      0
          learned by watching                      |     -1 | 4900 5000          |   5150 |   4410
          learned by watching, 20 s                |     -1 | 19000 20000        |  20600 |  18000
          learned by a hang-up: shortens only      |     -1 | 25000              |  24750 |   1000
          learned by a hang-up: shortens both      |     -1 | 1050               |    800 |    945
          learned by an early hang-up              |     -1 | 300                |    150 |    200
          learned that nothing is kept             |     -1 | 0                  |      0 |      0
          both, learned is less                    |   5000 | 2900 3000          |   3150 |   2610
          both, learned is less, by a hang-up      |   5000 | 3000               |   2750 |   2700
          both, learned is more: to be tried       |   5000 | 6000 6010          |   6190 |   4500
          and relied on once it is confirmed       |   5000 | 6000 6010 3        |   6190 |   5400
          a hang-up lengthens nothing              |   5000 | 6000               |   5150 |   4500
          nothing promised, much learned           |      0 | 6000 6010 3        |      0 |      0
          """)
  void theDefaultsAllow(
      String name, long promised, @Nullable String learned, long repeatable, long not) {
    assertThat(allowed(rule, true, promised, learned)).as(name).isEqualTo(repeatable);
    assertThat(allowed(rule, false, promised, learned)).as(name).isEqualTo(not);
  }

  @Test
  void aLongRoundTripWidensTheMargins() {
    long second = nanos(1_000);
    assertThat(rule.allowedNanos(true, nanos(5_000), null, second)).isEqualTo(nanos(3_150));
    assertThat(rule.allowedNanos(false, nanos(5_000), null, second)).isEqualTo(nanos(3_000));
    assertThat(rule.allowedNanos(false, nanos(3_000), null, second))
        .as("never more than half of the limit")
        .isEqualTo(nanos(1_500));
  }

  @Test
  void noConfigurationOutlastsTheSilentDroppers() {
    IdleRule long1 = IdleRule.of(KeepAlive.defaults().withIdleLimit(Duration.ofHours(1)));
    assertThat(allowed(long1, true, -1, null)).isEqualTo(230_000);
    assertThat(allowed(long1, true, 3_600_000, null)).isEqualTo(230_000);
    assertThat(allowed(long1, false, 3_600_000, null)).isEqualTo(230_000);
    assertThat(allowed(long1, false, 240_000, null)).isEqualTo(228_000);
  }

  @Test
  void theConfiguredLimitsAreCeilings() {
    IdleRule short1 = IdleRule.of(KeepAlive.defaults().withIdleLimit(Duration.ofMillis(100)));
    assertThat(allowed(short1, true, 5_000, null)).isEqualTo(100);
    assertThat(allowed(short1, false, 5_000, null)).isEqualTo(100);
    assertThat(allowed(short1, false, -1, null)).isEqualTo(100);
    KeepAlive never = KeepAlive.defaults().withUnrepeatableIdleLimit(Duration.ZERO);
    assertThat(allowed(IdleRule.of(never), false, -1, null)).isZero();
    assertThat(allowed(IdleRule.of(never), false, 5_000, null)).isEqualTo(4_500);
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "100, 95", "1000, 950", "5000, 4750", "5020, 4770", "60000, 59750"})
  void whatTheUserSaysIsUndercutByATwentiethOrAQuarterOfASecond(long preset, long allowed) {
    assertThat(IdleRule.underPresetNanos(nanos(preset))).isEqualTo(nanos(allowed));
  }

  @Test
  void withReuseOffNothingIsAllowed() {
    IdleRule off = IdleRule.of(KeepAlive.off());
    assertThat(allowed(off, true, 60_000, "60000 60000")).isZero();
    assertThat(allowed(off, false, 60_000, "60000 60000")).isZero();
  }

  @Test
  void theLongestDurationsDoNotOverflow() {
    IdleRule huge =
        IdleRule.of(KeepAlive.defaults().withIdleLimit(Duration.ofSeconds(Long.MAX_VALUE)));
    for (boolean repeatable : new boolean[] {true, false})
      assertThat(huge.allowedNanos(repeatable, Long.MAX_VALUE / 2, null, 0))
          .isEqualTo(IdleRule.SILENT_DROP_NANOS);
  }

  /**
   * Learned: the ages at which it was seen alive and ended, and how often; or only that of a
   * hang-up.
   */
  private static long allowed(
      IdleRule rule, boolean repeatable, long promised, @Nullable String learned) {
    return rule.allowedNanos(repeatable, nanos(promised), belief(learned), 0) / 1_000_000;
  }

  private static @Nullable Belief belief(@Nullable String learned) {
    if (learned == null) return null;
    String[] words = learned.split(" ");
    long kept = nanos(Long.parseLong(words[0]));
    if (words.length == 1) return Belief.provisional(kept, kept, false, 0);
    int closes = words.length == 2 ? 1 : Integer.parseInt(words[2]);
    return new Belief(kept, nanos(Long.parseLong(words[1])), true, closes, 1);
  }

  private static long nanos(long millis) {
    return millis < 0 ? IdleRule.UNKNOWN : millis * 1_000_000;
  }
}
