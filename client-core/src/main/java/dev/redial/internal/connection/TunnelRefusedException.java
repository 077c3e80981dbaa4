package dev.redial.internal.connection;

import java.io.IOException;
import java.net.http.HttpHeaders;

/** A proxy answered CONNECT with something other than a tunnel. */
public final class TunnelRefusedException extends IOException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final transient HttpHeaders headers;

  TunnelRefusedException(String message, int status, HttpHeaders headers) {
    super(message);
    this.status = status;
    this.headers = headers;
  }

  /**
   * The proxy's answer.
   *
   * @return its status
   */
  public int status() {
    return status;
  }

  /**
   * The proxy's answer.
   *
   * @return its header fields
   */
  public HttpHeaders headers() {
    return headers;
  }
}
