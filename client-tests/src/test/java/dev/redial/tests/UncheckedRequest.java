package dev.redial.tests;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A request class of a caller's own, which has no checks. */
final class UncheckedRequest extends HttpRequest {
  private final String method;
  private final URI uri;
  private final HttpHeaders headers;

  private UncheckedRequest(String method, URI uri, HttpHeaders headers) {
    this.method = method;
    this.uri = uri;
    this.headers = headers;
  }

  static UncheckedRequest to(URI uri) {
    return new UncheckedRequest("GET", uri, HttpHeaders.of(Map.of(), (name, value) -> true));
  }

  UncheckedRequest with(String name, String value) {
    return new UncheckedRequest(
        method, uri, HttpHeaders.of(Map.of(name, List.of(value)), (each, other) -> true));
  }

  UncheckedRequest withMethod(String other) {
    return new UncheckedRequest(other, uri, headers);
  }

  @Override
  public Optional<BodyPublisher> bodyPublisher() {
    return Optional.empty();
  }

  @Override
  public String method() {
    return method;
  }

  @Override
  public Optional<Duration> timeout() {
    return Optional.of(Duration.ofSeconds(15));
  }

  @Override
  public boolean expectContinue() {
    return false;
  }

  @Override
  public URI uri() {
    return uri;
  }

  @Override
  public Optional<HttpClient.Version> version() {
    return Optional.empty();
  }

  @Override
  public HttpHeaders headers() {
    return headers;
  }
}
