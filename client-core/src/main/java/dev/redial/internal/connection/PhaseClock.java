package dev.redial.internal.connection;

import dev.redial.TimeLimits;
import dev.redial.internal.wire.Watchdog;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Sets the one alarm of a connection to the limit of the present phase of an exchange, or to the
 * deadline of the call if that comes first.
 *
 * <p>The end of the sending may be told by the uploading thread; everything else is confined to the
 * exchanging one.
 */
final class PhaseClock {
  private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE / 2);

  private final Watchdog.Alarm alarm;
  private final long deadlineNanos;
  private final @Nullable Phase responseHead;
  private final @Nullable Phase bodyRead;
  private final ReentrantLock lock = new ReentrantLock();
  private boolean answered; // guarded by lock

  private volatile @Nullable Phase running; // what the alarm is set to, if not the deadline

  /** A phase that has a limit of its own; its text is what happened if that has expired. */
  private record Phase(long nanos, String expiry) {
    /** Null if there is none: 146 years are as good as forever. */
    static @Nullable Phase of(Optional<Duration> limit, String expiry, String name) {
      if (limit.isEmpty() || limit.get().compareTo(LONGEST) > 0) return null;
      String text = expiry + " within " + TimeText.of(limit.get()) + " (TimeLimits." + name + ")";
      return new Phase(limit.get().toNanos(), text);
    }
  }

  private PhaseClock(Watchdog.Alarm alarm, long deadlineNanos, TimeLimits limits) {
    this.alarm = alarm;
    this.deadlineNanos = deadlineNanos;
    this.responseHead =
        Phase.of(limits.responseHead(), "no response head after the request", "responseHead");
    this.bodyRead = Phase.of(limits.bodyRead(), "nothing more of the response body", "bodyRead");
  }

  /** Null if no phase of an exchange has a limit. */
  static @Nullable PhaseClock of(Watchdog.Alarm alarm, long deadlineNanos, TimeLimits limits) {
    if (limits.responseHead().isEmpty() && limits.bodyRead().isEmpty()) return null;
    return new PhaseClock(alarm, deadlineNanos, limits);
  }

  /** The whole request was handed to the operating system. */
  void requestSent() {
    lock.lock();
    try {
      if (!answered) begin(responseHead);
    } finally {
      lock.unlock();
    }
  }

  /** The head of the final response is there. */
  void answered() {
    lock.lock();
    try {
      answered = true;
      end(responseHead);
    } finally {
      lock.unlock();
    }
  }

  /** The wait for more of the body begins. */
  void reading() {
    begin(bodyRead);
  }

  /** The wait for more of the body is over. */
  void read() {
    end(bodyRead);
  }

  /** What happened if the alarm has fired; empty if it was the deadline. */
  String expiry() {
    Phase expired = running;
    return expired == null ? "" : expired.expiry();
  }

  private void begin(@Nullable Phase phase) {
    if (phase == null) return;
    long end = System.nanoTime() + phase.nanos();
    if (deadlineNanos != Long.MAX_VALUE && deadlineNanos - end <= 0) return; // it is set to that
    if (!alarm.disarm()) return; // it has fired for what it was set to
    running = phase;
    alarm.arm(end);
  }

  private void end(@Nullable Phase phase) {
    if (phase == null || !phase.equals(running) || !alarm.disarm()) return;
    running = null;
    if (deadlineNanos != Long.MAX_VALUE) alarm.arm(deadlineNanos);
  }
}
