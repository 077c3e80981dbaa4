package dev.redial.internal.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NoProxiesTest {
  private static final ProxySelector JDK = ProxySelector.getDefault();
  private static final URI PLAIN = URI.create("http://a.example/x");
  private static final URI SECURE = URI.create("https://a.example/x");

  @TempDir Path folder;

  private final Map<String, String> before = new TreeMap<>();

  private void set(String property, String value) {
    before.put(property, System.getProperty(property, ""));
    System.setProperty(property, value);
  }

  @AfterEach
  void restoreProperties() {
    before.forEach((property, value) -> {
      if (value.isEmpty()) System.clearProperty(property);
      else System.setProperty(property, value);
    });
  }

  @Test
  void nothingIsSetOnAPlainMachine() {
    NoProxies noProxies = NoProxies.of(JDK);

    assertThat(noProxies).isNotNull();
    assertThat(noProxies.areSetFor(Origin.of(PLAIN))).isTrue();
    assertThat(noProxies.areSetFor(Origin.of(SECURE))).isTrue();
  }

  /** Properties may be set while the client lives: the JDK's selector looks at them each time. */
  @ParameterizedTest
  @CsvSource({
    "http.proxyHost,  true,  false",
    "https.proxyHost, false, true",
    "proxyHost,       true,  true",
    "socksProxyHost,  false, false",
    "ftp.proxyHost,   false, false",
  })
  void whereAPropertyNamesAProxyTheSelectorIsAsked(String property, boolean plain, boolean secure) {
    RoutePlanner planner = new RoutePlanner(JDK);
    assertThat(planner.plan(PLAIN).proxy()).isNull();

    set(property, "p.example");

    assertThat(planner.plan(PLAIN).proxy() != null).isEqualTo(plain);
    assertThat(planner.plan(SECURE).proxy() != null).isEqualTo(secure);
    assertThat(namesHttpProxy(PLAIN)).isEqualTo(plain);
    assertThat(namesHttpProxy(SECURE)).isEqualTo(secure);
  }

  private static boolean namesHttpProxy(URI uri) {
    return JDK.select(uri).getFirst().type() == Proxy.Type.HTTP;
  }

  @Test
  void everyOtherSelectorIsAsked() {
    assertThat(NoProxies.of(ProxySelector.of(new InetSocketAddress("127.0.0.1", 1)))).isNull();
  }

  @Test
  void whereTheOperatingSystemMayNameOneTheSelectorIsAsked() {
    set("java.net.useSystemProxies", "true");

    assertThat(NoProxies.of(JDK)).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http.proxyHost=p",
        "https.proxyHost=p",
        "proxyHost=p",
        "java.net.useSystemProxies=true"
      })
  void theFileOfTheJdkIsMinded(String line) throws IOException {
    Path file = Files.writeString(folder.resolve("net.properties"), "# a comment\n" + line + "\n");

    assertThat(NoProxies.areNamedIn(file)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "java.net.useSystemProxies=false", "http.nonProxyHosts=localhost"})
  void aFileThatNamesNoneChangesNothing(String line) throws IOException {
    Path file = Files.writeString(folder.resolve("net.properties"), line);

    assertThat(NoProxies.areNamedIn(file)).isFalse();
  }

  @Test
  void withoutTheFileNothingIsCertain() {
    assertThat(NoProxies.areNamedIn(folder.resolve("missing"))).isTrue();
  }
}
