package dev.redial.internal.call;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A request as a caller may write it, without the checks of the JDK's builder. */
public class OwnRequest extends HttpRequest {
  private String method = "GET";
  private URI uri = URI.create("http://a.example/x");
  private HttpHeaders headers = HttpHeaders.of(Map.of(), (name, value) -> true);
  private Optional<BodyPublisher> body = Optional.empty();
  private Optional<Duration> timeout = Optional.empty();
  private Optional<HttpClient.Version> version = Optional.empty();

  /** A plain GET. */
  public OwnRequest() {}

  /** With another method. */
  public OwnRequest withMethod(String given) {
    method = given;
    return this;
  }

  OwnRequest withUri(URI given) {
    uri = given;
    return this;
  }

  OwnRequest withHeader(String name, String value) {
    headers = HttpHeaders.of(Map.of(name, List.of(value)), (each, other) -> true);
    return this;
  }

  OwnRequest withHeaders(HttpHeaders given) {
    headers = given;
    return this;
  }

  OwnRequest withBody(Optional<BodyPublisher> given) {
    body = given;
    return this;
  }

  OwnRequest withTimeout(Optional<Duration> given) {
    timeout = given;
    return this;
  }

  OwnRequest withVersion(Optional<HttpClient.Version> given) {
    version = given;
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
