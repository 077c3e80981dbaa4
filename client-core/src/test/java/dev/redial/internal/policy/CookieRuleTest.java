package dev.redial.internal.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.CookieHandler;
import java.net.CookieManager;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CookieRuleTest {
  private static final URI TARGET = URI.create("http://a.example/b");
  private static final HttpHeaders NONE = headers(Map.of());

  /** A jar that always holds the same, and remembers what it was asked. */
  private static final class Jar extends CookieHandler {
    private final Map<String, List<String>> held;
    private Map<String, List<String>> told = Map.of();
    private URI asked = URI.create("none");

    Jar(Map<String, List<String>> held) {
      this.held = held;
    }

    static Jar of(String... cookies) {
      return new Jar(Map.of("Cookie", List.of(cookies)));
    }

    @Override
    public Map<String, List<String>> get(URI uri, Map<String, List<String>> headers) {
      asked = uri;
      told = headers;
      return held;
    }

    @Override
    public void put(URI uri, Map<String, List<String>> headers) {
      asked = uri;
      told = headers;
    }
  }

  private static HttpHeaders headers(Map<String, List<String>> fields) {
    return HttpHeaders.of(fields, (name, value) -> true);
  }

  @Test
  void allCookiesMakeOneValue() throws IOException {
    assertThat(CookieRule.cookies(Jar.of("a=1", "b=2; c=3"), TARGET, NONE))
        .isEqualTo("a=1; b=2; c=3");
  }

  @Test
  void theCallersOwnComeFirst() throws IOException {
    HttpHeaders own = headers(Map.of("cookie", List.of("x=1", "y=2")));

    assertThat(CookieRule.cookies(Jar.of("a=1"), TARGET, own)).isEqualTo("x=1; y=2; a=1");
  }

  @Test
  void theCallersOwnGoOutAlsoIfTheJarIsEmpty() throws IOException {
    HttpHeaders own = headers(Map.of("Cookie", List.of("x=1")));

    assertThat(CookieRule.cookies(new Jar(Map.of()), TARGET, own)).isEqualTo("x=1");
  }

  @Test
  void noCookieIsNoValue() throws IOException {
    assertThat(CookieRule.cookies(new Jar(Map.of()), TARGET, NONE)).isEmpty();
    assertThat(CookieRule.cookies(Jar.of(), TARGET, NONE)).isEmpty();
    assertThat(CookieRule.cookies(Jar.of(""), TARGET, NONE)).isEmpty();
    assertThat(CookieRule.cookies(Jar.of("a=1", "", "b=2"), TARGET, NONE)).isEqualTo("a=1; b=2");
  }

  @Test
  void aHandlerThatAnswersWithNullHasNoCookie() throws IOException {
    Map<String, List<String>> held = new HashMap<>();
    held.put("Cookie", null);
    held.put(null, List.of("x"));
    held.put("cookie", Arrays.asList("a=1", null));

    assertThat(CookieRule.cookies(new Jar(held), TARGET, NONE)).isEqualTo("a=1");
    assertThat(CookieRule.cookies(new Jar(null), TARGET, NONE)).isEmpty();
  }

  @Test
  void otherFieldsOfTheHandlerAreNotSent() throws IOException {
    Map<String, List<String>> held = new LinkedHashMap<>();
    held.put("Cookie2", List.of("$Version=1"));
    held.put("Authorization", List.of("x"));
    held.put("cookie", List.of("a=1"));

    assertThat(CookieRule.cookies(new Jar(held), TARGET, NONE)).isEqualTo("a=1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a=\u0100", "a=\u20ac", "a=1\r\nEvil: 1", "a=\n", "a=\0", "a=\u007f", "a=\u001f"})
  void aCookieThatCannotBeSentIsLeftOut(String bad) throws IOException {
    assertThat(CookieRule.cookies(Jar.of("a=1", bad, "b=2"), TARGET, NONE)).isEqualTo("a=1; b=2");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a=\u00ff", "a=\u0080", "a=\t", "a= ", "a=\"q\""})
  void anyOtherCookieIsSent(String cookie) throws IOException {
    assertThat(CookieRule.cookies(Jar.of(cookie), TARGET, NONE)).isEqualTo(cookie);
  }

  @Test
  void theHandlerSeesTargetAndHeaders() throws IOException {
    Jar jar = Jar.of("a=1");
    HttpHeaders own = headers(Map.of("X", List.of("1")));

    assertThat(CookieRule.cookies(jar, TARGET, own)).isEqualTo("a=1");

    assertThat(jar.asked).isEqualTo(TARGET);
    assertThat(jar.told).containsOnly(Map.entry("X", List.of("1")));
  }

  @Test
  void theHandlerGetsAllOfTheAnswer() throws IOException {
    Jar jar = Jar.of();

    CookieRule.store(jar, TARGET, headers(Map.of("Set-Cookie", List.of("a=1", "b=2"))));

    assertThat(jar.asked).isEqualTo(TARGET);
    assertThat(jar.told).containsOnly(Map.entry("Set-Cookie", List.of("a=1", "b=2")));
  }

  @Test
  void whatACookieManagerStoresItSends() throws IOException {
    CookieManager manager = new CookieManager();

    CookieRule.store(
        manager, TARGET, headers(Map.of("Set-Cookie", List.of("a=1; Path=/", "b=2; Path=/"))));

    assertThat(CookieRule.cookies(manager, TARGET, NONE).split("; "))
        .containsExactlyInAnyOrder("a=1", "b=2");
  }

  @Test
  void theFailureOfAHandlerIsTheCallers() {
    CookieHandler broken =
        new CookieHandler() {
          @Override
          public Map<String, List<String>> get(URI uri, Map<String, List<String>> headers)
              throws IOException {
            throw new IOException("the jar is gone");
          }

          @Override
          public void put(URI uri, Map<String, List<String>> headers) throws IOException {
            throw new IOException("the jar is full");
          }
        };

    assertThatThrownBy(() -> CookieRule.cookies(broken, TARGET, NONE))
        .isInstanceOf(IOException.class)
        .hasMessage("the jar is gone");
    assertThatThrownBy(() -> CookieRule.store(broken, TARGET, NONE))
        .isInstanceOf(IOException.class)
        .hasMessage("the jar is full");
  }
}
