package dev.redial.tests.kit;

import static dev.redial.tests.kit.Requests.get;
import static dev.redial.tests.kit.Requests.post;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The kit does what it says, as seen by the JDK's own client. */
class KitTest {
  @RegisterExtension final Rig rig = new Rig();

  private final HttpClient jdk =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .sslContext(TlsMaterial.forLoopback().client())
          .build();

  @Test
  void aScriptIsReadTopToBottomAndEverythingIsRecorded() throws Exception {
    ScriptedServer server =
        rig.server(c -> {
          c.readRequest();
          c.send(Answers.ok("one"));
          c.readRequest();
          c.send(Answers.chunked(Answers.octets("two"), 2));
          c.fin();
        });
    assertThat(body(post(server.uri("/a"), "content"))).isEqualTo("one");
    assertThat(body(get(server.uri("/b")))).isEqualTo("two");
    server.await(1, "server FIN");
    assertThat(server.events(1)).containsExactly("accepted", "POST /a", "GET /b", "server FIN");
    assertThat(server.requests().getFirst().text()).isEqualTo("content");
    assertThat(server.executions("")).isEqualTo(2);
    jdk.close();
  }

  @Test
  void resetsHalfClosesAndTheWayTheClientEndsAreToldApart() throws Exception {
    ScriptedServer server =
        rig.server(
            c -> {
              c.readHeadOnly();
              c.rst();
            },
            c -> {
              c.readRequest();
              c.send(Answers.ok("half"));
              c.halfClose();
            });
    assertThatThrownBy(() -> body(post(server.uri("/"), "x"))).isInstanceOf(IOException.class);
    assertThat(body(post(server.uri("/"), "x"))).isEqualTo("half");
    jdk.close();
    server.await(2, "client FIN");
    assertThat(server.events(1)).containsExactly("accepted", "head of POST /", "server RST");
    assertThat(server.events(2))
        .containsExactly("accepted", "POST /", "server half-close", "client FIN");
  }

  @Test
  void anIdleTimeIsMeasuredFromTheLastOctetSent() throws Exception {
    ScriptedServer server =
        rig.server(c -> {
          c.readRequest();
          c.send(Answers.ok("one"));
          assertThat(c.requestComesWithin(Duration.ofMillis(150))).isFalse();
          c.fin();
        });
    assertThat(body(get(server.uri("/")))).isEqualTo("one");
    assertThat(server.millisBetween(1, "GET /", "server FIN")).isBetween(149L, 1000L);
    jdk.close();
  }

  @Test
  void theTlsServerIsTrustedByItsOwnClientContext() throws Exception {
    ScriptedServer server = rig.tlsServer(ScriptedServer.always(Answers.ok("secret")));
    assertThat(body(get(server.uri("/")))).isEqualTo("secret");
    assertThat(body(get(server.uri("/")))).isEqualTo("secret");
    assertThat(server.connections()).isEqualTo(1);
    jdk.close();
    server.await(1, "client FIN");
  }

  @Test
  void anOpenSocketOfAClientIsFoundWhileItIsOpen() throws Exception {
    ScriptedServer server = rig.server(ScriptedServer.always(Answers.ok("")));
    assertThat(body(get(server.uri("/")))).isEmpty();
    assertThat(LeakCheck.sockets(List.of(server.port()))).hasSize(1);
    jdk.close();
    LeakCheck.assertNoSockets(List.of(server.port()));
  }

  @Test
  void aThreadOfOursIsFoundWhileItLivesBeItVirtualOrNot() throws Exception {
    Gate gate = new Gate();
    Runnable wait =
        () -> {
          try {
            gate.pass();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        };
    Thread virtual = Thread.ofVirtual().name("redial-virtual").start(wait);
    Thread platform = Thread.ofPlatform().name("redial-platform").start(wait);
    assertThat(LeakCheck.threads()).contains("redial-platform", "redial-virtual");
    gate.open();
    virtual.join();
    platform.join();
    LeakCheck.assertNoThreadsButWatchdogs();
  }

  @Test
  void nginxAnswersLogsAndReloads(@TempDir Path folder) throws Exception {
    Nginx.assumeInstalled();
    try (Nginx server =
        Nginx.start(folder, "keepalive_timeout 1s;", "location / { return 200 ok; }")) {
      assertThat(body(withId(server, "a"))).isEqualTo("ok");
      assertThat(body(withId(server, "a"))).isEqualTo("ok");
      Awaitility.await() // nginx writes its log behind the answer
          .untilAsserted(() -> assertThat(server.executions()).containsExactly(Map.entry("a", 2)));
      server.reload();
      assertThat(body(withId(server, "b"))).isEqualTo("ok");
    }
    jdk.close();
  }

  @Test
  void nodeAnswersAndLogs(@TempDir Path folder) throws Exception {
    NodeServer.assumeInstalled();
    try (NodeServer server = NodeServer.start(folder, "server.keepAliveTimeout = 1000;")) {
      assertThat(body(withId(server, "a"))).isEqualTo("ok");
      assertThat(server.executions()).containsExactly(Map.entry("a", 1));
    }
    jdk.close();
  }

  @Test
  void apacheAnswersLogsAndAnnounces(@TempDir Path folder) throws Exception {
    ApacheHttpd.assumeInstalled();
    try (ApacheHttpd server = ApacheHttpd.start(folder, "KeepAliveTimeout 3")) {
      HttpResponse<String> answer =
          jdk.send(
              Requests.of("GET", server.uri("/file.txt")).header(RequestSeen.ID_FIELD, "a").build(),
              BodyHandlers.ofString());
      assertThat(answer.body()).isEqualTo("ok");
      Awaitility.await()
          .untilAsserted(() -> assertThat(server.executions()).containsExactly(Map.entry("a", 1)));
    }
    jdk.close();
  }

  @Test
  void haProxyAnswersAndLogs(@TempDir Path folder) throws Exception {
    HaProxy.assumeInstalled();
    try (HaProxy server =
        HaProxy.start(
            folder,
            "timeout http-keep-alive 1s",
            "http-request return status 200 content-type text/plain string ok")) {
      assertThat(body(withId(server, "a"))).isEqualTo("ok");
      Awaitility.await()
          .untilAsserted(() -> assertThat(server.executions()).containsExactly(Map.entry("a", 1)));
    }
    jdk.close();
  }

  private static java.net.http.HttpRequest withId(RealServer server, String id) {
    return Requests.of("GET", server.uri("/")).header(RequestSeen.ID_FIELD, id).build();
  }

  private String body(java.net.http.HttpRequest request) throws Exception {
    return jdk.send(request, BodyHandlers.ofString()).body();
  }
}
