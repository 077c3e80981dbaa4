package dev.redial.tests;

import static dev.redial.tests.kit.Requests.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redial.RedialClient;
import dev.redial.tests.kit.Answers;
import dev.redial.tests.kit.Rig;
import dev.redial.tests.kit.ScriptedServer;
import dev.redial.tests.kit.ScriptedServer.Script;
import dev.redial.tests.kit.TlsMaterial;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A server that answers before it has the whole request: the answer is delivered, the connection is
 * not used again.
 */
class EarlyAnswerTest {
  private static final int SIZE = 20 * 1024 * 1024;
  private static final String TOO_LARGE =
      Answers.status("413 Content Too Large", "too large", "Connection: close");
  private static final String TOO_LARGE_SILENT =
      Answers.status("413 Content Too Large", "too large");
  private static final String OK = Answers.ok("ok");

  @RegisterExtension final Rig rig = new Rig();

  @RepeatedTest(10)
  void anAnswerBeforeAResetIsDelivered() throws Exception {
    ScriptedServer server =
        rig.server(
            c -> {
              c.readHeadOnly();
              c.send(TOO_LARGE);
              c.fin(); // the body is unread, so this resets the connection
            },
            ScriptedServer.always(OK));
    assertAnsweredAndLeft(rig.client(), server, BodyPublishers.ofByteArray(new byte[SIZE]));
  }

  @RepeatedTest(5)
  void anAnswerBeforeAResetIsDeliveredOverTls() throws Exception {
    ScriptedServer server =
        rig.tlsServer(
            c -> {
              c.readHeadOnly();
              c.send(TOO_LARGE);
              c.fin();
            },
            ScriptedServer.always(OK));
    RedialClient client = rig.client(b -> b.sslContext(TlsMaterial.forLoopback().client()));
    assertAnsweredAndLeft(client, server, BodyPublishers.ofByteArray(new byte[SIZE]));
  }

  @ParameterizedTest
  @ValueSource(strings = {"close announced", "nothing announced"})
  void anAnswerBeforeAHalfCloseIsDelivered(String announcement) throws Exception {
    String answer = announcement.equals("close announced") ? TOO_LARGE : TOO_LARGE_SILENT;
    ScriptedServer server =
        rig.server(
            c -> {
              c.readHeadOnly();
              c.send(answer);
              c.halfClose();
            },
            ScriptedServer.always(OK));
    assertAnsweredAndLeft(rig.client(), server, BodyPublishers.ofByteArray(new byte[SIZE]));
  }

  @Test
  void anAnswerOfAServerThatReadsNoFurtherAndStaysOpenIsDelivered() throws Exception {
    ScriptedServer server =
        rig.watch(ScriptedServer.startTight(answersAndReadsNoFurther(), ScriptedServer.always(OK)));
    assertAnsweredAndLeft(rig.client(), server, BodyPublishers.ofByteArray(new byte[SIZE]));
  }

  @Test
  void anEndlessUploadStopsAtAnEarlyAnswer() throws Exception {
    ScriptedServer server = rig.server(answersAndReadsNoFurther(), ScriptedServer.always(OK));
    assertAnsweredAndLeft(rig.client(), server, BodyPublishers.ofInputStream(Endless::new));
  }

  @Test
  void anEarlyAnswerOfAServerThatReadsOnIsDeliveredAndTheNextOneIsItsOwn() throws Exception {
    ScriptedServer server =
        rig.server(
            c -> {
              c.readHeadOnly();
              c.send(OK);
              c.read(SIZE);
              c.serve(OK);
            },
            ScriptedServer.always(OK));
    RedialClient client = rig.client();
    HttpRequest request =
        RequestKind.PUT.to(server.uri("/x"), BodyPublishers.ofByteArray(new byte[SIZE]));
    assertThat(client.send(request, BodyHandlers.ofString()).body()).isEqualTo("ok");
    assertThat(client.send(get(server.uri("/after")), BodyHandlers.ofString()).body())
        .isEqualTo("ok");
  }

  private static Script answersAndReadsNoFurther() {
    return c -> {
      c.readHeadOnly();
      c.send(TOO_LARGE_SILENT);
      c.untilServerCloses();
    };
  }

  private static void assertAnsweredAndLeft(
      RedialClient client, ScriptedServer server, BodyPublisher body) throws Exception {
    HttpResponse<String> answer =
        client.send(RequestKind.POST.to(server.uri("/x"), body), BodyHandlers.ofString());
    assertThat(answer.statusCode()).isEqualTo(413);
    assertThat(answer.body()).isEqualTo("too large");
    assertThat(server.connections()).isEqualTo(1);
    assertThat(client.send(get(server.uri("/after")), BodyHandlers.ofString()).body())
        .isEqualTo("ok");
    assertThat(server.events(2)).containsExactly("accepted", "GET /after");
  }

  /** A stream without an end. */
  private static final class Endless extends InputStream {
    @Override
    public int read() {
      return 'x';
    }

    @Override
    public int read(byte[] octets, int from, int length) {
      return length;
    }
  }
}
