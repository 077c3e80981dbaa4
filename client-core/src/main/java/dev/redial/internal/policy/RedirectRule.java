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
      URI target = from.resolve(URI.create(location));
      boolean usable =
          target.getHost() != null && (isScheme(target, "http") || isScheme(target, "https"));
      return usable ? Optional.of(target) : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty(); // the server's mistake: the caller sees the answer as it is
    }
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
      case 303 -> method.equals("HEAD") ? "HEAD" : "GET";
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
