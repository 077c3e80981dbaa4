package dev.redial.tests;

import static dev.redial.tests.Failures.failureOf;
import static dev.redial.tests.kit.Requests.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redial.HangUpException;
import dev.redial.RedialClient;
import dev.redial.ServerActed;
import dev.redial.TruncatedBodyException;
import dev.redial.tests.kit.Answers;
import dev.redial.tests.kit.Rig;
import dev.redial.tests.kit.ScriptedServer;
import dev.redial.tests.kit.ScriptedServer.Script;
import dev.redial.tests.kit.TlsEnd;
import dev.redial.tests.kit.TlsMaterial;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Reuse, staleness and retries over TLS: the same as over plain connections. */
class TlsTest {
  private static final String OK = Answers.ok("ok");

  @RegisterExtension final Rig rig = new Rig();

  @Test
  void sessionTicketsDoNotKeepAConnectionFromBeingUsedAgain() throws Exception {
    ScriptedServer server = rig.tlsServer(ScriptedServer.always(OK));
    RedialClient client = client();
    for (int i = 0; i < 20; i++) {
      HttpResponse<String> answer =
          client.send(RequestKind.POST.to(server.uri("/")), BodyHandlers.ofString());
      assertThat(answer.body()).isEqualTo("ok");
      assertThat(answer.sslSession()).isPresent();
    }
    assertThat(server.connections()).isEqualTo(1);
    assertThat(client.stats().discardedStale()).isZero();
  }

  @ParameterizedTest
  @EnumSource(TlsEnd.class)
  void aConnectionThatEndedWhileIdleIsLeft(TlsEnd end) throws Exception {
    ScriptedServer server =
        rig.tlsServer(
            c -> {
              c.readRequest();
              c.send(OK);
              end.end(c);
            },
            ScriptedServer.always(OK));
    RedialClient client = warm(server);
    server.await(1, end.event());
    assertThat(client.send(RequestKind.POST.to(server.uri("/x")), BodyHandlers.ofString()).body())
        .isEqualTo("ok");
    assertThat(server.events(2)).containsExactly("accepted", "POST /x");
    assertThat(server.requests()).hasSize(2);
  }

  @ParameterizedTest
  @EnumSource(TlsEnd.class)
  void aGetIsSentAgainAfterAHangUpOnAReusedConnection(TlsEnd end) throws Exception {
    ScriptedServer server = rig.tlsServer(hangsUpOnTheSecond(end), ScriptedServer.always(OK));
    RedialClient client = warm(server);
    assertThat(client.send(get(server.uri("/x")), BodyHandlers.ofString()).body()).isEqualTo("ok");
    assertThat(server.requests()).hasSize(3);
    assertThat(server.events(2)).containsExactly("accepted", "GET /x");
  }

  @ParameterizedTest
  @EnumSource(TlsEnd.class)
  void aPostFailsAfterAHangUpOnAReusedConnection(TlsEnd end) throws Exception {
    ScriptedServer server = rig.tlsServer(hangsUpOnTheSecond(end), ScriptedServer.always(OK));
    Exception failure = failureOf(warm(server), RequestKind.POST.to(server.uri("/x")));
    assertThat(failure).isExactlyInstanceOf(HangUpException.class);
    HangUpException hangUp = (HangUpException) failure;
    assertThat(hangUp.ending()).isEqualTo(end.ending());
    assertThat(hangUp.serverActed()).isEqualTo(ServerActed.MAYBE);
    assertThat(hangUp.evidence().reused()).isTrue();
    assertThat(hangUp.evidence().bytesReceived()).isZero();
    assertThat(server.requests()).hasSize(2);
  }

  @ParameterizedTest
  @EnumSource(TlsEnd.class)
  void aBodyThatIsCutFails(TlsEnd end) throws Exception {
    ScriptedServer server =
        rig.tlsServer(c -> {
          c.readRequest();
          c.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345");
          end.end(c);
        });
    Exception failure = failureOf(client(), get(server.uri("/")));
    assertThat(failure).isExactlyInstanceOf(TruncatedBodyException.class);
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void largeBodiesPassBothWays() throws Exception {
    byte[] content = Content.of(3 * 1024 * 1024);
    ScriptedServer server =
        rig.tlsServer(c -> {
          while (true) c.sendInSegments(Answers.fixed(c.readRequest().body()), 10_000);
        });
    RedialClient client = client();
    for (int i = 0; i < 3; i++) {
      byte[] echo =
          client
              .send(
                  RequestKind.POST.to(server.uri("/"), BodyPublishers.ofByteArray(content)),
                  BodyHandlers.ofByteArray())
              .body();
      assertThat(Arrays.equals(echo, content)).isTrue();
    }
    assertThat(server.connections()).isEqualTo(1);
  }

  private static Script hangsUpOnTheSecond(TlsEnd end) {
    return c -> {
      c.readRequest();
      c.send(OK);
      c.readRequest();
      end.end(c);
    };
  }

  private RedialClient client() {
    return rig.client(b -> b.sslContext(TlsMaterial.forLoopback().client()));
  }

  private RedialClient warm(ScriptedServer server) throws Exception {
    RedialClient client = client();
    assertThat(client.send(get(server.uri("/warm")), BodyHandlers.ofString()).body())
        .isEqualTo("ok");
    return client;
  }
}
