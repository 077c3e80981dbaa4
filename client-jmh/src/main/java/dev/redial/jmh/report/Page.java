package dev.redial.jmh.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A page of which one part is made from results; the rest is written by hand and stays. */
final class Page {
  private static final String BEGIN = "<!-- results: made by dev.redial.jmh.report.Report -->\n";
  private static final String END = "<!-- end of results -->";

  private Page() {}

  static void replaceResults(Path page, String results) throws IOException {
    String text = Files.readString(page);
    int begin = text.indexOf(BEGIN);
    int end = text.indexOf(END);
    if (begin < 0 || end < begin)
      throw new IOException(page + " does not say where the results belong");
    String before = text.substring(0, begin + BEGIN.length());
    Files.writeString(page, before + "\n" + results + "\n" + text.substring(end));
  }
}
