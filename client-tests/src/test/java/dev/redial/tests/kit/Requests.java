package dev.redial.tests.kit;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;

/** Requests of the kinds that the retry rules tell apart. */
public final class Requests {
  private Requests() {}

  /** A GET. */
  public static HttpRequest get(URI uri) {
    return of("GET", uri).GET().build();
  }

  /** A POST, which must not be sent twice. */
  public static HttpRequest post(URI uri, String body) {
    return of("POST", uri).POST(BodyPublishers.ofString(body)).build();
  }

  /** Any method and body. */
  public static HttpRequest request(String method, URI uri, BodyPublisher body) {
    return of(method, uri).method(method, body).build();
  }

  /** A builder with a time-out, so that no test hangs on an answer that never comes. */
  public static HttpRequest.Builder of(String method, URI uri) {
    return HttpRequest.newBuilder(uri)
        .method(method, BodyPublishers.noBody())
        .timeout(Duration.ofSeconds(15));
  }
}
