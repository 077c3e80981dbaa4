package dev.redial.examples.race;

import java.io.PrintStream;
import java.time.Duration;

/**
 * One line of text that is shown while the race runs: rewritten in place on a terminal, printed
 * every few seconds where the output is a file.
 */
final class LiveLine {
  private static final Duration FILE_INTERVAL = Duration.ofSeconds(5);

  private final PrintStream out;
  private final boolean terminal;
  private long nextNanos;
  private int width;

  LiveLine(PrintStream out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
    this.nextNanos = System.nanoTime();
  }

  void show(String text) {
    if (terminal) {
      out.print("\r" + text + " ".repeat(Math.max(0, width - text.length())));
      out.flush();
      width = text.length();
    } else if (System.nanoTime() - nextNanos >= 0) {
      out.println(text);
      nextNanos = System.nanoTime() + FILE_INTERVAL.toNanos();
    }
  }

  /** Shows the last text and ends the line. */
  void end(String text) {
    nextNanos = System.nanoTime();
    show(text);
    if (terminal) out.println();
  }
}
