package dev.redial.internal.http1;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Any octets for a whole response: the codec and the reference agree on them. */
class DecoderDifferentialFuzzTest {
  @MethodSource("dev.redial.internal.http1.FuzzInput#seeds")
  @FuzzTest
  void responses(byte[] octets) {
    FuzzInput input = FuzzInput.of(octets);
    ReferenceDecoder.Result expected =
        ReferenceDecoder.decode(input.text(), input.method()).sorted();
    for (Received received : input.everyWay())
      assertThat(received.decode(input.method())).isEqualTo(expected);
  }
}
