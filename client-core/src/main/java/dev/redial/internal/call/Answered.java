package dev.redial.internal.call;

import dev.redial.internal.connection.Answer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Optional;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * The response that a caller gets.
 *
 * @param <T> the type of its body
 */
final class Answered<T extends @Nullable Object> implements HttpResponse<T> {
  private final HttpRequest request;
  private final URI uri;
  private final Answer answer;
  private final T body;
  private final @Nullable HttpResponse<T> previous;

  Answered(
      HttpRequest request, URI uri, Answer answer, T body, @Nullable HttpResponse<T> previous) {
    this.request = request;
    this.uri = uri;
    this.answer = answer;
    this.body = body;
    this.previous = previous;
  }

  /** The answer of an earlier hop, whose body nobody wanted. */
  @SuppressWarnings("NullAway") // java.net.http documents the body of a previous response as null
  static <T extends @Nullable Object> Answered<T> withoutBody(
      HttpRequest request, Answer answer, @Nullable HttpResponse<T> previous) {
    return new Answered<>(request, request.uri(), answer, null, previous);
  }

  @Override
  public int statusCode() {
    return answer.statusCode();
  }

  @Override
  public HttpRequest request() {
    return request;
  }

  @Override
  public Optional<HttpResponse<T>> previousResponse() {
    return Optional.ofNullable(previous);
  }

  @Override
  public HttpHeaders headers() {
    return answer.headers();
  }

  @Override
  public T body() {
    return body;
  }

  @Override
  public Optional<SSLSession> sslSession() {
    return answer.session();
  }

  @Override
  public URI uri() {
    return uri;
  }

  @Override
  public HttpClient.Version version() {
    return answer.version();
  }

  /** Overrides the method of Java 25; before, nobody can call it. */
  public Optional<String> connectionLabel() {
    return Optional.of(answer.connectionLabel());
  }

  @Override
  public String toString() {
    return "(" + request.method() + " " + ShownUri.of(uri) + ") " + statusCode();
  }
}
