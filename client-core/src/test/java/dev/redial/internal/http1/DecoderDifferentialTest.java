package dev.redial.internal.http1;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redial.internal.http1.ReferenceDecoder.Result;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random responses, most of them nearly valid: the codec and the reference agree on every one. */
class DecoderDifferentialTest {
  private static final int ROUNDS = 10_000;
  private static final List<String> METHODS =
      List.of("GET", "GET", "GET", "GET", "HEAD", "CONNECT");

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void codecAndReferenceAgree(long seed) {
    Random random = new Random(seed);
    RandomResponse responses = new RandomResponse(random);
    int[] outcomes = new int[3];
    for (int round = 0; round < ROUNDS; round++) {
      String input = responses.next();
      String method = METHODS.get(random.nextInt(METHODS.size()));
      Result expected = ReferenceDecoder.decode(input, method).sorted();
      Received received = Received.inPieces(input, random);
      assertThat(received.decode(method))
          .as("seed %d, round %d, %s: %s", seed, round, method, input)
          .isEqualTo(expected);
      outcomes[kind(expected)]++;
    }
    // Otherwise the agreement would not say much.
    for (int count : outcomes) assertThat(count).isGreaterThan(ROUNDS / 25);
  }

  private static int kind(Result result) {
    return switch (result) {
      case Result.Complete complete -> 0;
      case Result.Incomplete incomplete -> 1;
      case Result.Malformed malformed -> 2;
    };
  }
}
