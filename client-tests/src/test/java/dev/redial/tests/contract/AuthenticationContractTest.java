package dev.redial.tests.contract;

import static dev.redial.tests.kit.Requests.get;
import static dev.redial.tests.kit.Requests.of;
import static dev.redial.tests.kit.Requests.post;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redial.tests.kit.Answers;
import dev.redial.tests.kit.RequestSeen;
import dev.redial.tests.kit.ScriptedServer;
import dev.redial.tests.kit.ScriptedServer.Script;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Servers that want credentials. */
class AuthenticationContractTest {
  static final String OK = Answers.ok("ok");
  static final String WANTS_BASIC = wants("WWW-Authenticate: Basic realm=\"r\"");

  @RegisterExtension final ContractRig rig = new ContractRig();

  static String wants(String... lines) {
    return Answers.status("401 Unauthorized", "no entry", lines);
  }

  static String basic(String password) {
    byte[] pair = ("user:" + password).getBytes(StandardCharsets.ISO_8859_1);
    return "Basic " + Base64.getEncoder().encodeToString(pair);
  }

  /** Lets in whoever sends exactly that. */
  static Script guarded(String credentials, String refusal) {
    return c -> {
      while (true) {
        Optional<String> sent = c.readRequest().field("Authorization");
        c.send(sent.filter(credentials::equals).isPresent() ? OK : refusal);
      }
    };
  }

  private static List<String> credentials(ScriptedServer server) {
    return server.requests().stream()
        .map(request -> request.field("Authorization").orElse("-"))
        .toList();
  }

  private HttpClient client(Side side, Knowing knowing) {
    return rig.client(side, builder -> builder.authenticator(knowing));
  }

  private static int status(HttpClient client, ScriptedServer server, String path)
      throws Exception {
    return client.send(get(server.uri(path)), BodyHandlers.ofString()).statusCode();
  }

  @OnBothSides
  @Tag("contract-53")
  void credentialsAreAskedForOnceAndThenSentUnasked(Side side) throws Exception {
    ScriptedServer server = rig.server(guarded(basic("good"), WANTS_BASIC));
    Knowing knowing = new Knowing("good");
    HttpClient client = client(side, knowing);
    assertThat(client.send(get(server.uri("/x")), BodyHandlers.ofString()).body()).isEqualTo("ok");
    assertThat(status(client, server, "/x")).isEqualTo(200);
    HttpResponse<String> posted =
        client.send(post(server.uri("/x"), "body"), BodyHandlers.ofString());
    assertThat(posted.statusCode()).isEqualTo(200);
    assertThat(knowing.questions).containsExactly("SERVER basic r 127.0.0.1:" + server.port());
    assertThat(credentials(server))
        .containsExactly("-", basic("good"), basic("good"), basic("good"));
    assertThat(server.requests().getLast().text()).isEqualTo("body");
  }

  @OnBothSides
  @Tag("contract-53")
  void thePostItselfIsRepeatedWithItsBody(Side side) throws Exception {
    ScriptedServer server = rig.server(guarded(basic("good"), WANTS_BASIC));
    HttpClient client = client(side, new Knowing("good"));
    assertThat(client.send(post(server.uri("/x"), "body"), BodyHandlers.ofString()).statusCode())
        .isEqualTo(200);
    assertThat(server.requests()).extracting(RequestSeen::text).containsExactly("body", "body");
  }

  @OnBothSides
  @Tag("contract-53")
  void unknownSchemesArePassedOver(Side side) throws Exception {
    String refusal =
        wants(
            "WWW-Authenticate: Negotiate",
            "WWW-Authenticate: Bearer realm=\"b\"",
            "WWW-Authenticate: Basic realm=\"r\"");
    ScriptedServer server = rig.server(guarded(basic("good"), refusal));
    Knowing knowing = new Knowing("good");
    assertThat(status(client(side, knowing), server, "/x")).isEqualTo(200);
    assertThat(knowing.asked()).isEqualTo(1);
  }

  @OnBothSides
  @Tag("contract-53")
  void onlyUnknownSchemesAreTheCallersAffair(Side side) throws Exception {
    ScriptedServer server =
        rig.server(ScriptedServer.always(wants("WWW-Authenticate: Bearer realm=\"b\"")));
    Knowing knowing = new Knowing("good");
    HttpResponse<String> answer =
        client(side, knowing).send(get(server.uri("/x")), BodyHandlers.ofString());
    assertThat(answer.statusCode()).isEqualTo(401);
    assertThat(answer.body()).isEqualTo("no entry");
    assertThat(knowing.asked()).isZero();
  }

  @OnBothSides
  @Tag("contract-53")
  void threeMoreTriesAreMadeAndNothingOfThemIsTold(Side side) {
    ScriptedServer server = rig.server(ScriptedServer.always(WANTS_BASIC));
    Knowing knowing = new Knowing("hush1", "hush2", "hush3", "hush4", "hush5");
    assertThatThrownBy(() -> status(client(side, knowing), server, "/x"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("too many authentication attempts")
        .hasMessageNotContaining("hush")
        .hasMessageNotContaining(basic("hush3").substring(6));
    assertThat(credentials(server))
        .containsExactly("-", basic("hush1"), basic("hush2"), basic("hush3"), basic("hush4"));
  }

  @OnBothSides
  @Tag("contract-53")
  void aSecondPasswordMayBeRight(Side side) throws Exception {
    ScriptedServer server = rig.server(guarded(basic("good"), WANTS_BASIC));
    Knowing knowing = new Knowing("bad", "good");
    HttpClient client = client(side, knowing);
    assertThat(status(client, server, "/x")).isEqualTo(200);
    assertThat(status(client, server, "/x")).isEqualTo(200);
    assertThat(knowing.asked()).isEqualTo(2);
  }

  @OnBothSides
  @Tag("contract-53")
  void refusedCredentialsAreForgotten(Side side) throws Exception {
    Script changing =
        c -> {
          for (String right : List.of("old", "old", "old", "new", "new", "new")) {
            Optional<String> sent = c.readRequest().field("Authorization");
            c.send(sent.filter(basic(right)::equals).isPresent() ? OK : WANTS_BASIC);
          }
        };
    ScriptedServer server = rig.server(changing);
    Knowing knowing = new Knowing("old", "new");
    HttpClient client = client(side, knowing);
    for (int i = 0; i < 4; i++) assertThat(status(client, server, "/x")).isEqualTo(200);
    assertThat(credentials(server))
        .containsExactly("-", basic("old"), basic("old"), basic("old"), basic("new"), basic("new"));
    assertThat(knowing.asked()).isEqualTo(2);
  }

  @OnBothSides
  @Tag("contract-53")
  void whoKnowsNoCredentialsGetsAFailure(Side side) {
    ScriptedServer server = rig.server(ScriptedServer.always(WANTS_BASIC));
    assertThatThrownBy(() -> status(client(side, new Knowing()), server, "/x"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("No credentials provided");
  }

  @Test
  @Tag("contract-53")
  void credentialsStayInTheirDirectory() throws Exception {
    ScriptedServer server = rig.server(guarded(basic("good"), WANTS_BASIC));
    Knowing knowing = new Knowing("good");
    HttpClient client = client(Side.REDIAL, knowing);
    for (String path : List.of("/a/x", "/a/b/c/y", "/other/z"))
      assertThat(status(client, server, path)).isEqualTo(200);
    assertThat(credentials(server))
        .containsExactly("-", basic("good"), basic("good"), "-", basic("good"));
  }

  @Test
  @Tag("contract-53")
  void credentialsAreNotSentToAnotherServer() throws Exception {
    ScriptedServer other = rig.server(ScriptedServer.always(OK));
    String moved = Answers.head("302 Found", "Location: " + other.uri("/x"), "Content-Length: 0");
    ScriptedServer server = rig.server(guarded(basic("good"), WANTS_BASIC));
    ScriptedServer moving =
        rig.server(c -> {
          c.readRequest();
          c.send(WANTS_BASIC);
          c.readRequest();
          c.send(moved + "\r\n");
        });
    HttpClient client =
        rig.client(
            Side.REDIAL,
            builder ->
                builder
                    .authenticator(new Knowing("good"))
                    .followRedirects(HttpClient.Redirect.ALWAYS));
    assertThat(status(client, server, "/x")).isEqualTo(200);
    assertThat(status(client, moving, "/x")).isEqualTo(200);
    assertThat(credentials(moving)).containsExactly("-", basic("good"));
    assertThat(credentials(other)).containsExactly("-");
  }

  @OnBothSides
  @Tag("contract-54")
  void aChallengeThatIsMissingIsAFailureForWhoHasCredentials(Side side) throws Exception {
    ScriptedServer server = rig.server(ScriptedServer.always(wants()));
    assertThatThrownBy(() -> status(client(side, new Knowing("good")), server, "/x"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("WWW-Authenticate");
    HttpResponse<String> answer =
        rig.client(side).send(get(server.uri("/x")), BodyHandlers.ofString());
    assertThat(answer.statusCode()).isEqualTo(401);
    assertThat(answer.body()).isEqualTo("no entry");
  }

  @OnBothSides
  @Tag("contract-54")
  void anEmptyChallengeIsHandedOut(Side side) throws Exception {
    ScriptedServer server = rig.server(ScriptedServer.always(wants("WWW-Authenticate: ")));
    assertThat(status(rig.client(side), server, "/x")).isEqualTo(401);
  }

  @OnBothSides
  @Tag("contract-55")
  void theCallersOwnCredentialsWin(Side side) throws Exception {
    side.assumeSince(25);
    ScriptedServer server = rig.server(ScriptedServer.always(WANTS_BASIC));
    Knowing knowing = new Knowing("good");
    HttpResponse<String> answer =
        client(side, knowing)
            .send(
                of("GET", server.uri("/x")).header("Authorization", "Own way").build(),
                BodyHandlers.ofString());
    assertThat(answer.statusCode()).isEqualTo(401);
    assertThat(answer.body()).isEqualTo("no entry");
    assertThat(credentials(server)).containsExactly("Own way");
    assertThat(knowing.asked()).isZero();
  }

  @OnBothSides
  @Tag("contract-56")
  void aChallengeMayEndItsConnection(Side side) throws Exception {
    ScriptedServer server =
        rig.server(
            c -> {
              c.readRequest();
              c.send(wants("WWW-Authenticate: Basic realm=\"r\"", "Connection: close"));
              c.fin();
            },
            guarded(basic("good"), WANTS_BASIC));
    assertThat(status(client(side, new Knowing("good")), server, "/x")).isEqualTo(200);
    assertThat(server.connections()).isEqualTo(2);
  }

  @OnBothSides
  @Tag("contract-56")
  void aChallengeToHeadHasNoBody(Side side) throws Exception {
    ScriptedServer server =
        rig.server(c -> {
          c.readRequest();
          c.send(
              Answers.head(
                      "401 Unauthorized",
                      "WWW-Authenticate: Basic realm=\"r\"",
                      "Content-Length: 1000")
                  + "\r\n");
          c.readRequest();
          c.send(Answers.head("200 OK", "Content-Length: 1000") + "\r\n");
        });
    HttpResponse<String> answer =
        client(side, new Knowing("good"))
            .send(of("HEAD", server.uri("/x")).build(), BodyHandlers.ofString());
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEmpty();
    assertThat(server.requests()).extracting(RequestSeen::method).containsExactly("HEAD", "HEAD");
  }

  @OnBothSides
  @Tag("contract-56")
  void theBodyOfAChallengeIsIgnored(Side side) throws Exception {
    String long401 =
        Answers.status(
            "401 Unauthorized", "x".repeat(70_000), "WWW-Authenticate: Basic realm=\"r\"");
    ScriptedServer server = rig.server(guarded(basic("good"), long401));
    HttpResponse<String> answer =
        client(side, new Knowing("good")).send(get(server.uri("/x")), BodyHandlers.ofString());
    assertThat(answer.body()).isEqualTo("ok");
    assertThat(answer.previousResponse().map(HttpResponse::statusCode))
        .isNotEqualTo(Optional.of(200));
  }
}
