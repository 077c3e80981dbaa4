package dev.redial.tests.contract;

import static dev.redial.tests.kit.Requests.get;
import static dev.redial.tests.kit.Requests.of;
import static dev.redial.tests.kit.Requests.post;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.redial.ConnectFailedException;
import dev.redial.KeepAlive;
import dev.redial.RedialClient;
import dev.redial.tests.kit.Answers;
import dev.redial.tests.kit.RequestSeen;
import dev.redial.tests.kit.Rig;
import dev.redial.tests.kit.ScriptedServer;
import dev.redial.tests.kit.TlsMaterial;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.ProxySelector;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Isolated;

/** The documented system properties, each where it acts; read when a client is built. */
@Tag("contract-59")
@Isolated
class SystemPropertiesContractTest {
  private static final String OK = Answers.ok("ok");
  private static final String CLIENT = "jdk.httpclient.";

  @RegisterExtension final Rig rig = new Rig();

  /** A client built while that is set, and used when it is no more. */
  private RedialClient client(
      String name, String value, UnaryOperator<RedialClient.Builder> settings) {
    String before = System.getProperty(name);
    System.setProperty(name, value);
    try {
      return rig.client(settings);
    } finally {
      if (before == null) System.clearProperty(name);
      else System.setProperty(name, before);
    }
  }

  private RedialClient client(String name, String value) {
    return client(name, value, builder -> builder);
  }

  private static HttpResponse<String> answer(HttpClient client, HttpRequest request)
      throws Exception {
    return client.send(request, BodyHandlers.ofString());
  }

  private static void awaitIdle(RedialClient client, int count) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(10))
        .pollInterval(Duration.ofMillis(20))
        .until(() -> client.stats().idle() == count && client.stats().active() == 0);
  }

  @Test
  void idleConnectionsAreKeptForSoManySeconds() throws Exception {
    ScriptedServer server = rig.server(ScriptedServer.always(OK));
    RedialClient brief = client(CLIENT + "keepalive.timeout", "1");
    assertThat(answer(brief, get(server.uri("/"))).statusCode()).isEqualTo(200);
    server.await(1, "client FIN"); // 10 s are waited for at most, and 30 s are the default
  }

  @Test
  void theBuildersIdleLimitGoesFirst() throws Exception {
    ScriptedServer server = rig.server(ScriptedServer.always(OK));
    RedialClient client =
        client(CLIENT + "keepalive.timeout", "0", b -> b.keepAlive(KeepAlive.defaults()));
    RedialClient none = client(CLIENT + "keepalive.timeout", "0");
    RedialClient nonsense = client(CLIENT + "keepalive.timeout", "soon");
    assertThat(answer(client, get(server.uri("/"))).statusCode()).isEqualTo(200);
    assertThat(answer(none, get(server.uri("/"))).statusCode()).isEqualTo(200);
    assertThat(answer(nonsense, get(server.uri("/"))).statusCode()).isEqualTo(200);
    assertThat(server.requests())
        .extracting(seen -> seen.field("Connection").orElse("-"))
        .containsExactly("keep-alive", "close", "keep-alive");
  }

  @Test
  void soManyIdleConnectionsAreKeptInAll() throws Exception {
    CountDownLatch allThere = new CountDownLatch(4);
    ScriptedServer server =
        rig.server(c -> {
          c.readRequest();
          allThere.countDown();
          allThere.await();
          c.send(OK);
          c.serve(OK);
        });
    RedialClient client = client(CLIENT + "connectionPoolSize", "2");
    List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
    for (int i = 0; i < 4; i++)
      answers.add(client.sendAsync(get(server.uri("/")), BodyHandlers.ofString()));
    for (var future : answers) assertThat(future.get().statusCode()).isEqualTo(200);
    awaitIdle(client, 2);
    server.awaitOnAny("client FIN", 2);
    assertThat(client.stats().total()).isEqualTo(2);
  }

  @Test
  void soManyRedirectsAreFollowed() throws Exception {
    String again = Answers.head("302 Found", "Location: /on", "Content-Length: 0") + "\r\n";
    ScriptedServer server = rig.server(ScriptedServer.always(again));
    UnaryOperator<RedialClient.Builder> following =
        builder -> builder.followRedirects(HttpClient.Redirect.ALWAYS);
    RedialClient client = client(CLIENT + "redirects.retrylimit", "2", following);
    RedialClient usual = client(CLIENT + "redirects.retrylimit", "-2", following);
    assertThat(answer(client, get(server.uri("/"))).statusCode()).isEqualTo(302);
    int seen = server.requests().size();
    assertThat(answer(usual, get(server.uri("/"))).statusCode()).isEqualTo(302);
    assertThat(server.requests().size() - seen).isEqualTo(seen + 3);
  }

  @Test
  void credentialsAreTriedSoOften() {
    ScriptedServer server =
        rig.server(ScriptedServer.always(AuthenticationContractTest.WANTS_BASIC));
    RedialClient client =
        client(CLIENT + "auth.retrylimit", "0", b -> b.authenticator(new Knowing("bad")));
    assertThatThrownBy(() -> answer(client, get(server.uri("/"))))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("Limit: 0");
    assertThat(server.requests()).hasSize(2);
  }

  @Test
  void soManyInterimAnswersAreAccepted() throws Exception {
    String hint = Answers.head("103 Early Hints") + "\r\n";
    ScriptedServer server = rig.server(ScriptedServer.always(hint.repeat(12) + OK));
    RedialClient few = client(CLIENT + "maxNonFinalResponses", "11");
    RedialClient any = client(CLIENT + "maxNonFinalResponses", "0");
    assertThatThrownBy(() -> answer(few, get(server.uri("/"))))
        .isInstanceOf(ProtocolException.class);
    assertThat(answer(any, get(server.uri("/"))).body()).isEqualTo("ok");
  }

  @Test
  void aHeadMayHaveSoManyOctets() throws Exception {
    ScriptedServer small =
        rig.server(ScriptedServer.always(Answers.ok("ok", "A: " + "x".repeat(500))));
    ScriptedServer large =
        rig.server(ScriptedServer.always(Answers.ok("ok", "A: " + "x".repeat(500_000))));
    for (String name : List.of("jdk.http.maxHeaderSize", CLIENT + "maxResponseHeaderSize")) {
      RedialClient strict = client(name, "400");
      assertThatThrownBy(() -> answer(strict, get(small.uri("/"))))
          .isInstanceOf(ProtocolException.class);
      assertThat(answer(client(name, "600000"), get(large.uri("/"))).body()).isEqualTo("ok");
    }
    assertThatThrownBy(() -> answer(rig.client(), get(large.uri("/"))))
        .isInstanceOf(ProtocolException.class);
  }

  @Test
  void bodiesComeInBuffersOfThatSize() throws Exception {
    byte[] body = "x".repeat(300_000).getBytes(StandardCharsets.US_ASCII);
    ScriptedServer server =
        rig.server(c -> {
          c.readRequest();
          c.send(Answers.fixed(body));
        });
    List<Integer> sizes = new ArrayList<>();
    HttpResponse<Void> answer =
        client(CLIENT + "bufsize", "65536")
            .send(
                get(server.uri("/")),
                BodyHandlers.ofByteArrayConsumer(
                    octets -> octets.ifPresent(some -> sizes.add(some.length))));
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(sizes.stream().mapToInt(Integer::intValue).sum()).isEqualTo(300_000);
    assertThat(sizes).allMatch(size -> size <= 65536).anyMatch(size -> size > 16384);
  }

  @Test
  void aFailedConnectIsRepeatedUnlessThatIsDisabled() throws Exception {
    ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    URI nobody = URI.create("http://127.0.0.1:" + closed.getLocalPort() + "/");
    closed.close();
    for (boolean disabled : new boolean[] {false, true}) {
      RedialClient client = client(CLIENT + "disableRetryConnect", "" + disabled);
      ConnectFailedException refused =
          catchThrowableOfType(ConnectFailedException.class, () -> answer(client, get(nobody)));
      List<Integer> later =
          Stream.of(refused.getSuppressed())
              .filter(ConnectFailedException.class::isInstance)
              .map(again -> ((ConnectFailedException) again).evidence().attempt())
              .toList();
      assertThat(later).isEqualTo(disabled ? List.of() : List.of(2, 3));
    }
  }

  @Test
  void everyMethodIsRetriedIfThatIsAskedFor() throws Exception {
    ScriptedServer server =
        rig.server(
            c -> {
              c.readRequest();
              c.fin();
            },
            ScriptedServer.always(OK));
    RedialClient client = client(CLIENT + "enableAllMethodRetry", "true");
    assertThat(answer(client, post(server.uri("/"), "body")).body()).isEqualTo("ok");
    assertThat(server.requests()).extracting(RequestSeen::text).containsExactly("body", "body");
  }

  @Test
  void hostNamesAreVerifiedUnlessThatIsDisabled() throws Exception {
    TlsMaterial material = TlsMaterial.forAnotherHost();
    ScriptedServer server =
        rig.watch(ScriptedServer.startTls(material.server(), ScriptedServer.always(OK)));
    String name = "jdk.internal.httpclient.disableHostnameVerification";
    RedialClient lax = client(name, "true", builder -> builder.sslContext(material.client()));
    RedialClient strict = client(name, "false", builder -> builder.sslContext(material.client()));
    assertThat(answer(lax, get(server.uri("/"))).body()).isEqualTo("ok");
    assertThatThrownBy(() -> answer(strict, get(server.uri("/")))).isInstanceOf(SSLException.class);
  }

  @Test
  @Tag("contract-4")
  void restrictedHeadersAreRefusedUnlessAllowed() throws Exception {
    ScriptedServer server = rig.server(ScriptedServer.always(OK));
    RedialClient client = client(CLIENT + "allowRestrictedHeaders", " Host ,upgrade");
    for (String name : List.of("Connection", "content-length", "EXPECT")) {
      assertThatThrownBy(
              () -> answer(client, new ForeignRequest(server.uri("/")).header(name, "1")))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(name);
    }
    for (String name : List.of("Host", "Upgrade", "connection"))
      assertThatThrownBy(
              () -> answer(rig.client(), new ForeignRequest(server.uri("/")).header(name, "x")))
          .isInstanceOf(IllegalArgumentException.class);
    HttpRequest request =
        new ForeignRequest(server.uri("/")).header("Host", "own.invalid", "b.invalid");
    assertThat(answer(client, request).statusCode()).isEqualTo(200);
    assertThat(server.requests()).hasSize(1);
    assertThat(server.requests().getFirst().field("Host")).contains("own.invalid"); // and no other
  }

  @Test
  @Tag("contract-58")
  void tunnelsMayUseBasicIfNothingIsDisabled() throws Exception {
    String refusal =
        Answers.status(
            "407 Proxy Authentication Required", "", "Proxy-Authenticate: Basic realm=\"p\"");
    ScriptedServer proxy =
        rig.server(c -> {
          c.readRequest();
          c.send(refusal);
        });
    ProxySelector selector = ProxySelector.of(new InetSocketAddress("127.0.0.1", proxy.port()));
    RedialClient client =
        client(
            "jdk.http.auth.tunneling.disabledSchemes",
            "",
            builder -> builder.proxy(selector).authenticator(new Knowing("good")));
    assertThatThrownBy(() -> answer(client, get(URI.create("https://far.invalid/"))))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("too many authentication attempts");
    assertThat(proxy.requests())
        .extracting(seen -> seen.field("Proxy-Authorization").orElse("-"))
        .startsWith("-", AuthenticationContractTest.basic("good"))
        .hasSize(5);
  }

  @Test
  void forwardingProxiesGetNoDisabledScheme() throws Exception {
    String refusal =
        Answers.status(
            "407 Proxy Authentication Required", "", "Proxy-Authenticate: Basic realm=\"p\"");
    ScriptedServer proxy = rig.server(ScriptedServer.always(refusal));
    ProxySelector selector = ProxySelector.of(new InetSocketAddress("127.0.0.1", proxy.port()));
    Knowing knowing = new Knowing("good");
    RedialClient client =
        client(
            "jdk.http.auth.proxying.disabledSchemes",
            "Digest, BASIC",
            builder -> builder.proxy(selector).authenticator(knowing));
    URI far = URI.create("http://far.invalid/");
    assertThat(answer(client, get(far)).statusCode()).isEqualTo(407);
    HttpRequest own = of("GET", far).header("Proxy-Authorization", "Basic eDp5").build();
    assertThat(answer(client, own).statusCode()).isEqualTo(407);
    assertThat(knowing.asked()).isZero();
    assertThat(proxy.requests()).allMatch(seen -> seen.field("Proxy-Authorization").isEmpty());
  }

  /** They are an application's business, and no reason to fail. */
  @Test
  void aSelectorProviderMayBeOlderThanFamilies() throws Exception {
    ScriptedServer server = rig.server(ScriptedServer.always(Answers.ok("ok")));
    List<String> older =
        List.of(
            "-Djava.nio.channels.spi.SelectorProvider=" + OlderSelectorProvider.class.getName(),
            "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED");
    assertThat(OwnProcess.run(older, OneCall.class, server.uri("/").toString()))
        .isEqualToIgnoringNewLines("opened by an older providerok, with Flight Recorder: true");
  }
}
