package dev.redial.internal.http1;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.redial.ResponseLimits;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import org.junit.jupiter.params.provider.MethodSource;

/** Any octets for a head: what comes of them does not depend on how they come. */
class ResponseParserFuzzTest {
  private static final int REFUSED = -2;

  private final ResponseParser parser = new ResponseParser(ResponseLimits.defaults());

  @MethodSource("dev.redial.internal.http1.FuzzInput#seeds")
  @FuzzTest
  void heads(byte[] octets) {
    FuzzInput input = FuzzInput.of(octets);
    int end = parse(input, input.everyWay().getFirst());
    for (Received received : input.everyWay()) assertThat(parse(input, received)).isEqualTo(end);
    if (end >= 0) assertThatItEndsThere(input, end);
    if (end == REFUSED) assertThatItBeganWell(input);
  }

  /** Not an octet less is enough, and what follows makes no difference. */
  private void assertThatItEndsThere(FuzzInput input, int end) {
    assertThat(end).isLessThanOrEqualTo(input.text().length());
    FuzzInput alone = input.cutTo(end);
    Received whole = Received.whole(alone.text());
    assertThat(parse(alone, whole)).isEqualTo(end);
    ResponseHead head = whole.head(parser, end);
    assertThat(parse(alone, Received.whole(alone.text().substring(0, end - 1)))).isEqualTo(-1);
    assertThat(head.status()).isBetween(100, 999);
    head.headers().map().forEach(ResponseParserFuzzTest::assertThatItIsAField);
    // The quick look finds what the map has.
    head.headers()
        .map()
        .forEach((name, values) ->
            assertThat(head.first(name.toLowerCase(Locale.ROOT))).contains(values.getFirst()));
  }

  private static void assertThatItIsAField(String name, List<String> values) {
    assertThat(Syntax.isToken(name)).as(name).isTrue();
    for (String value : values) {
      assertThat(Syntax.isFieldValue(value)).as(value).isTrue();
      assertThat(value).doesNotStartWith(" ").doesNotEndWith(" ");
    }
  }

  /** There is one octet that is refused, and before it all was well. */
  private void assertThatItBeganWell(FuzzInput input) {
    OptionalInt first = firstRefused(input);
    assertThat(first).isPresent();
    String before = input.text().substring(0, first.getAsInt());
    assertThat(parse(input, Received.whole(before))).isEqualTo(-1);
  }

  private OptionalInt firstRefused(FuzzInput input) {
    parser.reset(input.method().equals("HEAD"), input.method().equals("CONNECT"));
    byte[] octets = Received.octets(input.text());
    for (int to = 0; to <= octets.length; to++) {
      try {
        if (parser.parse(octets, 0, to) >= 0) return OptionalInt.empty();
      } catch (MalformedMessageException e) {
        return OptionalInt.of(to - 1);
      }
    }
    return OptionalInt.empty();
  }

  private int parse(FuzzInput input, Received received) {
    parser.reset(input.method().equals("HEAD"), input.method().equals("CONNECT"));
    try {
      return received.parse(parser);
    } catch (MalformedMessageException e) {
      assertThat(e.getMessage()).isNotEmpty().hasSizeLessThan(400);
      return REFUSED;
    }
  }
}
