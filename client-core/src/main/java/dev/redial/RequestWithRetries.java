package dev.redial;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/** A request that carries its own {@link Retries}. */
final class RequestWithRetries extends HttpRequest {
  private final HttpRequest request;
  private final Retries retries;

  RequestWithRetries(HttpRequest request, Retries retries) {
    this.request = request;
    this.retries = retries;
  }

  /** The request without what it carries. */
  static HttpRequest bare(HttpRequest request) {
    Objects.requireNonNull(request, "request");
    return request instanceof RequestWithRetries carrier ? carrier.request : request;
  }

  Retries retries() {
    return retries;
  }

  @Override
  public Optional<BodyPublisher> bodyPublisher() {
    return request.bodyPublisher();
  }

  @Override
  public String method() {
    return request.method();
  }

  @Override
  public Optional<Duration> timeout() {
    return request.timeout();
  }

  @Override
  public boolean expectContinue() {
    return request.expectContinue();
  }

  @Override
  public URI uri() {
    return request.uri();
  }

  @Override
  public Optional<HttpClient.Version> version() {
    return request.version();
  }

  @Override
  public HttpHeaders headers() {
    return request.headers();
  }

  @Override
  public String toString() {
    return request.toString();
  }
}
