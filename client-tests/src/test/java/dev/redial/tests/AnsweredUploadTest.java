package dev.redial.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.redial.RedialClient;
import dev.redial.tests.kit.Answers;
import dev.redial.tests.kit.Rig;
import dev.redial.tests.kit.ScriptedServer;
import dev.redial.tests.kit.ScriptedServer.Script;
import dev.redial.tests.kit.ServedConnection;
import dev.redial.tests.kit.TlsMaterial;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Uploads of ten megabytes whose answer comes while they are under way. */
@Timeout(120)
class AnsweredUploadTest {
  private static final byte[] BODY = new byte[10_000_000];
  private static final int ROUNDS = 20;
  private static final List<String> REFUSALS =
      List.of("413 Content Too Large", "401 Unauthorized", "417 No", "503 Service Unavailable");

  @RegisterExtension final Rig rig = new Rig();

  private enum End {
    /** With octets unread, so that it is a reset. */
    CLOSE {
      @Override
      void of(ServedConnection connection) throws IOException {
        connection.fin();
      }
    },
    RESET {
      @Override
      void of(ServedConnection connection) throws IOException {
        connection.rst();
      }
    };

    abstract void of(ServedConnection connection) throws IOException;
  }

  static Stream<Arguments> refusals() {
    return Stream.of(End.values())
        .flatMap(end ->
            Stream.of(false, true)
                .flatMap(tls -> REFUSALS.stream().map(refusal -> arguments(end, tls, refusal))));
  }

  @ParameterizedTest(name = "{0}, TLS {1}: {2}")
  @MethodSource("refusals")
  void aRefusalArrivesThoughTheServerResetsAtOnce(End end, boolean tls, String refusal)
      throws Exception {
    ScriptedServer server =
        server(
            tls,
            c -> {
              c.readHeadOnly();
              c.send(Answers.status(refusal, "no"));
              end.of(c);
            });
    RedialClient client = client(tls);
    for (int round = 0; round < ROUNDS; round++) {
      HttpResponse<String> answer = post(client, server, BodyPublishers.ofByteArray(BODY));
      assertThat(answer.statusCode()).isEqualTo(Integer.parseInt(refusal.substring(0, 3)));
      assertThat(answer.body()).isEqualTo("no");
    }
    assertThat(server.connections()).isEqualTo(ROUNDS);
  }

  static Stream<Arguments> bodies() {
    return Stream.of(false, true)
        .flatMap(tls ->
            Stream.of(
                arguments(tls, "array", BodyPublishers.ofByteArray(BODY)),
                arguments(
                    tls,
                    "stream",
                    BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(BODY)))));
  }

  /**
   * What the server has to read is what was under way, or in buffers, when its answer came. A busy
   * machine may let the client run while the server does not, so not each round counts.
   */
  @ParameterizedTest(name = "TLS {0}: {1}")
  @MethodSource("bodies")
  void aRefusalStopsTheBodyThoughTheServerReadsOn(boolean tls, String name, BodyPublisher body)
      throws Exception {
    BlockingQueue<Long> drained = new LinkedBlockingQueue<>();
    ScriptedServer server =
        server(
            tls,
            c -> {
              c.readHeadOnly();
              c.send(Answers.status("413 Content Too Large", "no", "Connection: close"));
              drained.add(c.drain());
            });
    RedialClient client = client(tls);
    List<Long> read = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      assertThat(post(client, server, body).statusCode()).isEqualTo(413);
      read.add(drained.poll(10, TimeUnit.SECONDS));
    }
    assertThat(read).filteredOn(octets -> octets < 1_000_000).hasSizeGreaterThan(ROUNDS * 3 / 4);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aRefusalArrivesThoughTheServerNeitherReadsNorCloses(boolean tls) throws Exception {
    ScriptedServer server =
        server(
            tls,
            c -> {
              c.readHeadOnly();
              c.send(Answers.status("413 Content Too Large", "no"));
              c.untilServerCloses();
            });

    HttpResponse<String> answer = post(client(tls), server, BodyPublishers.ofByteArray(BODY));

    assertThat(answer.statusCode()).isEqualTo(413);
    assertThat(answer.body()).isEqualTo("no");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aRequestThatIsAcceptedEarlyIsNotCut(boolean tls) throws Exception {
    ScriptedServer server =
        server(
            tls,
            c -> {
              c.readHeadOnly();
              c.send(Answers.ok("ok"));
              if (c.read(BODY.length).length == BODY.length) c.mark("whole body");
              c.serve(Answers.ok("next"));
            });
    RedialClient client = client(tls);

    assertThat(post(client, server, BodyPublishers.ofByteArray(BODY)).body()).isEqualTo("ok");

    server.await(1, "whole body");
    assertThat(post(client, server, BodyPublishers.ofString("x")).body()).isEqualTo("next");
    assertThat(server.connections()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void anAcceptanceCountsThoughTheServerDoesNotReadTheBody(boolean tls) throws Exception {
    ScriptedServer server =
        server(
            tls,
            c -> {
              c.readHeadOnly();
              c.send(Answers.ok("ok"));
              c.fin();
            });
    RedialClient client = client(tls);
    for (int round = 0; round < ROUNDS; round++)
      assertThat(post(client, server, BodyPublishers.ofByteArray(BODY)).body()).isEqualTo("ok");
    assertThat(server.connections()).isEqualTo(ROUNDS);
  }

  private ScriptedServer server(boolean tls, Script script) {
    return tls ? rig.tlsServer(script) : rig.server(script);
  }

  private RedialClient client(boolean tls) {
    return tls ? rig.client(b -> b.sslContext(TlsMaterial.forLoopback().client())) : rig.client();
  }

  private static HttpResponse<String> post(
      RedialClient client, ScriptedServer server, BodyPublisher body) throws Exception {
    return client.send(
        HttpRequest.newBuilder(server.uri("/")).POST(body).build(), BodyHandlers.ofString());
  }
}
