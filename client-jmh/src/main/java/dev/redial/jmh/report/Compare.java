package dev.redial.jmh.report;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.openjdk.jmh.runner.RunnerException;

/**
 * Compares the clients: in each round, each case, each client has a JVM of its own, and they take
 * turns. Whatever happens on the machine meanwhile happens to all of them; medians and spreads are
 * of the turns of all rounds.
 */
public final class Compare {
  private final Plan plan;
  private final Forks forks;
  private final List<String> failures = new ArrayList<>();

  private Compare(Plan plan) {
    this.plan = plan;
    this.forks = new Forks(plan);
  }

  /**
   * Runs the comparison and prints its tables.
   *
   * @param args {@code --help} lists them
   * @throws IOException if the results cannot be written
   * @throws InterruptedException if this thread is to stop
   */
  public static void main(String... args) throws IOException, InterruptedException {
    Locale.setDefault(Locale.ROOT);
    if (List.of(args).contains("--help")) {
      System.out.print(Plan.HELP);
      return;
    }
    Plan plan = Plan.of(args);
    Files.createDirectories(plan.folder());
    new Compare(plan).run(String.join(" ", args));
    Report report = Report.of(plan.folder());
    System.out.println(report.tables());
    report.draw(plan.folder());
    if (plan.publish().isPresent()) report.publish(plan.publish().get());
  }

  private void run(String command) throws IOException, InterruptedException {
    long begun = System.nanoTime();
    Duration longest = Duration.ZERO;
    int round = 0;
    do {
      long roundBegun = System.nanoTime();
      round(round++);
      forks.write(plan.folder().resolve(Results.FILE));
      Environment.write(plan, command, round, failures);
      Duration took = Duration.ofNanos(System.nanoTime() - roundBegun);
      if (took.compareTo(longest) > 0) longest = took;
    } while (Duration.ofNanos(System.nanoTime() - begun).plus(longest).compareTo(plan.time()) <= 0);
  }

  private void round(int round) throws IOException, InterruptedException {
    for (Case one : plan.cases()) {
      System.out.printf("round %d: %s%n", round + 1, one.title());
      forks
          .run(one)
          .forEach((client, outcome) -> {
            System.out.printf("  %s: %s%n", client.title(), outcome.text());
            if (outcome.failed())
              fail(one.title() + ": " + client.title() + ": " + outcome.text(), Forks.log(client));
          });
    }
    if (plan.parts()) parts(round);
  }

  private void parts(int round) throws IOException {
    System.out.printf("round %d: parts%n", round + 1);
    try {
      forks.parts();
    } catch (RunnerException e) {
      fail("parts: " + e.getMessage().lines().findFirst().orElseThrow(), Forks.PARTS_LOG);
    }
  }

  private void fail(String what, String log) {
    failures.add(what);
    System.out.println("FAILED, see " + plan.folder().resolve(log));
  }
}
