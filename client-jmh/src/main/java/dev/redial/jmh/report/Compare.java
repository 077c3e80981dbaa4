package dev.redial.jmh.report;

import dev.redial.jmh.peer.PeerName;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.openjdk.jmh.runner.RunnerException;

/**
 * Compares the clients: in each round, each case, each client has a JVM of its own for a short
 * time. Whatever happens on the machine meanwhile happens to all of them; medians and spreads are
 * of rounds.
 */
public final class Compare {
  private final Plan plan;
  private final Forks forks;
  private final List<String> failures = new ArrayList<>();

  private Compare(Plan plan) throws IOException {
    this.plan = plan;
    this.forks = new Forks(plan);
  }

  /**
   * Runs the comparison and prints its tables.
   *
   * @param args {@code --help} lists them
   * @throws IOException if the results cannot be written
   */
  public static void main(String... args) throws IOException {
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

  private void run(String command) throws IOException {
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

  private void round(int round) {
    for (Case one : plan.cases()) {
      List<PeerName> clients = new ArrayList<>(plan.clients());
      Collections.rotate(clients, -round); // nobody is always the first after another
      for (PeerName client : clients) {
        System.out.printf("round %d: %s: %s: ", round + 1, one.title(), client.title());
        System.out.println(outcome(one, client));
      }
    }
    if (plan.parts()) parts(round);
  }

  private void parts(int round) {
    System.out.printf("round %d: parts%n", round + 1);
    try {
      forks.parts();
    } catch (RunnerException e) {
      failures.add("parts: " + e.getMessage().lines().findFirst().orElseThrow());
      System.out.println("FAILED, see " + plan.folder().resolve(Forks.LOG));
    }
  }

  private String outcome(Case one, PeerName client) {
    try {
      return forks.run(one, client);
    } catch (RunnerException e) {
      String failure = one.title() + ": " + client.title() + ": " + e.getMessage();
      failures.add(failure.lines().findFirst().orElseThrow());
      return "FAILED, see " + plan.folder().resolve(Forks.LOG);
    }
  }
}
