package dev.redial.jmh.report;

import dev.redial.jmh.peer.PeerName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Redial's figures in relation to the floor's and the best other client's. */
final class Summary {
  private static final String HEAD =
      """
      | case | calls/s: of the floor | of the best other | CPU/call: x the floor | x the best other | B/call: x the best other | p99: x the best other |
      |---|--:|--:|--:|--:|--:|--:|
      """;
  private static final List<Metric> COMPARED =
      List.of(Metric.THROUGHPUT, Metric.CPU, Metric.ALLOCATED, Metric.P99);

  private final Results results;

  Summary(Results results) {
    this.results = results;
  }

  String table() {
    StringBuilder table = new StringBuilder(HEAD);
    for (Case one : results.cases())
      table.append(
          "| %s | %s | %s | %s | %s | %s | %s |%n"
              .formatted(
                  one.title(),
                  toFloor(one, Metric.THROUGHPUT),
                  toBest(one, Metric.THROUGHPUT),
                  toFloor(one, Metric.CPU),
                  toBest(one, Metric.CPU),
                  toBest(one, Metric.ALLOCATED),
                  toBest(one, Metric.P99)));
    return table.toString();
  }

  /** A list of all that others do better, and of all that failed. */
  String lost(String failures) {
    List<String> lines = new ArrayList<>();
    for (Case one : results.cases())
      for (Metric metric : COMPARED) lost(one, metric).ifPresent(lines::add);
    if (lines.isEmpty()) lines.add("Nowhere in this run.");
    if (!failures.isEmpty()) failures.lines().forEach(line -> lines.add("Failed: " + line));
    StringBuilder text = new StringBuilder();
    for (String line : lines) text.append("- ").append(line).append('\n');
    return text.toString();
  }

  private Optional<String> lost(Case one, Metric metric) {
    Optional<Spread> redial = results.of(one, PeerName.REDIAL, metric);
    Optional<PeerName> best = bestOther(one, metric);
    if (redial.isEmpty() || best.isEmpty()) return Optional.empty();
    double ratio = results.ratio(one, PeerName.REDIAL, best.get(), metric).orElseThrow();
    if (!metric.isBetter(1, ratio)) return Optional.empty();
    return Optional.of(
        "%s. %s: %,.1f against %,.1f of %s, %.2f turn by turn"
            .formatted(
                one.title(),
                metric.title(),
                redial.get().median(),
                median(one, best.get(), metric),
                best.get().title(),
                ratio));
  }

  private String toFloor(Case one, Metric metric) {
    return results
        .ratio(one, PeerName.REDIAL, PeerName.FLOOR, metric)
        .map("%.2f"::formatted)
        .orElse("");
  }

  private String toBest(Case one, Metric metric) {
    return bestOther(one, metric)
        .flatMap(best ->
            results
                .ratio(one, PeerName.REDIAL, best, metric)
                .map(ratio -> "%.2f (%s)".formatted(ratio, best.title())))
        .orElse("");
  }

  private Optional<PeerName> bestOther(Case one, Metric metric) {
    return results.clients(one).stream()
        .filter(client -> client != PeerName.REDIAL && client != PeerName.FLOOR)
        .reduce((best, client) ->
            metric.isBetter(median(one, client, metric), median(one, best, metric))
                ? client
                : best);
  }

  private double median(Case one, PeerName client, Metric metric) {
    return results.of(one, client, metric).orElseThrow().median();
  }
}
