package dev.redial;

/**
 * Hears what a client does on its own behalf; for metrics and logs.
 *
 * <p>Every method does nothing by default. They are called on the thread that runs the call,
 * outside of all locks, so what they do is time of the caller's. What they throw goes to the
 * thread's uncaught exception handler and changes nothing.
 */
public interface RedialListener {

  /**
   * One attempt failed; the call may go on.
   *
   * @param failure what happened
   */
  default void attemptFailed(ExchangeFailure failure) {}

  /**
   * A request is about to be sent again; called before the wait.
   *
   * @param resend the attempt to come
   */
  default void sentAgain(Resend resend) {}

  /**
   * A request that may be repeated is not, so that its caller gets the failure or the answer.
   *
   * @param resend the attempt that does not come
   * @param reason in plain words: the budget, the deadline, or a {@code Retry-After} that is too
   *     long
   */
  default void notSentAgain(Resend resend, String reason) {}
}
