package dev.redial.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RoundTripTest {
  private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

  private final RoundTrip roundTrip = new RoundTrip();
  private long now = -7 * MILLI;

  /** Connects, each far enough from the one before. */
  private void connects(double... millis) {
    for (double each : millis) {
      now += RoundTrip.APART_NANOS;
      roundTrip.connected((long) (each * MILLI), now);
    }
  }

  private void assertProof(double millis) {
    assertThat(roundTrip.isBeatenBy((long) (millis * MILLI) - 1, now)).isTrue();
    assertThat(roundTrip.isBeatenBy((long) (millis * MILLI), now)).isFalse();
  }

  private void assertNoProof() {
    assertThat(roundTrip.isBeatenBy(0, now)).isFalse();
  }

  @Test
  void nothingIsProvenAtFirst() {
    assertNoProof();
    connects(10, 10);
    assertNoProof();
  }

  @Test
  void halfTheLeastOfSeveralAgreeingConnectsIsProof() {
    connects(11, 10, 12);

    assertProof(5);
  }

  @Test
  void connectsOfOneMomentAreOne() {
    for (int i = 0; i < 100; i++) roundTrip.connected(10 * MILLI, ++now);
    assertNoProof();

    now += RoundTrip.APART_NANOS;
    roundTrip.connected(10 * MILLI, now);
    roundTrip.connected(10 * MILLI, now + 1);
    assertNoProof();

    connects(10);
    assertProof(5);
  }

  @Test
  void connectsThatDifferProveNothing() {
    connects(10, 14, 18, 23);
    assertNoProof();
  }

  @Test
  void aFasterConnectDisprovesTheOthers() {
    connects(10, 10, 10, 4);
    assertNoProof();

    connects(4);
    assertNoProof();

    connects(4.5);
    assertProof(2);
  }

  @Test
  void aSlowConnectTellsNothing() {
    connects(10, 500, 10, 80, 10, 30);

    assertProof(5);
  }

  @Test
  void aFasterAnswerDisprovesTheConnects() {
    connects(10, 10, 10);

    roundTrip.answered(5 * MILLI, now);

    assertNoProof();
    connects(10, 10, 10, 10);
    assertNoProof();
  }

  @Test
  void anAnswerAloneProvesNothingAndALittleFasterOneAgrees() {
    for (int i = 0; i < 10; i++) {
      now += RoundTrip.APART_NANOS;
      roundTrip.answered(10 * MILLI, now);
    }
    assertNoProof();

    connects(10, 10, 10);
    roundTrip.answered(9 * MILLI, now);
    assertProof(4.5);
  }

  @Test
  void whatIsWithinTheNoiseProvesNothing() {
    connects(0.29, 0.29, 0.29, 0.29);
    assertNoProof();
  }

  @Test
  void aConnectWhosePacketMayHaveBeenLostProvesNothing() {
    connects(1010, 1010, 1010, 901);
    assertNoProof();
  }

  @Test
  void itIsForgottenAfterAWhile() {
    connects(10, 10, 10);
    now += RoundTrip.MEMORY_NANOS;
    assertProof(5);

    now++;

    assertNoProof();
    connects(40, 40);
    assertNoProof();
    connects(40);
    assertProof(20);
  }
}
