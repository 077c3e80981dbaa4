package dev.redial.internal.pool;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** How many were in use at once at most, in this window and the one before. */
class DemandTest {
  private static final long START = Long.MAX_VALUE - Demand.WINDOW_NANOS / 2; // soon to overflow
  private final Demand demand = new Demand();

  @Test
  void atFirstThereIsNone() {
    assertThat(demand.peak(START)).isZero();
  }

  @Test
  void thePeakCountsNotThePresent() {
    demand.saw(1);
    demand.saw(3);
    demand.saw(2);
    assertThat(demand.peak(START)).isEqualTo(3);
  }

  @Test
  void aPeakIsRememberedForOneWindowAfterItsOwn() {
    assertThat(demand.peak(START)).isZero();
    demand.saw(5);
    demand.saw(2);
    assertThat(demand.peak(START + Demand.WINDOW_NANOS - 1)).isEqualTo(5);
    assertThat(demand.peak(START + Demand.WINDOW_NANOS)).isEqualTo(5);
    assertThat(demand.peak(START + 2 * Demand.WINDOW_NANOS - 1)).isEqualTo(5);
    assertThat(demand.peak(START + 2 * Demand.WINDOW_NANOS)).isEqualTo(2);
  }

  @Test
  void aWindowBeginsWithWhatIsInUse() {
    demand.saw(4);
    for (int window = 0; window < 5; window++)
      assertThat(demand.peak(START + window * Demand.WINDOW_NANOS)).isEqualTo(4);
    demand.saw(1);
    assertThat(demand.peak(START + 5 * Demand.WINDOW_NANOS)).isEqualTo(4);
    assertThat(demand.peak(START + 6 * Demand.WINDOW_NANOS)).isEqualTo(1);
  }

  @Test
  void aHigherPeakOfTheRunningWindowCountsAtOnce() {
    demand.saw(2);
    assertThat(demand.peak(START)).isEqualTo(2);
    demand.saw(6);
    assertThat(demand.peak(START + 1)).isEqualTo(6);
  }
}
