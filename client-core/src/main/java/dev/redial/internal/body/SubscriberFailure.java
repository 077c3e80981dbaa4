package dev.redial.internal.body;

/** The caller's body subscriber threw, or broke the rules of its subscription. */
public final class SubscriberFailure extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient Throwable thrown;

  SubscriberFailure(Throwable thrown) {
    super(thrown);
    this.thrown = thrown;
  }

  /**
   * What the subscriber threw.
   *
   * @return the very object
   */
  public Throwable thrown() {
    return thrown;
  }
}
