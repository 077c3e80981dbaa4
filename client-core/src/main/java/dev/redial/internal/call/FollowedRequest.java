package dev.redial.internal.call;

import dev.redial.internal.policy.RedirectRule;
import dev.redial.internal.route.Origin;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * The request that a redirect leads to: the caller's own, with another target, maybe another
 * method, maybe no body.
 */
final class FollowedRequest extends HttpRequest {
  private final HttpRequest original;
  private final URI uri;
  private final String method;
  private final boolean keepsBody;
  private final HttpHeaders headers;

  FollowedRequest(HttpRequest previous, RedirectRule.Next next) {
    this.original = previous;
    this.uri = next.uri();
    this.method = next.method();
    this.keepsBody = next.keepsBody();
    boolean sameOrigin = Origin.of(previous.uri()).equals(Origin.of(uri));
    this.headers =
        sameOrigin && keepsBody
            ? previous.headers()
            : HttpHeaders.of(
                previous.headers().map(),
                (name, value) -> goesAlong(name.toLowerCase(Locale.ROOT), sameOrigin, keepsBody));
  }

  /**
   * What was meant for one origin is not carried to another, and without the body goes what
   * describes it (RFC 9110, section 15.4).
   */
  private static boolean goesAlong(String name, boolean sameOrigin, boolean keepsBody) {
    return switch (name) {
      case "authorization", "cookie", "host" -> sameOrigin;
      case "content-type",
          "content-encoding",
          "content-language",
          "content-location",
          "content-length",
          "digest",
          "last-modified" ->
          keepsBody;
      default -> true;
    };
  }

  @Override
  public Optional<BodyPublisher> bodyPublisher() {
    return keepsBody ? original.bodyPublisher() : Optional.empty();
  }

  @Override
  public String method() {
    return method;
  }

  @Override
  public Optional<Duration> timeout() {
    return original.timeout();
  }

  @Override
  public boolean expectContinue() {
    return original.expectContinue();
  }

  @Override
  public URI uri() {
    return uri;
  }

  @Override
  public Optional<HttpClient.Version> version() {
    return original.version();
  }

  @Override
  public HttpHeaders headers() {
    return headers;
  }

  @Override
  public String toString() {
    return uri + " " + method;
  }
}
