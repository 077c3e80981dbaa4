package dev.redial.internal.route;

import java.net.URI;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The scheme, host and port that a request is for (RFC 9110, section 4.3.1). A value: equal ones
 * are interchangeable.
 */
public final class Origin {
  private final boolean secure;
  private final String host;
  private final int port;

  /** Every request names it; several threads may find it at once, with equal outcome. */
  private @Nullable String authority;

  /**
   * An origin.
   *
   * @param secure whether the scheme is https
   * @param host in lower case; an IPv6 literal without its brackets, with the zone id that it came
   *     with
   * @param port never the scheme's absent default, always a number
   */
  public Origin(boolean secure, String host, int port) {
    this.secure = secure;
    this.host = host;
    this.port = port;
  }

  /**
   * The origin of a URI that has been checked to be http or https and to have a host.
   *
   * @param uri the target
   * @return its origin
   */
  public static Origin of(URI uri) {
    boolean secure = uri.getScheme().equalsIgnoreCase("https");
    String host = uri.getHost();
    int port = uri.getPort() == -1 ? defaultPort(secure) : uri.getPort();
    return new Origin(
        secure, host.startsWith("[") ? literal(host) : host.toLowerCase(Locale.ROOT), port);
  }

  /**
   * The name of an interface is case-sensitive, and in a URI its percent sign may be written as
   * {@code %25} (RFC 6874, section 2).
   */
  private static String literal(String bracketed) {
    String literal = bracketed.substring(1, bracketed.length() - 1);
    int percent = literal.indexOf('%');
    if (percent < 0) return literal.toLowerCase(Locale.ROOT);
    String zone = literal.substring(percent + 1);
    if (zone.startsWith("25") && zone.length() > 2) zone = zone.substring(2);
    return literal.substring(0, percent).toLowerCase(Locale.ROOT) + "%" + zone;
  }

  /**
   * Whether the scheme is https.
   *
   * @return false for http
   */
  public boolean secure() {
    return secure;
  }

  /**
   * The host.
   *
   * @return in lower case, without brackets
   */
  public String host() {
    return host;
  }

  /**
   * The port.
   *
   * @return a number in any case
   */
  public int port() {
    return port;
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
   * default. A zone id means something on this machine only (RFC 6874, section 4).
   */
  public String authority() {
    String known = authority;
    if (known == null) authority = known = hasDefaultPort() ? bracketed() : hostAndPort();
    return known;
  }

  /** The target of CONNECT, which always names the port (RFC 9112, section 3.2.3). */
  public String hostAndPort() {
    return bracketed() + ":" + port;
  }

  private String bracketed() {
    int zone = host.indexOf('%');
    String bare = zone < 0 ? host : host.substring(0, zone);
    return bare.indexOf(':') >= 0 ? "[" + bare + "]" : bare;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other == this
        || (other instanceof Origin that
            && port == that.port
            && secure == that.secure
            && host.equals(that.host));
  }

  @Override
  public int hashCode() {
    return 31 * (31 * host.hashCode() + port) + (secure ? 1 : 0);
  }

  @Override
  public String toString() {
    return (secure ? "https://" : "http://") + authority();
  }
}
