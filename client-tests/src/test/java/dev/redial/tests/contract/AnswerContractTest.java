package dev.redial.tests.contract;

import static dev.redial.tests.kit.Requests.get;
import static dev.redial.tests.kit.Requests.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.redial.TruncatedBodyException;
import dev.redial.tests.kit.Answers;
import dev.redial.tests.kit.RequestSeen;
import dev.redial.tests.kit.ScriptedServer;
import dev.redial.tests.kit.ScriptedServer.Script;
import dev.redial.tests.kit.TlsMaterial;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What comes back: interim answers, framing, headers, and ends before their time. */
class AnswerContractTest {
  private static final String OK = Answers.ok("ok");
  private static final String HINT = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";

  @RegisterExtension final ContractRig rig = new ContractRig();

  @OnBothSides
  @Tag("contract-15")
  void interimAnswersArePassedOver(Side side) throws Exception {
    String interim = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n" + HINT + HINT;
    ScriptedServer server = rig.server(ScriptedServer.always(interim + OK));
    HttpClient client = rig.client(side);
    HttpResponse<String> answer = send(client, get(server.uri("/")));
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("ok");
    assertThat(answer.headers().firstValue("Link")).isEmpty();
    assertThat(send(client, get(server.uri("/"))).body()).isEqualTo("ok");
    assertThat(server.connections()).isEqualTo(1);
  }

  @OnBothSides
  @Tag("contract-15")
  void eightInterimAnswersAreTheLimit(Side side) throws Exception {
    ScriptedServer server =
        rig.server(c -> {
          c.readRequest();
          c.send(HINT.repeat(8) + OK);
          c.readRequest();
          c.send(HINT.repeat(9) + OK);
          c.stall();
        });
    HttpClient client = rig.client(side);
    assertThat(send(client, get(server.uri("/"))).body()).isEqualTo("ok");
    assertThatThrownBy(() -> send(client, get(server.uri("/")))).isInstanceOf(IOException.class);
    if (side == Side.REDIAL) server.awaitEndByClient(1); // the JDK's client leaves it open
  }

  @OnBothSides
  @Tag("contract-15")
  void aSwitchNobodyAskedForIsAProtocolFailure(Side side) {
    ScriptedServer server =
        rig.server(c -> {
          c.readRequest();
          c.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n");
          c.stall();
        });
    Throwable failure = catchThrowable(() -> send(rig.client(side), get(server.uri("/"))));
    assertThat(failure).isInstanceOf(IOException.class);
    assertThat(Causes.of(failure)).anyMatch(ProtocolException.class::isInstance);
    server.awaitEndByClient(1);
  }

  static Stream<Arguments> withoutBody() {
    return Arrays.stream(Side.values())
        .flatMap(side ->
            Stream.of(
                Arguments.of(side, "HEAD", head("200 OK", "Content-Length: 5", "X-Kept: yes")),
                Arguments.of(
                    side, "HEAD", head("200 OK", "Transfer-Encoding: chunked", "X-Kept: yes")),
                Arguments.of(
                    side, "GET", head("304 Not Modified", "Content-Length: 5", "X-Kept: yes")),
                Arguments.of(
                    side,
                    "GET",
                    head("304 Not Modified", "Transfer-Encoding: chunked", "X-Kept: yes")),
                Arguments.of(side, "GET", head("204 No Content", "X-Kept: yes")),
                Arguments.of(
                    side, "GET", head("204 No Content", "Content-Length: 0", "X-Kept: yes"))));
  }

  @ParameterizedTest
  @MethodSource("withoutBody")
  @Tag("contract-16")
  void anAnswerWithoutABodyKeepsItsHeadersAndItsConnection(Side side, String method, String answer)
      throws Exception {
    ScriptedServer server =
        rig.server(c -> {
          c.readRequest();
          c.send(answer);
          c.serve(OK);
        });
    HttpClient client = rig.client(side);
    HttpResponse<String> empty =
        send(client, request(method, server.uri("/"), BodyPublishers.noBody()));
    assertThat(empty.body()).isEmpty();
    assertThat(empty.headers().firstValue("x-kept")).contains("yes");
    assertThat(send(client, get(server.uri("/next"))).body()).isEqualTo("ok");
    assertThat(server.connections()).isEqualTo(1);
  }

  static Stream<Arguments> contradictions() {
    return Arrays.stream(Side.values())
        .flatMap(side ->
            Stream.of(
                Arguments.of(side, "HEAD", "200 OK"),
                Arguments.of(side, "GET", "304 Not Modified")));
  }

  @ParameterizedTest
  @MethodSource("contradictions")
  @Tag("contract-16")
  void bothFramingsOfABodyThatDoesNotComeAreKept(Side side, String method, String status)
      throws Exception {
    ScriptedServer server =
        rig.server(
            ScriptedServer.always(head(status, "Transfer-Encoding: chunked", "Content-Length: 5")));
    HttpResponse<String> empty =
        send(rig.client(side), request(method, server.uri("/"), BodyPublishers.noBody()));
    assertThat(empty.body()).isEmpty();
    assertThat(empty.headers().firstValueAsLong("content-length")).hasValue(5);
    assertThat(empty.headers().firstValue("transfer-encoding")).contains("chunked");
  }

  @OnBothSides
  @Tag("contract-16")
  void aBodyThatA204AnnouncesIsRefused(Side side) {
    ScriptedServer server =
        rig.server(ScriptedServer.always(Answers.status("204 No Content", "0123456789")));
    assertThatThrownBy(() -> send(rig.client(side), get(server.uri("/"))))
        .isInstanceOf(IOException.class);
    server.awaitEndByClient(1);
  }

  static Stream<Arguments> chunked() {
    String head = Answers.head("200 OK", "Transfer-Encoding: chunked") + "\r\n";
    List<String> bodies =
        List.of(
            "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n",
            "5  \r\nhello\r\n6 \r\n world\r\n0\r\n\r\n",
            "5;name=value\r\nhello\r\n006;x=\"y\"\r\n world\r\n0;last\r\n\r\n",
            "b\r\nhello world\r\n000\r\n\r\n");
    return Arrays.stream(Side.values())
        .flatMap(side -> bodies.stream().map(body -> Arguments.of(side, head + body)));
  }

  @ParameterizedTest
  @MethodSource("chunked")
  @Tag("contract-17")
  void aChunkedBodyIsReadWhereverItIsCutAndTheConnectionStays(Side side, String answer)
      throws Exception {
    byte[] octets = Answers.octets(answer);
    ScriptedServer server =
        rig.server(c -> {
          for (int cut = 1; cut <= octets.length; cut++) {
            c.readRequest();
            c.send(Arrays.copyOf(octets, cut));
            c.send(Arrays.copyOfRange(octets, cut, octets.length));
          }
          c.readRequest();
          c.sendInSegments(octets, 1);
          c.stall(); // and stays open
        });
    HttpClient client = rig.client(side);
    for (int i = 0; i <= octets.length; i++)
      assertThat(send(client, get(server.uri("/" + i))).body()).isEqualTo("hello world");
    assertThat(server.connections()).isEqualTo(1);
  }

  static Stream<Arguments> untilTheEnd() {
    return Arrays.stream(Side.values())
        .flatMap(side -> Stream.of("HTTP/1.0", "HTTP/1.1").map(v -> Arguments.of(side, v)));
  }

  @ParameterizedTest
  @MethodSource("untilTheEnd")
  @Tag("contract-18")
  void withoutALengthTheBodyEndsWithTheConnection(Side side, String version) throws Exception {
    Script script =
        c -> {
          c.readRequest();
          c.send(version + " 200 OK\r\nX-A: b\r\n\r\nto the ");
          c.send("end");
          c.fin();
        };
    ScriptedServer plain = rig.server(script);
    ScriptedServer secure = rig.tlsServer(script);
    HttpClient client = rig.client(side, b -> b.sslContext(TlsMaterial.forLoopback().client()));
    for (ScriptedServer server : List.of(plain, secure)) {
      HttpResponse<String> answer = send(client, get(server.uri("/")));
      assertThat(answer.body()).isEqualTo("to the end");
      assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_1_1);
    }
  }

  /** A difference on purpose: the JDK's client takes any end of a TLS connection for the body's. */
  @Test
  @Tag("contract-18")
  void overTlsTheBodyEndsWithCloseNotifyOnly() throws Exception {
    ScriptedServer server =
        rig.tlsServer(c -> {
          c.readRequest();
          c.send("HTTP/1.1 200 OK\r\n\r\ncut of");
          c.finWithoutCloseNotify();
        });
    HttpClient client =
        rig.client(Side.REDIAL, b -> b.sslContext(TlsMaterial.forLoopback().client()));
    assertThatThrownBy(() -> send(client, get(server.uri("/"))))
        .isInstanceOf(TruncatedBodyException.class);
  }

  @OnBothSides
  @Tag("contract-19")
  void headersAreUnfoldedLatinAndFoundInAnyCase(Side side) throws Exception {
    byte[] head =
        head(
                "200 OK",
                "X-Folded: one",
                "  two",
                "\tthree",
                "X-Latin: caf\u00e9 \u00ff",
                "X-Twice: a",
                "x-twice: b",
                "X-Empty:",
                "Content-Length: 0")
            .getBytes(StandardCharsets.ISO_8859_1);
    ScriptedServer server =
        rig.server(c -> {
          c.readRequest();
          c.send(head);
          c.stall();
        });
    HttpHeaders headers = send(rig.client(side), get(server.uri("/"))).headers();
    assertThat(headers.firstValue("x-folded").map(v -> v.replaceAll("[ \t]+", " ")))
        .contains("one two three");
    assertThat(headers.firstValue("X-LATIN")).contains("caf\u00e9 \u00ff");
    assertThat(headers.allValues("X-tWiCe")).containsExactly("a", "b");
    assertThat(headers.firstValue("x-empty")).contains("");
    assertThat(headers.map()).containsKey("X-Latin").containsKey("x-latin");
    assertThatThrownBy(() -> headers.allValues("x-twice").add("c"))
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> headers.map().put("x-new", List.of("c")))
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> headers.map().get("x-twice").add("c"))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @OnBothSides
  @Tag("contract-19")
  void aLengthBeyondTwoGigabytesIsALength(Side side) throws Exception {
    long length = (1L << 31) + 5;
    ScriptedServer server =
        rig.server(c -> {
          c.readRequest();
          c.send(head("200 OK", "Content-Length: " + length) + "start");
          c.stall();
        });
    HttpResponse<InputStream> answer =
        rig.client(side).send(get(server.uri("/")), BodyHandlers.ofInputStream());
    try (InputStream body = answer.body()) {
      assertThat(answer.headers().firstValueAsLong("content-length")).hasValue(length);
      assertThat(new String(body.readNBytes(5), StandardCharsets.US_ASCII)).isEqualTo("start");
    }
    server.awaitEndByClient(1);
  }

  static Stream<Arguments> earlyEnds() {
    return Arrays.stream(Side.values())
        .flatMap(side ->
            Stream.of(
                Arguments.of(side, "", "no bytes"),
                Arguments.of(side, "HTTP/1.1 20", "status line"),
                Arguments.of(side, "HTTP/1.1 200 OK\r\nX-A: b", "header"),
                Arguments.of(side, "HTTP/1.1 200 OK\r\nX-A: b\r\n", "header"),
                Arguments.of(
                    side, head("200 OK", "Content-Length: 9") + "four", "fixed content-length"),
                Arguments.of(side, head("200 OK", "Content-Length: 9"), "fixed content-length"),
                Arguments.of(
                    side,
                    head("200 OK", "Transfer-Encoding: chunked"),
                    "chunked transfer encoding"),
                Arguments.of(
                    side,
                    head("200 OK", "Transfer-Encoding: chunked") + "9\r\nfour",
                    "chunked transfer encoding"),
                Arguments.of(
                    side,
                    head("200 OK", "Transfer-Encoding: chunked") + "4\r\nfour\r\n",
                    "chunked transfer encoding")));
  }

  @ParameterizedTest
  @MethodSource("earlyEnds")
  @Tag("contract-20")
  void theMessageNamesTheStageAtWhichTheServerClosed(Side side, String sent, String stage) {
    ScriptedServer server =
        rig.server(c -> {
          RequestSeen unused = c.readRequest();
          if (!sent.isEmpty()) c.send(sent);
          c.fin();
        });
    HttpClient client = rig.client(side);
    HttpRequest post = request("POST", server.uri("/"), BodyPublishers.ofString("x"));
    assertNames(stage, catchThrowable(() -> send(client, post)));
    CompletableFuture<HttpResponse<String>> future =
        client.sendAsync(post, BodyHandlers.ofString());
    assertNames(stage, catchThrowable(future::join).getCause());
    assertThat(server.connections()).isEqualTo(2);
  }

  private static void assertNames(String stage, Throwable failure) {
    assertThat(failure).isInstanceOf(IOException.class);
    assertThat(Causes.messages(failure)).contains(stage);
    assertThat(Causes.of(failure))
        .noneMatch(t -> t.getClass().getSimpleName().equals("ConnectionExpiredException"));
  }

  static Stream<Arguments> cutBodies() {
    byte[] body = "0123456789".repeat(5_000).getBytes(StandardCharsets.US_ASCII);
    return Arrays.stream(Side.values())
        .flatMap(side ->
            Stream.of(
                Arguments.of(side, "fixed", Answers.fixed(body), body),
                Arguments.of(side, "chunked", Answers.chunked(body, 1_000), body)));
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("cutBodies")
  @Tag("contract-21")
  void everythingReceivedIsDeliveredBeforeTheFailure(
      Side side, String framing, byte[] answer, byte[] body) {
    ScriptedServer server =
        rig.server(c -> {
          c.readRequest();
          c.send(Arrays.copyOf(answer, answer.length - 1_500));
          c.fin();
        });
    RecordingSubscriber subscriber = new RecordingSubscriber();
    Throwable failure =
        catchThrowable(() -> rig.client(side).send(get(server.uri("/")), head -> subscriber));
    assertThat(failure).isInstanceOf(IOException.class);
    byte[] received = subscriber.received();
    assertThat(received).isEqualTo(Arrays.copyOf(body, received.length));
    // Of the octets that were sent at most the framing is missing.
    assertThat(received.length).isBetween(body.length - 2_600, body.length - 1);
    assertThat(subscriber.calls().getFirst()).isEqualTo("onSubscribe");
    assertThat(subscriber.calls().getLast()).isEqualTo("onError");
    assertThat(subscriber.calls()).doesNotContain("onComplete").containsOnlyOnce("onError");
  }

  private static String head(String status, String... lines) {
    return Answers.head(status, lines) + "\r\n";
  }

  private static HttpResponse<String> send(HttpClient client, HttpRequest request)
      throws IOException, InterruptedException {
    return client.send(request, BodyHandlers.ofString());
  }
}
