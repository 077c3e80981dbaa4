package dev.redial.internal.connection;

import java.io.IOException;

/** A proxy answered CONNECT with something other than a tunnel. */
public final class TunnelRefusedException extends IOException {
  private static final long serialVersionUID = 1L;

  private final transient Answer answer;

  TunnelRefusedException(String message, Answer answer) {
    super(message);
    this.answer = answer;
  }

  /**
   * What the proxy answered; its body is lost.
   *
   * @return the head
   */
  public Answer answer() {
    return answer;
  }
}
