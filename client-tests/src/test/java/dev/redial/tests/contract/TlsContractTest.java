package dev.redial.tests.contract;

import static dev.redial.tests.kit.Requests.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redial.tests.kit.Answers;
import dev.redial.tests.kit.ScriptedServer;
import dev.redial.tests.kit.ServedConnection;
import dev.redial.tests.kit.TlsMaterial;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Points 37 and 38: TLS. */
class TlsContractTest extends BothClients {

  private HttpClient trusting(Brand brand) {
    return client(brand, b -> b.sslContext(TlsMaterial.forLoopback().client()));
  }

  private static URI tls(ScriptedServer server, String host) {
    return URI.create("https://" + host + ":" + server.port() + "/");
  }

  @ParameterizedTest // 37
  @EnumSource(Brand.class)
  void anUntrustedCertificateIsRefused(Brand brand) {
    ScriptedServer server = rig.tlsServer(ScriptedServer.always(Answers.ok("")));
    HttpClient client = client(brand);
    assertThat(chain(failureOf(() -> client.send(get(server.uri("/")), BodyHandlers.ofString()))))
        .anyMatch(SSLException.class::isInstance);
    assertThat(server.requests()).isEmpty();
  }

  @ParameterizedTest // 37
  @EnumSource(Brand.class)
  void theCertificateOfAnotherHostIsRefused(Brand brand) {
    TlsMaterial other = TlsMaterial.forAnotherHost();
    ScriptedServer server =
        rig.watch(
            ScriptedServer.startTls(other.server(), ScriptedServer.always(Answers.ok(""))));
    HttpClient client = client(brand, b -> b.sslContext(other.client()));
    assertThat(chain(failureOf(() -> client.send(get(server.uri("/")), BodyHandlers.ofString()))))
        .anyMatch(SSLHandshakeException.class::isInstance);
    assertThat(server.requests()).isEmpty();
  }

  @ParameterizedTest // 37
  @EnumSource(Brand.class)
  void aPeerThatClosesInTheHandshakeIsAHandshakeFailure(Brand brand) {
    ScriptedServer server =
        rig.server(c -> {
          hello(c);
          c.fin();
        });
    HttpClient client = trusting(brand);
    assertThat(
            chain(
                failureOf(() ->
                    client.send(get(tls(server, "127.0.0.1")), BodyHandlers.ofString()))))
        .anyMatch(SSLHandshakeException.class::isInstance);
  }

  @ParameterizedTest // 37
  @EnumSource(Brand.class)
  void aPeerThatResetsInTheHandshakeIsNoTimeOut(Brand brand) {
    ScriptedServer server =
        rig.server(c -> {
          hello(c);
          c.rst();
        });
    HttpClient client = trusting(brand);
    assertThat(
            failureOf(() -> client.send(get(tls(server, "127.0.0.1")), BodyHandlers.ofString())))
        .isInstanceOf(IOException.class)
        .isNotInstanceOf(HttpTimeoutException.class);
  }

  /** The record with the client's first message, which is in the clear. */
  private static String hello(ServedConnection connection) throws IOException {
    byte[] head = connection.read(5);
    int length = (Byte.toUnsignedInt(head[3]) << 8) | Byte.toUnsignedInt(head[4]);
    return new String(connection.read(length), StandardCharsets.ISO_8859_1);
  }

  static Stream<Arguments> names() {
    return Stream.of(Brand.values())
        .flatMap(brand ->
            Stream.of(
                Arguments.of(brand, "localhost", false, "localhost"),
                Arguments.of(brand, "localhost", true, "localhost"),
                Arguments.of(brand, "127.0.0.1", false, ""),
                Arguments.of(brand, "127.0.0.1", true, "given.invalid")));
  }

  @ParameterizedTest // 38
  @MethodSource("names")
  void theNameSentIsTheHostOfTheUriOrForAnAddressTheOneGiven(
      Brand brand, String host, boolean given, String expected) {
    AtomicReference<String> hello = new AtomicReference<>("");
    ScriptedServer server =
        rig.server(c -> {
          hello.set(hello(c));
          c.fin();
        });
    HttpClient client =
        client(
            brand,
            b -> {
              SSLParameters parameters = new SSLParameters();
              if (given) parameters.setServerNames(List.of(new SNIHostName("given.invalid")));
              return b.sslContext(TlsMaterial.forLoopback().client()).sslParameters(parameters);
            });
    assertThat(failureOf(() -> client.send(get(tls(server, host)), BodyHandlers.ofString())))
        .isInstanceOf(IOException.class);
    assertThat(hello.get()).isNotEmpty().contains(expected);
    for (String other : List.of("localhost", "127.0.0.1", "given.invalid"))
      if (!other.equals(expected)) assertThat(hello.get()).doesNotContain(other);
  }

  @ParameterizedTest // 38
  @EnumSource(Brand.class)
  void theSessionOfAResponseIsForReading(Brand brand) throws Exception {
    ScriptedServer server = rig.tlsServer(ScriptedServer.always(Answers.ok("")));
    HttpResponse<String> response =
        trusting(brand).send(get(server.uri("/")), BodyHandlers.ofString());
    SSLSession session = response.sslSession().orElseThrow();
    assertThat(session.getProtocol()).isEqualTo("TLSv1.3");
    assertThat(session.getCipherSuite()).startsWith("TLS_");
    assertThat(session.getPeerCertificates()).hasSize(1);
    assertThat(session.isValid()).isTrue();
    assertThatThrownBy(session::invalidate).isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> session.putValue("a", "b"))
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> session.removeValue("a"))
        .isInstanceOf(UnsupportedOperationException.class);
    assertThat(session.isValid()).isTrue();
  }

  @ParameterizedTest // 38
  @EnumSource(Brand.class)
  void aPlainResponseHasNoSession(Brand brand) throws Exception {
    ScriptedServer server = rig.server(ScriptedServer.always(Answers.ok("")));
    assertThat(client(brand).send(get(server.uri("/")), BodyHandlers.ofString()).sslSession())
        .isEmpty();
  }
}
