package dev.redial.internal.policy;

import java.net.URI;
import java.net.http.HttpClient.Redirect;
import java.util.Optional;

/** Which redirects are followed, and with which method (RFC 9110, section 15.4). */
public final class RedirectRule {
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
      URI target = resolve(from, URI.create(location));
      boolean usable =
          target.getHost() != null
              && (isScheme(target, "http") || isScheme(target, "https"))
              && hasUsablePort(target);
      return usable ? Optional.of(target) : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty(); // the server's mistake: the caller sees the answer as it is
    }
  }

  /**
   * RFC 3986, section 5.2.2. {@link URI#resolve(URI)} follows an older one: it drops the last
   * segment of the path if the reference has none, and the slash if the base has no path.
   */
  private static URI resolve(URI from, URI reference) {
    if (reference.isAbsolute() || reference.getRawAuthority() != null)
      return from.resolve(reference);
    String site = from.getScheme() + "://" + from.getRawAuthority();
    if (!reference.getRawPath().isEmpty())
      return from.getRawPath().isEmpty()
          ? URI.create(site + "/").resolve(reference)
          : from.resolve(reference);
    String query = reference.getRawQuery() == null ? from.getRawQuery() : reference.getRawQuery();
    return URI.create(
        site
            + from.getRawPath()
            + (query == null ? "" : "?" + query)
            + (reference.getRawFragment() == null ? "" : "#" + reference.getRawFragment()));
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
