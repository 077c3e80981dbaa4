package dev.redial.tests;

import static dev.redial.tests.Failures.failing;
import static dev.redial.tests.Failures.failureOf;
import static dev.redial.tests.kit.Requests.post;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.redial.ConnectTimeoutException;
import dev.redial.ExchangeEvidence;
import dev.redial.ExchangeFailure;
import dev.redial.ExchangeStage;
import dev.redial.RedialClient;
import dev.redial.Retries;
import dev.redial.ServerActed;
import dev.redial.TimeLimits;
import dev.redial.TlsHandshakeException;
import dev.redial.tests.kit.Rig;
import dev.redial.tests.kit.ScriptedServer;
import dev.redial.tests.kit.ScriptedServer.Script;
import dev.redial.tests.kit.ServedConnection;
import dev.redial.tests.kit.TlsMaterial;
import dev.redial.tests.kit.TlsPeer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that stop, or say something wrong, in the midst of a TLS handshake. */
@Timeout(60)
class TlsHandshakeHostilityTest {
  private static final String TLS12 = "TLSv1.2";
  private static final String TLS13 = "TLSv1.3";
  private static final Duration TIME = Duration.ofSeconds(1);

  /** What the JDK makes of an alert in the clear where it wants ciphertext. */
  private static final String PLAIN_ALERT =
      Runtime.version().feature() >= 25 ? "internal_error" : "handshake_failure";

  @RegisterExtension final Rig rig = new Rig();

  /** How far a server goes. */
  private enum Point {
    BEFORE_THE_HELLO {
      @Override
      void reach(TlsPeer peer, ServedConnection c) {}
    },
    AFTER_THE_HELLO {
      @Override
      void reach(TlsPeer peer, ServedConnection c) throws IOException {
        peer.flight();
      }
    },
    IN_A_RECORD_HEADER {
      @Override
      void reach(TlsPeer peer, ServedConnection c) throws IOException {
        c.send(Arrays.copyOf(peer.flight().getFirst(), 3));
      }
    },
    IN_A_RECORD {
      @Override
      void reach(TlsPeer peer, ServedConnection c) throws IOException {
        c.send(Arrays.copyOf(peer.flight().getFirst(), 20));
      }
    },
    AFTER_A_RECORD {
      @Override
      void reach(TlsPeer peer, ServedConnection c) throws IOException {
        c.send(peer.flight().getFirst());
      }
    },
    BEFORE_THE_END_OF_THE_FLIGHT {
      @Override
      void reach(TlsPeer peer, ServedConnection c) throws IOException {
        List<byte[]> flight = peer.flight();
        for (byte[] sent : flight.subList(0, flight.size() - 1)) c.send(sent);
      }
    },
    /** In TLS 1.3 the client is done by then. */
    BEFORE_THE_SECOND_FLIGHT_OF_TLS_12 {
      @Override
      void reach(TlsPeer peer, ServedConnection c) throws IOException {
        for (byte[] sent : peer.flight()) c.send(sent);
        peer.flight();
      }
    },
    IN_THE_SECOND_FLIGHT_OF_TLS_12 {
      @Override
      void reach(TlsPeer peer, ServedConnection c) throws IOException {
        for (byte[] sent : peer.flight()) c.send(sent);
        c.send(peer.flight().getFirst());
      }
    };

    abstract void reach(TlsPeer peer, ServedConnection connection) throws IOException;

    boolean isIn(String protocol) {
      return protocol.equals(TLS12) || !name().endsWith("TLS_12");
    }
  }

  static Stream<Arguments> points() {
    return Stream.of(TLS12, TLS13)
        .flatMap(protocol ->
            Stream.of(Point.values())
                .filter(point -> point.isIn(protocol))
                .map(point -> arguments(protocol, point)));
  }

  private static TlsPeer peer(ServedConnection connection, String protocol) throws IOException {
    return TlsPeer.on(connection, TlsMaterial.forLoopback().server(), protocol);
  }

  private static TlsPeer peer(
      ServedConnection connection, String protocol, Consumer<SSLEngine> settings)
      throws IOException {
    return TlsPeer.on(connection, TlsMaterial.forLoopback().server(), protocol, settings);
  }

  /** At all points at the same time, as each takes its time. */
  @ParameterizedTest
  @ValueSource(strings = {TLS12, TLS13})
  void aServerThatStopsIsLeftWhenTheTimeIsUp(String protocol) throws Exception {
    RedialClient byRequest = client(TimeLimits.none());
    RedialClient byPhase = client(TimeLimits.none().withTlsHandshake(TIME));
    List<CompletableFuture<Exception>> timedOut = new ArrayList<>();
    List<CompletableFuture<Exception>> limited = new ArrayList<>();
    List<ScriptedServer> servers = new ArrayList<>();
    for (Point point : Point.values()) {
      if (!point.isIn(protocol)) continue;
      ScriptedServer server =
          rig.server(c -> {
            point.reach(peer(c, protocol), c);
            c.stall();
          });
      servers.add(server);
      HttpRequest.Builder request =
          HttpRequest.newBuilder(uri(server)).POST(BodyPublishers.ofString("secret"));
      limited.add(failing(byPhase, request.build()));
      timedOut.add(failing(byRequest, request.timeout(TIME).build()));
    }
    for (CompletableFuture<Exception> each : timedOut)
      assertFailed(
          each.get(),
          ConnectTimeoutException.class,
          "HTTP connect timed out: TLS handshake not done in ");
    for (CompletableFuture<Exception> each : limited)
      assertFailed(
          each.get(),
          ConnectTimeoutException.class,
          "TLS handshake not done within 1 s (TimeLimits.tlsHandshake)");
    for (ScriptedServer server : servers) server.awaitOnAny("client FIN", 2);
    assertThat(rig.openSockets()).isEmpty();
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("points")
  void aServerThatHangsUpIsNotAskedAnything(String protocol, Point point) throws Exception {
    ScriptedServer server =
        rig.server(
            c -> {
              point.reach(peer(c, protocol), c);
              c.fin();
            },
            c -> {
              point.reach(peer(c, protocol), c);
              c.halfClose();
              c.stall();
            },
            c -> {
              point.reach(peer(c, protocol), c);
              c.rst();
            });
    RedialClient client = client(TimeLimits.none());
    for (int i = 1; i <= 3; i++) {
      Exception failure = failureOf(client, post(uri(server), "secret"));
      assertFailed(failure, TlsHandshakeException.class, "TLS handshake failed");
      assertThat(((TlsHandshakeException) failure).hungUp()).isTrue();
      assertGone(client);
    }
  }

  /** A server that says something wrong in place of its first record. */
  private static Arguments instead(String what, String said, byte[] sent) {
    return arguments(
        what,
        said,
        (Script)
            c -> {
              peer(c, TLS13).flight();
              c.send(sent);
              c.stall();
            });
  }

  private static Arguments instead(String what, String said, String sent) {
    return instead(what, said, sent.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** A server that says something wrong after its first record. */
  private static Arguments second(String what, String said, byte[] sent) {
    return arguments(
        what,
        said,
        (Script)
            c -> {
              c.send(peer(c, TLS13).flight().getFirst());
              c.send(sent);
              c.stall();
            });
  }

  private static Arguments script(String what, String said, Script script) {
    return arguments(what, said, script);
  }

  private static byte[] octets(int... octets) {
    byte[] all = new byte[octets.length];
    for (int i = 0; i < all.length; i++) all[i] = (byte) octets[i];
    return all;
  }

  private static byte[] alert(int level, int description) {
    return octets(21, 3, 3, 0, 2, level, description);
  }

  private static byte[] record(int type, int length) {
    return Arrays.copyOf(octets(type, 3, 3, length >> 8, length), 5 + length);
  }

  /** What a server of that version says to somebody who could do better. */
  private static byte[] helloOf(int minor) {
    byte[] hello = record(22, 42);
    hello[2] = (byte) minor;
    System.arraycopy(octets(2, 0, 0, 38, 3, minor), 0, hello, 5, 6);
    hello[5 + 4 + 2 + 32 + 1] = (byte) 0xc0; // TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
    hello[5 + 4 + 2 + 32 + 2] = 0x2f;
    return hello;
  }

  static Stream<Arguments> nonsense() {
    return Stream.of(
        instead(
            "HTTP",
            "plain text: \"HTTP/1.1 400 Bad Request\"; does the port want http",
            "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"),
        instead("HTTP with bare line feeds", "plain text: \"HTTP/1.0 400\"", "HTTP/1.0 400\n\n"),
        instead("HTTP in small pieces", "plain text", "HTTP/"),
        instead("a body without a head", "plain text: \"<html>no</html>\"", "<html>no</html>\r\n"),
        instead("mail", "plain text: \"220 mail.test ESMTP\"", "220 mail.test ESMTP\r\n"),
        instead("SSH", "plain text: \"SSH-2.0-OpenSSH_9.6\"", "SSH-2.0-OpenSSH_9.6\r\n"),
        instead(
            "nothing that is known",
            "no TLS record: 00 01 02 03 04",
            octets(0, 1, 2, 3, 4, 5, 6, 7, 8, 9)),
        instead("zeros", "no TLS record: 00 00 00 00 00", new byte[64]),
        instead("an empty record", "handshake", record(22, 0)),
        instead("a record of 65,535 octets", "record", octets(22, 3, 3, 0xff, 0xff)),
        instead("a message of no kind", "handshake", octets(22, 3, 3, 0, 4, 99, 0, 0, 0)),
        instead("an alert: handshake_failure", "handshake_failure", alert(2, 40)),
        instead("an alert: protocol_version", "protocol_version", alert(2, 70)),
        instead("an alert: unrecognized_name", "unrecognized_name", alert(2, 112)),
        instead("an alert of no kind", "alert", alert(2, 250)),
        instead("content", "handshake", record(23, 40)),
        instead("a server that speaks TLS 1.1", "protocol_version", helloOf(2)),
        instead("a server that speaks TLS 1.0", "protocol_version", helloOf(1)),
        instead("a server that speaks SSL 3.0", "protocol_version", helloOf(0)),
        second("a plain alert: internal_error", PLAIN_ALERT, alert(2, 80)),
        second("content", "", record(23, 40)),
        second("a record too large", "record", octets(23, 3, 3, 0xff, 0xff)),
        second(
            "text",
            "plain text: \"HTTP/1.1 200 OK\"",
            "HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII)),
        script(
            "the same message twice",
            "",
            c -> {
              byte[] hello = peer(c, TLS12).flight().getFirst();
              c.send(hello);
              c.send(hello);
              c.stall();
            }),
        script(
            "a flight with one octet wrong",
            "",
            c -> {
              for (byte[] sent : peer(c, TLS13).flight()) {
                if (sent[0] == 23) sent[sent.length - 1] ^= 1;
                c.send(sent);
              }
              c.stall();
            }),
        script(
            "a signature with one octet wrong",
            "",
            c -> {
              for (byte[] sent : peer(c, TLS12).flight()) {
                sent[sent.length - 4 - 1] ^= 1; // before the message that ends the flight
                c.send(sent);
              }
              c.stall();
            }),
        script(
            "HTTP/2 alone",
            "no_application_protocol",
            c -> {
              c.send(peer(c, TLS13, TlsHandshakeHostilityTest::wantHttp2).refusal());
              c.stall();
            }),
        script(
            "the wish for a certificate, in TLS 1.2",
            "handshake_failure",
            c -> {
              TlsPeer peer = peer(c, TLS12, engine -> engine.setNeedClientAuth(true));
              for (byte[] sent : peer.flight()) c.send(sent);
              c.send(peer.refusal());
              c.stall();
            }));
  }

  private static void wantHttp2(SSLEngine engine) {
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setApplicationProtocols(new String[] {"h2"});
    engine.setSSLParameters(parameters);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("nonsense")
  void aServerThatSaysSomethingWrongIsNotAskedAnything(String what, String said, Script script)
      throws Exception {
    ScriptedServer server = rig.server(script);
    RedialClient client = client(TimeLimits.none());

    Exception failure = failureOf(client, post(uri(server), "secret"));

    assertFailed(failure, TlsHandshakeException.class, said);
    assertThat(((TlsHandshakeException) failure).hungUp()).isFalse();
    assertThat(server.connections()).isEqualTo(1);
    assertGone(client);
  }

  /** Whoever offers what the client does not speak hears of it, and the server of nothing else. */
  @Test
  void aServerThatTakesAnOfferOfHttp2IsNotAskedAnything() throws Exception {
    ScriptedServer server =
        rig.server(c -> {
          peer(c, TLS13, TlsHandshakeHostilityTest::wantHttp2).handshake();
          c.stall();
        });
    SSLParameters parameters = new SSLParameters();
    parameters.setApplicationProtocols(new String[] {"h2", "http/1.1"});
    RedialClient client =
        rig.client(b ->
            b.sslContext(TlsMaterial.forLoopback().client())
                .sslParameters(parameters)
                .retries(Retries.off()));

    Exception failure = failureOf(client, post(uri(server), "secret"));

    assertFailed(failure, TlsHandshakeException.class, "h2");
    assertThat(((TlsHandshakeException) failure).hungUp()).isFalse();
    assertGone(client);
  }

  private void assertGone(RedialClient client) {
    assertThat(client.stats().total()).isZero();
    Awaitility.await().until(() -> rig.openSockets().isEmpty());
  }

  private static void assertFailed(
      Exception failure, Class<? extends Exception> type, String said) {
    assertThat(failure)
        .isExactlyInstanceOf(type)
        .hasMessageContaining(said)
        .hasMessageContaining("no request sent");
    assertThat(failure.getMessage()).doesNotContain("secret");
    ExchangeEvidence evidence = ((ExchangeFailure) failure).evidence();
    assertThat(evidence.serverActed()).isEqualTo(ServerActed.NO);
    assertThat(evidence.stage()).isEqualTo(ExchangeStage.TLS_HANDSHAKE);
    assertThat(evidence.bytesSent()).isZero();
  }

  private RedialClient client(TimeLimits limits) {
    return rig.client(b ->
        b.sslContext(TlsMaterial.forLoopback().client()).retries(Retries.off()).timeLimits(limits));
  }

  private static URI uri(ScriptedServer server) {
    return URI.create("https://127.0.0.1:" + server.port() + "/");
  }
}
