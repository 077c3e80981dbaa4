package dev.redial.jmh.report;

import com.fasterxml.jackson.databind.JsonNode;
import dev.redial.jmh.peer.PeerName;
import java.util.Map;
import java.util.TreeMap;

/** What was measured beside calls, as Markdown: Redial's parts, and the weight of clients. */
final class PartsTables {
  private static final String PARTS =
      """

      ### Parts of Redial

      | part | time | lowest - highest |
      |---|--:|--:|
      """;
  private static final String WEIGHTS =
      """

      ### The weight of a client

      | client | to build and close it, us | its heap, B | heap of an idle connection, B |
      |---|--:|--:|--:|
      """;

  private final Results results;

  PartsTables(Results results) {
    this.results = results;
  }

  String text() {
    StringBuilder parts = new StringBuilder();
    Map<PeerName, String[]> weights = new TreeMap<>();
    for (JsonNode run : results.others()) {
      String[] names = run.get("benchmark").asText().split("\\.", -1);
      JsonNode client = run.at("/params/client");
      if (client.isMissingNode()) parts.append(part(names, run));
      else add(weights, PeerName.valueOf(client.asText()), names[names.length - 1], run);
    }
    return (parts.isEmpty() ? "" : PARTS + parts) + (weights.isEmpty() ? "" : table(weights));
  }

  private static String part(String[] names, JsonNode run) {
    Spread spread = Results.spread(run.get("primaryMetric"));
    return "| %s.%s | %,.1f %s | %,.1f - %,.1f |%n"
        .formatted(
            names[names.length - 2],
            names[names.length - 1],
            spread.median(),
            run.at("/primaryMetric/scoreUnit").asText(),
            spread.lowest(),
            spread.highest());
  }

  private static void add(
      Map<PeerName, String[]> weights, PeerName client, String method, JsonNode run) {
    String[] cells = weights.computeIfAbsent(client, unused -> new String[] {"", "", ""});
    if (method.equals("weigh")) {
      cells[1] = median(run.at("/secondaryMetrics/client"));
      cells[2] = median(run.at("/secondaryMetrics/connection"));
    } else {
      cells[0] = median(run.get("primaryMetric"));
    }
  }

  private static String median(JsonNode metric) {
    return "%,.0f".formatted(Results.spread(metric).median());
  }

  private static String table(Map<PeerName, String[]> weights) {
    StringBuilder table = new StringBuilder(WEIGHTS);
    weights.forEach((client, cells) ->
        table.append(
            "| %s | %s | %s | %s |%n".formatted(client.title(), cells[0], cells[1], cells[2])));
    return table.toString();
  }
}
