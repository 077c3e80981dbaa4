package dev.redial.internal.wire;

import static dev.redial.internal.Encounter.must;

import dev.redial.internal.Encounter;
import dev.redial.internal.wire.Watchdog.Alarm;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** Encounters of a connection's users, one after the other, with the alarm that they share. */
public final class AlarmEncounters {
  private static final Watchdog WATCHDOG = new Watchdog();
  private static final int USERS = 4;

  private AlarmEncounters() {}

  public static Map<String, Supplier<Encounter>> all() {
    return Map.of(
        "an alarm that is due and its owner", AlarmEncounters::due,
        "an alarm that is due and its release", AlarmEncounters::released);
  }

  /**
   * Whoever disarms in time hands the connection on; what was armed for it must not strike the
   * next. Whoever does not closes it, so that there is no next.
   */
  private static Encounter due() {
    AtomicInteger strikes = new AtomicInteger();
    Alarm alarm = WATCHDOG.alarm(strikes::incrementAndGet);
    AtomicInteger started = new AtomicInteger();
    return new Encounter()
        .thread(() -> {
          started.incrementAndGet();
          for (int user = 0; user < USERS; user++) {
            must(strikes.get() == 0, "struck the next user");
            alarm.arm(System.nanoTime() + user * 100_000L);
            if (!alarm.disarm()) return;
          }
        })
        .afterwards(() -> {
          boolean fired = alarm.fired();
          while (fired && strikes.get() == 0) Thread.onSpinWait();
          must(strikes.get() == (fired ? 1 : 0), strikes + " strikes, fired: " + fired);
          must(alarm.disarm() == !fired, "disarm() lied");
          alarm.release();
        });
  }

  private static Encounter released() {
    AtomicInteger strikes = new AtomicInteger();
    Alarm alarm = WATCHDOG.alarm(strikes::incrementAndGet);
    alarm.arm(System.nanoTime() + 100_000);
    return new Encounter()
        .thread(alarm::release)
        .thread(() -> alarm.arm(System.nanoTime()))
        .afterwards(() -> {
          boolean fired = alarm.fired();
          while (fired && strikes.get() == 0) Thread.onSpinWait();
          must(strikes.get() == (fired ? 1 : 0), strikes + " strikes, fired: " + fired);
        });
  }
}
