package dev.redial.examples.race;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/**
 * What became of the calls of one client, as the client saw it.
 *
 * @param calls calls that ended, by method
 * @param failures calls that ended in an exception, by kind
 * @param errorAnswers answers with a status of 400 and above, by status
 * @param examples one message for each kind of failure
 * @param p50 the median duration of the answered calls; empty if there was none
 * @param p99 the duration that one in a hundred answered calls exceeded
 */
record Outcome(
    SortedMap<String, Integer> calls,
    SortedMap<FailureKind, Integer> failures,
    SortedMap<Integer, Integer> errorAnswers,
    SortedMap<FailureKind, String> examples,
    Optional<Duration> p50,
    Optional<Duration> p99) {

  int totalCalls() {
    return sum(calls);
  }

  int totalFailures() {
    return sum(failures);
  }

  int failed(String method) {
    return failures.entrySet().stream()
        .filter(entry -> entry.getKey().method().equals(method))
        .mapToInt(Map.Entry::getValue)
        .sum();
  }

  int wrongAnswers() {
    return failures.entrySet().stream()
        .filter(entry -> entry.getKey().isWrongAnswer())
        .mapToInt(Map.Entry::getValue)
        .sum();
  }

  private static int sum(Map<?, Integer> counts) {
    return counts.values().stream().mapToInt(Integer::intValue).sum();
  }
}
