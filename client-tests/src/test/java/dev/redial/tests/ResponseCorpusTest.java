package dev.redial.tests;

import static dev.redial.tests.Failures.failureOf;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redial.HangUpException;
import dev.redial.MalformedResponseException;
import dev.redial.RedialClient;
import dev.redial.TruncatedBodyException;
import dev.redial.tests.ResponseCase.Verdict;
import dev.redial.tests.kit.Answers;
import dev.redial.tests.kit.Gate;
import dev.redial.tests.kit.Requests;
import dev.redial.tests.kit.Rig;
import dev.redial.tests.kit.ScriptedServer;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Some hundred responses over a real connection: each ends in the right answer or the right
 * failure, and whatever it was, the next request gets its own answer.
 */
class ResponseCorpusTest {
  private static final String CLEAN = Answers.ok("clean");
  private static final String PLANTED = Answers.ok("EVIL");
  private static final int SHORT = 400;

  @RegisterExtension final Rig rig = new Rig();

  /** A row's check. */
  private interface Check {
    void run(ResponseCase row) throws Exception;
  }

  private static Stream<DynamicTest> each(Predicate<Verdict> which, Check check) {
    return ResponseCase.all().stream()
        .filter(row -> which.test(row.verdict()))
        .map(row -> DynamicTest.dynamicTest(row.comment(), () -> check.run(row)));
  }

  @Test
  void theCorpusIsReadWhole() {
    for (Verdict verdict : Verdict.values())
      assertThat(ResponseCase.all())
          .filteredOn(row -> row.verdict() == verdict)
          .hasSizeGreaterThan(15);
    assertThat(ResponseCase.all()).hasSizeGreaterThan(400);
    assertThat(ResponseCase.all().stream().map(ResponseCase::comment)).doesNotHaveDuplicates();
  }

  @TestFactory
  Stream<DynamicTest> inOneSegment() {
    return each(
        verdict -> true, row -> check(row, Integer.MAX_VALUE, row.verdict().endsByServer()));
  }

  @TestFactory
  Stream<DynamicTest> octetByOctet() {
    return each(
        verdict -> true,
        row -> check(row, row.octets().length > SHORT ? 1000 : 1, row.verdict().endsByServer()));
  }

  @TestFactory
  Stream<DynamicTest> malformedAndThenTheEnd() {
    return each(verdict -> verdict == Verdict.REFUSE, row -> check(row, Integer.MAX_VALUE, true));
  }

  private void check(ResponseCase row, int segment, boolean fin) throws Exception {
    try (ScriptedServer server =
            rig.server(
                c -> {
                  c.readRequest();
                  try {
                    c.sendInSegments(row.octets(), segment);
                  } finally {
                    c.mark("sent"); // or the client has ended the connection before
                  }
                  if (fin) c.fin();
                  else c.serve(CLEAN);
                },
                ScriptedServer.always(CLEAN));
        RedialClient client = rig.client()) {
      switch (row.verdict()) {
        case KEPT, CLOSED, EOF -> assertAnswer(row, client, server);
        case REFUSE ->
            assertThat(failureOf(client, request(row, server)))
                .isExactlyInstanceOf(MalformedResponseException.class);
        case CUT ->
            assertThat(failureOf(client, request(row, server)))
                .isInstanceOfAny(HangUpException.class, TruncatedBodyException.class);
      }
      server.await(1, "sent"); // what comes while the next request goes out, no probe can see
      assertClean(client, server);
      boolean kept = row.verdict() == Verdict.KEPT;
      assertThat(server.connections()).isEqualTo(kept ? 1 : 2);
      assertThat(server.requests()).hasSize(3);
      if (!kept && !fin) server.awaitEndByClient(1);
    }
  }

  /** Where the end of the connection is that of the body, there is nothing behind it. */
  @TestFactory
  Stream<DynamicTest> anotherAnswerInTheSameSegmentIsNobodys() {
    return each(
        verdict -> verdict == Verdict.KEPT || verdict == Verdict.CLOSED,
        row -> {
          try (ScriptedServer server =
                  rig.server(
                      c -> {
                        c.readRequest();
                        c.send(row.followedBy(PLANTED));
                      },
                      ScriptedServer.always(CLEAN));
              RedialClient client = rig.client()) {
            assertAnswer(row, client, server);
            assertClean(client, server);
            server.awaitEndByClient(1);
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> anotherAnswerOnAnIdleConnectionIsNobodys() {
    return each(
        verdict -> verdict == Verdict.KEPT,
        row -> {
          Gate answered = new Gate();
          try (ScriptedServer server =
                  rig.server(
                      c -> {
                        c.readRequest();
                        c.send(row.octets());
                        answered.pass();
                        c.send(PLANTED);
                        c.idleFor(Duration.ofMillis(5));
                        c.mark("planted");
                      },
                      ScriptedServer.always(CLEAN));
              RedialClient client = rig.client()) {
            assertAnswer(row, client, server);
            answered.open();
            server.await(1, "planted");
            assertClean(client, server);
            server.awaitEndByClient(1);
          }
        });
  }

  private static HttpRequest request(ResponseCase row, ScriptedServer server) {
    boolean post = row.method().equals("POST");
    return Requests.of(row.method(), server.uri("/first"))
        .method(row.method(), post ? BodyPublishers.ofString("content") : BodyPublishers.noBody())
        .build();
  }

  private static void assertAnswer(ResponseCase row, RedialClient client, ScriptedServer server)
      throws Exception {
    HttpResponse<String> answer =
        client.send(request(row, server), BodyHandlers.ofString(ISO_8859_1));
    assertThat(answer.statusCode()).isEqualTo(row.status());
    assertThat(answer.body()).isEqualTo(row.body());
  }

  private static void assertClean(RedialClient client, ScriptedServer server) throws Exception {
    for (RequestKind kind : new RequestKind[] {RequestKind.POST, RequestKind.GET}) {
      HttpResponse<String> answer =
          client.send(kind.to(server.uri("/next")), BodyHandlers.ofString());
      assertThat(answer.body()).isEqualTo("clean");
    }
  }
}
