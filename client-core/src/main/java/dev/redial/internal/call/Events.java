package dev.redial.internal.call;

import dev.redial.ConnectionClosed;
import dev.redial.ConnectionOpened;
import dev.redial.ExchangeFailure;
import dev.redial.RedialListener;
import dev.redial.Resend;

/**
 * Tells the caller's listener, which can delay a call but never break one, and Flight Recorder
 * where there is one.
 */
final class Events implements RedialListener {
  /** On the class path, in a run-time image that was cut to size, the module may be missing. */
  private static final boolean RECORDABLE = ModuleLayer.boot().findModule("jdk.jfr").isPresent();

  private final RedialListener listener;

  Events(RedialListener listener) {
    this.listener = listener;
  }

  @Override
  public void attemptFailed(ExchangeFailure failure) {
    if (recorded()) tell(() -> FlightEvents.attemptFailed(failure));
    tell(() -> listener.attemptFailed(failure));
  }

  @Override
  public void sentAgain(Resend resend) {
    if (recorded()) tell(() -> FlightEvents.sentAgain(resend));
    tell(() -> listener.sentAgain(resend));
  }

  @Override
  public void notSentAgain(Resend resend, String reason) {
    if (recorded()) tell(() -> FlightEvents.notSentAgain(resend, reason));
    tell(() -> listener.notSentAgain(resend, reason));
  }

  @Override
  public void connectionOpened(ConnectionOpened opened) {
    if (recorded()) tell(() -> FlightEvents.connectionOpened(opened));
    tell(() -> listener.connectionOpened(opened));
  }

  @Override
  public void connectionClosed(ConnectionClosed closed) {
    if (recorded()) tell(() -> FlightEvents.connectionClosed(closed));
    tell(() -> listener.connectionClosed(closed));
  }

  private static void tell(Runnable event) {
    try {
      event.run();
    } catch (Throwable thrown) {
      report(thrown);
    }
  }

  private static boolean recorded() {
    return RECORDABLE && FlightEvents.wanted();
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
