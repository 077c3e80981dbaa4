package dev.redial.examples.race;

import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;

/** Counts what becomes of the calls of one client; written by all its threads. */
final class Tally {
  private final ReentrantLock lock = new ReentrantLock();

  // All guarded by lock.
  private final SortedMap<String, Integer> calls = new TreeMap<>();
  private final SortedMap<FailureKind, Integer> failures = new TreeMap<>();
  private final SortedMap<Integer, Integer> errorAnswers = new TreeMap<>();
  private final SortedMap<FailureKind, String> examples = new TreeMap<>();
  private final Latencies latencies = new Latencies();

  /** Counts a call that was answered. */
  void answered(String method, int status, long elapsedNanos) {
    lock.lock();
    try {
      calls.merge(method, 1, Integer::sum);
      if (status >= 400) errorAnswers.merge(status, 1, Integer::sum);
      latencies.add(elapsedNanos);
    } finally {
      lock.unlock();
    }
  }

  /** Counts a call that ended in an exception. */
  void failed(String method, Throwable failure) {
    FailureKind kind = FailureKind.of(method, failure);
    lock.lock();
    try {
      calls.merge(method, 1, Integer::sum);
      failures.merge(kind, 1, Integer::sum);
      examples.putIfAbsent(kind, String.valueOf(failure.getMessage()));
    } finally {
      lock.unlock();
    }
  }

  /** A consistent copy of the counts. */
  Outcome outcome() {
    lock.lock();
    try {
      return new Outcome(
          new TreeMap<>(calls),
          new TreeMap<>(failures),
          new TreeMap<>(errorAnswers),
          new TreeMap<>(examples),
          latencies.percentile(50),
          latencies.percentile(99));
    } finally {
      lock.unlock();
    }
  }

  /** How many calls failed so far, out of how many. */
  String progress() {
    Outcome soFar = outcome();
    return String.format(
        Locale.ROOT, "%,d of %,d failed", soFar.totalFailures(), soFar.totalCalls());
  }
}
