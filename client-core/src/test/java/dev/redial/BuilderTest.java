package dev.redial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redial.internal.call.OwnRequest;
import java.net.Authenticator;
import java.net.CookieManager;
import java.net.InetAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.StringJoiner;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BuilderTest {
  private static final HttpRequest REQUEST =
      HttpRequest.newBuilder(URI.create("http://127.0.0.1:1/")).build();

  @Test
  void theDefaultsAreTheJdks() throws NoSuchAlgorithmException {
    try (HttpClient client = RedialClient.newHttpClient();
        HttpClient jdk = HttpClient.newHttpClient()) {
      assertThat(client.version()).isEqualTo(jdk.version()).isEqualTo(HttpClient.Version.HTTP_2);
      assertThat(client.followRedirects())
          .isEqualTo(jdk.followRedirects())
          .isEqualTo(HttpClient.Redirect.NEVER);
      assertThat(client.sslContext()).isSameAs(SSLContext.getDefault());
      assertThat(client.sslParameters()).isNotNull();
      assertThat(client.authenticator()).isEmpty();
      assertThat(client.cookieHandler()).isEmpty();
      assertThat(client.connectTimeout()).isEmpty();
      assertThat(client.executor()).isEmpty();
      assertThat(client.proxy()).isEmpty();
    }
  }

  @Test
  void whatIsGivenComesBack() throws Exception {
    Authenticator authenticator = new Authenticator() {};
    CookieManager cookies = new CookieManager();
    Executor executor = Runnable::run;
    ProxySelector proxies = HttpClient.Builder.NO_PROXY;
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, null, null);

    try (HttpClient client =
        RedialClient.newBuilder()
            .keepAlive(KeepAlive.off())
            .pool(PoolLimits.defaults().withMaxConnections(3))
            .authenticator(authenticator)
            .cookieHandler(cookies)
            .executor(executor)
            .proxy(proxies)
            .sslContext(context)
            .connectTimeout(Duration.ofSeconds(7))
            .followRedirects(HttpClient.Redirect.ALWAYS)
            .version(HttpClient.Version.HTTP_1_1)
            .priority(1)
            .priority(256)
            .localAddress(InetAddress.getLoopbackAddress())
            .localAddress(null)
            .build()) {
      assertThat(client.authenticator().orElseThrow()).isSameAs(authenticator);
      assertThat(client.cookieHandler().orElseThrow()).isSameAs(cookies);
      assertThat(client.executor().orElseThrow()).isSameAs(executor);
      assertThat(client.proxy().orElseThrow()).isSameAs(proxies);
      assertThat(client.sslContext()).isSameAs(context);
      assertThat(client.connectTimeout()).contains(Duration.ofSeconds(7));
      assertThat(client.followRedirects()).isEqualTo(HttpClient.Redirect.ALWAYS);
      assertThat(client.version()).isEqualTo(HttpClient.Version.HTTP_1_1);
    }
  }

  @Test
  void nullIsRefusedByEverySetter() {
    RedialClient.Builder builder = new RedialClient.Builder();

    assertThatThrownBy(() -> builder.keepAlive(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> builder.pool(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> builder.responseLimits(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> builder.cookieHandler(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> builder.connectTimeout(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> builder.sslContext(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> builder.sslParameters(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> builder.executor(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> builder.followRedirects(null))
        .isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> builder.version(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> builder.proxy(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> builder.authenticator(null)).isInstanceOf(NullPointerException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT0S", "PT-1S", "PT-0.000000001S"})
  void aConnectTimeoutIsMoreThanZero(Duration timeout) {
    assertThatThrownBy(() -> RedialClient.newBuilder().connectTimeout(timeout))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(timeout.toString());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 257, Integer.MIN_VALUE, Integer.MAX_VALUE})
  void aPriorityIsInItsRange(int priority) {
    assertThatThrownBy(() -> RedialClient.newBuilder().priority(priority))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(Integer.toString(priority));
  }

  @Test
  void aBuilderBuildsAgain() {
    RedialClient.Builder builder = RedialClient.newBuilder().connectTimeout(Duration.ofSeconds(1));
    try (HttpClient first = builder.build();
        HttpClient second = builder.connectTimeout(Duration.ofSeconds(2)).build()) {
      assertThat(first).isNotSameAs(second);
      assertThat(first.connectTimeout()).contains(Duration.ofSeconds(1));
      assertThat(second.connectTimeout()).contains(Duration.ofSeconds(2));
      first.shutdownNow();
      assertThat(second.isTerminated()).isFalse();
    }
  }

  @Test
  void parametersAreCopiedInAndOut() {
    SSLParameters given =
        new SSLParameters(new String[] {"NO_SUCH_CIPHER"}, new String[] {"NO_SUCH_PROTOCOL"});
    given.setWantClientAuth(true);
    RedialClient.Builder builder = RedialClient.newBuilder().sslParameters(given);
    given.setProtocols(new String[] {"changed"});

    try (HttpClient client = builder.build()) {
      SSLParameters first = client.sslParameters();
      assertThat(first.getCipherSuites()).containsExactly("NO_SUCH_CIPHER");
      assertThat(first.getProtocols()).containsExactly("NO_SUCH_PROTOCOL");
      assertThat(first.getWantClientAuth()).isTrue();
      assertThat(first.getNeedClientAuth()).isFalse();
      first.setProtocols(new String[] {"changed"});
      assertThat(client.sslParameters().getProtocols()).containsExactly("NO_SUCH_PROTOCOL");
      assertThat(client.sslParameters()).isNotSameAs(client.sslParameters());
    }
  }

  @Test
  void needClientAuthIsKept() {
    SSLParameters given = new SSLParameters();
    given.setNeedClientAuth(true);

    try (HttpClient client = RedialClient.newBuilder().sslParameters(given).build()) {
      assertThat(client.sslParameters().getNeedClientAuth()).isTrue();
      assertThat(client.sslParameters().getWantClientAuth()).isFalse();
    }
  }

  /** What the client needs for itself it does not pass off as the caller's. */
  @Test
  void parametersAreTheCallersAsTheyWereGiven() {
    SSLParameters given = new SSLParameters();
    try (HttpClient client = RedialClient.newBuilder().sslParameters(given).build();
        HttpClient another = RedialClient.newHttpClient()) {
      assertThat(client.sslParameters().getEndpointIdentificationAlgorithm()).isNull();
      assertThat(client.sslParameters().getApplicationProtocols()).isEmpty();
      assertThat(client.sslParameters().getServerNames()).isNull();
      assertThat(another.sslParameters().getEndpointIdentificationAlgorithm()).isNull();
      assertThat(another.sslParameters().getApplicationProtocols()).isEmpty();
    }
  }

  /** In a process of its own, as the default context is made once. */
  @Test
  void withoutADefaultContextThereIsNoClient() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djavax.net.ssl.trustStoreType=nonsense",
                "-cp",
                System.getProperty("java.class.path"),
                WithoutContext.class.getName())
            .redirectErrorStream(true)
            .start();

    String told = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(told).contains("UncheckedIOException, IOException, NoSuchAlgorithmException");
    assertThat(process.waitFor()).isZero();
  }

  /** Tells how the builder fails. */
  static final class WithoutContext {
    private WithoutContext() {}

    public static void main(String[] args) {
      StringJoiner chain = new StringJoiner(", ");
      try (HttpClient client = RedialClient.newHttpClient()) {
        chain.add("built " + client);
      } catch (RuntimeException e) {
        for (Throwable each = e; each != null; each = each.getCause())
          chain.add(each.getClass().getSimpleName());
      }
      System.out.println(chain);
    }
  }

  @Test
  void nullArgumentsAreRefusedAtTheCall() {
    try (HttpClient client = RedialClient.newHttpClient()) {
      assertThatThrownBy(() -> client.send(null, BodyHandlers.discarding()))
          .isInstanceOf(NullPointerException.class);
      assertThatThrownBy(() -> client.send(REQUEST, null)).isInstanceOf(NullPointerException.class);
      assertThatThrownBy(() -> client.sendAsync(null, BodyHandlers.discarding()))
          .isInstanceOf(NullPointerException.class);
      assertThatThrownBy(() -> client.sendAsync(REQUEST, null))
          .isInstanceOf(NullPointerException.class);
      assertThatThrownBy(() -> client.sendAsync(null, BodyHandlers.discarding(), null))
          .isInstanceOf(NullPointerException.class);
      assertThatThrownBy(() -> client.sendAsync(REQUEST, null, null))
          .isInstanceOf(NullPointerException.class);
      assertThatThrownBy(() -> client.awaitTermination(null))
          .isInstanceOf(NullPointerException.class);
    }
  }

  @Test
  void connectIsRefusedAtTheCall() {
    HttpRequest connect = new OwnRequest().withMethod("CONNECT");
    try (HttpClient client = RedialClient.newHttpClient()) {
      assertThatThrownBy(() -> client.send(connect, BodyHandlers.discarding()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("CONNECT");
      assertThatThrownBy(() -> client.sendAsync(connect, BodyHandlers.discarding()))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> client.sendAsync(connect, BodyHandlers.discarding(), null))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void webSocketsAreTheJdks() {
    try (HttpClient client =
        RedialClient.newBuilder().connectTimeout(Duration.ofSeconds(1)).build()) {
      assertThat(client.newWebSocketBuilder()).isNotNull();
    }
  }

  @Test
  void allWebSocketsOfAClientShareOneClientOfTheJdks() {
    Set<Thread> before = jdkClients();
    try (HttpClient client = RedialClient.newHttpClient()) {
      for (int i = 0; i < 10; i++) assertThat(client.newWebSocketBuilder()).isNotNull();
      Set<Thread> made = jdkClients();
      made.removeAll(before);
      assertThat(made).hasSize(1);
    }
  }

  /** Each has a thread of its own. */
  private static Set<Thread> jdkClients() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().endsWith("SelectorManager"))
        .collect(Collectors.toCollection(HashSet::new));
  }
}
