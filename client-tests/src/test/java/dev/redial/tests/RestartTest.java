package dev.redial.tests;

import static dev.redial.tests.Failures.failureOf;
import static dev.redial.tests.kit.Requests.get;
import static dev.redial.tests.kit.Requests.post;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redial.HangUpException;
import dev.redial.RedialClient;
import dev.redial.ServerActed;
import dev.redial.tests.kit.Answers;
import dev.redial.tests.kit.Gate;
import dev.redial.tests.kit.Rig;
import dev.redial.tests.kit.ScriptedServer;
import dev.redial.tests.kit.ScriptedServer.Script;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A restart kills every idle connection at once; why a retry must not draw another one of them. */
class RestartTest {
  private static final int IDLE = 5;
  private static final String OK = Answers.ok("ok");

  @RegisterExtension final Rig rig = new Rig();

  private final Gate allArrived = new Gate();
  private final Gate restart = new Gate();

  @ParameterizedTest
  @ValueSource(strings = {"GET", "POST", "PUT"})
  void afterAnOrderlyRestartTheFirstRequestIsSentOnceAndAnswered(String method) throws Exception {
    Script dies =
        c -> {
          answerOnceAllArrived(c);
          restart.pass();
          c.fin();
        };
    ScriptedServer server = rig.server(dies, dies, dies, dies, dies, ScriptedServer.always(OK));
    RedialClient client = clientWithIdleConnections(server);
    restart.open();
    server.awaitOnAny("server FIN", IDLE);

    HttpRequest request =
        method.equals("GET") ? get(server.uri("/x")) : post(server.uri("/x"), "content");
    if (method.equals("PUT")) request = RequestKind.PUT.to(server.uri("/x"));
    assertThat(client.send(request, BodyHandlers.ofString()).body()).isEqualTo("ok");
    assertThat(server.requests()).hasSize(IDLE + 1);
    assertThat(server.connections()).isEqualTo(IDLE + 1);
  }

  @Test
  void whenEachConnectionIsResetOnUseAGetIsSentTwiceAndTheOtherConnectionsAreLeft()
      throws Exception {
    ScriptedServer server = resetsOnUse();
    RedialClient client = clientWithIdleConnections(server);
    assertThat(client.send(get(server.uri("/x")), BodyHandlers.ofString()).body()).isEqualTo("ok");
    assertThat(server.requests()).hasSize(IDLE + 2);
    assertThat(server.connections()).isEqualTo(IDLE + 1);
    server.awaitOnAny("client FIN", IDLE - 1);
  }

  @Test
  void whenEachConnectionIsResetOnUseAPostFailsAfterOneSend() throws Exception {
    ScriptedServer server = resetsOnUse();
    RedialClient client = clientWithIdleConnections(server);
    Exception failure = failureOf(client, post(server.uri("/x"), "content"));
    assertThat(failure).isInstanceOf(HangUpException.class);
    assertThat(((HangUpException) failure).serverActed()).isEqualTo(ServerActed.MAYBE);
    assertThat(((HangUpException) failure).ending()).isEqualTo(HangUpException.Ending.RST);
    assertThat(((HangUpException) failure).evidence().reused()).isTrue();
    assertThat(server.requests()).hasSize(IDLE + 1);
    assertThat(server.connections()).isEqualTo(IDLE);
  }

  private ScriptedServer resetsOnUse() {
    Script dies =
        c -> {
          answerOnceAllArrived(c);
          c.readRequest();
          c.rst();
        };
    return rig.server(dies, dies, dies, dies, dies, ScriptedServer.always(OK));
  }

  private void answerOnceAllArrived(dev.redial.tests.kit.ServedConnection c)
      throws java.io.IOException, InterruptedException {
    c.readRequest();
    allArrived.pass();
    c.send(OK);
  }

  private RedialClient clientWithIdleConnections(ScriptedServer server) {
    RedialClient client = rig.client();
    List<CompletableFuture<HttpResponse<String>>> warm =
        Stream.generate(() -> client.sendAsync(get(server.uri("/warm")), BodyHandlers.ofString()))
            .limit(IDLE)
            .toList();
    server.awaitOnAny("GET /warm", IDLE);
    allArrived.open();
    for (CompletableFuture<HttpResponse<String>> each : warm)
      assertThat(each.join().body()).isEqualTo("ok");
    return client;
  }
}
