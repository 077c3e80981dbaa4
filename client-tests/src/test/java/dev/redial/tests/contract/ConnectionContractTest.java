package dev.redial.tests.contract;

import static dev.redial.tests.kit.Requests.get;
import static dev.redial.tests.kit.Requests.post;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redial.tests.kit.Answers;
import dev.redial.tests.kit.Gate;
import dev.redial.tests.kit.RequestSeen;
import dev.redial.tests.kit.ScriptedServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Points 44 to 48 and 57: connections, their reuse, and the way to them. */
class ConnectionContractTest {
  @RegisterExtension final ContractRig rig = new ContractRig();

  private static void awaitAll(List<CompletableFuture<HttpResponse<String>>> futures)
      throws Exception {
    for (CompletableFuture<HttpResponse<String>> future : futures)
      assertThat(future.get(10, SECONDS).statusCode()).isBetween(200, 204);
  }

  static Stream<Arguments> ways() {
    return Stream.of(Side.values())
        .flatMap(side -> Stream.of(Arguments.of(side, false), Arguments.of(side, true)));
  }

  @ParameterizedTest
  @Tag("contract-44")
  @MethodSource("ways")
  void aConnectionIsFreeBeforeTheFutureCompletes(Side side, boolean throughProxy) throws Exception {
    ScriptedServer server = rig.server(ScriptedServer.always(Answers.ok("x")));
    HttpClient client = rig.client(side, b -> throughProxy ? b.proxy(proxy(server)) : b);
    URI uri = throughProxy ? URI.create("http://no-host.invalid/") : server.uri("/");
    for (int i = 0; i < 50; i++) {
      assertThat(client.send(get(uri), BodyHandlers.ofString()).body()).isEqualTo("x");
      assertThat(client.sendAsync(get(uri), BodyHandlers.ofString()).get(10, SECONDS).body())
          .isEqualTo("x");
    }
    assertThat(server.connections()).isEqualTo(1);
  }

  private static ProxySelector proxy(ScriptedServer server) {
    return ProxySelector.of(InetSocketAddress.createUnresolved("127.0.0.1", server.port()));
  }

  @OnBothSides
  @Tag("contract-44")
  void fourAtOnceTakeFourConnectionsAndTheNextHundredOnlyThese(Side side) throws Exception {
    Gate answer = new Gate();
    ScriptedServer server =
        rig.server(c -> {
          c.readRequest();
          answer.pass();
          c.send("HTTP/1.1 204 No Content\r\n\r\n");
          c.serve("HTTP/1.1 204 No Content\r\n\r\n");
        });
    HttpClient client = rig.client(side);
    List<CompletableFuture<HttpResponse<String>>> first = fourAtOnce(client, server);
    server.awaitOnAny("GET /", 4);
    answer.open();
    awaitAll(first);
    assertThat(server.connections()).isEqualTo(4);
    for (int i = 0; i < 25; i++) awaitAll(fourAtOnce(client, server));
    assertThat(server.connections()).isEqualTo(4);
    assertThat(server.requests()).hasSize(104);
  }

  private static List<CompletableFuture<HttpResponse<String>>> fourAtOnce(
      HttpClient client, ScriptedServer server) {
    return Stream.generate(() -> client.sendAsync(get(server.uri("/")), BodyHandlers.ofString()))
        .limit(4)
        .toList();
  }

  private static final ScriptedServer.Script ENDING =
      c -> {
        c.readRequest();
        c.fin();
      };

  @OnBothSides
  @Tag("contract-45")
  void aGetWhoseNewConnectionEndsWithoutAnAnswerIsSentAgain(Side side) throws Exception {
    ScriptedServer server = rig.server(ENDING, ScriptedServer.always(Answers.ok("x")));
    assertThat(rig.client(side).send(get(server.uri("/")), BodyHandlers.ofString()).body())
        .isEqualTo("x");
    assertThat(server.requests()).hasSize(2);
  }

  @OnBothSides
  @Tag("contract-45")
  void aPostWhoseNewConnectionEndsWithoutAnAnswerIsNotSentAgain(Side side) {
    ScriptedServer server = rig.server(ENDING, ScriptedServer.always(Answers.ok("x")));
    HttpClient client = rig.client(side);
    assertThat(
            Causes.failureOf(
                () -> client.send(post(server.uri("/"), "b"), BodyHandlers.ofString())))
        .isInstanceOf(IOException.class);
    assertThat(server.requests()).hasSize(1);
  }

  @OnBothSides
  @Tag("contract-45")
  void aServerThatEndsEveryConnectionIsGivenUp(Side side) {
    ScriptedServer server = rig.server(ENDING);
    HttpClient client = rig.client(side);
    Throwable failure =
        Causes.failureOf(() -> client.send(get(server.uri("/")), BodyHandlers.ofString()));
    assertThat(failure).isInstanceOf(IOException.class);
    assertThat(Causes.says(failure, "no bytes")).isTrue();
    assertThat(server.requests()).hasSizeBetween(2, 10);
  }

  @Test // the JDK's client may take the connection once more and then fails
  @Tag("contract-46")
  void aConnectionThatEndedUnannouncedIsNotUsedAgain() throws Exception {
    ScriptedServer server =
        rig.server(c -> {
          c.readRequest();
          c.send(Answers.ok("x"));
          c.fin();
        });
    HttpClient client = rig.client(Side.REDIAL);
    for (int i = 1; i <= 5; i++) {
      assertThat(client.send(post(server.uri("/"), "b"), BodyHandlers.ofString()).body())
          .isEqualTo("x");
      server.await(i, "server FIN");
    }
    assertThat(server.requests()).hasSize(5);
    assertThat(server.connections()).isEqualTo(5);
  }

  static Stream<Arguments> localAddresses() {
    return Stream.of(Side.values())
        .flatMap(side ->
            Stream.of(
                Arguments.of(side, null, "127.0.0.1"),
                Arguments.of(side, "127.0.0.1", "127.0.0.1"),
                Arguments.of(side, "127.0.0.2", "127.0.0.2"),
                Arguments.of(side, "0.0.0.0", "127.0.0.1"),
                Arguments.of(side, "::", "127.0.0.1")));
  }

  @ParameterizedTest
  @Tag("contract-47")
  @MethodSource("localAddresses")
  void theSocketIsBoundToTheLocalAddress(Side side, String local, String seen) throws Exception {
    InetAddress address = local == null ? null : InetAddress.getByName(local);
    HttpClient client = rig.client(side, b -> b.localAddress(address));
    AtomicReference<String> peer = new AtomicReference<>();
    try (ServerSocket listener = new ServerSocket(0, 10, InetAddress.getByName("127.0.0.1"))) {
      Thread server = Thread.ofVirtual().start(() -> serveOnce(listener, peer));
      URI uri = URI.create("http://127.0.0.1:" + listener.getLocalPort() + "/");
      assertThat(client.send(get(uri), BodyHandlers.ofString()).statusCode()).isEqualTo(204);
      assertThat(server.join(ContractRig.PATIENCE)).isTrue();
    }
    assertThat(peer.get()).isEqualTo(seen);
  }

  private static void serveOnce(ServerSocket listener, AtomicReference<String> peer) {
    try (Socket socket = listener.accept()) {
      peer.set(socket.getInetAddress().getHostAddress());
      byte[] end = new byte[4];
      while (!new String(end, StandardCharsets.US_ASCII).equals("\r\n\r\n")) {
        System.arraycopy(end, 1, end, 0, 3);
        end[3] = (byte) socket.getInputStream().read();
      }
      socket
          .getOutputStream()
          .write(Answers.octets("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @OnBothSides
  @Tag("contract-48")
  @EnabledForJreRange(min = JRE.JAVA_25)
  void theLabelTellsConnectionsApart(Side side) throws Exception {
    ScriptedServer server =
        rig.server(
            c -> {
              for (int i = 0; i < 2; i++) {
                c.readRequest();
                c.send(Answers.ok("x"));
              }
              c.readRequest();
              c.send(Answers.ok("x", "Connection: close"));
            },
            ScriptedServer.always(Answers.ok("x")));
    HttpClient client = rig.client(side);
    List<String> labels = new ArrayList<>();
    for (int i = 0; i < 5; i++)
      labels.add(label(client.send(get(server.uri("/")), BodyHandlers.ofString())));
    assertThat(labels).doesNotContainNull().doesNotContain("");
    assertThat(labels.subList(1, 3)).containsOnly(labels.getFirst());
    assertThat(labels.get(3)).isNotEqualTo(labels.getFirst());
    assertThat(labels.get(4)).isEqualTo(labels.get(3));
  }

  /** By reflection, as the tests are compiled for Java 21. */
  private static String label(HttpResponse<?> response) throws ReflectiveOperationException {
    Optional<?> label =
        (Optional<?>) HttpResponse.class.getMethod("connectionLabel").invoke(response);
    return (String) label.orElseThrow();
  }

  @OnBothSides
  @Tag("contract-48")
  @EnabledForJreRange(min = JRE.JAVA_25)
  @SuppressWarnings("unchecked")
  void aLimitingHandlerEndsALongerBody(Side side) throws Exception {
    ScriptedServer server = rig.server(ScriptedServer.always(Answers.ok("0123456789")));
    HttpClient client = rig.client(side);
    Function<Long, BodyHandler<String>> limited = limiting();
    assertThat(client.send(get(server.uri("/")), limited.apply(10L)).body())
        .isEqualTo("0123456789");
    assertThat(
            Causes.of(Causes.failureOf(() -> client.send(get(server.uri("/")), limited.apply(9L)))))
        .anyMatch(t ->
            t instanceof IOException
                && String.valueOf(t.getMessage()).contains("body exceeds capacity: 9"));
    server.awaitEndByClient(1);
  }

  private static Function<Long, BodyHandler<String>> limiting()
      throws ReflectiveOperationException {
    var method = BodyHandlers.class.getMethod("limiting", BodyHandler.class, long.class);
    return limit -> {
      try {
        @SuppressWarnings("unchecked")
        BodyHandler<String> handler =
            (BodyHandler<String>) method.invoke(null, BodyHandlers.ofString(), limit);
        return handler;
      } catch (ReflectiveOperationException e) {
        throw new LinkageError("limiting", e);
      }
    };
  }

  /** Remembers what it is asked, and sends to the proxy what its function says. */
  private static final class Asked extends ProxySelector {
    final Queue<URI> uris = new ConcurrentLinkedQueue<>();
    private final Function<URI, Proxy> choice;

    Asked(Function<URI, Proxy> choice) {
      this.choice = choice;
    }

    @Override
    public List<Proxy> select(URI uri) {
      uris.add(uri);
      return List.of(choice.apply(uri));
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException e) {
      throw new AssertionError("nobody was to fail", e);
    }
  }

  private static Proxy http(ScriptedServer proxy) {
    return new Proxy(
        Proxy.Type.HTTP, InetSocketAddress.createUnresolved("localhost", proxy.port()));
  }

  @OnBothSides
  @Tag("contract-57")
  void theSelectorIsAskedOnceForARequestAndNotForItsRetry(Side side) throws Exception {
    ScriptedServer server = rig.server(ENDING, ScriptedServer.always(Answers.ok("x")));
    Asked selector = new Asked(uri -> Proxy.NO_PROXY);
    HttpClient client = rig.client(side, b -> b.proxy(selector));
    for (String path : List.of("/a", "/b"))
      assertThat(client.send(get(server.uri(path)), BodyHandlers.ofString()).body()).isEqualTo("x");
    assertThat(server.requests()).hasSize(3);
    assertThat(selector.uris).containsExactly(server.uri("/a"), server.uri("/b"));
  }

  @OnBothSides
  @Tag("contract-57")
  void connectionsToAProxyAreNotThoseToItself(Side side) throws Exception {
    ScriptedServer server = rig.server(ScriptedServer.always(Answers.ok("x")));
    Asked selector =
        new Asked(uri -> uri.getPath().equals("/proxied") ? http(server) : Proxy.NO_PROXY);
    HttpClient client = rig.client(side, b -> b.proxy(selector));
    for (String path : List.of("/straight", "/proxied", "/straight", "/proxied"))
      assertThat(client.send(get(server.uri(path)), BodyHandlers.ofString()).body()).isEqualTo("x");
    assertThat(server.connections()).isEqualTo(2);
    assertThat(server.requests().stream().map(RequestSeen::target))
        .containsExactly(
            "/straight",
            server.uri("/proxied").toString(),
            "/straight",
            server.uri("/proxied").toString());
  }

  @OnBothSides
  @Tag("contract-57")
  void theProxyIsResolvedWhenItIsNeededAndTheTargetNever(Side side) throws Exception {
    ScriptedServer proxy = rig.server(ScriptedServer.always(Answers.ok("x")));
    HttpClient client = rig.client(side, b -> b.proxy(new Asked(uri -> http(proxy))));
    URI target = URI.create("http://no-host.invalid/a");
    assertThat(client.send(get(target), BodyHandlers.ofString()).body()).isEqualTo("x");
    assertThat(proxy.requests().getFirst().target()).isEqualTo(target.toString());
  }

  @OnBothSides
  @Tag("contract-57")
  void aSocksProxyIsPassedOver(Side side) throws Exception {
    ScriptedServer server = rig.server(ScriptedServer.always(Answers.ok("x")));
    Proxy socks = new Proxy(Proxy.Type.SOCKS, new InetSocketAddress("127.0.0.1", server.port()));
    HttpClient client = rig.client(side, b -> b.proxy(new Asked(uri -> socks)));
    assertThat(client.send(get(server.uri("/a")), BodyHandlers.ofString()).body()).isEqualTo("x");
    assertThat(server.requests().getFirst().target()).isEqualTo("/a");
  }
}
