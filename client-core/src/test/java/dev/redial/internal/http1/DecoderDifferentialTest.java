package dev.redial.internal.http1;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redial.internal.http1.ReferenceDecoder.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
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
      Result expected = sorted(ReferenceDecoder.decode(input, method));
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

  /** Header maps do not keep the order of names, nor more than the first one's spelling. */
  private static Result sorted(Result result) {
    if (!(result instanceof Result.Complete complete)) return result;
    return new Result.Complete(
        complete.status(),
        complete.minor(),
        complete.framing(),
        complete.persistent(),
        sorted(complete.fields()),
        complete.body(),
        sorted(complete.trailers()),
        complete.end());
  }

  private static List<String> sorted(List<String> fields) {
    Map<String, List<String>> byName = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (String field : fields) {
      int colon = field.indexOf(": ");
      byName
          .computeIfAbsent(field.substring(0, colon), name -> new ArrayList<>())
          .add(field.substring(colon + 2));
    }
    return byName.entrySet().stream()
        .flatMap(entry -> entry.getValue().stream().map(value -> entry.getKey() + ": " + value))
        .toList();
  }
}
