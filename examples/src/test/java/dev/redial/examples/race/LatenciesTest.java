package dev.redial.examples.race;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LatenciesTest {

  @ParameterizedTest
  @CsvSource({
    "1, 50, 1",
    "1, 99, 1",
    "2, 50, 1",
    "2, 51, 2",
    "3, 50, 2",
    "100, 50, 50",
    "100, 99, 99",
    "100, 99.5, 100",
    "100, 100, 100",
    "5000, 99, 4950",
  })
  void thePercentileIsTheNearestRank(int count, double percent, long expected) {
    Latencies latencies = new Latencies();
    // From high to low, so that an unsorted answer is wrong.
    for (int nanos = count; nanos >= 1; nanos--) latencies.add(nanos);

    assertThat(latencies.percentile(percent)).contains(Duration.ofNanos(expected));
  }

  @Test
  void thereIsNoPercentileOfNothing() {
    assertThat(new Latencies().percentile(50)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, 100.1})
  void aPercentileOutOfRangeIsNamed(double percent) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Latencies().percentile(percent))
        .withMessageContaining(String.valueOf(percent));
  }
}
