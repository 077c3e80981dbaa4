package dev.redial.internal.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class NanosTest {
  private static final long FOREVER = Long.MAX_VALUE / 2;

  @Test
  void whatNobodyLivesToSeeIsForever() {
    long seconds = FOREVER / 1_000_000_000;

    assertThat(Nanos.of(Duration.ZERO)).isZero();
    assertThat(Nanos.of(Duration.ofSeconds(1, 1))).isEqualTo(1_000_000_001);
    assertThat(Nanos.of(Duration.ofSeconds(seconds).minusNanos(1)))
        .isEqualTo(seconds * 1_000_000_000 - 1);
    assertThat(Nanos.of(Duration.ofSeconds(seconds))).isEqualTo(FOREVER);
    assertThat(Nanos.of(Duration.ofSeconds(Long.MAX_VALUE))).isEqualTo(FOREVER);
  }
}
