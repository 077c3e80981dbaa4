package dev.redial.tests.contract;

import static dev.redial.tests.kit.Requests.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redial.tests.kit.Answers;
import dev.redial.tests.kit.ScriptedServer;
import java.io.IOException;
import java.net.Authenticator;
import java.net.CookieManager;
import java.net.InetAddress;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpClient.Version;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Builders: defaults, refusals, copies. */
class BuilderContractTest {
  private static final String OK = Answers.ok("ok");

  @RegisterExtension final ContractRig rig = new ContractRig();

  @OnBothSides
  @Tag("contract-1")
  void theDefaultsAreThoseOfTheDocumentation(Side side) throws Exception {
    HttpClient client = rig.watch(side.plainBuilder().build());
    assertThat(client.version()).isEqualTo(Version.HTTP_2);
    assertThat(client.followRedirects()).isEqualTo(Redirect.NEVER);
    assertThat(client.sslContext()).isSameAs(SSLContext.getDefault());
    assertThat(client.sslParameters()).isNotNull();
    assertThat(client.authenticator()).isEmpty();
    assertThat(client.cookieHandler()).isEmpty();
    assertThat(client.connectTimeout()).isEmpty();
    assertThat(client.executor()).isEmpty();
    assertThat(client.proxy()).isEmpty();
  }

  @OnBothSides
  @Tag("contract-2")
  void everySetterRefusesNull(Side side) {
    HttpClient.Builder builder = side.builder();
    List<Runnable> setters =
        List.of(
            () -> builder.authenticator(null),
            () -> builder.connectTimeout(null),
            () -> builder.cookieHandler(null),
            () -> builder.executor(null),
            () -> builder.followRedirects(null),
            () -> builder.proxy(null),
            () -> builder.sslContext(null),
            () -> builder.sslParameters(null),
            () -> builder.version(null));
    for (Runnable setter : setters)
      assertThatThrownBy(setter::run).isInstanceOf(NullPointerException.class);
  }

  @OnBothSides
  @Tag("contract-2")
  void valuesOutOfRangeAreRefused(Side side) {
    HttpClient.Builder builder = side.builder();
    List<Consumer<HttpClient.Builder>> settings =
        List.of(
            b -> b.connectTimeout(Duration.ZERO),
            b -> b.connectTimeout(Duration.ofSeconds(-1)),
            b -> b.connectTimeout(Duration.ofSeconds(Long.MIN_VALUE)),
            b -> b.priority(0),
            b -> b.priority(-1),
            b -> b.priority(257));
    for (Consumer<HttpClient.Builder> setting : settings)
      assertThatThrownBy(() -> setting.accept(builder))
          .isInstanceOf(IllegalArgumentException.class);
    assertThat(builder.priority(1)).isSameAs(builder);
    assertThat(builder.priority(256)).isSameAs(builder);
  }

  @OnBothSides
  @Tag("contract-2")
  void aLocalAddressIsResetByNullAndTheBuilderBuildsAgain(Side side) throws Exception {
    ScriptedServer server = rig.server(ScriptedServer.always(OK));
    // An address of the documentation range, which no machine has (RFC 5737).
    HttpClient.Builder builder =
        side.builder().localAddress(InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, 1}));
    HttpClient bound = rig.watch(builder.build());
    assertThatThrownBy(() -> bound.send(get(server.uri("/a")), BodyHandlers.ofString()))
        .isInstanceOf(IOException.class);
    HttpClient free = rig.watch(builder.localAddress(null).build());
    assertThat(free.send(get(server.uri("/a")), BodyHandlers.ofString()).body()).isEqualTo("ok");
  }

  @OnBothSides
  @Tag("contract-2")
  void parametersAreCopiedInAndOutAndTakenAsGiven(Side side) {
    side.assumeSince(25);
    SSLParameters given = new SSLParameters(new String[] {"TLS_NO_SUCH_CIPHER"});
    given.setProtocols(new String[] {"TLSv99"});
    given.setNeedClientAuth(true);
    HttpClient.Builder builder = side.builder().sslParameters(given);
    given.setCipherSuites(new String[] {"CHANGED"});
    given.setWantClientAuth(true);
    HttpClient client = rig.watch(builder.build());
    client.sslParameters().setProtocols(new String[] {"CHANGED"});
    assertThat(client.sslParameters()).isNotSameAs(given);
    assertThat(client.sslParameters().getCipherSuites()).containsExactly("TLS_NO_SUCH_CIPHER");
    assertThat(client.sslParameters().getProtocols()).containsExactly("TLSv99");
    assertThat(client.sslParameters().getNeedClientAuth()).isTrue();
    assertThat(client.sslParameters().getWantClientAuth()).isFalse();

    SSLParameters wanting = new SSLParameters();
    wanting.setWantClientAuth(true);
    HttpClient second = rig.watch(builder.sslParameters(wanting).build());
    assertThat(second.sslParameters().getWantClientAuth()).isTrue();
    assertThat(second.sslParameters().getNeedClientAuth()).isFalse();
    assertThat(client.sslParameters().getNeedClientAuth()).isTrue();
  }

  @OnBothSides
  @Tag("contract-2")
  void theVeryObjectsGivenComeBackAndABuilderBuildsAgainAfterChanges(Side side) throws Exception {
    Authenticator authenticator = new Authenticator() {};
    CookieManager cookies = new CookieManager();
    Executor executor = Runnable::run;
    ProxySelector proxy = ProxySelector.of(null);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, null, null);
    Duration timeout = Duration.ofMillis(1234);
    HttpClient.Builder builder =
        side.builder()
            .authenticator(authenticator)
            .cookieHandler(cookies)
            .executor(executor)
            .proxy(proxy)
            .sslContext(context)
            .connectTimeout(timeout)
            .followRedirects(Redirect.ALWAYS)
            .version(Version.HTTP_1_1);
    HttpClient first = rig.watch(builder.build());
    HttpClient second =
        rig.watch(builder.followRedirects(Redirect.NORMAL).version(Version.HTTP_2).build());
    for (HttpClient client : List.of(first, second)) {
      assertThat(client.authenticator()).containsSame(authenticator);
      assertThat(client.cookieHandler()).containsSame(cookies);
      assertThat(client.executor()).containsSame(executor);
      assertThat(client.proxy()).containsSame(proxy);
      assertThat(client.sslContext()).isSameAs(context);
      assertThat(client.connectTimeout()).containsSame(timeout);
    }
    assertThat(first.followRedirects()).isEqualTo(Redirect.ALWAYS);
    assertThat(first.version()).isEqualTo(Version.HTTP_1_1);
    assertThat(second.followRedirects()).isEqualTo(Redirect.NORMAL);
    assertThat(second.version()).isEqualTo(Version.HTTP_2);
  }

  @OnBothSides
  @Tag("contract-5")
  void withoutADefaultContextBuildFails(Side side) throws Exception {
    // The default context is made once for a process, so this needs one of its own.
    String seen =
        OwnProcess.run(
            List.of("-Djavax.net.ssl.keyStore=/no/such/store"), WithoutTls.class, side.name());
    assertThat(seen.lines())
        .containsExactly(
            "builder: java.io.UncheckedIOException, java.io.IOException,"
                + " java.security.NoSuchAlgorithmException",
            "newHttpClient: java.io.UncheckedIOException, java.io.IOException,"
                + " java.security.NoSuchAlgorithmException");
  }
}
