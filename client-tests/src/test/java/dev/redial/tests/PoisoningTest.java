package dev.redial.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redial.ConnectionOpened;
import dev.redial.RedialClient;
import dev.redial.RedialListener;
import dev.redial.tests.kit.Answers;
import dev.redial.tests.kit.Gate;
import dev.redial.tests.kit.Rig;
import dev.redial.tests.kit.ScriptedServer;
import dev.redial.tests.kit.ScriptedServer.Script;
import dev.redial.tests.kit.ServedConnection;
import dev.redial.tests.kit.TlsMaterial;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Octets that nobody asked for are never an answer, and end the connection they came on. */
class PoisoningTest {
  private static final String CLEAN = Answers.ok("clean");

  private static final String CLOSE_WAIT = "state 08"; // of Linux: the server has hung up

  @RegisterExtension final Rig rig = new Rig();

  /** A well-framed first answer, after which the stray octets come. */
  enum First {
    FIXED("GET", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfirst", "first"),
    EMPTY("GET", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", ""),
    CHUNKED(
        "GET",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n0\r\n\r\n",
        "first"),
    TRAILER(
        "GET",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n0\r\nX-T: 1\r\n\r\n",
        "first"),
    NO_CONTENT("GET", "HTTP/1.1 204 No Content\r\n\r\n", ""),
    NOT_MODIFIED("GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", ""),
    HEAD("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", ""),
    INTERIM(
        "GET",
        "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfirst",
        "first"),
    NOT_FOUND("GET", "HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\nfirst", "first");

    final String method;
    final String answer;
    final String body;

    First(String method, String answer, String body) {
      this.method = method;
      this.answer = answer;
      this.body = body;
    }
  }

  /** What comes unasked. */
  enum Stray {
    ANSWER(Answers.ok("EVIL")),
    REQUEST_TIMEOUT(
        "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 4\r\n\r\nEVIL"),
    ONE_OCTET("H"),
    HALF_AN_ANSWER("HTTP/1.1 200 OK\r\nX-Evil: "),
    LINE_BREAK("\r\n");

    final String octets;

    Stray(String octets) {
      this.octets = octets;
    }
  }

  static Stream<Arguments> everything() {
    return Stream.of(First.values())
        .flatMap(first ->
            Stream.of(Stray.values())
                .flatMap(
                    stray -> Stream.of(false, true).map(tls -> Arguments.of(first, stray, tls))));
  }

  @ParameterizedTest(name = "{1} after {0}, TLS {2}")
  @MethodSource("everything")
  void strayOctetsInTheSameSegmentAreNotTheNextAnswer(First first, Stray stray, boolean tls)
      throws Exception {
    ScriptedServer server =
        server(
            tls,
            c -> {
              c.readRequest();
              c.send(first.answer + stray.octets);
            });
    RedialClient client = client();
    assertFirst(client, server, first);
    assertClean(client, server);
  }

  @ParameterizedTest(name = "{1} after {0}, TLS {2}")
  @MethodSource("everything")
  void strayOctetsWhileIdleAreNotTheNextAnswer(First first, Stray stray, boolean tls)
      throws Exception {
    Gate answered = new Gate();
    ScriptedServer server =
        server(
            tls,
            c -> {
              c.readRequest();
              c.send(first.answer);
              answered.pass();
              c.send(stray.octets);
              c.idleFor(Duration.ofMillis(30));
              c.mark("stray octets arrived");
            });
    RedialClient client = client();
    assertFirst(client, server, first);
    answered.open();
    server.await(1, "stray octets arrived");
    assertClean(client, server);
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(Stray.class)
  void aConnectionWithStrayOctetsIsClosedThoughNobodyAsksForIt(Stray stray) throws Exception {
    Gate answered = new Gate();
    ScriptedServer server =
        server(
            false,
            c -> {
              c.readRequest();
              c.send(First.FIXED.answer);
              answered.pass();
              c.send(stray.octets);
              c.mark("stray octets sent");
            });
    RedialClient client = client();
    assertFirst(client, server, First.FIXED);
    answered.open();
    server.await(1, "stray octets sent");
    server.awaitEndByClient(1);
    Awaitility.await().until(() -> client.stats().total() == 0);
  }

  /** The server's own answer to the first request comes late; it must not be the second one's. */
  @ParameterizedTest(name = "TLS {0}")
  @ValueSource(booleans = {false, true})
  void whatAServerSaysFirstEndsItsConnection(boolean tls) throws Exception {
    Gate spoken = new Gate();
    ScriptedServer server =
        server(
            tls,
            c -> {
              c.send(First.FIXED.answer);
              c.idleFor(Duration.ofMillis(30));
              spoken.open();
              c.readRequest();
              c.send(Answers.ok("EVIL"));
            });
    RedialClient client = client(spoken::pass);
    assertFirst(client, server, First.FIXED);
    assertClean(client, server);
  }

  /** None of them can have seen the request, so that even a POST is sent again. */
  @ParameterizedTest(name = "TLS {0}")
  @ValueSource(booleans = {false, true})
  void aPostToAServerThatHasHungUpGoesToTheNextConnection(boolean tls) throws Exception {
    ScriptedServer server = server(tls, ServedConnection::fin);
    AtomicBoolean first = new AtomicBoolean(true);
    RedialClient client =
        client(() -> {
          if (first.getAndSet(false)) Awaitility.await().until(this::hasHungUp);
        });
    HttpRequest post =
        HttpRequest.newBuilder(server.uri("/")).POST(BodyPublishers.ofString("once")).build();
    assertThat(client.send(post, BodyHandlers.ofString()).body()).isEqualTo("clean");
    assertThat(server.requests()).hasSize(1);
    assertThat(server.connections()).isEqualTo(2);
  }

  private boolean hasHungUp() throws IOException {
    return rig.openSockets().stream().anyMatch(socket -> socket.endsWith(CLOSE_WAIT));
  }

  private ScriptedServer server(boolean tls, Script first) {
    return tls
        ? rig.tlsServer(first, ScriptedServer.always(CLEAN))
        : rig.server(first, ScriptedServer.always(CLEAN));
  }

  private RedialClient client() {
    return rig.client(builder -> builder.sslContext(TlsMaterial.forLoopback().client()));
  }

  /**
   * A client that waits for something between the opening of a connection and its first request.
   */
  private RedialClient client(Wait afterOpening) {
    RedialListener listener =
        new RedialListener() {
          @Override
          public void connectionOpened(ConnectionOpened opened) {
            try {
              afterOpening.end();
            } catch (InterruptedException e) {
              throw new AssertionError(e);
            }
          }
        };
    return rig.client(
        builder -> builder.sslContext(TlsMaterial.forLoopback().client()).listener(listener));
  }

  private interface Wait {
    void end() throws InterruptedException;
  }

  private static void assertFirst(RedialClient client, ScriptedServer server, First first)
      throws Exception {
    HttpRequest request =
        (first.method.equals("HEAD") ? RequestKind.HEAD : RequestKind.GET).to(server.uri("/first"));
    HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
    assertThat(answer.body()).isEqualTo(first.body);
    assertThat(answer.headers().firstValue("X-Evil")).isEmpty();
  }

  private static void assertClean(RedialClient client, ScriptedServer server) throws Exception {
    for (RequestKind kind : new RequestKind[] {RequestKind.POST, RequestKind.GET}) {
      HttpResponse<String> answer =
          client.send(kind.to(server.uri("/second")), BodyHandlers.ofString());
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.body()).isEqualTo("clean");
    }
    assertThat(server.events(2)).containsExactly("accepted", "POST /second", "GET /second");
    server.awaitEndByClient(1);
    assertThat(server.connections()).isEqualTo(2);
  }
}
