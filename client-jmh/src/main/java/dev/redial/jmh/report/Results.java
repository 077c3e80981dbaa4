package dev.redial.jmh.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.redial.jmh.CallBenchmark;
import dev.redial.jmh.Exchange;
import dev.redial.jmh.peer.PeerName;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What JMH has measured, read from its JSON: for each case, client and metric the rounds. */
final class Results {
  static final String FILE = "results.json";

  private final Map<Case, Map<PeerName, JsonNode>> calls = new LinkedHashMap<>();
  private final List<JsonNode> others = new ArrayList<>();

  private Results() {}

  static Results read(Path folder) throws IOException {
    Results results = new Results();
    for (JsonNode run : new ObjectMapper().readTree(folder.resolve(FILE).toFile()))
      results.add(run);
    return results;
  }

  /** The cases that were measured, in the order of their measurement. */
  List<Case> cases() {
    return List.copyOf(calls.keySet());
  }

  /** The clients that were measured in a case. */
  List<PeerName> clients(Case one) {
    return List.copyOf(calls.get(one).keySet());
  }

  /** A figure of a client; empty if the client was not measured in this case, or failed. */
  Optional<Spread> of(Case one, PeerName client, Metric metric) {
    return Optional.ofNullable(calls.getOrDefault(one, Map.of()).get(client))
        .map(run -> spread(metric.of(run)));
  }

  /** What was measured beside calls. */
  List<JsonNode> others() {
    return others;
  }

  static Spread spread(JsonNode metric) {
    List<Double> rounds = new ArrayList<>();
    for (JsonNode fork : metric.get("rawData"))
      for (JsonNode iteration : fork) rounds.add(iteration.asDouble());
    return Spread.of(rounds);
  }

  private void add(JsonNode run) {
    if (!run.get("benchmark").asText().startsWith(CallBenchmark.class.getName())) {
      others.add(run);
      return;
    }
    JsonNode params = run.get("params");
    Case one =
        new Case(Exchange.valueOf(params.get("exchange").asText()), params.get("callers").asInt());
    calls
        .computeIfAbsent(one, unused -> new EnumMap<>(PeerName.class))
        .put(PeerName.valueOf(params.get("client").asText()), run);
  }
}
