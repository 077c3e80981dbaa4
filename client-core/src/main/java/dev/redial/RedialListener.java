package dev.redial;

/**
 * Hears what a client does on its own behalf; for metrics and logs.
 *
 * <p>Every method does nothing by default. They are called outside of all locks, on the thread that
 * runs a call, so what they do is time of the caller's; that a connection was closed may also be
 * told on a thread of the client's own, which waits as well. What they throw goes to the thread's
 * uncaught exception handler and changes nothing.
 *
 * <p>Java Flight Recorder hears of the same, as {@code dev.redial.AttemptFailed}, {@code
 * dev.redial.SentAgain}, {@code dev.redial.NotSentAgain}, {@code dev.redial.ConnectionOpened} and
 * {@code dev.redial.ConnectionClosed}.
 */
public interface RedialListener {

  /**
   * One attempt failed; the call may go on. What fails in a body that is read after {@code send}
   * has returned is told to its reader alone, and here by {@link #connectionClosed}.
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

  /**
   * A connection was opened.
   *
   * @param opened which, and how long that took
   */
  default void connectionOpened(ConnectionOpened opened) {}

  /**
   * A connection that had been opened was closed, once for each.
   *
   * @param closed which, and why
   */
  default void connectionClosed(ConnectionClosed closed) {}
}
