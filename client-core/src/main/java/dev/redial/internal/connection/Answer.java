package dev.redial.internal.connection;

import dev.redial.internal.http1.ResponseHead;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.util.Optional;
import javax.net.ssl.SSLSession;

/** The head of an answer as the caller sees it; its header map is built only when asked for. */
public final class Answer implements HttpResponse.ResponseInfo {
  private final ResponseHead head;
  private final Optional<SSLSession> session;
  private final long connectionNumber;

  Answer(ResponseHead head, Optional<SSLSession> session, long connectionNumber) {
    this.head = head;
    this.session = session;
    this.connectionNumber = connectionNumber;
  }

  @Override
  public int statusCode() {
    return head.status();
  }

  @Override
  public HttpHeaders headers() {
    return head.headers();
  }

  @Override
  public HttpClient.Version version() {
    return HttpClient.Version.HTTP_1_1;
  }

  /**
   * One header field, without building the map of all.
   *
   * @param lowerCaseName its name
   * @return the first value
   */
  public Optional<String> header(String lowerCaseName) {
    return head.first(lowerCaseName);
  }

  /**
   * The TLS session of the connection.
   *
   * @return empty for http
   */
  public Optional<SSLSession> session() {
    return session;
  }

  /**
   * What tells the connection of this answer from every other one of this process.
   *
   * @return means nothing beyond that
   */
  public String connectionLabel() {
    return Long.toString(connectionNumber);
  }
}
