package dev.redial.internal.http1;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.redial.ResponseLimits;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Any octets for a chunked body: what comes of them does not depend on how they come. */
class ChunkedDecoderFuzzTest {
  private final ChunkedDecoder decoder = new ChunkedDecoder(ResponseLimits.defaults());

  /** What came of it, or null if it was refused. */
  private record Outcome(Received.Chunks chunks, List<String> trailers) {}

  static Stream<byte[]> seeds() {
    return FuzzInput.seeds().map(octets -> Received.octets(bodyOf(FuzzInput.of(octets).text())));
  }

  private static String bodyOf(String response) {
    int head = response.indexOf("\r\n\r\n");
    return "\0\7" + (head < 0 ? response : response.substring(head + 4));
  }

  @MethodSource("seeds")
  @FuzzTest
  void bodies(byte[] octets) {
    FuzzInput input = FuzzInput.of(octets);
    Outcome whole = decode(input.everyWay().getFirst());
    for (Received received : input.everyWay()) assertThat(decode(received)).isEqualTo(whole);
    if (whole != null && whole.chunks().complete()) assertThatItEndsThere(input, whole);
  }

  /** Not an octet less is enough, and what follows makes no difference. */
  private void assertThatItEndsThere(FuzzInput input, Outcome whole) {
    int end = whole.chunks().end();
    assertThat(end).isLessThanOrEqualTo(input.text().length());
    String body = input.text().substring(0, end);
    assertThat(decode(Received.whole(body))).isEqualTo(whole);
    Outcome shorter = decode(Received.whole(body.substring(0, end - 1)));
    assertThat(shorter.chunks().complete()).isFalse();
    assertThat(shorter.chunks().data()).isEqualTo(whole.chunks().data());
    assertThat(whole.chunks().data().length()).isLessThan(end);
  }

  private Outcome decode(Received received) {
    decoder.reset();
    try {
      Received.Chunks chunks = received.chunks(decoder, 0);
      assertThat(decoder.chunkRemaining()).isNotNegative();
      return new Outcome(chunks, Received.fields(decoder.trailers()));
    } catch (MalformedMessageException e) {
      assertThat(e.getMessage()).isNotEmpty().hasSizeLessThan(400);
      return null;
    }
  }
}
