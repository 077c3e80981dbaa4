package dev.redial.tests;

import static dev.redial.tests.Failures.failureOf;
import static dev.redial.tests.kit.Requests.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redial.ExchangeEvidence;
import dev.redial.ExchangeFailure;
import dev.redial.ExchangeStage;
import dev.redial.HangUpException;
import dev.redial.RedialClient;
import dev.redial.Retries;
import dev.redial.ServerActed;
import dev.redial.tests.kit.Answers;
import dev.redial.tests.kit.Rig;
import dev.redial.tests.kit.ScriptedServer;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * When a request is sent again by itself, row by row: on a fresh connection, and never if it might
 * be executed twice that must not be.
 */
class RetryTableTest {
  private static final String OK = Answers.ok("");

  @RegisterExtension final Rig rig = new Rig();

  static Stream<Arguments> everyKindAndHangUp() {
    return Stream.of(RequestKind.values())
        .flatMap(kind -> Stream.of(HangUp.values()).map(hangUp -> Arguments.of(kind, hangUp)))
        .filter(row -> row.get()[0] != RequestKind.HEAD || !((HangUp) row.get()[1]).inTheBody());
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("everyKindAndHangUp")
  void onAReusedConnectionWhatMayBeRepeatedIsRepeatedUntilTheFirstOctetOfAnAnswer(
      RequestKind kind, HangUp hangUp) throws Exception {
    ScriptedServer server = rig.server(hangUp.after(OK), ScriptedServer.always(OK));
    RedialClient client = rig.client();
    assertThat(client.send(get(server.uri("/warm")), BodyHandlers.ofString()).statusCode())
        .isEqualTo(200);

    HttpRequest request = kind.to(server.uri("/x"));
    if (kind.repeatable && hangUp.beforeTheAnswer()) {
      assertThat(client.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
      assertThat(server.events(1)).startsWith("accepted", "GET /warm", kind.method + " /x");
      assertThat(server.events(2)).containsExactly("accepted", kind.method + " /x");
    } else {
      assertFailedOnce(failureOf(client, request), kind, hangUp, server, true);
      assertThat(server.events(1)).startsWith("accepted", "GET /warm", kind.method + " /x");
    }
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("everyKindAndHangUp")
  void onAFreshConnectionTheSameIsRepeatedAfterABackOff(RequestKind kind, HangUp hangUp)
      throws Exception {
    ScriptedServer server = rig.server(hangUp.script(), ScriptedServer.always(OK));
    RedialClient client = rig.client();
    HttpRequest request = kind.to(server.uri("/x"));
    if (kind.repeatable && hangUp.beforeTheAnswer()) {
      assertThat(client.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
      assertThat(server.events(1)).startsWith("accepted", kind.method + " /x");
      assertThat(server.events(2)).containsExactly("accepted", kind.method + " /x");
    } else {
      assertFailedOnce(failureOf(client, request), kind, hangUp, server, false);
    }
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("everyKindAndHangUp")
  void anAnswerThatEndsWithinItsHeadIsRepeatedIfThatIsConfigured(RequestKind kind, HangUp hangUp)
      throws Exception {
    ScriptedServer server = rig.server(hangUp.script(), ScriptedServer.always(OK));
    RedialClient client = rig.client(b -> b.retries(Retries.defaults().withCutHeads(true)));
    HttpRequest request = kind.to(server.uri("/x"));
    if (kind.repeatable && !hangUp.inTheBody()) {
      assertThat(client.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
      assertThat(server.connections()).isEqualTo(2);
    } else {
      assertFailedOnce(failureOf(client, request), kind, hangUp, server, false);
    }
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(RequestKind.class)
  void aConnectionThatEndedWhileIdleIsLeftAndTheRequestSentOnceOnAFreshOne(RequestKind kind)
      throws Exception {
    for (HangUpException.Ending ending :
        List.of(HangUpException.Ending.FIN, HangUpException.Ending.RST)) {
      ScriptedServer server =
          rig.server(
              c -> {
                c.readRequest();
                c.send(OK);
                switch (ending) {
                  case FIN -> c.fin();
                  case RST -> c.rst();
                  case TIMED_OUT -> throw new IllegalStateException("no server can do that");
                }
              },
              ScriptedServer.always(OK));
      RedialClient client = rig.client();
      assertThat(client.send(get(server.uri("/warm")), BodyHandlers.ofString()).statusCode())
          .isEqualTo(200);
      server.await(1, "server " + ending);
      HttpResponse<String> answer = client.send(kind.to(server.uri("/x")), BodyHandlers.ofString());
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(server.requests()).hasSize(2);
      assertThat(server.events(2)).containsExactly("accepted", kind.method + " /x");
    }
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(
      value = HangUp.class,
      names = {"FIN_BEFORE_THE_ANSWER", "RST_BEFORE_THE_ANSWER"})
  void theThirdAttemptIsTheLast(HangUp hangUp) throws Exception {
    ScriptedServer server = rig.server(hangUp.after(OK), hangUp.script());
    RedialClient client = rig.client();
    assertThat(client.send(get(server.uri("/warm")), BodyHandlers.ofString()).statusCode())
        .isEqualTo(200);
    for (RequestKind kind :
        new RequestKind[] {RequestKind.GET, RequestKind.PUT, RequestKind.POST_WITH_KEY}) {
      int before = server.requests().size();
      Exception failure = failureOf(client, kind.to(server.uri("/x")));
      assertThat(failure).isInstanceOf(HangUpException.class);
      assertThat(((HangUpException) failure).ending()).isEqualTo(hangUp.ending);
      assertThat(((HangUpException) failure).serverActed()).isEqualTo(ServerActed.MAYBE);
      assertThat(server.requests()).as(kind + "").hasSize(before + 3);
      assertThat(attempt(failure)).isEqualTo(1);
      assertThat(failure.getSuppressed()).extracting(RetryTableTest::attempt).containsExactly(2, 3);
    }
    assertThat(server.connections()).isEqualTo(9);
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(RequestKind.class)
  void theEvidenceTellsHowLongTheConnectionWasIdle(RequestKind kind) throws Exception {
    ScriptedServer server =
        rig.server(c -> {
          c.readRequest();
          c.send(OK);
          c.idleFor(Duration.ofMillis(60));
          c.mark("60 ms idle");
          c.readRequest();
          c.send("HTTP/1.1 2");
          c.fin();
        });
    RedialClient client = rig.client(b -> b.retries(Retries.off()));
    assertThat(client.send(get(server.uri("/warm")), BodyHandlers.ofString()).statusCode())
        .isEqualTo(200);
    server.await(1, "60 ms idle");
    ExchangeEvidence evidence =
        ((ExchangeFailure) failureOf(client, kind.to(server.uri("/x")))).evidence();
    assertThat(evidence.reused()).isTrue();
    assertThat(evidence.idle()).isBetween(Duration.ofMillis(50), Duration.ofSeconds(5));
    assertThat(evidence.age()).isGreaterThanOrEqualTo(evidence.idle());
    assertThat(evidence.bytesReceived()).isEqualTo("HTTP/1.1 2".length());
    assertThat(evidence.serverActed()).isEqualTo(ServerActed.YES);
  }

  private static int attempt(Throwable failure) {
    return failure instanceof ExchangeFailure known ? known.evidence().attempt() : 0;
  }

  private static void assertFailedOnce(
      Exception failure, RequestKind kind, HangUp hangUp, ScriptedServer server, boolean reused) {
    assertThat(failure).isExactlyInstanceOf(hangUp.failure()).isInstanceOf(ExchangeFailure.class);
    ExchangeFailure known = (ExchangeFailure) failure;
    ExchangeEvidence evidence = known.evidence();
    assertThat(known.code()).isEqualTo("ECONNRESET");
    assertThat(known.serverActed())
        .isEqualTo(hangUp.beforeTheAnswer() ? ServerActed.MAYBE : ServerActed.YES);
    assertThat(evidence.request()).isEqualTo(kind.method + " http://127.0.0.1:" + server.port());
    assertThat(evidence.stage()).isEqualTo(hangUp.stage);
    assertThat(evidence.attempt()).isEqualTo(1);
    assertThat(evidence.reused()).isEqualTo(reused);
    assertThat(evidence.bytesSent()).isPositive();
    assertThat(evidence.bytesReceived()).isEqualTo(hangUp.sent.length());
    if (!reused) assertThat(evidence.idle()).isZero();
    assertThat(failure).hasMessageContaining(evidence.request());
    assertThat(failure.getMessage()).doesNotContain("/x");
    if (failure instanceof HangUpException end) assertThat(end.ending()).isEqualTo(hangUp.ending);
    if (hangUp.beforeTheAnswer())
      assertThat(evidence.stage()).isEqualTo(ExchangeStage.AWAITING_RESPONSE);
    assertThat(server.requests()).hasSize(reused ? 2 : 1);
  }
}
