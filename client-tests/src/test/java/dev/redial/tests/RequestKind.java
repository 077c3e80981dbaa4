package dev.redial.tests;

import dev.redial.tests.kit.Requests;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;

/** The kinds of requests that the retry rules tell apart. */
enum RequestKind {
  GET("GET", true, false),
  HEAD("HEAD", true, false),
  OPTIONS("OPTIONS", true, false),
  TRACE("TRACE", true, false),
  PUT("PUT", true, false),
  DELETE("DELETE", true, false),
  POST_WITH_KEY("POST", true, true),
  PATCH_WITH_KEY("PATCH", true, true),
  POST("POST", false, false),
  PATCH("PATCH", false, false),
  UNKNOWN("FROBNICATE", false, false);

  final String method;

  /** Whether the server may be asked twice: safe, idempotent, or carrying an idempotency key. */
  final boolean repeatable;

  private final boolean key;

  RequestKind(String method, boolean repeatable, boolean key) {
    this.method = method;
    this.repeatable = repeatable;
    this.key = key;
  }

  /** Whether requests of this kind usually have a body. */
  boolean hasBody() {
    return switch (this) {
      case GET, HEAD, OPTIONS, TRACE, DELETE -> false;
      case PUT, POST_WITH_KEY, PATCH_WITH_KEY, POST, PATCH, UNKNOWN -> true;
    };
  }

  HttpRequest to(URI uri) {
    return to(uri, hasBody() ? BodyPublishers.ofString("content") : BodyPublishers.noBody());
  }

  HttpRequest to(URI uri, BodyPublisher body) {
    HttpRequest.Builder request = Requests.of(method, uri).method(method, body);
    if (key) request.header("Idempotency-Key", "\"4711\"");
    return request.build();
  }
}
