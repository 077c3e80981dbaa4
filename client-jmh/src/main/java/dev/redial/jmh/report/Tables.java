package dev.redial.jmh.report;

import dev.redial.jmh.peer.PeerName;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Results as Markdown tables, one for each case, the fastest client first. */
final class Tables {
  private static final String HEAD =
      """
      | client | calls/s | of the floor | CPU us/call | x the floor | B/call | p50 us | p99 us | longest us |
      |---|--:|--:|--:|--:|--:|--:|--:|--:|
      """;

  private static final Set<Metric> ONLY_MEDIAN =
      EnumSet.of(Metric.P50, Metric.ALLOCATED, Metric.LONGEST);

  private final Results results;

  Tables(Results results) {
    this.results = results;
  }

  String of(Case one) {
    StringBuilder table = new StringBuilder(HEAD);
    for (PeerName client : bestFirst(one)) table.append(row(one, client));
    return table.toString();
  }

  private List<PeerName> bestFirst(Case one) {
    Comparator<PeerName> byThroughput =
        Comparator.comparingDouble(
            client -> results.of(one, client, Metric.THROUGHPUT).orElseThrow().median());
    return results.clients(one).stream().sorted(byThroughput.reversed()).toList();
  }

  private String row(Case one, PeerName client) {
    return "| %s | %s | %s | %s | %s | %s | %s | %s | %s |%n"
        .formatted(
            client == PeerName.REDIAL ? "**Redial**" : client.title(),
            figure(one, client, Metric.THROUGHPUT, "%,.0f"),
            ratioToFloor(one, client, Metric.THROUGHPUT),
            figure(one, client, Metric.CPU, "%,.1f"),
            ratioToFloor(one, client, Metric.CPU),
            figure(one, client, Metric.ALLOCATED, "%,.0f"),
            figure(one, client, Metric.P50, "%,.0f"),
            figure(one, client, Metric.P99, "%,.0f"),
            figure(one, client, Metric.LONGEST, "%,.0f"));
  }

  private String figure(Case one, PeerName client, Metric metric, String format) {
    Spread spread = results.of(one, client, metric).orElseThrow();
    String median = format.formatted(spread.median());
    if (ONLY_MEDIAN.contains(metric)) return median;
    return median
        + " ("
        + format.formatted(spread.lowest())
        + " - "
        + format.formatted(spread.highest())
        + ")";
  }

  private String ratioToFloor(Case one, PeerName client, Metric metric) {
    return results.ratio(one, client, PeerName.FLOOR, metric).map("%.2f"::formatted).orElse("");
  }
}
