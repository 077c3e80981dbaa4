package dev.redial.internal.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redial.internal.policy.RedirectRule.Next;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlainRequestTest {
  private static final BodyPublisher BODY = BodyPublishers.ofString("x");

  private static HttpRequest post() {
    return HttpRequest.newBuilder(URI.create("http://a.example/1"))
        .POST(BODY)
        .header("Authorization", "Basic x")
        .header("Cookie", "a=1")
        .header("Content-Type", "text/plain")
        .header("X", "1")
        .timeout(Duration.ofSeconds(3))
        .version(HttpClient.Version.HTTP_1_1)
        .expectContinue(true)
        .build();
  }

  private static HttpRequest followed(
      HttpRequest from, String to, String method, boolean keepsBody) {
    return PlainRequest.following(from, new Next(URI.create(to), method, keepsBody));
  }

  @Test
  void targetMethodAndBodyAreTheRedirects() {
    HttpRequest next = followed(post(), "http://a.example/2", "POST", true);

    assertThat(next.uri()).isEqualTo(URI.create("http://a.example/2"));
    assertThat(next.method()).isEqualTo("POST");
    assertThat(next.bodyPublisher()).containsSame(BODY);
    assertThat(followed(post(), "http://a.example/2", "GET", false).bodyPublisher()).isEmpty();
  }

  @Test
  void theRestIsTheCallers() {
    HttpRequest next = followed(post(), "http://a.example/2", "POST", true);

    assertThat(next.headers()).isEqualTo(post().headers());
    assertThat(next.timeout()).contains(Duration.ofSeconds(3));
    assertThat(next.version()).contains(HttpClient.Version.HTTP_1_1);
    assertThat(next.expectContinue()).isTrue();
    assertThat(followed(new OwnRequest(), "http://a.example/2", "GET", false).expectContinue())
        .isFalse();
    assertThat(next).hasToString("http://a.example/2 POST");
  }

  /** What was meant for one origin is not carried to another (RFC 9110 section 15.4). */
  @ParameterizedTest
  @CsvSource({
    "http://a.example/2, true",
    "http://A.EXAMPLE:80/2, true",
    "https://a.example/1, false",
    "http://a.example:8080/1, false",
    "http://b.example/1, false",
    "http://x.a.example/1, false"
  })
  void credentialsStayWithTheirOrigin(String to, boolean kept) {
    Set<String> names = followed(post(), to, "POST", true).headers().map().keySet();

    assertThat(names.contains("authorization")).isEqualTo(kept);
    assertThat(names.contains("cookie")).isEqualTo(kept);
    assertThat(names).contains("X", "Content-Type");
  }

  @Test
  void credentialsThatAreGoneDoNotComeBack() {
    HttpRequest away = followed(post(), "http://b.example/", "POST", true);
    HttpRequest back = followed(away, "http://a.example/", "POST", true);

    assertThat(back.headers().map()).doesNotContainKeys("Authorization", "Cookie");
  }

  @Test
  void aHostThatTheCallerGaveStaysWithItsOrigin() {
    HttpHeaders host =
        HttpHeaders.of(Map.of("Host", List.of("virtual.example")), (name, value) -> true);
    HttpRequest own = new OwnRequest().withHeaders(host);

    assertThat(followed(own, "http://a.example/2", "GET", false).headers().map())
        .containsKey("host");
    assertThat(followed(own, "http://b.example/", "GET", false).headers().map())
        .doesNotContainKey("host");
  }

  /** RFC 9110 section 15.4, item 5. */
  @Test
  void withTheBodyGoesWhatDescribesIt() {
    HttpRequest own =
        HttpRequest.newBuilder(URI.create("http://a.example/1"))
            .POST(BODY)
            .headers(
                "Content-Type",
                "a",
                "content-encoding",
                "b",
                "Content-Language",
                "c",
                "Content-Location",
                "d",
                "Digest",
                "e",
                "Last-Modified",
                "f",
                "Accept",
                "g")
            .build();

    assertThat(followed(own, "http://a.example/2", "GET", false).headers().map())
        .containsOnlyKeys("Accept");
    assertThat(followed(own, "http://a.example/2", "POST", true).headers().map()).hasSize(7);
  }
}
