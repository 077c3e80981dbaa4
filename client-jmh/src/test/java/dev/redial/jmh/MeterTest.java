package dev.redial.jmh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Which calls count, and how long they took. */
final class MeterTest {
  private static final long HOUR = TimeUnit.HOURS.toNanos(1);

  private final Meter meter = new Meter();

  @Test
  void whatEndedBeforeDoesNotCount() {
    meter.record(5_000);
    meter.begin();
    meter.record(700_000);

    Meter.Reading reading = meter.end(LongStream.empty());

    assertThat(reading.calls()).isEqualTo(1);
    assertThat(reading.latencies().getTotalCount()).isEqualTo(1);
    assertThat(reading.longestNanos()).isCloseTo(700_000L, withinPercentage(1));
  }

  @Test
  void aCallThatWasUnderWayAllTheTimeHasItsShareInThePercentiles() {
    meter.begin();
    meter.record(700_000);

    Meter.Reading reading = meter.end(LongStream.of(HOUR, HOUR));

    assertThat(reading.calls()).isEqualTo(1);
    assertThat(reading.latencies().getTotalCount()).isEqualTo(3);
    assertThat(reading.latencies().getValueAtPercentile(50))
        .isGreaterThan(TimeUnit.SECONDS.toNanos(59));
    assertThat(reading.longestNanos()).isEqualTo(HOUR);
  }

  @Test
  void aCallThatHasJustBegunDoesNot() {
    meter.begin();
    meter.record(700_000);

    Meter.Reading reading = meter.end(LongStream.of(0));

    assertThat(reading.latencies().getTotalCount()).isEqualTo(1);
  }
}
