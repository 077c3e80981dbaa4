package dev.redial.jmh.report;

import java.io.IOException;
import java.nio.file.Path;

/** Makes tables and pictures of what {@link Compare} has measured. */
public final class Report {
  private Report() {}

  static void print(Path folder) throws IOException {
    Results results = Results.read(folder);
    Tables tables = new Tables(results);
    for (Case one : results.cases())
      System.out.printf("%n### %s%n%n%s", one.title(), tables.of(one));
  }
}
