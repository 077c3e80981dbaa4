package dev.redial.tests.contract;

import static dev.redial.tests.kit.Requests.get;
import static dev.redial.tests.kit.Requests.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.redial.tests.kit.Answers;
import dev.redial.tests.kit.RequestSeen;
import dev.redial.tests.kit.Requests;
import dev.redial.tests.kit.ScriptedServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The request head on the wire, and the exchange of Expect: 100-continue. */
class RequestContractTest {
  private static final String OK = Answers.ok("ok");

  @RegisterExtension final ContractRig rig = new ContractRig();

  static Stream<Arguments> methods() {
    return Arrays.stream(Side.values())
        .flatMap(side -> Stream.of("GET", "DELETE", "HEAD").map(m -> Arguments.of(side, m)));
  }

  @ParameterizedTest
  @MethodSource("methods")
  @Tag("contract-6")
  void contentLengthComesWithABodyOnly(Side side, String method) throws Exception {
    String answer =
        method.equals("HEAD") ? Answers.head("200 OK", "Content-Length: 5") + "\r\n" : OK;
    ScriptedServer server = rig.server(ScriptedServer.always(answer));
    HttpClient client = rig.client(side);
    send(client, without(method, server.uri("/none")));
    send(client, request(method, server.uri("/body"), BodyPublishers.ofString("four")));
    RequestSeen without = server.requests().get(0);
    RequestSeen with = server.requests().get(1);
    assertThat(without.field("Content-Length")).isEmpty();
    assertThat(without.field("Transfer-Encoding")).isEmpty();
    assertThat(with.field("Content-Length")).contains("4");
    assertThat(with.method()).isEqualTo(method);
    assertThat(with.text()).isEqualTo("four");
    assertThat(server.connections()).isEqualTo(1);
  }

  @OnBothSides
  @Tag("contract-10")
  void thePathAndTheQueryGoOutAsTheyAre(Side side) throws Exception {
    ScriptedServer server = rig.server(ScriptedServer.always(OK));
    HttpClient client = rig.client(side);
    List<String> targets =
        List.of(
            "/a%2Fb%20c?d=%26&e=%C3%A9",
            "/%2541?%2541", "/a//b/../c/./d", "/;p=1?q=a+b/c?d", "/plain");
    for (String target : targets) send(client, get(server.uri(target)));
    assertThat(server.requests())
        .extracting(RequestSeen::target)
        .containsExactlyElementsOf(targets);
  }

  @OnBothSides
  @Tag("contract-10")
  void anEmptyPathIsASlashAndAFragmentStaysAtHome(Side side) throws Exception {
    ScriptedServer server = rig.server(ScriptedServer.always(OK));
    HttpClient client = rig.client(side);
    URI root = server.uri("");
    send(client, get(root));
    send(client, get(URI.create(root + "?q")));
    send(client, get(URI.create(root + "/x#fragment")));
    assertThat(server.requests()).extracting(RequestSeen::target).containsExactly("/", "/?q", "/x");
  }

  @OnBothSides
  @Tag("contract-10")
  void whatIsNotAsciiGoesOutAsEscapedUtf8(Side side) throws Exception {
    ScriptedServer server = rig.server(ScriptedServer.always(OK));
    send(rig.client(side), get(server.uri("/\u00fc/\u20ac?\u00e9=%C3%BC")));
    assertThat(server.requests().getFirst().target()).isEqualTo("/%C3%BC/%E2%82%AC?%C3%A9=%C3%BC");
  }

  /** The JDK's client leaves the question mark out, and announces an empty body of a GET. */
  @Test
  @Tag("contract-6")
  @Tag("contract-10")
  void anEmptyQueryStaysAndAnEmptyBodyOfAGetIsNotAnnounced() throws Exception {
    ScriptedServer server = rig.server(ScriptedServer.always(OK));
    send(rig.client(Side.REDIAL), request("GET", server.uri("/?"), BodyPublishers.noBody()));
    assertThat(server.requests().getFirst().target()).isEqualTo("/?");
    assertThat(server.requests().getFirst().field("Content-Length")).isEmpty();
  }

  @OnBothSides
  @Tag("contract-11")
  void aHeaderGivenTwiceStaysTwoValuesAndTheCallersOwnReplaceTheDefaults(Side side)
      throws Exception {
    ScriptedServer server = rig.server(ScriptedServer.always(OK));
    HttpRequest request =
        Requests.of("GET", server.uri("/"))
            .header("X-Twice", "one")
            .header("x-twice", "two")
            .header("User-Agent", "mine/1")
            .header("Referer", "http://referer.invalid/")
            .header("Origin", "http://origin.invalid")
            .build();
    send(rig.client(side), request);
    RequestSeen seen = server.requests().getFirst();
    assertThat(seen.all("X-Twice")).containsExactly("one", "two");
    assertThat(seen.all("User-Agent")).containsExactly("mine/1");
    assertThat(seen.all("Referer")).containsExactly("http://referer.invalid/");
    assertThat(seen.all("Origin")).containsExactly("http://origin.invalid");
    assertThat(seen.all("Host")).containsExactly("127.0.0.1:" + server.port());
  }

  @OnBothSides
  @Tag("contract-11")
  void aProductTokenNamesTheClientByDefault(Side side) throws Exception {
    ScriptedServer server = rig.server(ScriptedServer.always(OK));
    send(rig.client(side), get(server.uri("/")));
    String expected =
        side == Side.JDK ? "Java-http-client/" + System.getProperty("java.version") : "Redial";
    assertThat(server.requests().getFirst().field("User-Agent")).contains(expected);
  }

  @OnBothSides
  @Tag("contract-11")
  void aHostOfTheCallersIsSentWhereThePropertyAllowsIt(Side side) throws Exception {
    // The property is read once for a process, so this needs one of its own.
    ScriptedServer server = rig.server(ScriptedServer.always(OK));
    String status =
        OwnProcess.run(
            List.of("-Djdk.httpclient.allowRestrictedHeaders=host"),
            OwnHost.class,
            side.name(),
            server.uri("/").toString(),
            Integer.toString(server.port()));
    assertThat(status.strip()).isEqualTo("200 200");
    assertThat(server.requests()).hasSize(2);
    for (RequestSeen seen : server.requests())
      assertThat(seen.all("Host")).containsExactly("own.invalid");
    assertThat(server.requests().get(1).target()).isEqualTo("http://far.invalid/proxied");
  }

  @OnBothSides
  @Tag("contract-13")
  void theBodyWaitsFor100(Side side) throws Exception {
    ScriptedServer server =
        rig.server(c -> {
          RequestSeen head = c.readHeadOnly();
          c.mark("expects " + head.all("Expect").toString().toLowerCase(Locale.ROOT));
          c.send("HTTP/1.1 100 Continue\r\n\r\n");
          c.mark("got " + new String(c.read(4), StandardCharsets.UTF_8));
          c.send(OK);
          c.serve(OK);
        });
    HttpClient client = rig.client(side);
    HttpRequest request =
        Requests.of("POST", server.uri("/"))
            .POST(BodyPublishers.ofString("four"))
            .expectContinue(true)
            .build();
    assertThat(send(client, request).body()).isEqualTo("ok");
    assertThat(server.events(1))
        .startsWith("accepted", "head of POST /", "expects [100-continue]", "got four");
    send(client, get(server.uri("/next")));
    assertThat(server.connections()).isEqualTo(1);
  }

  static Stream<Arguments> finalAnswers() {
    return Arrays.stream(Side.values())
        .flatMap(side ->
            Stream.of("200 OK", "417 Expectation Failed", "403 Forbidden")
                .map(status -> Arguments.of(side, status)));
  }

  @ParameterizedTest
  @MethodSource("finalAnswers")
  @Tag("contract-13")
  void aFinalAnswerInsteadOf100EndsTheExchangeWithoutTheBody(Side side, String status)
      throws Exception {
    ScriptedServer server =
        rig.server(
            c -> {
              c.readHeadOnly();
              c.send(Answers.status(status, "final"));
              c.stall(); // and records any octet of a body
            },
            // Where 417 is answered by a request without the expectation, it is answered here.
            c -> {
              c.readRequest();
              c.send(Answers.status(status, "final"));
              c.stall();
            });
    HttpRequest request =
        Requests.of("POST", server.uri("/"))
            .POST(BodyPublishers.ofString("four"))
            .expectContinue(true)
            .build();
    HttpResponse<String> answer = send(rig.client(side), request);
    assertThat(answer.statusCode()).isEqualTo(Integer.parseInt(status.substring(0, 3)));
    assertThat(answer.body()).isEqualTo("final");
    assertThat(server.events(1)).doesNotContain("octets nobody reads");
  }

  /** The JDK's client goes on until its time-out as long as the server stays open. */
  @Test
  @Tag("contract-14")
  void anEndlessBodyStopsWhenTheServerAnswers() throws Exception {
    ScriptedServer server =
        rig.server(c -> {
          c.readHeadOnly();
          byte[] unused = c.read(1); // a body that nobody asked for yet is not given up
          c.send(Answers.status("413 Content Too Large", "enough", "Connection: close"));
          c.untilServerCloses();
        });
    EndlessBody body = new EndlessBody();
    HttpRequest request = request("POST", server.uri("/"), body);
    assertThat(send(rig.client(Side.REDIAL), request).statusCode()).isEqualTo(413);
    body.awaitGivenUp();
  }

  /** The JDK's client waits until its time-out. */
  @Test
  @Tag("contract-13")
  void aSilentServerGetsTheBodyAfterAWhile() throws Exception {
    ScriptedServer server = rig.server(ScriptedServer.always(OK)); // knows nothing of 100
    HttpRequest request =
        Requests.of("POST", server.uri("/"))
            .POST(BodyPublishers.ofString("four"))
            .expectContinue(true)
            .build();
    assertThat(send(rig.client(Side.REDIAL), request).body()).isEqualTo("ok");
    assertThat(server.requests().getFirst().text()).isEqualTo("four");
  }

  /** The JDK's client hands the 417 out. */
  @Test
  @Tag("contract-13")
  void a417IsAnsweredByTheRequestWithoutTheExpectation() throws Exception {
    ScriptedServer server =
        rig.server(
            c -> {
              c.readHeadOnly();
              c.send(Answers.status("417 Expectation Failed", ""));
              c.stall();
            },
            ScriptedServer.always(OK));
    HttpRequest request =
        Requests.of("POST", server.uri("/"))
            .POST(BodyPublishers.ofString("four"))
            .expectContinue(true)
            .build();
    assertThat(send(rig.client(Side.REDIAL), request).body()).isEqualTo("ok");
    assertThat(server.requests()).hasSize(1);
    assertThat(server.requests().getFirst().field("Expect")).isEmpty();
    assertThat(server.requests().getFirst().text()).isEqualTo("four");
  }

  @OnBothSides
  @Tag("contract-14")
  void anEndlessBodyStopsWhenTheServerCloses(Side side) throws Exception {
    ScriptedServer server =
        rig.server(c -> {
          c.readHeadOnly();
          c.read(100_000);
          c.rst();
        });
    EndlessBody body = new EndlessBody();
    HttpRequest request = request("POST", server.uri("/"), body);
    assertThat(catchThrowable(() -> send(rig.client(side), request)))
        .isInstanceOf(IOException.class);
    body.awaitGivenUp();
    assertThat(server.connections()).isEqualTo(1);
  }

  private static HttpRequest without(String method, URI uri) {
    HttpRequest.Builder builder = HttpRequest.newBuilder(uri);
    return switch (method) {
      case "GET" -> builder.GET().build();
      case "HEAD" -> builder.HEAD().build();
      case "DELETE" -> builder.DELETE().build();
      default -> throw new IllegalArgumentException(method);
    };
  }

  private static HttpResponse<String> send(HttpClient client, HttpRequest request)
      throws IOException, InterruptedException {
    return client.send(request, BodyHandlers.ofString());
  }
}
