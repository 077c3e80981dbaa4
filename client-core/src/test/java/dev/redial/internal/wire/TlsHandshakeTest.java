package dev.redial.internal.wire;

import static dev.redial.internal.wire.Parked.soon;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redial.internal.wire.TlsPair.Setting;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
@ExtendWith(OpenSockets.class)
class TlsHandshakeTest {
  private static final String TLS12 = "TLSv1.2";
  private static final String TLS13 = "TLSv1.3";

  private static final SSLContext SERVER = Certificates.server();
  private static final SSLContext CLIENT = Certificates.client();

  @ParameterizedTest
  @ValueSource(strings = {TLS12, TLS13})
  void theSecondConnectionResumesTheSession(String protocol) throws Exception {
    Setting own = new Setting(Certificates.server(), Certificates.client(), protocol, "localhost");
    try (Peer listener = new Peer()) {
      long first = sessionCreated(own, listener);
      soon().until(() -> System.currentTimeMillis() > first); // so that a new session would differ
      assertThat(sessionCreated(own, listener)).isEqualTo(first);
    }
  }

  private static long sessionCreated(Setting setting, Peer listener) throws Exception {
    CompletableFuture<Socket> serving =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                Socket plain = listener.accept();
                var tls =
                    (javax.net.ssl.SSLSocket)
                        setting.server().getSocketFactory().createSocket(plain, null, true);
                tls.getOutputStream().write('.');
                return tls;
              } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            },
            command -> Thread.ofVirtual().start(command));
    PlainWire plain = Peer.connect(listener.address());
    TlsWire wire = setting.handshake(plain);
    ByteBuffer dot = ByteBuffer.allocate(1);
    assertThat(wire.read(dot)).isEqualTo(1); // the ticket came before
    long created = wire.session().orElseThrow().getCreationTime();
    wire.close();
    serving.get(10, TimeUnit.SECONDS).close();
    return created;
  }

  @Test
  void aCertificateForAnotherHostIsRefused() {
    assertThatThrownBy(() -> TlsPair.open(new Setting(SERVER, CLIENT, TLS13, "other.example")))
        .isInstanceOf(SSLHandshakeException.class)
        .hasMessageContaining("other.example");
  }

  @Test
  void anUntrustedCertificateIsRefused() throws Exception {
    SSLContext strangers = SSLContext.getInstance("TLS");
    strangers.init(null, null, null);
    assertThatThrownBy(() -> TlsPair.open(new Setting(SERVER, strangers, TLS13, "localhost")))
        .isInstanceOf(SSLHandshakeException.class)
        .hasMessageContaining("unable to find valid certification path");
  }

  @Test
  void anAlertAfterTheHandshakeEndsTheReading() throws Exception {
    // In TLS 1.3 the client is done before the server has missed the client's certificate.
    try (Peer listener = new Peer()) {
      Thread.ofPlatform().daemon().start(() -> demandCertificate(listener));
      PlainWire plain = Peer.connect(listener.address());
      TlsWire wire = new Setting(SERVER, CLIENT, TLS13, "localhost").handshake(plain);
      assertThatThrownBy(() -> wire.read(ByteBuffer.allocate(10)))
          .isInstanceOf(SSLException.class)
          .hasMessageContaining("Received fatal alert");
      assertThat(wire.probe()).isEqualTo(Probe.RST);
      wire.close();
    }
  }

  private static void demandCertificate(Peer listener) {
    try (Socket plain = listener.accept();
        SSLSocket tls = (SSLSocket) SERVER.getSocketFactory().createSocket(plain, null, true)) {
      tls.setNeedClientAuth(true);
      tls.startHandshake();
      throw new AssertionError("no certificate was missed");
    } catch (IOException e) {
      // The client is told why.
    }
  }

  @Test
  void anAddressIsIdentifiedWithoutAServerName() throws Exception {
    try (TlsPair pair = TlsPair.open(new Setting(SERVER, CLIENT, TLS13, "127.0.0.1"))) {
      var session = (ExtendedSSLSession) pair.peer().getSession();
      assertThat(session.getRequestedServerNames()).isEmpty();
    }
  }

  @Test
  void theHostIsNamedEvenWithoutADot() throws Exception {
    try (TlsPair pair = TlsPair.open(new Setting(SERVER, CLIENT, TLS13, "localhost"))) {
      var session = (ExtendedSSLSession) pair.peer().getSession();
      assertThat(session.getRequestedServerNames())
          .hasToString("[type=host_name (0), value=localhost]");
    }
  }

  @Test
  void aPlainAnswerToAHandshakeIsQuoted() throws Exception {
    assertThatThrownBy(() ->
            handshakeWith(peer ->
                peer.getOutputStream().write("HTTP/1.1 400 Bad\r\n\r\n".getBytes(US_ASCII))))
        .isInstanceOf(SSLException.class)
        .hasMessage(
            "the server answered in plain text: \"HTTP/1.1 400 Bad\"; does the port want http?");
  }

  @Test
  void aHangUpInTheHandshakeSaysSo() {
    assertThatThrownBy(() -> handshakeWith(Socket::close))
        .isInstanceOf(SSLHandshakeException.class)
        .hasMessage("Remote host terminated the handshake")
        .hasCauseInstanceOf(EOFException.class)
        .satisfies(e -> assertThat(WireFailure.of((IOException) e)).isEqualTo(WireFailure.FIN));
  }

  @Test
  void aResetInTheHandshakeIsAReset() {
    assertThatThrownBy(() -> handshakeWith(Peer::reset))
        .isInstanceOf(IOException.class)
        .satisfies(e -> assertThat(WireFailure.of((IOException) e)).isEqualTo(WireFailure.RST));
  }

  interface Answer {
    void to(Socket peer) throws IOException;
  }

  /** The peer takes the client's first flight and gives the answer. */
  private static void handshakeWith(Answer answer) throws Exception {
    try (Peer.Pair pair = Peer.Pair.open()) {
      Thread.ofVirtual()
          .start(() -> {
            try {
              byte[] header = pair.peer().getInputStream().readNBytes(5);
              pair.peer()
                  .getInputStream()
                  .readNBytes(((header[3] & 0xFF) << 8) | (header[4] & 0xFF));
              answer.to(pair.peer());
            } catch (IOException e) {
              throw new java.io.UncheckedIOException(e);
            }
          });
      try {
        new Setting(SERVER, CLIENT, TLS13, "localhost").handshake(pair.wire());
      } finally {
        assertThat(pair.wire().isOpen()).isFalse();
      }
    }
  }
}
