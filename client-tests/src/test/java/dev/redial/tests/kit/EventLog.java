package dev.redial.tests.kit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/** What happened at a server, in order; threads may wait for something to have happened. */
final class EventLog {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition grown = lock.newCondition();
  private final List<Event> events = new ArrayList<>();

  void add(int connection, String what) {
    lock.lock();
    try {
      events.add(new Event(connection, what, System.nanoTime()));
      grown.signalAll();
    } finally {
      lock.unlock();
    }
  }

  List<Event> all() {
    lock.lock();
    try {
      return List.copyOf(events);
    } finally {
      lock.unlock();
    }
  }

  Event await(String text) {
    return await(text, e -> e.toString().equals(text), 1);
  }

  /** Waits until {@code count} events match and returns the last of them. */
  Event await(String description, Predicate<Event> wanted, int count) {
    long left = PATIENCE.toNanos();
    lock.lock();
    try {
      while (true) {
        List<Event> found = events.stream().filter(wanted).limit(count).toList();
        if (found.size() == count) return found.get(count - 1);
        if (left <= 0)
          throw new AssertionError(
              "no " + count + " x \"" + description + "\" within " + PATIENCE + ": " + events);
        left = grown.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while waiting for " + description, e);
    } finally {
      lock.unlock();
    }
  }

  /**
   * One thing that happened.
   *
   * @param connection the connection's number, from 1 in the order of acceptance
   * @param what for instance {@code accepted}, {@code GET /a}, {@code client FIN}
   * @param nanos when, by {@link System#nanoTime()}
   */
  record Event(int connection, String what, long nanos) {
    long millisSince(Event earlier) {
      return TimeUnit.NANOSECONDS.toMillis(nanos - earlier.nanos);
    }

    @Override
    public String toString() {
      return connection + " " + what;
    }
  }
}
