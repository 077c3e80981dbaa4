package dev.redial.internal.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redial.internal.policy.RedirectRule.Next;
import java.net.URI;
import java.net.http.HttpClient.Redirect;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedirectRuleTest {
  private static final URI FROM = URI.create("http://a.example/b/c?d=e");
  private static final Optional<String> ELSEWHERE = Optional.of("http://z.example/y");

  private static Optional<Next> decide(int status, String method) {
    return RedirectRule.decide(Redirect.NORMAL, status, ELSEWHERE, FROM, method);
  }

  private static Optional<URI> target(String location) {
    return RedirectRule.decide(Redirect.ALWAYS, 302, Optional.of(location), FROM, "GET")
        .map(Next::uri);
  }

  /** RFC 9110 section 15.4; the method of 301 and 302 as browsers and the JDK have it. */
  @ParameterizedTest
  @CsvSource({
    "301, GET, GET, true",
    "301, HEAD, HEAD, true",
    "301, POST, GET, false",
    "301, PUT, PUT, true",
    "301, DELETE, DELETE, true",
    "301, FOO, FOO, true",
    "302, GET, GET, true",
    "302, HEAD, HEAD, true",
    "302, POST, GET, false",
    "302, PUT, PUT, true",
    "302, FOO, FOO, true",
    "303, GET, GET, false",
    "303, HEAD, GET, false",
    "303, POST, GET, false",
    "303, PUT, GET, false",
    "303, FOO, GET, false",
    "307, GET, GET, true",
    "307, POST, POST, true",
    "307, FOO, FOO, true",
    "308, HEAD, HEAD, true",
    "308, POST, POST, true",
    "308, PUT, PUT, true"
  })
  void methodAndBody(int status, String method, String next, boolean keepsBody) {
    assertThat(decide(status, method))
        .contains(new Next(URI.create("http://z.example/y"), next, keepsBody));
  }

  @Test
  void noOtherStatusIsFollowed() {
    for (int status = 100; status < 1000; status++) {
      boolean follows =
          status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
      assertThat(decide(status, "GET").isPresent()).as("status %d", status).isEqualTo(follows);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "NEVER, http, http, false",
    "NEVER, http, https, false",
    "NEVER, https, http, false",
    "NEVER, https, https, false",
    "NORMAL, http, http, true",
    "NORMAL, http, https, true",
    "NORMAL, https, http, false",
    "NORMAL, HTTPS, HTTP, false",
    "NORMAL, https, https, true",
    "ALWAYS, http, http, true",
    "ALWAYS, http, https, true",
    "ALWAYS, https, http, true",
    "ALWAYS, https, https, true"
  })
  void thePolicyDecidesOnSchemes(Redirect policy, String from, String to, boolean follows) {
    Optional<Next> next =
        RedirectRule.decide(
            policy,
            302,
            Optional.of(to + "://z.example/"),
            URI.create(from + "://a.example/"),
            "GET");

    assertThat(next.isPresent()).isEqualTo(follows);
  }

  /** RFC 3986 section 5.4 on http://a.example/b/c?d=e, as far as http needs it. */
  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "http://z.example/y, http://z.example/y",
        "https://z.example, https://z.example",
        "HTTP://Z.example/y, HTTP://Z.example/y",
        "//z.example/y, http://z.example/y",
        "/y?q=1, http://a.example/y?q=1",
        "y, http://a.example/b/y",
        "./y, http://a.example/b/y",
        "../y, http://a.example/y",
        "y?q, http://a.example/b/y?q",
        "?q=1, http://a.example/b/c?q=1",
        "``, http://a.example/b/c?d=e",
        "http://z.example/y#f, http://z.example/y#f",
        "#f, http://a.example/b/c?d=e#f",
        "http://u:p@z.example/y, http://u:p@z.example/y",
        "http://[::1]:8080/y, http://[::1]:8080/y",
        "http://z.example:/y, http://z.example:/y",
        "http://z.example:65535/y, http://z.example:65535/y",
        "http://z.example:1/y, http://z.example:1/y",
        "http://z.example/a%20b?c%2Fd, http://z.example/a%20b?c%2Fd",
        "../../../y, http://a.example/y",
        "/z/../y/./x, http://a.example/y/x",
        "y/.., http://a.example/b/",
        ".., http://a.example/",
        "., http://a.example/b/",
        "http://z.example/../y/.?q, http://z.example/y/?q",
        "//z.example/a/../../y, http://z.example/y",
        "y//z, http://a.example/b/y//z",
        "?q=../x, http://a.example/b/c?q=../x",
        "/\u00e9, http://a.example/%E9", // the octet that came
        "/\u00c3\u00a0, http://a.example/%C3%A0" // and two that are UTF-8
      })
  void locations(String location, String target) {
    assertThat(target(location)).contains(URI.create(target));
  }

  /** The server's mistake: the caller gets the answer as it is. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://",
        "http:///y",
        "http:y",
        "ftp://z.example/y",
        "mailto:a@z.example",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "http://z.example/a b",
        "http://z.example/%zz",
        "http://z .example/",
        "http://z_z/",
        "http://z.example:99999/",
        "http://z.example:65536/",
        "http://z.example:0/",
        "http://z.example:-1/",
        "http://[::1/",
        "://z.example/"
      })
  void aLocationThatLeadsNowhereIsNotFollowed(String location) {
    assertThat(target(location)).isEmpty();
  }

  @Test
  void aRedirectWithoutLocationIsNotFollowed() {
    assertThat(RedirectRule.decide(Redirect.ALWAYS, 302, Optional.empty(), FROM, "GET")).isEmpty();
  }

  @Test
  void aRelativeReferenceIsResolvedAgainstATargetWithoutPath() {
    URI bare = URI.create("http://a.example");

    assertThat(
            RedirectRule.decide(Redirect.NORMAL, 307, Optional.of("y"), bare, "GET").map(Next::uri))
        .contains(URI.create("http://a.example/y"));
    assertThat(
            RedirectRule.decide(Redirect.NORMAL, 307, Optional.of("?q"), bare, "GET")
                .map(Next::uri))
        .contains(URI.create("http://a.example?q"));
  }
}
