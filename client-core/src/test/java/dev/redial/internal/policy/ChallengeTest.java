package dev.redial.internal.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Challenges as servers write them, well and badly. */
class ChallengeTest {

  /** Each line, and what is read: schemes with their parameters in order of name. */
  static Stream<Arguments> lines() {
    return Stream.of(
        arguments("Basic realm=\"a\"", "basic{realm=a}"),
        arguments("BASIC Realm=\"a\"", "basic{Realm=a}"),
        arguments("Basic realm=a", "basic{realm=a}"), // a token, which RFC 7235 allows
        arguments("Basic realm = \"a b\"", "basic{realm=a b}"), // bad white space, to be accepted
        arguments(
            "Basic realm=\"a, b=c\", charset=\"UTF-8\"", "basic{charset=UTF-8, realm=a, b=c}"),
        arguments("Basic realm=\"a\\\"b\\\\c\"", "basic{realm=a\"b\\c}"),
        arguments("Basic", "basic{}"),
        arguments("Basic realm=\"\"", "basic{realm=}"),
        arguments("Negotiate, Basic realm=\"a\"", "negotiate{} basic{realm=a}"),
        arguments("Negotiate abc==, Basic realm=\"a\"", "negotiate{} basic{realm=a}"),
        arguments("Negotiate abc== , Basic realm=\"a\"", "negotiate{} basic{realm=a}"),
        arguments("Negotiate abc= \t, Basic realm=\"a\"", "negotiate{} basic{realm=a}"),
        arguments(
            "New x=y, z=\"1\", Basic realm=\"a\", Last", "new{x=y, z=1} basic{realm=a} last{}"),
        arguments(",, Basic realm=\"a\",,", "basic{realm=a}"),
        arguments(
            "Digest realm=\"a\",nonce=\"n\",qop=\"auth,auth-int\",algorithm=MD5",
            "digest{algorithm=MD5, nonce=n, qop=auth,auth-int, realm=a}"),
        arguments("", ""),
        arguments(" \t ", ""),
        arguments(",", ""),
        arguments("=", ""),
        arguments("\"", ""),
        arguments("=\"a\"", ""),
        arguments("Basic realm", "basic{} realm{}"),
        arguments("Basic realm=", "basic{}"),
        arguments("Basic =x", "basic{}"),
        arguments("Basic realm=\"a", "basic{realm=a}"), // never ends
        arguments("Basic realm=\"a\\", "basic{realm=a\\}"),
        arguments("Basic realm=\"a\"\"b\"", "basic{realm=a}"),
        arguments("Basic realm=\"a\" nonsense", "basic{realm=a} nonsense{}"),
        arguments("Basic realm=\"a\"b=\"c\"", "basic{b=c, realm=a}"));
  }

  private static String shown(List<Challenge> challenges) {
    return challenges.stream()
        .map(challenge -> challenge.scheme() + challenge.parameters())
        .collect(Collectors.joining(" "));
  }

  @ParameterizedTest
  @MethodSource("lines")
  void aLineIsRead(String line, String expected) {
    assertThat(shown(Challenge.parse(List.of(line)))).isEqualTo(expected);
  }

  @Test
  void linesAreReadInOrderAndDoNotRunIntoEachOther() {
    assertThat(shown(Challenge.parse(List.of("A x=\"", "B y=1, C", "D"))))
        .isEqualTo("a{x=} b{y=1} c{} d{}");
  }

  @Test
  void parametersHaveNoCase() {
    Challenge challenge = Challenge.parse(List.of("Basic REALM=\"a\"")).getFirst();
    assertThat(challenge.realm()).isEqualTo("a");
  }

  @Test
  void aLongLineOfAnythingEndsSoon() {
    Random random = new Random(7616);
    String alphabet = "aB =\",\\\t;1";
    Assertions.assertTimeout(
        Duration.ofSeconds(10),
        () -> {
          for (int round = 0; round < 2_000; round++) {
            StringBuilder line = new StringBuilder();
            for (int i = random.nextInt(400); i > 0; i--)
              line.append(alphabet.charAt(random.nextInt(alphabet.length())));
            for (Challenge challenge : Challenge.parse(List.of(line.toString())))
              assertThat(challenge.scheme()).as("in <%s>", line).isNotEmpty();
          }
          for (String piece : List.of("a ", "a=", "a=\"", "\\\"", ",", "=", "a,"))
            assertThat(Challenge.parse(List.of(piece.repeat(100_000)))).hasSizeLessThan(200_001);
        });
  }
}
