package dev.redial.tests.contract;

import static dev.redial.tests.kit.Requests.get;
import static dev.redial.tests.kit.Requests.post;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.redial.ConnectFailedException;
import dev.redial.RedialClient;
import dev.redial.ServerActed;
import dev.redial.tests.kit.Answers;
import dev.redial.tests.kit.RelayingProxy;
import dev.redial.tests.kit.RequestSeen;
import dev.redial.tests.kit.ScriptedServer;
import dev.redial.tests.kit.TlsEnd;
import dev.redial.tests.kit.TlsMaterial;
import dev.redial.tests.kit.TlsPeer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tunnels that a proxy has opened: one for each origin, used again as long as it lives. */
@Tag("contract-58")
class TunnelContractTest {
  private static final String OK = Answers.ok("ok");
  private static final URI FAR = URI.create("https://127.0.0.1:1/");

  @RegisterExtension final ContractRig rig = new ContractRig();

  @OnBothSides
  void aSecondRequestUsesTheTunnelAgain(Side side) throws Exception {
    ScriptedServer server = rig.tlsServer(ScriptedServer.always(OK));
    RelayingProxy proxy = rig.watch(RelayingProxy.start());
    HttpClient client = client(side, proxy);
    assertOk(client, get(server.uri("/first")));
    assertOk(client, post(server.uri("/second"), "content"));
    assertThat(proxy.requests()).hasToString("[CONNECT 127.0.0.1:" + server.port() + "]");
    assertThat(server.requests()).hasToString("[GET /first, POST /second]");
    assertThat(server.connections()).isEqualTo(1);
  }

  @OnBothSides
  void eachOriginHasATunnelOfItsOwn(Side side) throws Exception {
    ScriptedServer first = rig.tlsServer(ScriptedServer.always(OK));
    ScriptedServer second = rig.tlsServer(ScriptedServer.always(OK));
    RelayingProxy proxy = rig.watch(RelayingProxy.start());
    HttpClient client = client(side, proxy);
    for (int i = 0; i < 2; i++) {
      assertOk(client, get(first.uri("/")));
      assertOk(client, get(second.uri("/")));
    }
    assertThat(proxy.requests())
        .extracting(RequestSeen::target)
        .containsExactly("127.0.0.1:" + first.port(), "127.0.0.1:" + second.port());
    assertThat(first.requests()).hasSize(2);
    assertThat(second.requests()).hasSize(2);
  }

  @OnBothSides
  void aTunnelDoesNotServeAPlainRequest(Side side) throws Exception {
    ScriptedServer secure = rig.tlsServer(ScriptedServer.always(OK));
    ScriptedServer plain = rig.server(ScriptedServer.always(OK));
    RelayingProxy proxy = rig.watch(RelayingProxy.start());
    HttpClient client = client(side, proxy);
    assertOk(client, get(secure.uri("/")));
    assertOk(client, get(plain.uri("/")));
    assertOk(client, get(secure.uri("/")));
    assertThat(proxy.requests())
        .hasToString("[CONNECT 127.0.0.1:" + secure.port() + ", GET " + plain.uri("/") + "]");
  }

  /** With the JDK's client it is a matter of luck whether it has noticed. */
  @ParameterizedTest
  @EnumSource
  void aTunnelWhoseServerEndedItIsLeft(TlsEnd end) throws Exception {
    ScriptedServer server =
        rig.tlsServer(
            c -> {
              c.readRequest();
              c.send(OK);
              end.end(c);
            },
            ScriptedServer.always(OK));
    RelayingProxy proxy = rig.watch(RelayingProxy.start());
    RedialClient client = (RedialClient) client(Side.REDIAL, proxy);
    assertOk(client, get(server.uri("/first")));
    Awaitility.await("the tunnel's end").until(() -> proxy.connections() == 0);
    assertOk(client, post(server.uri("/second"), "content"));
    assertThat(proxy.requests()).hasSize(2);
    assertThat(server.requests()).hasToString("[GET /first, POST /second]");
    assertThat(client.stats().discardedStale()).isEqualTo(1);
  }

  /** Nothing of the request was sent, so it may be a POST. */
  @ParameterizedTest
  @ValueSource(ints = {502, 503, 504})
  void aProxyThatCannotReachTheServerIsAskedAgain(int status) throws Exception {
    ScriptedServer proxy =
        rig.server(
            c -> {
              c.readRequest();
              c.send(Answers.status(status + " X", ""));
            },
            c -> {
              c.readRequest();
              c.send("HTTP/1.1 200 OK\r\n\r\n");
              TlsPeer peer = TlsPeer.on(c, TlsMaterial.forLoopback().server(), "TLSv1.3");
              peer.handshake();
              peer.readRequest();
              c.send(peer.sealed(OK));
              c.stall();
            });

    assertOk(client(Side.REDIAL, through(proxy)), post(FAR, "content"));

    assertThat(proxy.requests())
        .extracting(RequestSeen::method)
        .containsExactly("CONNECT", "CONNECT", "POST");
  }

  @OnBothSides
  void aTunnelThatIsRefusedIsAFailureOfTheConnection(Side side) throws Exception {
    ScriptedServer proxy = rig.server(ScriptedServer.always(Answers.status("403 Forbidden", "no")));
    HttpClient client = client(side, through(proxy));

    Throwable thrown =
        catchThrowable(() -> client.send(post(FAR, "content"), BodyHandlers.discarding()));

    assertThat(thrown)
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("Tunnel failed, got: 403");
    assertThat(proxy.requests()).hasSize(1);
    if (side == Side.JDK) return;
    assertThat(thrown).isInstanceOf(ConnectFailedException.class);
    assertThat(((ConnectFailedException) thrown).serverActed()).isEqualTo(ServerActed.NO);
  }

  private static ProxySelector through(ScriptedServer proxy) {
    return ProxySelector.of(new InetSocketAddress("127.0.0.1", proxy.port()));
  }

  private HttpClient client(Side side, RelayingProxy proxy) {
    return client(side, proxy.selector());
  }

  private HttpClient client(Side side, ProxySelector proxy) {
    return rig.client(
        side, builder -> builder.proxy(proxy).sslContext(TlsMaterial.forLoopback().client()));
  }

  private static void assertOk(HttpClient client, HttpRequest request) throws Exception {
    HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("ok");
  }
}
