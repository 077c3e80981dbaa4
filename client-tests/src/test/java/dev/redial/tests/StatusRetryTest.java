package dev.redial.tests;

import static dev.redial.tests.kit.Requests.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redial.RedialClient;
import dev.redial.tests.kit.Answers;
import dev.redial.tests.kit.Rig;
import dev.redial.tests.kit.ScriptedServer;
import dev.redial.tests.kit.ScriptedServer.Script;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Answers that say the request was not acted upon: 408, 417, 421, 425. */
class StatusRetryTest {
  private static final String OK = Answers.ok("ok");

  @RegisterExtension final Rig rig = new Rig();

  @ParameterizedTest(name = "{0}")
  @EnumSource(RequestKind.class)
  void a408OnAReusedConnectionIsTheIdleLimitAndOnlyWhatMayBeRepeatedIsSentAgain(RequestKind kind)
      throws Exception {
    assertSentAgain(kind, "408 Request Timeout", true, kind.repeatable);
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(RequestKind.class)
  void a408OnAFreshConnectionIsTheAnswer(RequestKind kind) throws Exception {
    assertSentAgain(kind, "408 Request Timeout", false, false);
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(RequestKind.class)
  void a421OnAReusedConnectionIsSentAgainWhateverTheMethod(RequestKind kind) throws Exception {
    assertSentAgain(kind, "421 Misdirected Request", true, true);
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(RequestKind.class)
  void a421OnAFreshConnectionIsTheAnswer(RequestKind kind) throws Exception {
    assertSentAgain(kind, "421 Misdirected Request", false, false);
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(RequestKind.class)
  void a425IsSentAgainOnceIfTheRequestMayBeRepeated(RequestKind kind) throws Exception {
    assertSentAgain(kind, "425 Too Early", true, kind.repeatable);
    assertSentAgain(kind, "425 Too Early", false, kind.repeatable);
  }

  @ParameterizedTest
  @CsvSource({
    "408 Request Timeout, true",
    "421 Misdirected Request, true",
    "425 Too Early, true",
    "425 Too Early, false"
  })
  void theSecondSuchAnswerIsHandedOut(String status, boolean reused) throws Exception {
    String refusal = Answers.status(status, "refused");
    ScriptedServer server = rig.server(refuses(refusal, reused), ScriptedServer.always(refusal));
    RedialClient client = rig.client();
    if (reused) warm(client, server);
    HttpResponse<String> answer = client.send(get(server.uri("/x")), BodyHandlers.ofString());
    assertThat(answer.statusCode()).isEqualTo(Integer.parseInt(status.substring(0, 3)));
    assertThat(answer.body()).isEqualTo("refused");
    assertThat(server.requests()).hasSize((reused ? 1 : 0) + 2);
  }

  @ParameterizedTest
  @CsvSource({
    "429 Too Many Requests",
    "500 Internal Server Error",
    "502 Bad Gateway",
    "503 Service Unavailable",
    "504 Gateway Timeout",
    "409 Conflict"
  })
  void otherRefusalsAreHandedOutAtOnce(String status) throws Exception {
    ScriptedServer server =
        rig.server(ScriptedServer.always(Answers.status(status, "refused", "Retry-After: 0")));
    RedialClient client = rig.client();
    for (RequestKind kind : Set.of(RequestKind.GET, RequestKind.POST)) {
      HttpResponse<String> answer = client.send(kind.to(server.uri("/x")), BodyHandlers.ofString());
      assertThat(answer.statusCode()).isEqualTo(Integer.parseInt(status.substring(0, 3)));
      assertThat(answer.body()).isEqualTo("refused");
    }
    assertThat(server.requests()).hasSize(2);
    assertThat(server.connections()).isEqualTo(1);
  }

  @Test
  void a417IsFollowedByTheRequestWithoutTheExpectation() throws Exception {
    ScriptedServer server =
        rig.server(
            c -> {
              assertThat(c.readHeadOnly().field("Expect")).hasValue("100-continue");
              c.send(Answers.status("417 Expectation Failed", "", "Connection: close"));
              c.fin();
            },
            ScriptedServer.always(OK));
    HttpRequest request =
        HttpRequest.newBuilder(server.uri("/x"))
            .expectContinue(true)
            .POST(BodyPublishers.ofString("content"))
            .build();
    assertThat(rig.client().send(request, BodyHandlers.ofString()).body()).isEqualTo("ok");
    assertThat(server.requests()).hasSize(1);
    assertThat(server.requests().getFirst().field("Expect")).isEmpty();
    assertThat(server.requests().getFirst().text()).isEqualTo("content");
  }

  @Test
  void aBodyIsSentOnlyAfterTheServerSaidContinue() throws Exception {
    ScriptedServer server =
        rig.server(c -> {
          assertThat(c.readHeadOnly().all("Expect")).containsExactly("100-continue");
          assertThat(c.requestComesWithin(java.time.Duration.ofMillis(100))).isFalse();
          c.send("HTTP/1.1 100 Continue\r\n\r\n");
          assertThat(new String(c.read(7), java.nio.charset.StandardCharsets.US_ASCII))
              .isEqualTo("content");
          c.send(OK);
          c.serve(OK);
        });
    RedialClient client = rig.client();
    HttpRequest request =
        HttpRequest.newBuilder(server.uri("/x"))
            .expectContinue(true)
            .POST(BodyPublishers.ofString("content"))
            .build();
    assertThat(client.send(request, BodyHandlers.ofString()).body()).isEqualTo("ok");
    assertThat(client.send(get(server.uri("/after")), BodyHandlers.ofString()).body())
        .isEqualTo("ok");
    assertThat(server.connections()).isEqualTo(1);
  }

  @Test
  void aFinalAnswerInPlaceOfContinueEndsTheExchangeWithoutTheBody() throws Exception {
    ScriptedServer server =
        rig.server(
            c -> {
              c.readHeadOnly();
              c.send(Answers.status("413 Content Too Large", "no"));
              c.stall();
            },
            ScriptedServer.always(OK));
    RedialClient client = rig.client();
    HttpRequest request =
        HttpRequest.newBuilder(server.uri("/x"))
            .expectContinue(true)
            .POST(BodyPublishers.ofString("content"))
            .build();
    HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
    assertThat(answer.statusCode()).isEqualTo(413);
    assertThat(answer.body()).isEqualTo("no");
    assertThat(client.send(get(server.uri("/after")), BodyHandlers.ofString()).body())
        .isEqualTo("ok");
    assertThat(server.events(1)).doesNotContain("octets nobody reads");
    assertThat(server.events(2)).containsExactly("accepted", "GET /after");
  }

  private void assertSentAgain(RequestKind kind, String status, boolean reused, boolean again)
      throws Exception {
    String body = kind == RequestKind.HEAD ? "" : "refused";
    ScriptedServer server =
        rig.server(
            refuses(Answers.status(status, body), reused), ScriptedServer.always(Answers.ok("")));
    RedialClient client = rig.client();
    if (reused) warm(client, server);
    HttpResponse<String> answer = client.send(kind.to(server.uri("/x")), BodyHandlers.ofString());
    assertThat(answer.statusCode())
        .isEqualTo(again ? 200 : Integer.parseInt(status.substring(0, 3)));
    assertThat(server.requests()).hasSize((reused ? 1 : 0) + (again ? 2 : 1));
    if (again) assertThat(server.events(2)).containsExactly("accepted", kind.method + " /x");
  }

  private static Script refuses(String refusal, boolean reused) {
    return c -> {
      if (reused) {
        c.readRequest();
        c.send(OK);
      }
      c.readRequest();
      c.send(refusal);
    };
  }

  private static void warm(RedialClient client, ScriptedServer server) throws Exception {
    assertThat(client.send(get(server.uri("/warm")), BodyHandlers.ofString()).body())
        .isEqualTo("ok");
  }
}
