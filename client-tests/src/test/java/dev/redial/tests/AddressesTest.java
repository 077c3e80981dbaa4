package dev.redial.tests;

import static dev.redial.tests.Failures.failureOf;
import static dev.redial.tests.kit.Requests.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redial.ConnectFailedException;
import dev.redial.ConnectTimeoutException;
import dev.redial.RedialClient;
import dev.redial.Retries;
import dev.redial.TlsHandshakeException;
import dev.redial.tests.kit.Answers;
import dev.redial.tests.kit.BlackHole;
import dev.redial.tests.kit.Rig;
import dev.redial.tests.kit.ScriptedServer;
import dev.redial.tests.kit.TlsMaterial;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A host whose name has several addresses. The server is at 127.0.0.1; other systems than Linux
 * have no further loopback addresses.
 */
@EnabledOnOs(OS.LINUX)
class AddressesTest {
  private static final String OK = Answers.ok("ok");

  @RegisterExtension final Rig rig = new Rig();

  private static InetAddress loopback(int last) {
    try {
      return InetAddress.getByName("127.0.0." + last);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  /** Every name has these addresses. */
  private static RedialClient.Builder to(RedialClient.Builder builder, int... last) {
    List<InetAddress> addresses = new ArrayList<>();
    for (int each : last) addresses.add(loopback(each));
    return builder.resolver(host -> addresses).retries(Retries.off());
  }

  private static URI named(ScriptedServer server, String scheme) {
    return URI.create(scheme + "://localhost:" + server.port() + "/");
  }

  private static String body(RedialClient client, URI uri) throws Exception {
    return client.send(get(uri), BodyHandlers.ofString()).body();
  }

  @Test
  void aRefusedAddressIsPassedOver() throws Exception {
    ScriptedServer server = rig.server(ScriptedServer.always(OK));
    RedialClient client = rig.client(b -> to(b, 3, 2, 1));

    assertThat(body(client, named(server, "http"))).isEqualTo("ok");
  }

  @Test
  void aBlackHoleDoesNotUseUpTheConnectTimeout() throws Exception {
    ScriptedServer server =
        rig.server(ScriptedServer.always(Answers.status("200 OK", "ok", "Connection: close")));
    try (BlackHole hole = BlackHole.at(loopback(2), server.port())) {
      assertThat(hole.port()).isEqualTo(server.port());
      RedialClient client = rig.client(b -> to(b, 2, 1).connectTimeout(Duration.ofSeconds(20)));
      long before = System.nanoTime();

      assertThat(body(client, named(server, "http"))).isEqualTo("ok");

      assertThat(Duration.ofNanos(System.nanoTime() - before))
          .isBetween(Duration.ofMillis(250), Duration.ofSeconds(15));
      assertThat(body(client, named(server, "http"))).isEqualTo("ok");
      assertThat(server.connections()).isEqualTo(2);
    }
  }

  @Test
  void theTlsHandshakeIsMadeWithTheOneThatAnswers() throws Exception {
    ScriptedServer server = rig.tlsServer(ScriptedServer.always(OK));
    try (BlackHole hole = BlackHole.at(loopback(2), server.port())) {
      assertThat(hole.port()).isEqualTo(server.port());
      RedialClient client =
          rig.client(b -> to(b, 2, 3, 1).sslContext(TlsMaterial.forLoopback().client()));

      assertThat(body(client, named(server, "https"))).isEqualTo("ok");
    }
  }

  @Test
  void anAddressThatHangsUpInTheHandshakeIsPassedOver() throws Exception {
    ScriptedServer server = rig.tlsServer(ScriptedServer.always(OK));
    try (Leaving leaving = new Leaving(loopback(2), server.port())) {
      RedialClient client =
          rig.client(b -> to(b, 2, 1).sslContext(TlsMaterial.forLoopback().client()));

      assertThat(body(client, named(server, "https"))).isEqualTo("ok");
      assertThat(leaving.accepted).hasValue(1);
    }
  }

  @Test
  void aWrongCertificateIsFinal() throws Exception {
    ScriptedServer server =
        rig.watch(
            ScriptedServer.startTls(
                TlsMaterial.forAnotherHost().server(), ScriptedServer.always(OK)));
    try (Leaving never = new Leaving(loopback(2), server.port())) {
      RedialClient client =
          rig.client(b -> to(b, 1, 2).sslContext(TlsMaterial.forAnotherHost().client()));

      Exception failure = failureOf(client, get(named(server, "https")));

      assertThat(failure).isExactlyInstanceOf(TlsHandshakeException.class);
      assertThat(((TlsHandshakeException) failure).hungUp()).isFalse();
      assertThat(never.accepted).hasValue(0);
    }
  }

  @Test
  void theAddressesOfAProxyAreTriedLikewise() throws Exception {
    ScriptedServer proxy = rig.server(ScriptedServer.always(OK));
    InetSocketAddress name = InetSocketAddress.createUnresolved("proxy.example", proxy.port());
    RedialClient client = rig.client(b -> to(b, 2, 1).proxy(ProxySelector.of(name)));

    assertThat(body(client, URI.create("http://a.example/"))).isEqualTo("ok");
  }

  @Test
  void oneFailureNamesEveryAddress() throws Exception {
    ScriptedServer server = rig.server(ScriptedServer.always(OK));
    RedialClient client = rig.client(b -> to(b, 2, 3));

    Exception failure = failureOf(client, get(named(server, "http")));

    assertThat(failure)
        .isExactlyInstanceOf(ConnectFailedException.class)
        .hasMessageContaining("/127.0.0.2:" + server.port() + " Connection refused")
        .hasMessageContaining("/127.0.0.3:" + server.port() + " Connection refused");
    assertThat(failure.getSuppressed()).hasSize(2);
    assertThat(((ConnectFailedException) failure).code()).isEqualTo("ECONNREFUSED");
    assertThat(server.connections()).isZero();
  }

  @Test
  void aTimeOutNamesEveryAddress() throws Exception {
    ScriptedServer server = rig.server(ScriptedServer.always(OK));
    try (BlackHole hole = BlackHole.at(loopback(2), server.port())) {
      RedialClient client = rig.client(b -> to(b, 2, 3).connectTimeout(Duration.ofMillis(300)));

      Exception failure = failureOf(client, get(named(server, "http")));

      assertThat(failure)
          .isExactlyInstanceOf(ConnectTimeoutException.class)
          .hasMessageContaining("/127.0.0.2:" + hole.port() + " no answer in ")
          .hasMessageContaining("/127.0.0.3:" + hole.port() + " Connection refused");
      assertThat(failure.getSuppressed()).hasSize(2);
    }
  }

  /** Accepts and closes. */
  private static final class Leaving implements AutoCloseable {
    final AtomicInteger accepted = new AtomicInteger();
    private final ServerSocket listener;

    Leaving(InetAddress address, int port) throws IOException {
      listener = new ServerSocket(port, 50, address);
      Thread unused = Thread.ofVirtual().start(this::accept);
    }

    private void accept() {
      while (!listener.isClosed()) {
        try (Socket socket = listener.accept()) {
          accepted.incrementAndGet();
          assertThat(socket.getInputStream().read()).isPositive();
        } catch (IOException e) {
          // The test is over.
        }
      }
    }

    @Override
    public void close() throws IOException {
      listener.close();
    }
  }
}
