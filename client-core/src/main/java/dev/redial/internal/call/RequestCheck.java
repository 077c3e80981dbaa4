package dev.redial.internal.call;

import dev.redial.internal.connection.FieldSyntax;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Refuses a request that must not be written: anyone can subclass {@link HttpRequest}, so nothing
 * about it is taken on trust.
 */
final class RequestCheck {
  private static final Module JAVA_NET_HTTP = HttpClient.class.getModule();

  /** As java.net.http has it: they are the client's own, unless the property leaves them. */
  private static final Set<String> RESTRICTED =
      Set.of("connection", "content-length", "expect", "host", "upgrade");

  private RequestCheck() {}

  /**
   * Checks a request before anything is sent.
   *
   * @param request the caller's
   * @param allowed restricted header names, in lower case, that callers may set all the same
   * @return the request, which cannot change any more: what is sent is what was checked
   * @throws IllegalArgumentException naming what is wrong
   * @throws NullPointerException if something is missing
   */
  static HttpRequest checked(HttpRequest request, Set<String> allowed) {
    HttpRequest fixed = request;
    if (!isBuilt(request)) {
      fixed = PlainRequest.copyOf(request);
      checkHeaders(fixed.headers().map(), allowed);
    }
    checkMethod(fixed.method());
    checkUri(fixed.uri());
    Optional<Duration> timeout = fixed.timeout();
    if (timeout.isPresent() && (timeout.get().isNegative() || timeout.get().isZero()))
      throw new IllegalArgumentException("timeout must be more than zero: " + timeout.get());
    return fixed;
  }

  /** Those of the JDK's builder are immutable, and their headers were checked when set. */
  private static boolean isBuilt(HttpRequest request) {
    return request.getClass().getModule() == JAVA_NET_HTTP;
  }

  private static void checkMethod(String method) {
    if (!FieldSyntax.isToken(method))
      throw new IllegalArgumentException("not a method: \"" + visible(method) + "\"");
    if (method.equals("CONNECT"))
      throw new IllegalArgumentException("method CONNECT is not supported");
  }

  private static void checkUri(URI uri) {
    String scheme = uri.getScheme();
    if (scheme == null || !(scheme.equalsIgnoreCase("http") || scheme.equalsIgnoreCase("https")))
      throw new IllegalArgumentException("invalid URI scheme: " + scheme);
    if (uri.getHost() == null)
      throw new IllegalArgumentException("unsupported URI, it has no host: " + ShownUri.of(uri));
    if (uri.getPort() < -1 || uri.getPort() == 0 || uri.getPort() > 65535)
      throw new IllegalArgumentException("port out of range: " + uri.getPort());
  }

  private static void checkHeaders(Map<String, List<String>> headers, Set<String> allowed) {
    for (Map.Entry<String, List<String>> field : headers.entrySet()) {
      String name = field.getKey();
      if (!FieldSyntax.isToken(name))
        throw new IllegalArgumentException("not a header name: \"" + visible(name) + "\"");
      String lowerCase = name.toLowerCase(Locale.ROOT);
      if (RESTRICTED.contains(lowerCase) && !allowed.contains(lowerCase))
        throw new IllegalArgumentException("restricted header name: \"" + name + "\"");
      for (String value : field.getValue()) {
        if (!FieldSyntax.isFieldValue(value))
          throw new IllegalArgumentException(
              "the value of header \"" + name + "\" has a character that must not be sent");
      }
    }
  }

  /** Bad input is shown, but cannot forge log lines. */
  private static String visible(String text) {
    StringBuilder visible = new StringBuilder();
    for (int i = 0; i < Math.min(text.length(), 60); i++) {
      char c = text.charAt(i);
      visible.append(
          c >= ' ' && c < 0x7F
              ? String.valueOf(c)
              : String.format(Locale.ROOT, "\\u%04x", (int) c));
    }
    return visible.toString();
  }
}
