package dev.redial.internal.body;

/**
 * The caller's body publisher failed, or published a length other than the one it had announced.
 */
public final class PublisherFailure extends Exception {
  private static final long serialVersionUID = 1L;

  PublisherFailure(String message) {
    super(message);
  }

  PublisherFailure(Throwable cause) {
    super(String.valueOf(cause.getMessage()), cause);
  }
}
