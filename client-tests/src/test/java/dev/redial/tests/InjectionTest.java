package dev.redial.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.redial.RedialClient;
import dev.redial.tests.kit.Answers;
import dev.redial.tests.kit.Requests;
import dev.redial.tests.kit.Rig;
import dev.redial.tests.kit.ScriptedServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What could be read as another request, or another part of one, is refused before it is sent. */
class InjectionTest {
  private static final String EVIL = "\r\nEvil: 1";

  @RegisterExtension final Rig rig = new Rig();

  private static Arguments row(String comment, UnaryOperator<UncheckedRequest> change) {
    return arguments(comment.replaceAll("\\p{Cntrl}", "?"), change);
  }

  static Stream<Arguments> refused() {
    Stream<Arguments> methods =
        Stream.of("", " ", "GET ", " GET", "G T", "GET" + EVIL, "GET\n", "GET\0", "GET / HTTP/1.1")
            .map(method -> row("method " + method, request -> request.withMethod(method)));
    Stream<Arguments> names =
        Stream.of("A B", "A:", "A: b\r\nC", "A\nB", "A\0B", "A\tB", "\u00c4", "A\u010dB")
            .map(name -> row("name " + name, request -> request.with(name, "x")));
    // U+010D and U+010A would be CR and LF if only their low octets were sent.
    Stream<Arguments> values =
        Stream.of("a" + EVIL, "a\rb", "a\nb", "a\0b", "a\u007f", "a\u010d\u010aEvil: 1", "\u20ac")
            .map(value -> row("value " + value, request -> request.with("A", value)));
    Stream<Arguments> own =
        Stream.of("Host", "Content-Length", "Connection", "Expect", "Upgrade")
            .map(name -> row("header " + name, request -> request.with(name, "1")));
    return Stream.of(methods, names, values, own).flatMap(rows -> rows);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refused")
  void nothingIsSent(String comment, UnaryOperator<UncheckedRequest> change) {
    ScriptedServer server = rig.server(ScriptedServer.always(Answers.ok("ok")));
    RedialClient client = rig.client();
    UncheckedRequest request = change.apply(UncheckedRequest.to(server.uri("/")));
    assertThatThrownBy(() -> client.send(request, BodyHandlers.ofString()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> client.sendAsync(request, BodyHandlers.ofString()).join())
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(server.connections()).isZero();
  }

  @ParameterizedTest
  @MethodSource("uris")
  void nothingIsConnected(URI uri) {
    RedialClient client = rig.client();
    assertThatThrownBy(() -> client.send(UncheckedRequest.to(uri), BodyHandlers.ofString()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(client.stats().total()).isZero();
  }

  static Stream<URI> uris() {
    return Stream.of(
            "ftp://127.0.0.1/",
            "/path",
            "//127.0.0.1/",
            "http:///path",
            "http:opaque",
            "http://a_b/",
            "http://127.0.0.1:0/",
            "http://127.0.0.1:65536/",
            "mailto:a@b")
        .map(URI::create);
  }

  /** A URI can carry nothing but ASCII that needs no escape; what is escaped stays so. */
  @Test
  void anEscapedLineEndStaysEscaped() throws Exception {
    ScriptedServer server = rig.server(ScriptedServer.always(Answers.ok("ok")));
    URI uri = server.uri("/a%0d%0aEvil:%201?b%0a#c%0d%0ad");
    rig.client().send(Requests.get(uri), BodyHandlers.ofString());
    assertThat(server.requests().getFirst().target()).isEqualTo("/a%0d%0aEvil:%201?b%0a");
    assertThat(server.requests().getFirst().field("Evil")).isEmpty();
  }

  /** The server's answers end up in requests, too. */
  @ParameterizedTest
  @MethodSource("locations")
  void aRedirectCannotInject(String location) throws Exception {
    ScriptedServer server =
        rig.server(c -> {
          c.readRequest();
          c.send(Answers.status("302 Found", "", "Location: " + location));
          c.serve(Answers.ok("there"));
        });
    RedialClient client = rig.client(b -> b.followRedirects(HttpClient.Redirect.NORMAL));
    try {
      client.send(Requests.get(server.uri("/")), BodyHandlers.ofString());
    } catch (IOException refused) {
      assertThat(refused.getMessage()).doesNotContain("\n");
    }
    assertThat(server.requests()).allMatch(request -> request.field("Evil").isEmpty());
    assertThat(server.requests()).hasSizeLessThan(3);
  }

  static List<String> locations() {
    return List.of(
        "/a b HTTP/1.1",
        "/\u00c4",
        "/a%0d%0aEvil:%201",
        "/a\tb",
        "http://[",
        "http://127.0.0.1:99999/",
        "javascript:alert(1)",
        "");
  }
}
