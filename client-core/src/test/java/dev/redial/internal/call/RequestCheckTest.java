package dev.redial.internal.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestCheckTest {
  private static HttpRequest checked(HttpRequest request) {
    return RequestCheck.checked(request, Set.of());
  }

  private static void isRefused(HttpRequest request, String named) {
    assertThatThrownBy(() -> checked(request))
        .isExactlyInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(named);
  }

  private static void isMissing(HttpRequest request, String named) {
    assertThatThrownBy(() -> checked(request))
        .isInstanceOf(NullPointerException.class)
        .hasMessageContaining(named);
  }

  private static void passes(HttpRequest request) {
    assertThatCode(() -> checked(request)).doesNotThrowAnyException();
  }

  @Test
  void aPlainRequestPasses() {
    passes(new OwnRequest());
    passes(
        HttpRequest.newBuilder(URI.create("https://a.example"))
            .POST(BodyPublishers.ofString("x"))
            .timeout(Duration.ofNanos(1))
            .build());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", " ", "GET ", "G T", "GET\r\nEvil: 1", "GET/", "\u00c4", "G\0T", "GET\uff0f"})
  void aMethodIsAToken(String method) {
    isRefused(new OwnRequest().withMethod(method), "not a method");
  }

  @Test
  void connectIsNotForCallers() {
    isRefused(new OwnRequest().withMethod("CONNECT"), "CONNECT");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ftp://a.example/",
        "file:///x",
        "a.example/x",
        "/x",
        "mailto:a@a.example",
        "ws://a.example/",
        "httpx://a.example/",
        "//a.example/x"
      })
  void theSchemeIsHttpOrHttps(URI uri) {
    isRefused(new OwnRequest().withUri(uri), "invalid URI scheme");
  }

  @ParameterizedTest
  @ValueSource(strings = {"http:///x", "http:x", "https://a_b/x", "http://:80/", "http://u:p@a_b/"})
  void thereIsAHost(URI uri) {
    isRefused(new OwnRequest().withUri(uri), "no host");
  }

  @Test
  void aPasswordIsNotInTheMessage() {
    assertThatThrownBy(
            () -> checked(new OwnRequest().withUri(URI.create("http://user:secret@a_b/"))))
        .hasMessageNotContaining("secret");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"http://a.example:0/", "http://a.example:65536/", "http://a.example:2147483647/"})
  void thePortIsInItsRange(URI uri) {
    isRefused(new OwnRequest().withUri(uri), "port out of range");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP://a.example",
        "https://a.example:65535/",
        "http://[::1]:1/",
        "http://a.example:/",
        "http://a.example/\u00e4?\u20ac"
      })
  void anyOtherUriPasses(URI uri) {
    passes(new OwnRequest().withUri(uri));
  }

  @ParameterizedTest
  @ValueSource(strings = {"A B", "A:", "A\r\nEvil", "\u00c4", "A\0B", "(A)", "A\tB"})
  void aHeaderNameIsAToken(String name) {
    isRefused(new OwnRequest().withHeader(name, "x"), "not a header name");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a\r\nEvil: 1",
        "a\nb",
        "a\rb",
        "a\0b",
        "a\u007fb",
        "\u0100",
        "\u20ac",
        "a\u0001b"
      })
  void aHeaderValueHasNoControlCharacters(String value) {
    isRefused(new OwnRequest().withHeader("A", value), "\"A\"");
    assertThatThrownBy(() -> checked(new OwnRequest().withHeader("A", value)))
        .as("the value may be a secret")
        .hasMessageNotContaining("Evil");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "a\tb", "\u00ff\u0080", "\"q\", b"})
  void anyOtherHeaderValuePasses(String value) {
    passes(new OwnRequest().withHeader("A", value));
  }

  /** As the builder of the JDK refuses them. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Connection",
        "Content-Length",
        "Expect",
        "Host",
        "Upgrade",
        "HOST",
        "content-length"
      })
  void aRestrictedHeaderIsRefused(String name) {
    isRefused(new OwnRequest().withHeader(name, "1"), name);
    assertThatThrownBy(() -> HttpRequest.newBuilder().header(name, "1"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT0S", "PT-1S", "PT-0.000000001S"})
  void aTimeoutIsMoreThanZero(Duration timeout) {
    isRefused(new OwnRequest().withTimeout(Optional.of(timeout)), timeout.toString());
  }

  @Test
  @SuppressWarnings("NullOptional") // what a careless subclass returns
  void nothingIsNull() {
    isMissing(new OwnRequest().withMethod(null), "method");
    isMissing(new OwnRequest().withUri(null), "uri");
    isMissing(new OwnRequest().withHeaders(null), "headers");
    isMissing(new OwnRequest().withBody(null), "bodyPublisher");
    isMissing(new OwnRequest().withTimeout(null), "timeout");
    isMissing(new OwnRequest().withVersion(null), "version");
  }

  @Test
  void whatCanBeShownIsShown() {
    isRefused(new OwnRequest().withMethod(" ~\u007f\u001f"), "\" ~\\u007f\\u001f\"");
    isRefused(new OwnRequest().withUri(URI.create("http://a_b/x")), "http://a_b/x");
  }

  @Test
  void badInputCannotForgeALogLine() {
    assertThatThrownBy(() -> checked(new OwnRequest().withMethod("GET\r\n" + "x".repeat(500))))
        .satisfies(thrown ->
            assertThat(thrown.getMessage())
                .doesNotContain("\n")
                .contains("\\u000d\\u000a")
                .hasSizeLessThan(200));
  }

  @Test
  void whatTheJdkHasBuiltIsNotCopied() {
    HttpRequest built = HttpRequest.newBuilder(URI.create("http://a.example/")).build();
    assertThat(checked(built)).isSameAs(built);
  }

  @Test
  void whatWasCheckedDoesNotChangeAnyMore() {
    Optional<BodyPublisher> body = Optional.of(BodyPublishers.ofString("x"));
    OwnRequest own = new OwnRequest().withMethod("PUT").withHeader("A", "1").withBody(body);
    HttpRequest checked = checked(own);
    OwnRequest changed = own.withMethod("G T").withHeader("A", "1\r\nB: 2");
    assertThat(changed).isSameAs(own);
    assertThat(checked.method()).isEqualTo("PUT");
    assertThat(checked.headers().map()).isEqualTo(Map.of("A", List.of("1")));
    assertThat(checked.bodyPublisher()).isSameAs(body);
    assertThat(checked.uri()).isSameAs(own.uri());
  }

  @Test
  void anAccessorThatThrowsIsNamed() {
    HttpRequest throwing =
        new OwnRequest() {
          @Override
          public HttpHeaders headers() {
            throw new IllegalStateException("mine");
          }
        };
    assertThatThrownBy(() -> checked(throwing))
        .isExactlyInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("headers()")
        .hasRootCauseExactlyInstanceOf(IllegalStateException.class);
  }
}
