package dev.redial.tests;

import static dev.redial.tests.Failures.failureOf;
import static dev.redial.tests.kit.Requests.get;
import static dev.redial.tests.kit.Requests.post;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.redial.RedialClient;
import dev.redial.Retries;
import dev.redial.ServerActed;
import dev.redial.TlsHandshakeException;
import dev.redial.tests.kit.Answers;
import dev.redial.tests.kit.CertificateMaker;
import dev.redial.tests.kit.Rig;
import dev.redial.tests.kit.ScriptedServer;
import dev.redial.tests.kit.TlsMaterial;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Which certificates are good enough for a host, and what is said of those that are not. */
@Timeout(60)
class CertificateTest {
  private static final Duration DAY = Duration.ofDays(1);

  @RegisterExtension final Rig rig = new Rig();

  static Stream<Arguments> good() {
    return Stream.of(
        arguments("localhost", maker()),
        arguments("127.0.0.1", maker()),
        arguments("LOCALHOST", maker()),
        arguments("a.example.test", maker().hosts("a.example.test")),
        arguments("a.example.test", maker().hosts("A.Example.TEST")),
        arguments("a.example.test", maker().hosts("other.test", "*.example.test")),
        arguments("a.example.test", maker().hosts("a.example.test").commonName("other.test")),
        arguments(
            "localhost", common("localhost")), // as the JDK has it, where there is no other name
        arguments("localhost", maker().chain(3)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("good")
  void aCertificateForTheHostIsAccepted(String host, CertificateMaker maker) throws Exception {
    TlsMaterial material = maker.make();
    ScriptedServer server = server(material);
    RedialClient client = client(material.client());
    assertThat(client.send(get(uri(server, host)), BodyHandlers.ofString()).body()).isEqualTo("ok");
  }

  static Stream<Arguments> bad() {
    return Stream.of(
        bad(
            "expired",
            "localhost",
            maker().valid(DAY.negated(), Duration.ofSeconds(-1)),
            "NotAfter"),
        bad("not valid yet", "localhost", maker().valid(DAY, DAY.multipliedBy(2)), "NotBefore"),
        bad("of another host", "localhost", maker().hosts("other.test"), "name matching localhost"),
        bad("of another address", "127.0.0.1", maker().address("127.0.0.2"), "matching IP address"),
        bad("of no address", "127.0.0.1", maker().hosts("localhost"), "127.0.0.1"),
        bad("of an address as a host", "127.0.0.1", maker().hosts("127.0.0.1"), "127.0.0.1"),
        bad("of a host that begins alike", "a.test", maker().hosts("a.test.example"), "a.test"),
        bad("of a host that ends alike", "a.test", maker().hosts("xa.test"), "a.test"),
        bad(
            "a wildcard for two labels",
            "a.b.example.test",
            maker().hosts("*.example.test"),
            "a.b."),
        bad("a wildcard for no label", "example.test", maker().hosts("*.example.test"), "example"),
        bad("a wildcard in the middle", "a.b.test", maker().hosts("a.*.test"), "a.b.test"),
        bad("a wildcard for all", "localhost", maker().hosts("*"), "localhost"),
        bad("a common name for an address", "127.0.0.1", common("127.0.0.1"), "127.0.0.1"),
        bad("names of others beside the common one", "localhost", others("localhost"), "localhost"),
        bad("a chain without an end", "localhost", maker().chain(12), "certificate chain length"),
        bad("a certificate without an end", "localhost", maker().padded(40_000), "size"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("bad")
  void anyOtherIsRefused(String what, String host, CertificateMaker maker, String said)
      throws Exception {
    TlsMaterial material = maker.make();
    assertRefused(server(material), client(material.client()), host, said);
  }

  @Test
  void aSelfSignedCertificateIsRefusedUnlessTrusted() throws Exception {
    TlsMaterial material = maker().selfSigned().make();
    ScriptedServer server = server(material);
    RedialClient trusting = client(material.client());
    assertThat(trusting.send(get(uri(server, "localhost")), BodyHandlers.ofString()).body())
        .isEqualTo("ok");
    assertRefused(
        server(material), client(SSLContext.getDefault()), "localhost", "certification path");
  }

  @Test
  void anAuthorityThatNobodyKnowsIsRefused() throws Exception {
    assertRefused(
        server(maker().chain(1).make()),
        client(maker().selfSigned().make().client()),
        "localhost",
        "certification path");
  }

  /** As whoever switches the verification off knows what he does. */
  @Test
  void withoutVerificationAnyNameWillDo() throws Exception {
    TlsMaterial material = common("other.test").make();
    SSLParameters parameters = new SSLParameters();
    parameters.setEndpointIdentificationAlgorithm("");
    RedialClient client =
        rig.client(b -> b.sslContext(material.client()).sslParameters(parameters));
    ScriptedServer server = server(material);
    assertThat(client.send(get(uri(server, "localhost")), BodyHandlers.ofString()).body())
        .isEqualTo("ok");
  }

  private void assertRefused(ScriptedServer server, RedialClient client, String host, String said)
      throws Exception {
    Exception failure = failureOf(client, post(uri(server, host), "secret"));

    assertThat(failure)
        .isExactlyInstanceOf(TlsHandshakeException.class)
        .hasMessageContaining(said)
        .hasMessageContaining("no request sent");
    assertThat(((TlsHandshakeException) failure).serverActed()).isEqualTo(ServerActed.NO);
    assertThat(((TlsHandshakeException) failure).hungUp()).isFalse();
    assertThat(server.requests()).isEmpty();
    assertThat(server.connections()).isEqualTo(1);
    assertThat(client.stats().total()).isZero();
  }

  private static CertificateMaker maker() {
    return new CertificateMaker();
  }

  private static CertificateMaker common(String name) {
    return maker().hosts().commonName(name);
  }

  private static CertificateMaker others(String name) {
    return maker().hosts("other.test").commonName(name);
  }

  private static Arguments bad(String what, String host, CertificateMaker maker, String said) {
    return arguments(what, host, maker, said);
  }

  private ScriptedServer server(TlsMaterial material) {
    return rig.watch(
        ScriptedServer.startTls(material.server(), ScriptedServer.always(Answers.ok("ok"))));
  }

  /** Every host is this one. */
  private RedialClient client(SSLContext context) {
    return rig.client(b ->
        b.sslContext(context)
            .retries(Retries.off())
            .resolver(host -> List.of(InetAddress.getByAddress(host, new byte[] {127, 0, 0, 1}))));
  }

  private static URI uri(ScriptedServer server, String host) {
    return URI.create("https://" + host + ":" + server.port() + "/");
  }
}
