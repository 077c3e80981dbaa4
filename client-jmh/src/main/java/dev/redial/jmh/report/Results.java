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

/** What JMH has measured, read from its JSON: for each case, client and metric the turns. */
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

  /**
   * A client's figure in relation to another's: turn by turn, as the machine may be a different one
   * in the next; of medians, where one of them has missed some.
   */
  Optional<Double> ratio(Case one, PeerName client, PeerName to, Metric metric) {
    List<Double> own = turns(one, client, metric);
    List<Double> others = turns(one, to, metric);
    if (own.isEmpty() || others.isEmpty()) return Optional.empty();
    if (own.size() != others.size())
      return Optional.of(Spread.of(own).median() / Spread.of(others).median());
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < own.size(); i++) ratios.add(own.get(i) / others.get(i));
    return Optional.of(Spread.of(ratios).median());
  }

  static Spread spread(JsonNode metric) {
    return Spread.of(turns(metric));
  }

  private List<Double> turns(Case one, PeerName client, Metric metric) {
    JsonNode run = calls.getOrDefault(one, Map.of()).get(client);
    return run == null ? List.of() : turns(metric.of(run));
  }

  private static List<Double> turns(JsonNode metric) {
    List<Double> turns = new ArrayList<>();
    for (JsonNode fork : metric.get("rawData"))
      for (JsonNode iteration : fork) turns.add(iteration.asDouble());
    return turns;
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
