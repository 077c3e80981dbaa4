package dev.redial.internal.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redial.internal.wire.Watchdog;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DeadlineTest {
  /** Longer than any process lives, among them those that overflow when now is added. */
  private static final List<Duration> ENDLESS =
      List.of(
          Duration.ofSeconds(Long.MAX_VALUE, 999_999_999),
          Duration.ofMillis(Long.MAX_VALUE),
          Duration.ofNanos(Long.MAX_VALUE),
          Duration.ofNanos(Long.MAX_VALUE - 1),
          Duration.ofDays(106_751),
          Duration.ofDays(365 * 200));

  private static long deadline(Duration timeout) {
    return Deadline.of(new OwnRequest().withTimeout(Optional.of(timeout)));
  }

  @Test
  void withoutATimeoutThereIsNone() {
    assertThat(Deadline.of(new OwnRequest())).isEqualTo(Deadline.NONE);
    assertThat(Deadline.passed(Deadline.NONE)).isFalse();
  }

  @Test
  void aTimeoutCountsFromNow() {
    long before = System.nanoTime();

    long deadline = deadline(Duration.ofSeconds(100));

    long after = System.nanoTime();
    assertThat(deadline - before).isGreaterThanOrEqualTo(100_000_000_000L);
    assertThat(deadline - after).isLessThanOrEqualTo(100_000_000_000L);
    assertThat(Deadline.passed(deadline)).isFalse();
    assertThat(Deadline.passed(System.nanoTime())).isTrue();
    assertThat(Deadline.passed(System.nanoTime() - 1)).isTrue();
  }

  @Test
  void theShortestTimeoutPasses() {
    long deadline = deadline(Duration.ofNanos(1));

    while (System.nanoTime() - deadline < 0) Thread.onSpinWait();
    assertThat(Deadline.passed(deadline)).isTrue();
  }

  @Test
  void anEndlessTimeoutNeverPasses() {
    Watchdog watchdog = new Watchdog();
    for (Duration endless : ENDLESS) {
      long deadline = deadline(endless);
      assertThat(Deadline.passed(deadline)).as("%s", endless).isFalse();

      Watchdog.Alarm alarm = watchdog.alarm(() -> {});
      if (deadline != Deadline.NONE) alarm.arm(deadline);
      Watchdog.Alarm witness = watchdog.alarm(() -> {});
      witness.arm(System.nanoTime());
      while (!witness.fired()) Thread.onSpinWait();
      assertThat(alarm.disarm()).as("%s", endless).isTrue();
      alarm.release();
      witness.release();
    }
  }
}
