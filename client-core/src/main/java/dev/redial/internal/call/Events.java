package dev.redial.internal.call;

import dev.redial.ExchangeFailure;
import dev.redial.RedialListener;
import dev.redial.Resend;

/** Tells the caller's listener, which can delay a call but never break one. */
final class Events implements RedialListener {
  private final RedialListener listener;

  Events(RedialListener listener) {
    this.listener = listener;
  }

  @Override
  public void attemptFailed(ExchangeFailure failure) {
    tell(() -> listener.attemptFailed(failure));
  }

  @Override
  public void sentAgain(Resend resend) {
    tell(() -> listener.sentAgain(resend));
  }

  @Override
  public void notSentAgain(Resend resend, String reason) {
    tell(() -> listener.notSentAgain(resend, reason));
  }

  private static void tell(Runnable event) {
    try {
      event.run();
    } catch (Throwable thrown) {
      report(thrown);
    }
  }

  private static void report(Throwable thrown) {
    Thread me = Thread.currentThread();
    try {
      me.getUncaughtExceptionHandler().uncaughtException(me, thrown);
    } catch (Throwable e) {
      // A failing handler has had its say; as with one that the JVM calls, nobody hears of it.
    }
  }
}
