package dev.redial.internal.connection;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redial.internal.http1.Octets;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestEncoderTest {
  private String method = "GET";
  private URI uri = URI.create("http://a.example/x");
  private String authority = "a.example";
  private boolean absoluteForm;
  private final Map<String, List<String>> own = new LinkedHashMap<>();
  private final Map<String, List<String>> added = new LinkedHashMap<>();
  private BodyPublisher body;
  private boolean keepAlive = true;
  private boolean expectContinue;

  private OutgoingRequest request(long contentLength) {
    HttpHeaders headers = HttpHeaders.of(own, (name, value) -> true);
    return new OutgoingRequest(
        method,
        uri,
        authority,
        absoluteForm,
        headers,
        added,
        body,
        contentLength,
        false,
        keepAlive,
        expectContinue);
  }

  private List<String> head(long contentLength) {
    Octets out = new Octets();
    RequestEncoder.head(out, request(contentLength));
    String text = new String(out.array(), 0, out.length(), ISO_8859_1);
    assertThat(text).endsWith("\r\n\r\n").doesNotContain("\n\n");
    return List.of(text.substring(0, text.length() - 4).split("\r\n", -1));
  }

  private String line() {
    return head(0).get(0);
  }

  private List<String> fields(long contentLength) {
    return head(contentLength).subList(1, head(contentLength).size());
  }

  @Test
  void aPlainRequest() {
    assertThat(head(0))
        .containsExactly(
            "GET /x HTTP/1.1", "Host: a.example", "Connection: keep-alive", "User-Agent: Redial");
  }

  // The target

  @ParameterizedTest
  @CsvSource({
    "http://a.example, /",
    "http://a.example?, /?",
    "http://a.example?q, /?q",
    "http://a.example/, /",
    "http://a.example/#f, /",
    "http://a.example/x?q=1#f, /x?q=1",
    "http://a.example#f, /",
    "http://u:p@a.example/x, /x",
    "http://a.example/%61%2f%2F?%20+%3D, /%61%2f%2F?%20+%3D",
    "http://a.example//x/../y/./z, //x/../y/./z",
    "http://a.example/a;b=c:d@e!$&'()*, /a;b=c:d@e!$&'()*",
    "http://a.example/\u00e4?\u20ac, /%C3%A4?%E2%82%AC",
    "http://a.example/\ud83d\ude00, /%F0%9F%98%80",
    "http://a.example/%20\u00e4%20, /%20%C3%A4%20"
  })
  void theTargetIsSentAsItIs(URI target, String sent) {
    uri = target;

    assertThat(line()).isEqualTo("GET " + sent + " HTTP/1.1");
  }

  @ParameterizedTest
  @CsvSource({
    "http://a.example, a.example, http://a.example/",
    "http://a.example:8080/x?q#f, a.example:8080, http://a.example:8080/x?q",
    "HTTP://A.Example/, a.example, http://a.example/",
    "http://u:p@a.example/x, a.example, http://a.example/x",
    "http://[::1]:8080/x, [::1]:8080, http://[::1]:8080/x",
    "http://a.example/\u00e4, a.example, http://a.example/%C3%A4"
  })
  void aForwardingProxyGetsTheAbsoluteForm(URI target, String host, String sent) {
    uri = target;
    authority = host;
    absoluteForm = true;

    assertThat(line()).isEqualTo("GET " + sent + " HTTP/1.1");
    assertThat(fields(0)).contains("Host: " + host);
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "get", "M-SEARCH", "X!#$%&'*+.^_`|~09"})
  void aMethodIsSentAsItIs(String token) {
    method = token;

    assertThat(line()).isEqualTo(token + " /x HTTP/1.1");
  }

  /** The check before the call refuses them; this is the last line. */
  @ParameterizedTest
  @ValueSource(strings = {"", "GET ", "G T", "GET\r\nEvil:", "G\u00c4T"})
  void nothingThatIsNoMethodIsWritten(String bad) {
    method = bad;

    assertThatThrownBy(this::line).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void nothingThatIsNoFieldIsWritten() {
    added.put("Cookie", List.of("a=1\r\nEvil: 1"));

    assertThatThrownBy(this::line)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Cookie")
        .hasMessageNotContaining("Evil");
  }

  // Host, Connection, User-Agent

  @Test
  void theHostComesFirst() {
    own.put("A", List.of("1"));
    authority = "a.example:8080";

    assertThat(fields(0).get(0)).isEqualTo("Host: a.example:8080");
  }

  @Test
  void theCallersHostReplacesOurs() {
    own.put("hOST", List.of("virtual.example", "second.example"));

    assertThat(fields(0))
        .filteredOn(field -> field.toLowerCase(java.util.Locale.ROOT).startsWith("host:"))
        .containsExactly("hOST: virtual.example");
  }

  @Test
  void theCallersUserAgentReplacesOurs() {
    own.put("user-agent", List.of("mine/1"));

    assertThat(fields(0)).contains("user-agent: mine/1").doesNotContain("User-Agent: Redial");
  }

  @Test
  void withoutReuseTheConnectionIsToBeClosed() {
    keepAlive = false;

    assertThat(fields(0)).contains("Connection: close").doesNotContain("Connection: keep-alive");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "close; true",
        "Close; true",
        "x, close; true",
        "close ,x; true",
        "\tclose; true",
        "closed; false",
        "keep-alive; false",
        "x-close; false",
        "''; false"
      })
  void theCallerMayAskToClose(String value, boolean closes) {
    own.put("Connection", List.of("x", value));

    assertThat(RequestEncoder.asksToClose(request(0))).isEqualTo(closes);
    assertThat(fields(0))
        .filteredOn(field -> field.startsWith("Connection"))
        .containsExactly(closes ? "Connection: close" : "Connection: keep-alive");
  }

  // Framing

  @ParameterizedTest
  @CsvSource({
    "GET, false",
    "HEAD, false",
    "DELETE, false",
    "OPTIONS, false",
    "TRACE, false",
    "POST, true",
    "PUT, true",
    "PATCH, true",
    "FOO, false"
  })
  void noBodyIsAnnouncedWhereOneIsExpected(String token, boolean announced) {
    method = token;

    assertThat(fields(0).contains("Content-Length: 0")).isEqualTo(announced);
    assertThat(fields(0)).noneMatch(field -> field.startsWith("Transfer-Encoding"));
  }

  @ParameterizedTest
  @CsvSource({"GET, false", "HEAD, false", "DELETE, false", "POST, true", "FOO, true"})
  void anEmptyBodyIsAnnouncedByMethod(String token, boolean announced) {
    method = token;
    body = BodyPublishers.noBody();

    assertThat(fields(0).contains("Content-Length: 0")).isEqualTo(announced);
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "HEAD", "DELETE", "OPTIONS", "POST", "PUT", "FOO"})
  void aBodyHasItsLengthOrIsChunkedWithAnyMethod(String token) {
    method = token;
    body = BodyPublishers.ofString("x");

    assertThat(fields(5_000_000_000L))
        .contains("Content-Length: 5000000000")
        .noneMatch(field -> field.startsWith("Transfer-Encoding"));
    assertThat(fields(-1))
        .contains("Transfer-Encoding: chunked")
        .noneMatch(field -> field.startsWith("Content-Length"));
  }

  /** Two sources for the framing would be a request smuggling hole. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length",
        "content-length",
        "Transfer-Encoding",
        "TRANSFER-ENCODING",
        "Keep-Alive",
        "Connection"
      })
  void whatTheTransportDecidesTheCallerDoesNot(String name) {
    method = "POST";
    own.put(name, List.of("7"));

    for (long length : new long[] {-1, 0, 3}) {
      assertThat(fields(length)).noneMatch(field -> field.endsWith(": 7"));
      assertThat(fields(length))
          .filteredOn(
              field -> field.startsWith("Content-Length") || field.startsWith("Transfer-Encoding"))
          .hasSize(1);
    }
  }

  // Expect

  @Test
  void theExpectationGoesOutOnceAndOnlyWithABody() {
    method = "POST";
    own.put("expect", List.of("100-continue"));
    expectContinue = true;

    assertThat(fields(5))
        .filteredOn(field -> field.toLowerCase(java.util.Locale.ROOT).startsWith("expect"))
        .containsExactly("Expect: 100-continue");
    assertThat(fields(-1)).contains("Expect: 100-continue");
    assertThat(fields(0))
        .noneMatch(field -> field.toLowerCase(java.util.Locale.ROOT).startsWith("expect"));
  }

  @Test
  void anotherExpectationOfTheCallerIsTheCallers() {
    own.put("Expect", List.of("something"));

    assertThat(fields(5)).contains("Expect: something");
  }

  // The caller's fields and ours

  @Test
  void theCallersFieldsStayAsTheyAre() {
    own.put("Accept", List.of("a", "b"));
    own.put("X-Empty", List.of(""));
    own.put("X-Latin", List.of("\u00e4\u00ff"));
    own.put("x-Case", List.of(" padded "));

    assertThat(fields(0))
        .containsSubsequence("Accept: a", "Accept: b")
        .contains("X-Empty: ", "X-Latin: \u00e4\u00ff");
    assertThat(fields(0)).anyMatch(field -> field.startsWith("x-Case: "));
  }

  @Test
  void whatTheClientAddsReplacesTheCallersOfThatName() {
    own.put("cookie", List.of("a=1", "b=2"));
    own.put("Other", List.of("1"));
    added.put("Cookie", List.of("a=1; b=2; c=3"));
    added.put("Authorization", List.of("Basic eA=="));

    assertThat(fields(0))
        .filteredOn(field -> field.toLowerCase(java.util.Locale.ROOT).startsWith("cookie"))
        .containsExactly("Cookie: a=1; b=2; c=3");
    assertThat(fields(0)).contains("Other: 1", "Authorization: Basic eA==");
  }

  @Test
  void theLabelNamesMethodAndOriginOnly() {
    uri = URI.create("https://u:p@a.example/secret?token=1#f");

    assertThat(request(0).label()).isEqualTo("GET https://a.example");
  }
}
