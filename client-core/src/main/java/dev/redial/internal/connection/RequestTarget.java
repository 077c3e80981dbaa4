package dev.redial.internal.connection;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** The forms in which a request line names what it is for (RFC 9112, section 3.2). */
public final class RequestTarget {
  private RequestTarget() {}

  /**
   * For a server: path and query as they are.
   *
   * @param uri the target
   * @return the origin form
   */
  public static String origin(URI uri) {
    return of(uri, "");
  }

  /**
   * For a forwarding proxy, which is only used for plain http.
   *
   * @param uri the target
   * @param authority host, and port unless it is the default
   * @return the absolute form
   */
  public static String absolute(URI uri, String authority) {
    return of(uri, "http://" + authority);
  }

  private static String of(URI uri, String site) {
    String path = uri.getRawPath();
    if (path == null || path.isEmpty()) path = "/";
    String query = uri.getRawQuery();
    if (query != null) return escaped(site + path + "?" + query);
    return escaped(site.isEmpty() ? path : site + path);
  }

  /**
   * RFC 3986 allows ASCII only; {@link URI} keeps other characters as they were typed, so they go
   * out as escaped UTF-8.
   */
  private static String escaped(String target) {
    for (int i = 0; i < target.length(); i++) {
      if (target.charAt(i) > 0x7E) return escape(target);
    }
    return target;
  }

  private static String escape(String target) {
    StringBuilder escaped = new StringBuilder(target.length() + 16);
    for (byte octet : target.getBytes(StandardCharsets.UTF_8)) {
      if (octet > 0x20 && octet < 0x7F) {
        escaped.append((char) octet);
      } else {
        escaped.append('%').append(String.format(Locale.ROOT, "%02X", octet & 0xFF));
      }
    }
    return escaped.toString();
  }
}
