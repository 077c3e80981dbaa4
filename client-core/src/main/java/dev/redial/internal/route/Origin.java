package dev.redial.internal.route;

import java.net.URI;
import java.util.Locale;

/**
 * The scheme, host and port that a request is for (RFC 9110, section 4.3.1).
 *
 * @param secure whether the scheme is https
 * @param host in lower case; an IPv6 literal without its brackets
 * @param port never the scheme's absent default, always a number
 */
public record Origin(boolean secure, String host, int port) {

  /**
   * The origin of a URI that has been checked to be http or https and to have a host.
   *
   * @param uri the target
   * @return its origin
   */
  public static Origin of(URI uri) {
    boolean secure = uri.getScheme().equalsIgnoreCase("https");
    String host = uri.getHost();
    if (host.startsWith("[")) host = host.substring(1, host.length() - 1);
    int port = uri.getPort() == -1 ? defaultPort(secure) : uri.getPort();
    return new Origin(secure, host.toLowerCase(Locale.ROOT), port);
  }

  /**
   * Whether the port is the scheme's own, which is left out of {@code Host}.
   *
   * @return true for 80 and 443 with their schemes
   */
  public boolean hasDefaultPort() {
    return port == defaultPort(secure);
  }

  private static int defaultPort(boolean secure) {
    return secure ? 443 : 80;
  }

  /**
   * The value of {@code Host}: brackets around an IPv6 literal, the port only where it is not the
   * default.
   */
  public String authority() {
    return hasDefaultPort() ? bracketed() : hostAndPort();
  }

  /** The target of CONNECT, which always names the port (RFC 9112, section 3.2.3). */
  public String hostAndPort() {
    return bracketed() + ":" + port;
  }

  private String bracketed() {
    return host.indexOf(':') >= 0 ? "[" + host + "]" : host;
  }

  @Override
  public String toString() {
    return (secure ? "https://" : "http://") + authority();
  }
}
