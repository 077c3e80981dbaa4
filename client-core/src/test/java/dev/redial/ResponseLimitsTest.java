package dev.redial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ResponseLimitsTest {
  private static final ResponseLimits DEFAULTS = ResponseLimits.defaults();
  private static final ResponseLimits SMALL = new ResponseLimits(20, 12, 3, 48, 2, 10, 30, 7);

  @Test
  void theDefaultsAreThoseThatAreDocumented() {
    assertThat(DEFAULTS)
        .isEqualTo(new ResponseLimits(8192, 65536, 1000, 393216, 8, 4096, 65536, 262144));
  }

  @Test
  void eachValueCanBeChangedAlone() {
    assertThat(SMALL.withStatusLine(99)).isEqualTo(new ResponseLimits(99, 12, 3, 48, 2, 10, 30, 7));
    assertThat(SMALL.withHeaderLine(99)).isEqualTo(new ResponseLimits(20, 99, 3, 48, 2, 10, 30, 7));
    assertThat(SMALL.withHeaderCount(99))
        .isEqualTo(new ResponseLimits(20, 12, 99, 48, 2, 10, 30, 7));
    assertThat(SMALL.withHeadBytes(99)).isEqualTo(new ResponseLimits(20, 12, 3, 99, 2, 10, 30, 7));
    assertThat(SMALL.withInterimResponses(99))
        .isEqualTo(new ResponseLimits(20, 12, 3, 48, 99, 10, 30, 7));
    assertThat(SMALL.withChunkLine(99)).isEqualTo(new ResponseLimits(20, 12, 3, 48, 2, 99, 30, 7));
    assertThat(SMALL.withTrailerBytes(99))
        .isEqualTo(new ResponseLimits(20, 12, 3, 48, 2, 10, 99, 7));
    assertThat(SMALL.withDrainBytes(99))
        .isEqualTo(new ResponseLimits(20, 12, 3, 48, 2, 10, 30, 99));
  }

  @Test
  void theLeastOfEachIsAllowed() {
    assertThat(new ResponseLimits(14, 1, 0, 16, 0, 3, 2, 0).drainBytes()).isZero();
  }

  @Test
  void theMostOfEachIsAllowed() {
    int max = Integer.MAX_VALUE;
    ResponseLimits limits = new ResponseLimits(max, max, max, 1 << 29, max, max, 1 << 29, max);
    assertThat(limits.headBytes()).isEqualTo(536_870_912);
  }

  private static Arguments bad(String message, Supplier<ResponseLimits> made) {
    return arguments(message, made);
  }

  static Stream<Arguments> badValues() {
    return Stream.of(
        bad("statusLine must be at least 14: 13", () -> DEFAULTS.withStatusLine(13)),
        bad("headerLine must be at least 1: 0", () -> DEFAULTS.withHeaderLine(0)),
        bad("headerCount must be at least 0: -1", () -> DEFAULTS.withHeaderCount(-1)),
        bad("headBytes must be at least 16: 15", () -> DEFAULTS.withHeadBytes(15)),
        bad("interimResponses must be at least 0: -1", () -> DEFAULTS.withInterimResponses(-1)),
        bad("chunkLine must be at least 3: 2", () -> DEFAULTS.withChunkLine(2)),
        bad("trailerBytes must be at least 2: 1", () -> DEFAULTS.withTrailerBytes(1)),
        bad("drainBytes must be at least 0: -1", () -> DEFAULTS.withDrainBytes(-1)),
        bad(
            "headBytes must not exceed 536870912: 536870913",
            () -> DEFAULTS.withHeadBytes(536_870_913)),
        bad(
            "trailerBytes must not exceed 536870912: 2147483647",
            () -> DEFAULTS.withTrailerBytes(Integer.MAX_VALUE)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badValues")
  void aBadValueIsNamed(String message, Supplier<ResponseLimits> made) {
    assertThatThrownBy(made::get).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
  }
}
