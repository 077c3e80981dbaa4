package dev.redial.tests.contract;

import static dev.redial.tests.contract.AuthenticationContractTest.basic;
import static dev.redial.tests.kit.Requests.get;
import static dev.redial.tests.kit.Requests.of;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redial.tests.kit.Answers;
import dev.redial.tests.kit.RequestSeen;
import dev.redial.tests.kit.ScriptedServer;
import dev.redial.tests.kit.ScriptedServer.Script;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Proxies: whom to ask, what they are told, and what they want. */
class ProxyContractTest {
  private static final String OK = Answers.ok("ok");
  private static final URI FAR = URI.create("http://far.invalid/x?y");
  private static final URI SECURE = URI.create("https://far.invalid/x");
  private static final String WANTS_BASIC = wants("Proxy-Authenticate: Basic realm=\"p\"");

  @RegisterExtension final ContractRig rig = new ContractRig();

  private static String wants(String... lines) {
    return Answers.status("407 Proxy Authentication Required", "no way", lines);
  }

  /** One choice for every request, and what it was asked for. */
  private static final class Choice extends ProxySelector {
    final List<URI> asked = new CopyOnWriteArrayList<>();
    volatile InetSocketAddress proxy;

    Choice(ScriptedServer server) {
      proxy = InetSocketAddress.createUnresolved("127.0.0.1", server.port());
    }

    @Override
    public List<Proxy> select(URI uri) {
      asked.add(uri);
      return List.of(new Proxy(Proxy.Type.HTTP, proxy));
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException failure) {
      throw new AssertionError("not called by this client");
    }
  }

  private static Script guarded(String credentials, String refusal) {
    return c -> {
      while (true) {
        Optional<String> sent = c.readRequest().field("Proxy-Authorization");
        c.send(sent.filter(credentials::equals).isPresent() ? OK : refusal);
      }
    };
  }

  private HttpClient client(Side side, ScriptedServer proxy, Knowing knowing) {
    return rig.client(side, builder -> builder.proxy(new Choice(proxy)).authenticator(knowing));
  }

  private static HttpResponse<String> answer(HttpClient client, HttpRequest request)
      throws Exception {
    return client.send(request, BodyHandlers.ofString());
  }

  @OnBothSides
  @Tag("contract-57")
  void aProxyGetsTheWholeTargetOfAHostThatIsNotResolved(Side side) throws Exception {
    ScriptedServer proxy = rig.server(ScriptedServer.always(OK));
    Choice choice = new Choice(proxy);
    HttpClient client = rig.client(side, builder -> builder.proxy(choice));
    assertThat(answer(client, get(FAR)).body()).isEqualTo("ok");
    RequestSeen seen = proxy.requests().getFirst();
    assertThat(seen.target()).isEqualTo("http://far.invalid/x?y");
    assertThat(seen.field("Host")).contains("far.invalid");
    assertThat(choice.asked).containsExactly(FAR);
  }

  @Test
  @Tag("contract-57")
  void theSelectorIsAskedOnceForARequestNotForItsRetry() throws Exception {
    ScriptedServer proxy =
        rig.server(
            c -> {
              c.readRequest();
              c.fin();
            },
            guarded(basic("good"), WANTS_BASIC));
    Choice choice = new Choice(proxy);
    HttpClient client =
        rig.client(
            Side.REDIAL, builder -> builder.proxy(choice).authenticator(new Knowing("good")));
    assertThat(answer(client, get(FAR)).statusCode()).isEqualTo(200);
    assertThat(proxy.requests()).hasSize(3);
    assertThat(choice.asked).hasSize(1);
  }

  @OnBothSides
  @Tag("contract-57")
  void connectionsOfAProxyAreNotUsedForAnother(Side side) throws Exception {
    ScriptedServer first = rig.server(ScriptedServer.always(OK));
    ScriptedServer second = rig.server(ScriptedServer.always(OK));
    Choice choice = new Choice(first);
    HttpClient client = rig.client(side, builder -> builder.proxy(choice));
    assertThat(answer(client, get(FAR)).statusCode()).isEqualTo(200);
    assertThat(answer(client, get(FAR)).statusCode()).isEqualTo(200);
    choice.proxy = InetSocketAddress.createUnresolved("127.0.0.1", second.port());
    assertThat(answer(client, get(FAR)).statusCode()).isEqualTo(200);
    assertThat(first.connections()).isEqualTo(1);
    assertThat(first.requests()).hasSize(2);
    assertThat(second.requests()).hasSize(1);
  }

  @OnBothSides
  @Tag("contract-53")
  void aProxyIsAnsweredOnceAndThenUnasked(Side side) throws Exception {
    ScriptedServer proxy = rig.server(guarded(basic("good"), WANTS_BASIC));
    Knowing knowing = new Knowing("good");
    HttpClient client = client(side, proxy, knowing);
    assertThat(answer(client, get(FAR)).statusCode()).isEqualTo(200);
    assertThat(answer(client, get(URI.create("http://away.invalid/z"))).statusCode())
        .isEqualTo(200);
    assertThat(proxy.requests()).hasSize(3);
    assertThat(proxy.requests()).allMatch(seen -> seen.field("Authorization").isEmpty());
    assertThat(knowing.questions).containsExactly("PROXY basic p 127.0.0.1:" + proxy.port());
  }

  @OnBothSides
  @Tag("contract-54")
  void aProxysChallengeThatIsMissingIsAFailureForWhoHasCredentials(Side side) throws Exception {
    ScriptedServer proxy = rig.server(ScriptedServer.always(wants()));
    HttpClient knowing = client(side, proxy, new Knowing("good"));
    assertThatThrownBy(() -> answer(knowing, get(FAR)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("Proxy-Authenticate");
    HttpClient unknowing = rig.client(side, builder -> builder.proxy(new Choice(proxy)));
    assertThat(answer(unknowing, get(FAR)).statusCode()).isEqualTo(407);
  }

  @OnBothSides
  @Tag("contract-55")
  void theCallersOwnCredentialsForTheProxyWin(Side side) throws Exception {
    side.assumeSince(25);
    ScriptedServer proxy = rig.server(ScriptedServer.always(WANTS_BASIC));
    Knowing knowing = new Knowing("good");
    HttpRequest request = of("GET", FAR).header("Proxy-Authorization", "Own way").build();
    assertThat(answer(client(side, proxy, knowing), request).statusCode()).isEqualTo(407);
    assertThat(proxy.requests().getFirst().field("Proxy-Authorization")).contains("Own way");
    assertThat(knowing.asked()).isZero();
  }

  @OnBothSides
  @Tag("contract-55")
  void credentialsForTheServerStayWhenTheProxyAsks(Side side) throws Exception {
    side.assumeSince(25);
    ScriptedServer proxy = rig.server(guarded(basic("good"), WANTS_BASIC));
    HttpRequest request = of("GET", FAR).header("Authorization", "Own way").build();
    assertThat(answer(client(side, proxy, new Knowing("good")), request).statusCode())
        .isEqualTo(200);
    assertThat(proxy.requests())
        .extracting(seen -> seen.field("Authorization").orElse("-"))
        .containsExactly("Own way", "Own way");
  }

  @OnBothSides
  @Tag("contract-56")
  void aProxyMayEndTheConnectionWithItsChallenge(Side side) throws Exception {
    ScriptedServer proxy =
        rig.server(
            c -> {
              c.readRequest();
              c.send(wants("Proxy-Authenticate: Basic realm=\"p\"", "Connection: close"));
              c.fin();
            },
            guarded(basic("good"), WANTS_BASIC));
    assertThat(answer(client(side, proxy, new Knowing("good")), get(FAR)).statusCode())
        .isEqualTo(200);
    assertThat(proxy.connections()).isEqualTo(2);
  }

  @OnBothSides
  @Tag("contract-58")
  void aRefusedTunnelIsHandedOutWithoutABody(Side side) throws Exception {
    ScriptedServer proxy =
        rig.server(c -> {
          c.readRequest();
          c.send(WANTS_BASIC);
        });
    Knowing knowing = new Knowing("good");
    HttpResponse<String> answer = answer(client(side, proxy, knowing), get(SECURE));
    assertThat(answer.statusCode()).isEqualTo(407);
    assertThat(answer.body()).isNull();
    assertThat(knowing.asked()).isZero(); // Basic is off for tunnels
    RequestSeen connect = proxy.requests().getFirst();
    assertThat(connect.method()).isEqualTo("CONNECT");
    assertThat(connect.target()).isEqualTo("far.invalid:443");
    assertThat(connect.field("Host").orElseThrow()).startsWith("far.invalid");
  }

  @OnBothSides
  @Tag("contract-58")
  void theServersCredentialsAreNotForTheTunnel(Side side) throws Exception {
    side.assumeSince(25);
    ScriptedServer proxy =
        rig.server(c -> {
          c.readRequest();
          c.send(WANTS_BASIC);
        });
    HttpRequest request =
        of("GET", SECURE)
            .header("Authorization", "For server")
            .header("Proxy-Authorization", "For proxy")
            .header("Cookie", "a=b")
            .build();
    assertThat(answer(client(side, proxy, new Knowing("good")), request).statusCode())
        .isEqualTo(407);
    RequestSeen connect = proxy.requests().getFirst();
    assertThat(connect.field("Authorization")).isEmpty();
    assertThat(connect.field("Cookie")).isEmpty();
    assertThat(connect.field("Proxy-Authorization")).contains("For proxy");
  }

  @OnBothSides
  @Tag("contract-58")
  void theCallersOwnBasicIsOffForTunnelsToo(Side side) throws Exception {
    ScriptedServer proxy =
        rig.server(c -> {
          c.readRequest();
          c.send(WANTS_BASIC);
        });
    HttpRequest request = of("GET", SECURE).header("Proxy-Authorization", basic("good")).build();
    assertThat(answer(client(side, proxy, new Knowing("good")), request).statusCode())
        .isEqualTo(407);
    assertThat(proxy.requests().getFirst().field("Proxy-Authorization")).isEmpty();
  }

  @Test
  @Tag("contract-58")
  void aTunnelIsAskedForWithDigest() throws Exception {
    ScriptedServer proxy =
        rig.server(
            c -> {
              c.readRequest();
              c.send(
                  wants(
                      "Proxy-Authenticate: Basic realm=\"r\"",
                      "Proxy-Authenticate: Digest realm=\"r\", nonce=\"n1\", qop=\"auth\"",
                      "Connection: close"));
              c.fin();
            },
            c -> {
              RequestSeen connect = c.readRequest();
              c.mark("proved " + provesDigest(connect));
              c.send(Answers.head("502 Bad Gateway", "Content-Length: 0") + "\r\n");
            });
    HttpClient client = client(Side.REDIAL, proxy, new Knowing("good"));
    assertThatThrownBy(() -> answer(client, get(SECURE))).isInstanceOf(IOException.class);
    proxy.await(2, "proved true");
  }

  private static boolean provesDigest(RequestSeen seen) {
    String field = seen.field("Proxy-Authorization").orElse("");
    return DigestContractTest.proves(field, seen.method(), seen.target(), "n1", "MD5", false);
  }

  @Test
  @Tag("contract-55")
  void noServerSeesWhatIsMeantForAProxy() throws Exception {
    ScriptedServer server = rig.server(ScriptedServer.always(OK));
    HttpRequest request =
        of("GET", server.uri("/x")).header("Proxy-Authorization", "For proxy").build();
    assertThat(answer(rig.client(Side.REDIAL), request).statusCode()).isEqualTo(200);
    assertThat(server.requests().getFirst().field("Proxy-Authorization")).isEmpty();
  }
}
