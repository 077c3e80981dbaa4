package dev.redial.jmh.report;

import dev.redial.jmh.Exchange;
import dev.redial.jmh.peer.PeerName;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** CPU per call as callers, connections or origins become more: it should not grow. */
final class Scaling {
  private static final Set<Exchange> OVER_ORIGINS = Set.of(Exchange.ORIGINS, Exchange.MANY_ORIGINS);

  private final Results results;

  Scaling(Results results) {
    this.results = results;
  }

  /** One table for each quantity that was varied. */
  String text() {
    List<Case> spread = cases(Set.of(Exchange.SPREAD));
    List<Case> origins = cases(OVER_ORIGINS);
    StringBuilder text = new StringBuilder();
    if (spread.size() > 1) text.append(table("connections, one per caller", spread));
    if (origins.size() > 1) text.append(table("origins, called in turn by one caller", origins));
    return text.toString();
  }

  private List<Case> cases(Set<Exchange> exchanges) {
    return results.cases().stream().filter(one -> exchanges.contains(one.exchange())).toList();
  }

  private String table(String quantity, List<Case> cases) {
    StringBuilder table =
        new StringBuilder(
            "\n### CPU per call over the number of " + quantity + ", us\n\n| client |");
    for (Case one : cases) table.append(" %,d |".formatted(quantityOf(one)));
    table.append(" last / first |\n|---|").append("--:|".repeat(cases.size() + 1)).append('\n');
    Set<PeerName> clients = new LinkedHashSet<>(results.clients(cases.getFirst()));
    clients.retainAll(results.clients(cases.getLast()));
    for (PeerName client : clients) table.append(row(client, cases));
    return table.toString();
  }

  private String row(PeerName client, List<Case> cases) {
    StringBuilder row = new StringBuilder("| " + client.title() + " |");
    for (Case one : cases)
      row.append(
          results
              .of(one, client, Metric.CPU)
              .map(cpu -> " %,.1f |".formatted(cpu.median()))
              .orElse(" |"));
    return row.append(
            " %.2f |%n".formatted(cpu(cases.getLast(), client) / cpu(cases.getFirst(), client)))
        .toString();
  }

  private double cpu(Case one, PeerName client) {
    return results.of(one, client, Metric.CPU).orElseThrow().median();
  }

  private static int quantityOf(Case one) {
    return one.exchange() == Exchange.SPREAD ? one.callers() : one.exchange().origins(1);
  }
}
