package dev.redial.tests;

import static dev.redial.tests.Failures.chain;
import static dev.redial.tests.Failures.failureOf;
import static dev.redial.tests.kit.Requests.get;
import static dev.redial.tests.kit.Requests.post;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redial.ClientClosedException;
import dev.redial.ConnectFailedException;
import dev.redial.ConnectTimeoutException;
import dev.redial.ExchangeEvidence;
import dev.redial.ExchangeFailure;
import dev.redial.ExchangeStage;
import dev.redial.MalformedResponseException;
import dev.redial.RedialClient;
import dev.redial.RequestBodyException;
import dev.redial.ResponseBodyException;
import dev.redial.ResponseTimeoutException;
import dev.redial.ServerActed;
import dev.redial.TlsHandshakeException;
import dev.redial.TruncatedBodyException;
import dev.redial.UnresolvedHostException;
import dev.redial.tests.kit.Answers;
import dev.redial.tests.kit.BlackHole;
import dev.redial.tests.kit.Rig;
import dev.redial.tests.kit.ScriptedServer;
import dev.redial.tests.kit.TlsMaterial;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.ProtocolException;
import java.net.URI;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each cause has its own exception, which is also what callers of the JDK's client catch. */
class FailureTypesTest {
  @RegisterExtension final Rig rig = new Rig();

  @Test
  void refused() throws Exception {
    ScriptedServer server = rig.server(ScriptedServer.always(Answers.ok("")));
    server.stopListening();
    Exception failure = failureOf(rig.client(), post(server.uri("/secret"), "x"));
    assertThat(failure)
        .isExactlyInstanceOf(ConnectFailedException.class)
        .isInstanceOf(ConnectException.class);
    assertNothingSent(failure, "ECONNREFUSED", ExchangeStage.CONNECTING, "POST " + origin(server));
    assertThat(failure)
        .hasMessageContaining("127.0.0.1:" + server.port())
        .hasMessageContaining("refused");
  }

  @Test
  void notConnectedInTime() throws Exception {
    try (BlackHole hole = BlackHole.open()) {
      RedialClient client = rig.client(b -> b.connectTimeout(Duration.ofMillis(200)));
      long start = System.nanoTime();
      Exception failure = failureOf(client, get(hole.uri("/secret")));
      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .isBetween(Duration.ofMillis(199), Duration.ofSeconds(5));
      assertThat(failure)
          .isExactlyInstanceOf(ConnectTimeoutException.class)
          .isInstanceOf(HttpConnectTimeoutException.class)
          .isInstanceOf(HttpTimeoutException.class);
      assertNothingSent(
          failure, "ETIMEDOUT", ExchangeStage.CONNECTING, "GET http://127.0.0.1:" + hole.port());
      assertThat(failure).hasMessageContaining("HTTP connect timed out");
      assertThat(chain(failure)).anyMatch(ConnectException.class::isInstance);
    }
  }

  @Test
  void theRequestTimeOutExpiredWhileConnecting() throws Exception {
    try (BlackHole hole = BlackHole.open()) {
      HttpRequest request =
          HttpRequest.newBuilder(hole.uri("/")).timeout(Duration.ofMillis(200)).build();
      Exception failure = failureOf(rig.client(), request);
      assertThat(failure).isExactlyInstanceOf(ConnectTimeoutException.class);
      assertNothingSent(
          failure, "ETIMEDOUT", ExchangeStage.CONNECTING, "GET http://127.0.0.1:" + hole.port());
    }
  }

  @Test
  void notResolved() throws Exception {
    Exception failure =
        failureOf(rig.client(), get(URI.create("http://does-not-exist.invalid/secret")));
    assertThat(failure)
        .isExactlyInstanceOf(UnresolvedHostException.class)
        .isInstanceOf(ConnectException.class);
    assertNothingSent(
        failure, "ENOTFOUND", ExchangeStage.RESOLVING, "GET http://does-not-exist.invalid");
    assertThat(failure).hasMessageContaining("does-not-exist.invalid");
  }

  @Test
  void notTrusted() throws Exception {
    ScriptedServer server = rig.tlsServer(ScriptedServer.always(Answers.ok("")));
    Exception failure = failureOf(rig.client(), post(server.uri("/secret"), "x"));
    assertHandshakeFailed(failure, server);
    assertThat(server.requests()).isEmpty();
    assertThat(server.connections()).isEqualTo(1);
  }

  @Test
  void anotherHost() throws Exception {
    TlsMaterial other = TlsMaterial.forAnotherHost();
    ScriptedServer server =
        rig.watch(ScriptedServer.startTls(other.server(), ScriptedServer.always(Answers.ok(""))));
    Exception failure =
        failureOf(rig.client(b -> b.sslContext(other.client())), post(server.uri("/secret"), "x"));
    assertHandshakeFailed(failure, server);
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void aPlainServerOnATlsPort() throws Exception {
    ScriptedServer server =
        rig.server(c -> {
          c.read(5);
          c.send(Answers.status("400 Bad Request", "plain", "Connection: close"));
          c.halfClose();
        });
    Exception failure = failureOf(trusting(), post(secure(server), "x"));
    assertHandshakeFailed(failure, server);
  }

  @Test
  void theEndInTheHandshake() throws Exception {
    ScriptedServer server =
        rig.server(c -> {
          c.read(5);
          c.halfClose();
        });
    assertHandshakeFailed(failureOf(trusting(), post(secure(server), "x")), server);
  }

  @Test
  void aResetInTheHandshake() throws Exception {
    ScriptedServer server =
        rig.server(c -> {
          c.read(5);
          c.rst();
        });
    assertHandshakeFailed(failureOf(trusting(), post(secure(server), "x")), server);
  }

  @Test
  void silenceInTheHandshakeIsAConnectTimeOut() throws Exception {
    ScriptedServer server = rig.server(c -> c.stall());
    RedialClient client =
        rig.client(b ->
            b.sslContext(TlsMaterial.forLoopback().client())
                .connectTimeout(Duration.ofMillis(200)));
    Exception failure = failureOf(client, post(secure(server), "x"));
    assertThat(failure).isExactlyInstanceOf(ConnectTimeoutException.class);
    assertNothingSent(
        failure,
        "ETIMEDOUT",
        ExchangeStage.TLS_HANDSHAKE,
        "POST https://127.0.0.1:" + server.port());
  }

  @Test
  void noAnswerInTime() throws Exception {
    ScriptedServer server =
        rig.server(c -> {
          c.readRequest();
          c.stall();
        });
    HttpRequest request =
        HttpRequest.newBuilder(server.uri("/secret")).timeout(Duration.ofMillis(200)).build();
    long start = System.nanoTime();
    Exception failure = failureOf(rig.client(), request);
    assertThat(Duration.ofNanos(System.nanoTime() - start))
        .isBetween(Duration.ofMillis(199), Duration.ofSeconds(5));
    assertThat(failure)
        .isExactlyInstanceOf(ResponseTimeoutException.class)
        .isInstanceOf(HttpTimeoutException.class)
        .isNotInstanceOf(HttpConnectTimeoutException.class);
    assertFailed(
        failure,
        "ESOCKETTIMEDOUT",
        ExchangeStage.AWAITING_RESPONSE,
        ServerActed.MAYBE,
        "GET " + origin(server));
    assertThat(server.requests()).hasSize(1);
    server.await(1, "client FIN");
  }

  @Test
  void aBodyThatDripsIsCutAtTheTimeOut() throws Exception {
    ScriptedServer server =
        rig.server(c -> {
          c.readRequest();
          c.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
          for (int i = 0; i < 1000; i++) {
            c.send("x");
            c.idleFor(Duration.ofMillis(20));
          }
        });
    HttpRequest request =
        HttpRequest.newBuilder(server.uri("/secret")).timeout(Duration.ofMillis(300)).build();
    long start = System.nanoTime();
    Exception failure = failureOf(rig.client(), request);
    assertThat(Duration.ofNanos(System.nanoTime() - start))
        .isBetween(Duration.ofMillis(299), Duration.ofSeconds(5));
    assertThat(failure).isExactlyInstanceOf(ResponseTimeoutException.class);
    assertFailed(
        failure, "ESOCKETTIMEDOUT", ExchangeStage.BODY, ServerActed.YES, "GET " + origin(server));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"Content-Length: 10\r\n\r\n12345", "Transfer-Encoding: chunked\r\n\r\na\r\n12345"})
  void aBodyCutShort(String rest) throws Exception {
    ScriptedServer server =
        rig.server(c -> {
          c.readRequest();
          c.send("HTTP/1.1 200 OK\r\n" + rest);
          c.fin();
        });
    Exception failure = failureOf(rig.client(), get(server.uri("/secret")));
    assertThat(failure)
        .isExactlyInstanceOf(TruncatedBodyException.class)
        .isInstanceOf(IOException.class);
    assertFailed(
        failure, "ECONNRESET", ExchangeStage.BODY, ServerActed.YES, "GET " + origin(server));
    assertThat(failure)
        .hasMessageContaining(
            rest.startsWith("C")
                ? "fixed content-length: 10, bytes received: 5"
                : "chunked transfer encoding");
    assertThat(server.requests()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SSH-2.0-OpenSSH_9.6\r\n",
        "HTTP/1.1 2x0 OK\r\n\r\n",
        "HTTP/3.0 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 7\r\n\r\n1234567",
        "HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\n12345",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n12345",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabXX0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"
      })
  void nonsense(String answer) throws Exception {
    ScriptedServer server =
        rig.server(c -> {
          c.readRequest();
          c.send(answer);
          c.stall();
        });
    Exception failure = failureOf(rig.client(), get(server.uri("/secret")));
    assertThat(failure)
        .isExactlyInstanceOf(MalformedResponseException.class)
        .isInstanceOf(ProtocolException.class);
    ExchangeFailure known = (ExchangeFailure) failure;
    assertThat(known.code()).isEqualTo("EPROTO");
    assertThat(known.serverActed()).isNotEqualTo(ServerActed.NO);
    assertThat(known.evidence().bytesReceived()).isEqualTo(answer.length());
    assertThat(failure).hasMessageContaining("GET " + origin(server));
    assertThat(server.requests()).hasSize(1);
    server.awaitEndByClient(1);
  }

  @Test
  void aHeadWithoutAnEnd() throws Exception {
    ScriptedServer server =
        rig.server(c -> {
          c.readRequest();
          c.send("HTTP/1.1 200 OK\r\n");
          c.sendAtMost(Answers.octets("X-Filler: " + "x".repeat(1000) + "\r\n"), 100_000);
        });
    Exception failure = failureOf(rig.client(), get(server.uri("/")));
    assertThat(failure).isExactlyInstanceOf(MalformedResponseException.class);
    assertFailed(failure, "EPROTO", ExchangeStage.HEADER, ServerActed.YES, "GET " + origin(server));
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void theCallersBodyFails() throws Exception {
    ScriptedServer server = rig.server(c -> c.stall());
    IOException broken = new IOException("the disk is gone");
    HttpRequest request =
        RequestKind.PUT.to(
            server.uri("/secret"), BodyPublishers.ofInputStream(() -> new BrokenStream(broken)));
    Exception failure = failureOf(rig.client(), request);
    assertThat(failure)
        .isExactlyInstanceOf(RequestBodyException.class)
        .isInstanceOf(IOException.class);
    assertThat(chain(failure)).contains(broken);
    assertThat(((ExchangeFailure) failure).code()).isEqualTo("EBODY");
    assertThat(((ExchangeFailure) failure).evidence().attempt()).isEqualTo(1);
    server.awaitOnAny("client FIN", 1);
    assertThat(server.connections()).isEqualTo(1);
  }

  @Test
  void theCallersHandlerFails() throws Exception {
    ScriptedServer server = rig.server(ScriptedServer.always(Answers.ok("body")));
    IllegalStateException broken = new IllegalStateException("cannot handle this");
    RedialClient client = rig.client();
    Exception failure =
        failureOf(
            client,
            get(server.uri("/secret")),
            info -> {
              throw broken;
            });
    assertThat(failure)
        .isExactlyInstanceOf(ResponseBodyException.class)
        .isInstanceOf(IOException.class);
    assertThat(chain(failure)).contains(broken);
    assertFailed(failure, "EBODY", ExchangeStage.BODY, ServerActed.YES, "GET " + origin(server));
    Awaitility.await().until(() -> client.stats().active() == 0);
  }

  @Test
  void theClientIsClosed() throws Exception {
    ScriptedServer server = rig.server(ScriptedServer.always(Answers.ok("")));
    RedialClient client = rig.client();
    client.close();
    Exception failure = failureOf(client, get(server.uri("/secret")));
    assertThat(failure)
        .isExactlyInstanceOf(ClientClosedException.class)
        .isInstanceOf(IOException.class);
    assertNothingSent(
        failure, "ECANCELED", ExchangeStage.WAITING_FOR_CONNECTION, "GET " + origin(server));
    assertThat(failure).hasMessageContaining("closed");
    assertThat(server.connections()).isZero();
  }

  @Test
  void theClientIsShutDownInTheMidstOfAnExchange() throws Exception {
    ScriptedServer server =
        rig.server(c -> {
          c.readRequest();
          c.stall();
        });
    RedialClient client = rig.client();
    var pending = client.sendAsync(get(server.uri("/")), BodyHandlers.ofString());
    server.await(1, "GET /");
    client.shutdownNow();
    Throwable failure = pending.handle((answer, thrown) -> thrown).join();
    assertThat(chain(failure)).anyMatch(ClientClosedException.class::isInstance);
    assertThat(client.awaitTermination(Duration.ofSeconds(5))).isTrue();
    server.await(1, "client FIN");
  }

  @Test
  void anAsynchronousFailureIsTheSameInsideACompletionException() throws Exception {
    ScriptedServer server = rig.server(ScriptedServer.always(Answers.ok("")));
    server.stopListening();
    var pending = rig.client().sendAsync(get(server.uri("/")), BodyHandlers.ofString());
    Throwable seen = pending.handle((answer, thrown) -> thrown).join();
    assertThat(seen).isInstanceOf(CompletionException.class);
    assertThat(seen.getCause()).isExactlyInstanceOf(ConnectFailedException.class);
    assertThat(org.assertj.core.api.Assertions.catchThrowable(pending::get))
        .isInstanceOf(ExecutionException.class)
        .hasCauseExactlyInstanceOf(ConnectFailedException.class);
  }

  @Test
  void theStackShowsTheCaller() throws Exception {
    ScriptedServer server = rig.server(ScriptedServer.always(Answers.ok("")));
    server.stopListening();
    Exception failure = failureOf(rig.client(), get(server.uri("/")));
    assertThat(failure.getStackTrace())
        .extracting(StackTraceElement::getMethodName)
        .contains("theStackShowsTheCaller")
        .filteredOn("send"::equals)
        .isNotEmpty();
  }

  private RedialClient trusting() {
    return rig.client(b -> b.sslContext(TlsMaterial.forLoopback().client()));
  }

  private static URI secure(ScriptedServer server) {
    return URI.create("https://127.0.0.1:" + server.port() + "/secret");
  }

  private static String origin(ScriptedServer server) {
    String uri = server.uri("/").toString();
    return uri.substring(0, uri.length() - 1);
  }

  private static void assertHandshakeFailed(Exception failure, ScriptedServer server) {
    assertThat(failure)
        .isExactlyInstanceOf(TlsHandshakeException.class)
        .isInstanceOf(SSLHandshakeException.class)
        .isInstanceOf(SSLException.class);
    assertNothingSent(
        failure, "EPROTO", ExchangeStage.TLS_HANDSHAKE, "POST https://127.0.0.1:" + server.port());
  }

  private static void assertNothingSent(
      Exception failure, String code, ExchangeStage stage, String request) {
    assertFailed(failure, code, stage, ServerActed.NO, request);
    ExchangeEvidence evidence = ((ExchangeFailure) failure).evidence();
    assertThat(evidence.bytesSent()).isZero();
    assertThat(evidence.bytesReceived()).isZero();
    assertThat(failure).hasMessageContaining("no request sent");
  }

  private static void assertFailed(
      Exception failure,
      String code,
      ExchangeStage stage,
      ServerActed serverActed,
      String request) {
    ExchangeFailure known = (ExchangeFailure) failure;
    ExchangeEvidence evidence = known.evidence();
    assertThat(known.code()).isEqualTo(code);
    assertThat(known.serverActed()).isEqualTo(serverActed);
    assertThat(evidence.stage()).isEqualTo(stage);
    assertThat(evidence.request()).isEqualTo(request);
    assertThat(evidence.attempt()).isEqualTo(1);
    assertThat(evidence.reused()).isFalse();
    assertThat(failure).hasMessageContaining(request);
    assertThat(failure.getMessage()).doesNotContain("secret");
  }

  /** Delivers a little, then fails. */
  private static final class BrokenStream extends InputStream {
    private final IOException failure;
    private int left = 100_000;

    BrokenStream(IOException failure) {
      this.failure = failure;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0];
    }

    @Override
    public int read(byte[] octets, int from, int length) throws IOException {
      if (left <= 0) throw failure;
      int count = Math.min(length, left);
      left -= count;
      return count;
    }
  }
}
