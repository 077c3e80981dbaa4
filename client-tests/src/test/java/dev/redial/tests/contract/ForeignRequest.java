package dev.redial.tests.contract;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A request class of a caller's own, which nobody has checked. */
class ForeignRequest extends HttpRequest {
  String method = "GET";
  URI uri;
  HttpHeaders headers = HttpHeaders.of(Map.of(), (name, value) -> true);
  Optional<Duration> timeout = Optional.empty();
  Optional<BodyPublisher> body = Optional.empty();
  Optional<HttpClient.Version> version = Optional.empty();

  ForeignRequest(URI uri) {
    this.uri = uri;
  }

  ForeignRequest header(String name, String... values) {
    headers = HttpHeaders.of(Map.of(name, List.of(values)), (n, v) -> true);
    return this;
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
    return false;
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
}
