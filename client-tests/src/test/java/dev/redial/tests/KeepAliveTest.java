package dev.redial.tests;

import static dev.redial.tests.kit.Requests.get;
import static dev.redial.tests.kit.Requests.post;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redial.KeepAlive;
import dev.redial.RedialClient;
import dev.redial.tests.kit.Answers;
import dev.redial.tests.kit.Gate;
import dev.redial.tests.kit.Rig;
import dev.redial.tests.kit.ScriptedServer;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which connections are used again, and for how long. */
class KeepAliveTest {
  private static final String OK = Answers.ok("ok");

  @RegisterExtension final Rig rig = new Rig();

  @Test
  void everyRequestAsksToKeepTheConnectionBecauseSomeServersAnnounceTheirLimitOnlyThen()
      throws Exception {
    ScriptedServer server = rig.server(ScriptedServer.always(OK));
    RedialClient client = rig.client();
    for (RequestKind kind : RequestKind.values()) {
      // A body would be surplus after the answer to HEAD.
      if (kind != RequestKind.HEAD) send(client, kind.to(server.uri("/")));
    }
    assertThat(server.requests()).hasSize(RequestKind.values().length - 1);
    assertThat(server.requests())
        .allSatisfy(request -> assertThat(request.all("Connection")).containsExactly("keep-alive"));
    assertThat(server.connections()).isEqualTo(1);
    assertThat(client.stats().reused()).isEqualTo(RequestKind.values().length - 2);
  }

  @Test
  void withReuseOffEveryRequestSaysCloseAndHasItsOwnConnection() throws Exception {
    ScriptedServer server = rig.server(ScriptedServer.always(OK));
    RedialClient client = rig.client(b -> b.keepAlive(KeepAlive.off()));
    for (int i = 1; i <= 3; i++) {
      send(client, get(server.uri("/")));
      server.awaitEndByClient(i);
    }
    assertThat(server.requests())
        .allSatisfy(request -> assertThat(request.all("Connection")).containsExactly("close"));
    assertThat(server.connections()).isEqualTo(3);
    Awaitility.await().until(() -> client.stats().total() == 0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Connection: close",
        "connection: Close",
        "Connection: foo, close",
        "Connection: close, foo",
        "Connection:close",
        "Connection: foo\r\nConnection: close",
        "Connection: keep-alive\r\nConnection: close",
        "Connection: keep-alive, close",
        "Connection: ,, close ,",
        "Connection: close\r\nKeep-Alive: timeout=60, max=100"
      })
  void anAnswerThatSaysCloseEndsTheConnection(String lines) throws Exception {
    assertNotReused(Answers.ok("ok", lines.split("\r\n")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Connection: closed",
        "Connection: not-close",
        "X-Connection: close",
        "Proxy-Connection: close"
      })
  void anAnswerThatDoesNotSayCloseKeepsTheConnection(String line) throws Exception {
    assertReused(Answers.ok("ok", line));
  }

  @Test
  void anOldServerKeepsTheConnectionOnlyIfItSaysSo() throws Exception {
    assertNotReused("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok");
    assertNotReused("HTTP/1.0 200 OK\r\nConnection: foo\r\nContent-Length: 2\r\n\r\nok");
    assertReused("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok");
    assertReused("HTTP/1.0 200 OK\r\nConnection: foo, Keep-Alive\r\nContent-Length: 2\r\n\r\nok");
  }

  @Test
  void everyFramingKeepsTheConnection() throws Exception {
    assertReused("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n");
    assertReused(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nok\r\n0\r\nTrailer: x\r\n\r\n");
    assertReused("HTTP/1.1 204 No Content\r\n\r\n");
    assertReused("HTTP/1.1 304 Not Modified\r\nContent-Length: 100\r\n\r\n");
    assertReused("HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nok");
    assertReused("HTTP/1.1 500 Oops\r\nContent-Length: 2\r\n\r\nok");
    assertReused(
        "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  }

  @Test
  void theAnnouncedNumberOfRequestsIsRespected() throws Exception {
    assertNotReused(Answers.ok("ok", "Connection: keep-alive", "Keep-Alive: timeout=60, max=0"));
    assertReused(Answers.ok("ok", "Connection: keep-alive", "Keep-Alive: timeout=60, max=1"));
    assertReused(Answers.ok("ok", "Connection: keep-alive", "Keep-Alive: max=100"));
  }

  @Test
  void anAnnouncedTimeOutIsRespectedWithAMargin() throws Exception {
    ScriptedServer server =
        rig.server(
            c -> {
              for (int i = 0; i < 2; i++) {
                c.readRequest();
                c.send(Answers.ok("ok", "Connection: keep-alive", "Keep-Alive: timeout=2"));
              }
              c.idleFor(Duration.ofMillis(1850));
              c.mark("1.85 s idle");
            },
            ScriptedServer.always(OK));
    RedialClient client = rig.client();
    send(client, get(server.uri("/1")));
    send(client, post(server.uri("/2"), "content"));
    server.await(1, "1.85 s idle");
    send(client, post(server.uri("/3"), "content"));
    assertThat(server.events(1)).startsWith("accepted", "GET /1", "POST /2", "1.85 s idle");
    assertThat(server.events(2)).containsExactly("accepted", "POST /3");
  }

  @Test
  void aRequestThatMustNotBeRepeatedGetsAFreshConnectionIfSoConfigured() throws Exception {
    ScriptedServer server = rig.server(ScriptedServer.always(OK));
    RedialClient client =
        rig.client(b -> b.keepAlive(KeepAlive.defaults().withUnrepeatableIdleLimit(Duration.ZERO)));
    send(client, get(server.uri("/1")));
    send(client, post(server.uri("/2"), "content"));
    send(client, get(server.uri("/3")));
    assertThat(server.events(1)).startsWith("accepted", "GET /1");
    assertThat(server.events(2)).startsWith("accepted", "POST /2", "GET /3");
  }

  @Test
  void aConnectionIsClosedOnceItWasIdleForAsLongAsConfigured() throws Exception {
    ScriptedServer server = rig.server(ScriptedServer.always(OK));
    RedialClient client =
        rig.client(b -> b.keepAlive(KeepAlive.defaults().withIdleLimit(Duration.ofMillis(300))));
    send(client, get(server.uri("/")));
    assertThat(server.millisBetween(1, "GET /", "client FIN")).isBetween(250L, 5000L);
    Awaitility.await().until(() -> client.stats().total() == 0);
  }

  @Test
  void aConnectionIsReplacedOnceItHasLivedForAsLongAsConfigured() throws Exception {
    ScriptedServer server = rig.server(ScriptedServer.always(OK));
    RedialClient client =
        rig.client(
            b -> b.keepAlive(KeepAlive.defaults().withLifetimeLimit(Duration.ofMillis(400))));
    Awaitility.await()
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(50))
        .until(() -> {
          send(client, get(server.uri("/")));
          return server.connections() == 2;
        });
    assertThat(server.millisBetween(1, "accepted", "client FIN")).isBetween(300L, 5000L);
    assertThat(server.events(1).size()).isGreaterThan(3);
  }

  @Test
  void whatTheServerClosedDoesNotPileUp() throws Exception {
    ScriptedServer server =
        rig.server(c -> {
          c.readRequest();
          c.send(OK);
          c.fin();
        });
    RedialClient client = rig.client();
    send(client, get(server.uri("/")));
    server.await(1, "server FIN");
    Awaitility.await().pollInterval(Duration.ofMillis(10)).until(() -> client.stats().total() == 0);
    assertThat(client.stats().discardedStale()).isEqualTo(1);
    assertThat(rig.openSockets()).isEmpty();
  }

  @Test
  void theConnectionThatWasUsedLastIsUsedNext() throws Exception {
    Gate firstAnswer = new Gate();
    Gate secondAnswer = new Gate();
    ScriptedServer server =
        rig.server(
            c -> {
              c.readRequest();
              firstAnswer.pass();
              c.send(OK);
              c.serve(OK);
            },
            c -> {
              c.readRequest();
              secondAnswer.pass();
              c.send(OK);
              c.serve(OK);
            });
    RedialClient client = rig.client();
    var first = client.sendAsync(get(server.uri("/1")), BodyHandlers.ofString());
    server.await(1, "GET /1");
    var second = client.sendAsync(get(server.uri("/2")), BodyHandlers.ofString());
    server.await(2, "GET /2");
    secondAnswer.open();
    assertThat(second.join().body()).isEqualTo("ok");
    firstAnswer.open();
    assertThat(first.join().body()).isEqualTo("ok");
    for (int i = 0; i < 3; i++) send(client, get(server.uri("/next")));
    assertThat(server.events(1))
        .containsExactly("accepted", "GET /1", "GET /next", "GET /next", "GET /next");
    assertThat(server.events(2)).containsExactly("accepted", "GET /2");
  }

  private void assertReused(String answer) throws Exception {
    assertConnections(answer, 1);
  }

  private void assertNotReused(String answer) throws Exception {
    assertConnections(answer, 2);
  }

  private void assertConnections(String answer, int expected) throws Exception {
    ScriptedServer server = rig.server(ScriptedServer.always(answer));
    RedialClient client = rig.client();
    for (int i = 0; i < 2; i++)
      client.send(post(server.uri("/"), "content"), BodyHandlers.ofString());
    assertThat(server.connections()).as(answer).isEqualTo(expected);
    if (expected == 2) server.awaitEndByClient(1);
  }

  private static void send(RedialClient client, HttpRequest request) throws Exception {
    assertThat(client.send(request, BodyHandlers.ofString()).body()).isEqualTo("ok");
  }
}
