package dev.redial.internal.policy;

import java.net.URI;
import java.net.http.HttpClient.Redirect;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.Optional;

/** Which redirects are followed, and with which method (RFC 9110, section 15.4). */
public final class RedirectRule {
  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  private RedirectRule() {}

  /**
   * Where to go next.
   *
   * @param uri the target
   * @param method for the next request
   * @param keepsBody whether the body goes along
   */
  public record Next(URI uri, String method, boolean keepsBody) {}

  /**
   * Decides on an answer.
   *
   * @param policy the client's
   * @param status of the answer
   * @param location its {@code Location}
   * @param from the URI that was asked
   * @param method the method that was used
   * @return the next hop, or empty if the answer is the caller's
   */
  public static Optional<Next> decide(
      Redirect policy, int status, Optional<String> location, URI from, String method) {
    if (policy == Redirect.NEVER || !isRedirect(status) || location.isEmpty())
      return Optional.empty();
    Optional<URI> target = resolve(from, location.get());
    if (target.isEmpty() || !allowed(policy, from, target.get())) return Optional.empty();
    return Optional.of(
        new Next(target.get(), methodAfter(status, method), keepsBody(status, method)));
  }

  private static boolean isRedirect(int status) {
    return switch (status) {
      case 301, 302, 303, 307, 308 -> true;
      default -> false;
    };
  }

  private static Optional<URI> resolve(URI from, String location) {
    try {
      URI target = resolve(from, URI.create(escaped(location)));
      boolean usable =
          target.getHost() != null
              && (isScheme(target, "http") || isScheme(target, "https"))
              && hasUsablePort(target);
      return usable ? Optional.of(target) : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty(); // the server's mistake: the caller sees the answer as it is
    }
  }

  /** Some servers send UTF-8 as it is; a field's characters are its octets. */
  private static String escaped(String location) {
    StringBuilder text = new StringBuilder(location.length());
    for (int i = 0; i < location.length(); i++) {
      char c = location.charAt(i);
      if (c > 0x7E && c <= 0xFF) text.append('%').append(HEX.toHexDigits((byte) c));
      else text.append(c);
    }
    return text.toString();
  }

  /**
   * RFC 3986, section 5.2.2. {@link URI#resolve(URI)} follows an older one: it drops the last
   * segment of the path if the reference has none, and the slash if the base has no path, and keeps
   * dot segments that lead out of the root.
   */
  private static URI resolve(URI from, URI reference) {
    boolean elsewhere = reference.isAbsolute() || reference.getRawAuthority() != null;
    if (elsewhere && reference.getRawAuthority() == null) return reference; // leads nowhere
    String path = reference.getRawPath();
    String query = reference.getRawQuery();
    if (elsewhere || path.startsWith("/")) {
      path = withoutDotSegments(path);
    } else if (!path.isEmpty()) {
      path = withoutDotSegments(merged(from.getRawPath(), path));
    } else {
      path = from.getRawPath();
      if (query == null) query = from.getRawQuery();
    }
    return URI.create(
        (reference.isAbsolute() ? reference : from).getScheme()
            + "://"
            + (elsewhere ? reference : from).getRawAuthority()
            + path
            + (query == null ? "" : "?" + query)
            + (reference.getRawFragment() == null ? "" : "#" + reference.getRawFragment()));
  }

  /** RFC 3986, section 5.2.3. */
  private static String merged(String base, String relative) {
    return base.isEmpty()
        ? "/" + relative
        : base.substring(0, base.lastIndexOf('/') + 1) + relative;
  }

  /** RFC 3986, section 5.2.4, of a path that is empty or begins with a slash. */
  private static String withoutDotSegments(String path) {
    if (path.isEmpty()) return path;
    Deque<String> kept = new ArrayDeque<>();
    String last = "";
    for (String segment : path.substring(1).split("/", -1)) {
      boolean dots = segment.equals(".") || segment.equals("..");
      if (segment.equals("..")) kept.pollLast();
      if (!dots) kept.add(segment);
      last = dots ? "/" : "";
    }
    return "/" + String.join("/", kept) + (kept.isEmpty() ? "" : last);
  }

  private static boolean hasUsablePort(URI uri) {
    return uri.getPort() == -1 || (uri.getPort() > 0 && uri.getPort() <= 65535);
  }

  private static boolean allowed(Redirect policy, URI from, URI target) {
    return policy == Redirect.ALWAYS || !(isScheme(from, "https") && isScheme(target, "http"));
  }

  private static boolean isScheme(URI uri, String scheme) {
    return scheme.equalsIgnoreCase(uri.getScheme());
  }

  private static String methodAfter(int status, String method) {
    return switch (status) {
      case 301, 302 -> method.equals("POST") ? "GET" : method;
      case 303 -> "GET"; // also for HEAD, as the JDK's client has it
      default -> method;
    };
  }

  private static boolean keepsBody(int status, String method) {
    return switch (status) {
      case 301, 302 -> !method.equals("POST");
      case 303 -> false;
      default -> true;
    };
  }
}
