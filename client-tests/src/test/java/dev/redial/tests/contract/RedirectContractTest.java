package dev.redial.tests.contract;

import static dev.redial.tests.kit.Requests.get;
import static dev.redial.tests.kit.Requests.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redial.tests.kit.Answers;
import dev.redial.tests.kit.RequestSeen;
import dev.redial.tests.kit.ScriptedServer;
import dev.redial.tests.kit.TlsMaterial;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Points 49 to 52: which redirects are followed, with what, and how they show. */
class RedirectContractTest {
  @RegisterExtension final ContractRig rig = new ContractRig();

  private HttpClient following(Side side, Redirect policy) {
    return rig.client(
        side, b -> b.followRedirects(policy).sslContext(TlsMaterial.forLoopback().client()));
  }

  /** A server that answers {@code /from} with that status and any other target with 200. */
  private static ScriptedServer.Script redirecting(int status, String location, String body) {
    return c -> {
      while (true) {
        RequestSeen seen = c.readRequest();
        c.send(
            seen.target().startsWith("/from")
                ? Answers.status(status + " Elsewhere", body, "Location: " + location)
                : Answers.ok("there"));
      }
    };
  }

  private static Stream<Arguments> forBoth(Object[]... rows) {
    return Stream.of(Side.values())
        .flatMap(side ->
            Stream.of(rows)
                .map(
                    row -> Arguments.of(Stream.concat(Stream.of(side), Stream.of(row)).toArray())));
  }

  private static Object[] row(Object... cells) {
    return cells;
  }

  static Stream<Arguments> statuses() {
    return forBoth(
        row(300, false),
        row(301, true),
        row(302, true),
        row(303, true),
        row(304, false),
        row(305, false),
        row(306, false),
        row(307, true),
        row(308, true),
        row(309, false),
        row(310, false),
        row(350, false),
        row(399, false));
  }

  @ParameterizedTest
  @Tag("contract-49")
  @MethodSource("statuses")
  void onlyTheFiveKnownRedirectsAreFollowed(Side side, int status, boolean followed)
      throws Exception {
    ScriptedServer server = rig.server(redirecting(status, "/to", ""));
    HttpResponse<String> response =
        following(side, Redirect.ALWAYS).send(get(server.uri("/from")), BodyHandlers.ofString());
    assertThat(response.statusCode()).isEqualTo(followed ? 200 : status);
    assertThat(server.requests().stream().map(RequestSeen::target))
        .containsExactly(followed ? new String[] {"/from", "/to"} : new String[] {"/from"});
  }

  static Stream<Arguments> methods() {
    return forBoth(
        row(301, "GET", "b", "GET", "b"), row(301, "POST", "b", "GET", ""),
        row(301, "PUT", "b", "PUT", "b"), row(301, "FOO", "b", "FOO", "b"),
        row(302, "GET", "b", "GET", "b"), row(302, "POST", "b", "GET", ""),
        row(302, "PUT", "b", "PUT", "b"), row(302, "HEAD", "", "HEAD", ""),
        row(303, "GET", "b", "GET", ""), row(303, "POST", "b", "GET", ""),
        row(303, "PUT", "b", "GET", ""), row(303, "FOO", "b", "GET", ""),
        row(303, "HEAD", "", "GET", ""), row(307, "GET", "b", "GET", "b"),
        row(307, "POST", "b", "POST", "b"), row(307, "FOO", "b", "FOO", "b"),
        row(308, "POST", "b", "POST", "b"), row(308, "DELETE", "", "DELETE", ""));
  }

  @ParameterizedTest
  @Tag("contract-50")
  @MethodSource("methods")
  void theNextRequestHasTheMethodAndTheBodyThatTheStatusAsksFor(
      Side side, int status, String method, String body, String nextMethod, String nextBody)
      throws Exception {
    ScriptedServer server =
        rig.server(c -> {
          RequestSeen seen = c.readRequest();
          c.send(
              seen.method().equals("HEAD")
                  ? Answers.head(status + " Elsewhere", "Location: /to", "Content-Length: 0")
                      + "\r\n"
                  : Answers.status(status + " Elsewhere", "", "Location: /to"));
          RequestSeen next = c.readRequest();
          c.send(next.method().equals("HEAD") ? "HTTP/1.1 200 OK\r\n\r\n" : Answers.ok(""));
        });
    HttpRequest request =
        request(
            method,
            server.uri("/from"),
            body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    assertThat(following(side, Redirect.NORMAL).send(request, BodyHandlers.ofString()))
        .extracting(HttpResponse::statusCode)
        .isEqualTo(200);
    RequestSeen next = server.requests().get(1);
    assertThat(next.method()).isEqualTo(nextMethod);
    assertThat(next.text()).isEqualTo(nextBody);
  }

  static Stream<Arguments> policies() {
    return forBoth(
        row(Redirect.NORMAL, false, true, true), row(Redirect.NORMAL, true, false, false),
        row(Redirect.NORMAL, false, false, true), row(Redirect.NORMAL, true, true, true),
        row(Redirect.ALWAYS, false, true, true), row(Redirect.ALWAYS, true, false, true),
        row(Redirect.NEVER, false, false, false), row(Redirect.NEVER, true, true, false));
  }

  @ParameterizedTest
  @Tag("contract-51")
  @MethodSource("policies")
  void aRefusedRedirectIsHandedOutWithItsBody(
      Side side, Redirect policy, boolean fromTls, boolean toTls, boolean followed)
      throws Exception {
    ScriptedServer to = server(toTls, ScriptedServer.always(Answers.ok("there")));
    ScriptedServer from = server(fromTls, redirecting(302, to.uri("/to").toString(), "elsewhere"));
    HttpResponse<String> response =
        following(side, policy).send(get(from.uri("/from")), BodyHandlers.ofString());
    assertThat(response.statusCode()).isEqualTo(followed ? 200 : 302);
    assertThat(response.body()).isEqualTo(followed ? "there" : "elsewhere");
    assertThat(to.requests()).hasSize(followed ? 1 : 0);
  }

  private ScriptedServer server(boolean tls, ScriptedServer.Script script) {
    return tls ? rig.tlsServer(script) : rig.server(script);
  }

  @OnBothSides
  @Tag("contract-52")
  void theHopsShowAsPreviousResponses(Side side) throws Exception {
    ScriptedServer server =
        rig.server(c -> {
          c.readRequest();
          c.send(Answers.status("301 A", "moved", "Location: two?x=1", "X-Hop: 1"));
          c.readRequest();
          c.send(Answers.status("307 B", "moved", "Location: /three", "X-Hop: 2"));
          c.serve(Answers.ok("there"));
        });
    HttpRequest request = get(server.uri("/a/one"));
    HttpResponse<String> last =
        following(side, Redirect.NORMAL).send(request, BodyHandlers.ofString());
    HttpResponse<String> second = last.previousResponse().orElseThrow();
    HttpResponse<String> first = second.previousResponse().orElseThrow();

    assertThat(first.previousResponse()).isEmpty();
    assertThat(first.statusCode()).isEqualTo(301);
    assertThat(second.statusCode()).isEqualTo(307);
    assertThat(last.statusCode()).isEqualTo(200);
    assertThat(first.request()).isEqualTo(request);
    assertThat(first.uri()).isEqualTo(server.uri("/a/one"));
    assertThat(second.uri()).isEqualTo(server.uri("/a/two?x=1"));
    assertThat(last.uri()).isEqualTo(server.uri("/three"));
    assertThat(last.request().uri()).isEqualTo(last.uri());
    assertThat(first.body()).isNull();
    assertThat(second.body()).isNull();
    assertThat(last.body()).isEqualTo("there");
    assertThat(first.headers().firstValue("X-Hop")).contains("1");
    assertThat(second.headers().firstValue("X-Hop")).contains("2");
  }

  @OnBothSides
  @Tag("contract-52")
  void aLargeBodyOfARedirectIsInNobodysWay(Side side) throws Exception {
    ScriptedServer server = rig.server(redirecting(302, "/to", "x".repeat(64 * 1024)));
    HttpClient client = following(side, Redirect.NORMAL);
    for (int i = 0; i < 10; i++)
      assertThat(client.send(get(server.uri("/from")), BodyHandlers.ofString()).body())
          .isEqualTo("there");
  }

  @ParameterizedTest // a deliberate difference: RFC 9110, section 15.4
  @Tag("contract-50")
  @EnumSource(value = Side.class, names = "REDIAL")
  void credentialsAreNotCarriedToAnotherOrigin(Side side) throws Exception {
    ScriptedServer other = rig.server(ScriptedServer.always(Answers.ok("there")));
    ScriptedServer server =
        rig.server(c -> {
          c.readRequest();
          c.send(Answers.status("302 A", "", "Location: /same"));
          c.readRequest();
          c.send(Answers.status("302 A", "", "Location: " + other.uri("/other")));
        });
    HttpRequest request =
        HttpRequest.newBuilder(server.uri("/"))
            .header("Authorization", "Bearer secret")
            .header("Cookie", "secret=1")
            .header("X-Other", "kept")
            .build();
    following(side, Redirect.NORMAL).send(request, BodyHandlers.discarding());
    RequestSeen same = server.requests().get(1);
    assertThat(same.field("Authorization")).contains("Bearer secret");
    assertThat(same.field("Cookie")).contains("secret=1");
    RequestSeen elsewhere = other.requests().getFirst();
    assertThat(elsewhere.field("Authorization")).isEmpty();
    assertThat(elsewhere.field("Cookie")).isEmpty();
    assertThat(elsewhere.field("X-Other")).contains("kept");
  }

  @ParameterizedTest // a deliberate difference: the JDK's client fails
  @Tag("contract-49")
  @ValueSource(strings = {"", "Location: http://[bad", "Location: ftp://127.0.0.1/"})
  void aRedirectThatLeadsNowhereIsHandedOut(String location) throws Exception {
    String answer =
        location.isEmpty()
            ? Answers.status("302 A", "nowhere")
            : Answers.status("302 A", "nowhere", location);
    ScriptedServer server = rig.server(ScriptedServer.always(answer));
    HttpResponse<String> response =
        following(Side.REDIAL, Redirect.ALWAYS)
            .send(get(server.uri("/from")), BodyHandlers.ofString());
    assertThat(response.statusCode()).isEqualTo(302);
    assertThat(response.body()).isEqualTo("nowhere");
  }

  @Test // a deliberate difference: the JDK's client follows four
  @Tag("contract-49")
  void fiveHopsAreFollowedAndTheSixthIsHandedOut() throws Exception {
    ScriptedServer server =
        rig.server(ScriptedServer.always(Answers.status("302 A", "on", "Location: /on")));
    HttpResponse<String> response =
        following(Side.REDIAL, Redirect.ALWAYS)
            .send(get(server.uri("/on")), BodyHandlers.ofString());
    assertThat(response.statusCode()).isEqualTo(302);
    assertThat(response.body()).isEqualTo("on");
    assertThat(server.requests()).hasSize(6);
  }
}
