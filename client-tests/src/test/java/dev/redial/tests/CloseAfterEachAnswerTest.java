package dev.redial.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redial.ExchangeFailure;
import dev.redial.HangUpException;
import dev.redial.RedialClient;
import dev.redial.ServerActed;
import dev.redial.tests.kit.Answers;
import dev.redial.tests.kit.RequestSeen;
import dev.redial.tests.kit.Requests;
import dev.redial.tests.kit.Rig;
import dev.redial.tests.kit.ScriptedServer;
import dev.redial.tests.kit.ScriptedServer.Script;
import dev.redial.tests.kit.TlsMaterial;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A server that closes each connection right after its answer and does not say so, called back to
 * back.
 */
class CloseAfterEachAnswerTest {
  private static final int CALLS = 200;

  /**
   * The close races with the next request until it is clear that this server keeps no connection.
   */
  private static final int LESSONS = 10;

  @RegisterExtension final Rig rig = new Rig();

  private final Script closes =
      c -> {
        c.readRequest();
        c.send(Answers.ok("ok"));
        c.fin();
      };

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void noGetIsLost(boolean tls) throws Exception {
    ScriptedServer server = tls ? rig.tlsServer(closes) : rig.server(closes);
    RedialClient client = client();
    for (int i = 0; i < CALLS; i++) {
      String id = "get-" + i;
      HttpRequest request =
          Requests.of("GET", server.uri("/")).header(RequestSeen.ID_FIELD, id).build();
      assertThat(client.send(request, BodyHandlers.ofString()).body()).isEqualTo("ok");
      assertThat(server.executions(id)).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void noPostIsExecutedTwiceAndHardlyOneFails(boolean tls) throws Exception {
    ScriptedServer server = tls ? rig.tlsServer(closes) : rig.server(closes);
    RedialClient client = client();
    int failed = 0;
    for (int i = 0; i < CALLS; i++) {
      String id = "post-" + i;
      HttpRequest request =
          Requests.of("POST", server.uri("/"))
              .header(RequestSeen.ID_FIELD, id)
              .POST(BodyPublishers.ofString("content"))
              .build();
      try {
        assertThat(client.send(request, BodyHandlers.ofString()).body()).isEqualTo("ok");
        assertThat(server.executions(id)).isEqualTo(1);
      } catch (IOException e) {
        assertThat(e).isInstanceOf(HangUpException.class);
        assertThat(((ExchangeFailure) e).serverActed()).isEqualTo(ServerActed.MAYBE);
        assertThat(server.executions(id)).isZero();
        failed++;
      }
    }
    assertThat(failed).isLessThanOrEqualTo(LESSONS);
  }

  @Test
  void threeHangUpsInARowAreEnoughToStopReuse() throws Exception {
    ScriptedServer server =
        rig.server(c -> {
          c.readRequest();
          c.send(Answers.ok("ok"));
          c.readRequest();
          c.fin();
        });
    RedialClient client = client();
    int failed = 0;
    for (int i = 0; i < 6; i++) {
      client.send(Requests.get(server.uri("/")), BodyHandlers.discarding());
      try {
        client.send(Requests.post(server.uri("/"), "content"), BodyHandlers.discarding());
      } catch (HangUpException e) {
        assertThat(e.evidence().reused()).isTrue();
        failed++;
      }
    }
    assertThat(failed).isEqualTo(3);
  }

  private RedialClient client() {
    return rig.client(b -> b.sslContext(TlsMaterial.forLoopback().client()));
  }
}
