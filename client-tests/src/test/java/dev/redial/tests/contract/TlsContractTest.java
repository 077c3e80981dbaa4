package dev.redial.tests.contract;

import static dev.redial.tests.kit.Requests.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redial.tests.kit.Answers;
import dev.redial.tests.kit.CertificateMaker;
import dev.redial.tests.kit.ScriptedServer;
import dev.redial.tests.kit.ServedConnection;
import dev.redial.tests.kit.TlsMaterial;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Points 37 and 38: TLS. */
class TlsContractTest {
  @RegisterExtension final ContractRig rig = new ContractRig();

  private HttpClient trusting(Side side) {
    return rig.client(side, b -> b.sslContext(TlsMaterial.forLoopback().client()));
  }

  private static URI tls(ScriptedServer server, String host) {
    return URI.create("https://" + host + ":" + server.port() + "/");
  }

  @OnBothSides
  @Tag("contract-37")
  void anUntrustedCertificateIsRefused(Side side) {
    ScriptedServer server = rig.tlsServer(ScriptedServer.always(Answers.ok("")));
    HttpClient client = rig.client(side);
    assertThat(
            Causes.of(
                Causes.failureOf(() -> client.send(get(server.uri("/")), BodyHandlers.ofString()))))
        .anyMatch(SSLException.class::isInstance);
    assertThat(server.requests()).isEmpty();
  }

  @OnBothSides
  @Tag("contract-37")
  void theCertificateOfAnotherHostIsRefused(Side side) {
    TlsMaterial other = TlsMaterial.forAnotherHost();
    ScriptedServer server =
        rig.watch(ScriptedServer.startTls(other.server(), ScriptedServer.always(Answers.ok(""))));
    HttpClient client = rig.client(side, b -> b.sslContext(other.client()));
    assertThat(
            Causes.of(
                Causes.failureOf(() -> client.send(get(server.uri("/")), BodyHandlers.ofString()))))
        .anyMatch(SSLHandshakeException.class::isInstance);
    assertThat(server.requests()).isEmpty();
  }

  @OnBothSides
  @Tag("contract-37")
  void aCommonNameNamesTheHostWhereNothingElseDoes(Side side) throws Exception {
    TlsMaterial material = new CertificateMaker().hosts().commonName("localhost").make();
    ScriptedServer server =
        rig.watch(
            ScriptedServer.startTls(material.server(), ScriptedServer.always(Answers.ok("ok"))));
    HttpClient client = rig.client(side, b -> b.sslContext(material.client()));
    HttpRequest request = get(tls(server, "localhost"));
    assertThat(client.send(request, BodyHandlers.ofString()).body()).isEqualTo("ok");
  }

  @OnBothSides
  @Tag("contract-37")
  void aPeerThatClosesInTheHandshakeIsAHandshakeFailure(Side side) {
    assertThat(Causes.of(failureAfterTheHello(side, ServedConnection::fin)))
        .anyMatch(SSLHandshakeException.class::isInstance);
  }

  @OnBothSides
  @Tag("contract-37")
  void aPeerThatResetsInTheHandshakeIsNoTimeOut(Side side) {
    assertThat(failureAfterTheHello(side, ServedConnection::rst))
        .isInstanceOf(IOException.class)
        .isNotInstanceOf(HttpTimeoutException.class);
  }

  private Throwable failureAfterTheHello(Side side, ScriptedServer.Script end) {
    ScriptedServer server =
        rig.server(c -> {
          hello(c);
          end.run(c);
        });
    HttpClient client = trusting(side);
    return Causes.failureOf(
        () -> client.send(get(tls(server, "127.0.0.1")), BodyHandlers.ofString()));
  }

  /** The record with the client's first message, which is in the clear. */
  private static String hello(ServedConnection connection) throws IOException {
    byte[] head = connection.read(5);
    int length = (Byte.toUnsignedInt(head[3]) << 8) | Byte.toUnsignedInt(head[4]);
    return new String(connection.read(length), StandardCharsets.ISO_8859_1);
  }

  static Stream<Arguments> names() {
    return Stream.of(Side.values())
        .flatMap(side ->
            Stream.of(
                Arguments.of(side, "localhost", false, "localhost"),
                Arguments.of(side, "localhost", true, "localhost"),
                Arguments.of(side, "127.0.0.1", false, ""),
                Arguments.of(side, "127.0.0.1", true, "given.invalid")));
  }

  @ParameterizedTest
  @Tag("contract-38")
  @MethodSource("names")
  void theNameSentIsTheHostOfTheUriOrForAnAddressTheOneGiven(
      Side side, String host, boolean given, String expected) {
    AtomicReference<String> hello = new AtomicReference<>("");
    ScriptedServer server =
        rig.server(c -> {
          hello.set(hello(c));
          c.fin();
        });
    HttpClient client =
        rig.client(
            side,
            b -> {
              SSLParameters parameters = new SSLParameters();
              if (given) parameters.setServerNames(List.of(new SNIHostName("given.invalid")));
              return b.sslContext(TlsMaterial.forLoopback().client()).sslParameters(parameters);
            });
    assertThat(Causes.failureOf(() -> client.send(get(tls(server, host)), BodyHandlers.ofString())))
        .isInstanceOf(IOException.class);
    assertThat(hello.get()).isNotEmpty().contains(expected);
    for (String other : List.of("localhost", "127.0.0.1", "given.invalid"))
      if (!other.equals(expected)) assertThat(hello.get()).doesNotContain(other);
  }

  @OnBothSides
  @Tag("contract-38")
  void theSessionOfAResponseIsForReading(Side side) throws Exception {
    ScriptedServer server = rig.tlsServer(ScriptedServer.always(Answers.ok("")));
    HttpResponse<String> response =
        trusting(side).send(get(server.uri("/")), BodyHandlers.ofString());
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

  @OnBothSides
  @Tag("contract-38")
  void aPlainResponseHasNoSession(Side side) throws Exception {
    ScriptedServer server = rig.server(ScriptedServer.always(Answers.ok("")));
    assertThat(rig.client(side).send(get(server.uri("/")), BodyHandlers.ofString()).sslSession())
        .isEmpty();
  }
}
