package dev.redial.jmh.report;

import dev.redial.jmh.Exchange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Properties;

/** Makes tables and pictures of what {@link Compare} has measured. */
public final class Report {
  private static final List<Metric> DRAWN =
      List.of(Metric.THROUGHPUT, Metric.CPU, Metric.ALLOCATED, Metric.P99);

  private final Results results;
  private final Properties environment;

  private Report(Results results, Properties environment) {
    this.results = results;
    this.environment = environment;
  }

  /**
   * Makes them again of results that were kept.
   *
   * @param args the folder of the results, and that of the documentation
   * @throws IOException if something cannot be read or written
   */
  public static void main(String... args) throws IOException {
    Locale.setDefault(Locale.ROOT);
    of(Path.of(args[0])).publish(Path.of(args[1]));
  }

  static Report of(Path folder) throws IOException {
    return new Report(Results.read(folder), Environment.read(folder));
  }

  /** All tables, as Markdown. */
  String tables() {
    StringBuilder text = new StringBuilder();
    text.append(new Setting(environment).text());
    text.append("\n### Redial against the floor and the best of the others\n\n");
    text.append(new Summary(results).table());
    text.append("\n### Where Redial is not first\n\n");
    text.append(new Summary(results).lost(environment.getProperty("failures")));
    Tables tables = new Tables(results);
    for (Case one : results.cases())
      text.append("\n### ").append(one.title()).append("\n\n").append(tables.of(one));
    text.append(new Scaling(results).text());
    return text.append(new PartsTables(results).text()).toString();
  }

  /** Draws the figures over the number of callers. */
  void draw(Path folder) throws IOException {
    List<Case> cases =
        results.cases().stream().filter(one -> one.exchange() == Exchange.GET).toList();
    if (cases.isEmpty()) return;
    Files.createDirectories(folder);
    for (Metric metric : DRAWN)
      Files.writeString(
          folder.resolve(metric.fileName() + ".svg"), new Chart(results, cases, metric).svg());
  }

  /** Replaces page and pictures of a folder of documentation. */
  void publish(Path docs) throws IOException {
    draw(docs.resolve("benchmarks"));
    Page.replaceResults(docs.resolve("benchmarks.md"), tables());
  }
}
