package dev.redial.jmh.report;

import dev.redial.jmh.peer.PeerName;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A picture of one figure over the number of callers, a line for each client, both axes
 * logarithmic. Bars mark the lowest and the highest round.
 */
final class Chart {
  private static final int WIDTH = 760;
  private static final int HEIGHT = 420;
  private static final int LEFT = 80;
  private static final int RIGHT = 560;
  private static final int TOP = 50;
  private static final int BOTTOM = 370;
  private static final int LABEL_HEIGHT = 15;

  private final Results results;
  private final List<Case> cases;
  private final Metric metric;
  private final List<PeerName> clients;
  private final int firstDecade;
  private final int lastDecade;

  Chart(Results results, List<Case> cases, Metric metric) {
    this.results = results;
    this.cases = cases;
    this.metric = metric;
    this.clients =
        results.clients(cases.getLast()).stream()
            .sorted(Comparator.comparingDouble(client -> -last(client)))
            .toList();
    this.firstDecade = (int) Math.floor(Math.log10(extreme(-1)));
    this.lastDecade = Math.max(firstDecade + 1, (int) Math.ceil(Math.log10(extreme(1))));
  }

  String svg() {
    StringBuilder svg = new StringBuilder();
    svg.append(
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">
        <rect width="100%%" height="100%%" fill="white"/>
        <text x="%d" y="28" font-size="16">%s, by number of callers (GET 100 B)</text>
        """
            .formatted(WIDTH, HEIGHT, LEFT, metric.title()));
    for (int decade = firstDecade; decade <= lastDecade; decade++) svg.append(gridLine(decade));
    for (int i = 0; i < cases.size(); i++) svg.append(callersLabel(i));
    for (int i = 0; i < clients.size(); i++) svg.append(line(clients.get(i), i));
    return svg.append("</svg>\n").toString();
  }

  private String gridLine(int decade) {
    double value = Math.pow(10, decade);
    return """
    <line x1="%d" x2="%d" y1="%.1f" y2="%.1f" stroke="#dddddd"/>
    <text x="%d" y="%.1f" text-anchor="end" fill="#555555">%s</text>
    """
        .formatted(LEFT, RIGHT, y(value), y(value), LEFT - 8, y(value) + 4, number(value));
  }

  private String callersLabel(int i) {
    return """
    <text x="%.1f" y="%d" text-anchor="middle" fill="#555555">%,d</text>
    """
        .formatted(x(i), BOTTOM + 22, cases.get(i).callers());
  }

  private String line(PeerName client, int rank) {
    List<String> points = new ArrayList<>();
    StringBuilder bars = new StringBuilder();
    for (int i = 0; i < cases.size(); i++) {
      Optional<Spread> spread = results.of(cases.get(i), client, metric);
      if (spread.isEmpty()) continue;
      points.add("%.1f,%.1f".formatted(x(i), y(spread.get().median())));
      bars.append(bar(i, spread.get(), client));
    }
    return bars
        + """
        <polyline points="%s" fill="none" stroke="%s" stroke-width="%s"%s/>
        <text x="%d" y="%d" fill="%s"%s>%s %s</text>
        """
            .formatted(
                String.join(" ", points),
                color(client),
                client == PeerName.REDIAL ? "3.5" : "1.8",
                client == PeerName.FLOOR ? " stroke-dasharray=\"5 4\"" : "",
                RIGHT + 20,
                TOP + 12 + rank * LABEL_HEIGHT,
                color(client),
                client == PeerName.REDIAL ? " font-weight=\"bold\"" : "",
                client.title(),
                number(last(client)));
  }

  private String bar(int i, Spread spread, PeerName client) {
    return """
    <line x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f" stroke="%s" stroke-opacity="0.5"/>
    <circle cx="%.1f" cy="%.1f" r="3" fill="%s"/>
    """
        .formatted(
            x(i),
            x(i),
            y(spread.lowest()),
            y(spread.highest()),
            color(client),
            x(i),
            y(spread.median()),
            color(client));
  }

  private double x(int i) {
    if (cases.size() == 1) return (LEFT + RIGHT) / 2.0;
    return LEFT + 20 + i * (RIGHT - LEFT - 40) / (cases.size() - 1.0);
  }

  private double y(double value) {
    double share = (Math.log10(value) - firstDecade) / (lastDecade - firstDecade);
    return BOTTOM - share * (BOTTOM - TOP);
  }

  private double last(PeerName client) {
    return results.of(cases.getLast(), client, metric).map(Spread::median).orElse(0.0);
  }

  /** The lowest (sign -1) or highest (1) round of all. */
  private double extreme(int sign) {
    double extreme = sign < 0 ? Double.MAX_VALUE : 0;
    for (Case one : cases)
      for (PeerName client : results.clients(one)) {
        Spread spread = results.of(one, client, metric).orElseThrow();
        extreme =
            sign < 0 ? Math.min(extreme, spread.lowest()) : Math.max(extreme, spread.highest());
      }
    return extreme;
  }

  private static String number(double value) {
    return value < 10 ? "%.1f".formatted(value) : "%,.0f".formatted(value);
  }

  private static String color(PeerName client) {
    return switch (client) {
      case FLOOR -> "#777777";
      case REDIAL -> "#c1121f";
      case JDK -> "#e08214";
      case APACHE -> "#7b3294";
      case OKHTTP -> "#1b7837";
      case JETTY -> "#2166ac";
      case REACTOR -> "#00838f";
      case HELIDON -> "#8c510a";
      case AHC -> "#5e4fa2";
    };
  }
}
