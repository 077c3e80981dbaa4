package dev.redial.internal.call;

import dev.redial.internal.policy.RedirectRule;
import dev.redial.internal.route.Origin;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/** A request that stays as it is, whatever becomes of the one it was made from. */
final class PlainRequest extends HttpRequest {
  private final String method;
  private final URI uri;
  private final HttpHeaders headers;
  private final Optional<BodyPublisher> body;
  private final Optional<Duration> timeout;
  private final Optional<HttpClient.Version> version;
  private final boolean expectContinue;

  private PlainRequest(
      String method,
      URI uri,
      HttpHeaders headers,
      Optional<BodyPublisher> body,
      Optional<Duration> timeout,
      Optional<HttpClient.Version> version,
      boolean expectContinue) {
    this.method = method;
    this.uri = uri;
    this.headers = headers;
    this.body = body;
    this.timeout = timeout;
    this.version = version;
    this.expectContinue = expectContinue;
  }

  /**
   * Asks a request for everything, once.
   *
   * @param request of any class
   * @throws IllegalArgumentException if it throws instead of telling
   * @throws NullPointerException if something is missing
   */
  static PlainRequest copyOf(HttpRequest request) {
    return new PlainRequest(
        read("method", request::method),
        read("uri", request::uri),
        read("headers", request::headers),
        read("bodyPublisher", request::bodyPublisher),
        read("timeout", request::timeout),
        read("version", request::version),
        read("expectContinue", request::expectContinue));
  }

  private static <T> T read(String what, Supplier<T> accessor) {
    T value;
    try {
      value = accessor.get();
    } catch (RuntimeException thrown) {
      throw new IllegalArgumentException("the request's " + what + "() failed: " + thrown, thrown);
    }
    return Objects.requireNonNull(value, what);
  }

  /**
   * The request that a redirect leads to: with another target, maybe another method, maybe no body.
   */
  static PlainRequest following(HttpRequest previous, RedirectRule.Next next) {
    boolean sameOrigin = Origin.of(previous.uri()).equals(Origin.of(next.uri()));
    HttpHeaders headers =
        sameOrigin && next.keepsBody()
            ? previous.headers()
            : HttpHeaders.of(
                previous.headers().map(),
                (name, value) ->
                    goesAlong(name.toLowerCase(Locale.ROOT), sameOrigin, next.keepsBody()));
    return new PlainRequest(
        next.method(),
        next.uri(),
        headers,
        next.keepsBody() ? previous.bodyPublisher() : Optional.empty(),
        previous.timeout(),
        previous.version(),
        previous.expectContinue());
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
    return body;
  }

  @Override
  public String method() {
    return method;
  }

  @Override
  public Optional<Duration> timeout() {
    return timeout;
  }

  @Override
  public boolean expectContinue() {
    return expectContinue;
  }

  @Override
  public URI uri() {
    return uri;
  }

  @Override
  public Optional<HttpClient.Version> version() {
    return version;
  }

  @Override
  public HttpHeaders headers() {
    return headers;
  }

  @Override
  public String toString() {
    return ShownUri.of(uri) + " " + method;
  }
}
