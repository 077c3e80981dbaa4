package dev.redial.internal.call;

import dev.redial.internal.policy.RedirectRule;
import dev.redial.internal.route.Origin;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.time.Duration;
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
    this.headers =
        Origin.of(previous.uri()).equals(Origin.of(uri))
            ? previous.headers()
            : withoutCredentials(previous.headers());
  }

  /** What was meant for one origin is not carried to another (RFC 9110, section 15.4). */
  private static HttpHeaders withoutCredentials(HttpHeaders headers) {
    return HttpHeaders.of(
        headers.map(),
        (name, value) ->
            !name.equalsIgnoreCase("Authorization") && !name.equalsIgnoreCase("Cookie"));
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
