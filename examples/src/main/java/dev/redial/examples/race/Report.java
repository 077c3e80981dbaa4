package dev.redial.examples.race;

import dev.redial.examples.race.Result.ServerView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.ToIntFunction;

/** The table at the end of a race, one column per client, and the verdict on the second one. */
final class Report {
  private static final String UNKNOWN = "-";

  private final Result jdk;
  private final Result redial;
  private final List<String> lines = new ArrayList<>();

  private Report(Result jdk, Result redial) {
    this.jdk = jdk;
    this.redial = redial;
  }

  static String of(Result jdk, Result redial) {
    return new Report(jdk, redial).text();
  }

  private String text() {
    row("", Result::client);
    count("calls", result -> result.outcome().totalCalls());
    for (String method : methods()) count("  " + method, result -> calls(result, method));
    count("failed", result -> result.outcome().totalFailures());
    for (FailureKind kind : kinds())
      count("  " + kind.method() + " " + kind.type(), result -> failures(result, kind));
    for (int status : errorStatuses())
      count("answered " + status, result -> answers(result, status));
    seenByServer("GETs executed more than once", ServerView::repeatedGets);
    seenByServer("POSTs executed more than once", ServerView::repeatedPosts);
    seenByServer("connections opened", ServerView::connections);
    row("p50", result -> millis(result.outcome().p50()));
    row("p99", result -> millis(result.outcome().p99()));
    examples();
    lines.add("");
    lines.add(verdict());
    return String.join("\n", lines);
  }

  private void row(String label, Function<Result, String> value) {
    String line =
        String.format(Locale.ROOT, "%-40s%16s%16s", label, value.apply(jdk), value.apply(redial));
    lines.add(line);
  }

  private void count(String label, ToIntFunction<Result> value) {
    row(label, result -> number(value.applyAsInt(result)));
  }

  private void seenByServer(String label, ToIntFunction<ServerView> value) {
    row(
        label,
        result -> result.server().map(view -> number(value.applyAsInt(view))).orElse(UNKNOWN));
  }

  private void examples() {
    for (Result result : List.of(jdk, redial)) {
      result
          .outcome()
          .examples()
          .forEach((kind, message) -> {
            lines.add("");
            lines.add(
                result.client() + ", for example, " + kind.method() + " " + kind.type() + ":");
            lines.add("  " + message);
          });
    }
  }

  private String verdict() {
    if (redial.isSound())
      return "Redial lost no GET" + (redial.server().isPresent() ? " and repeated no POST." : ".");
    return String.format(
        Locale.ROOT,
        "Redial lost %d GETs, repeated %d POSTs, handed out %d wrong answers.",
        redial.lostGets(),
        redial.repeatedPosts(),
        redial.outcome().wrongAnswers());
  }

  private SortedSet<String> methods() {
    return union(result -> result.outcome().calls().keySet());
  }

  private SortedSet<FailureKind> kinds() {
    return union(result -> result.outcome().failures().keySet());
  }

  private SortedSet<Integer> errorStatuses() {
    return union(result -> result.outcome().errorAnswers().keySet());
  }

  private <T> SortedSet<T> union(Function<Result, java.util.Set<T>> keys) {
    SortedSet<T> all = new TreeSet<>(keys.apply(jdk));
    all.addAll(keys.apply(redial));
    return all;
  }

  private static int calls(Result result, String method) {
    return result.outcome().calls().getOrDefault(method, 0);
  }

  private static int failures(Result result, FailureKind kind) {
    return result.outcome().failures().getOrDefault(kind, 0);
  }

  private static int answers(Result result, int status) {
    return result.outcome().errorAnswers().getOrDefault(status, 0);
  }

  private static String number(int value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  private static String millis(Optional<Duration> time) {
    return time.map(t -> String.format(Locale.ROOT, "%.1f ms", t.toNanos() / 1e6)).orElse(UNKNOWN);
  }
}
