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
    double own = redial.get().median();
    double other = median(one, best.get(), metric);
    if (!metric.isBetter(other, own)) return Optional.empty();
    return Optional.of(
        "%s. %s: %,.1f against %,.1f of %s"
            .formatted(one.title(), metric.title(), own, other, best.get().title()));
  }

  private String toFloor(Case one, Metric metric) {
    return ratio(one, metric, Optional.of(PeerName.FLOOR));
  }

  private String toBest(Case one, Metric metric) {
    Optional<PeerName> best = bestOther(one, metric);
    String ratio = ratio(one, metric, best);
    return ratio.isEmpty() ? "" : ratio + " (" + best.orElseThrow().title() + ")";
  }

  private String ratio(Case one, Metric metric, Optional<PeerName> to) {
    Optional<Spread> redial = results.of(one, PeerName.REDIAL, metric);
    Optional<Spread> other = to.flatMap(client -> results.of(one, client, metric));
    if (redial.isEmpty() || other.isEmpty()) return "";
    return "%.2f".formatted(redial.get().median() / other.get().median());
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
