package dev.redial.internal.route;

import java.io.IOException;
import java.io.Reader;
import java.net.ProxySelector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * Tells without asking the JDK's own proxy selector when it can only answer that there is no proxy.
 *
 * <p>That selector puts several strings together for each question, more than everything else about
 * a small request. Its documented sources are the system properties, which may change at any time
 * and so are looked at each time, the file {@code conf/net.properties}, which it reads once, and
 * the operating system, if {@code java.net.useSystemProxies} is set. SOCKS proxies do not count, as
 * they are passed over.
 */
final class NoProxies {
  private static final String JDK_SELECTOR = "sun.net.spi.DefaultProxySelector";
  private static final String BY_SYSTEM = "java.net.useSystemProxies";
  private static final String HTTP = "http.proxyHost";
  private static final String HTTPS = "https.proxyHost";
  private static final String ANY = "proxyHost";

  private static final NoProxies INSTANCE = new NoProxies();

  private NoProxies() {}

  /**
   * For a selector.
   *
   * @return null if it has to be asked: it is not the JDK's, or has sources that cannot be seen
   */
  static @Nullable NoProxies of(ProxySelector selector) {
    if (!selector.getClass().getName().equals(JDK_SELECTOR)) return null;
    if (Boolean.getBoolean(BY_SYSTEM)) return null;
    return areNamedIn(Path.of(System.getProperty("java.home", ""), "conf", "net.properties"))
        ? null
        : INSTANCE;
  }

  /** In doubt, also where there is no such file, the selector has to be asked. */
  static boolean areNamedIn(Path file) {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    } catch (IOException | IllegalArgumentException e) {
      return true;
    }
    return properties.containsKey(HTTP)
        || properties.containsKey(HTTPS)
        || properties.containsKey(ANY)
        || Boolean.parseBoolean(properties.getProperty(BY_SYSTEM));
  }

  /** Whether the system properties name no proxy for this origin now. */
  boolean areSetFor(Origin origin) {
    return System.getProperty(origin.secure() ? HTTPS : HTTP) == null
        && System.getProperty(ANY) == null;
  }
}
