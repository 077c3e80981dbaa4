package dev.redial.jmh.report;

import dev.redial.jmh.Cores;
import dev.redial.jmh.peer.PeerName;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;

/** Where and how something was measured; kept beside the results. */
final class Environment {
  static final String FILE = "environment.properties";

  private Environment() {}

  static void write(Plan plan, String command, int rounds, List<String> failures)
      throws IOException {
    Properties facts = new Properties();
    facts.setProperty("command", command);
    facts.setProperty("date", LocalDate.now(ZoneOffset.UTC).toString());
    facts.setProperty("rounds", Integer.toString(rounds));
    facts.setProperty("warmup", plan.warmup().toSeconds() + " s");
    facts.setProperty("turns", Integer.toString(plan.turns()));
    facts.setProperty("measurement", plan.measurement().toSeconds() + " s");
    facts.setProperty("cores", plan.cores() == Cores.APART ? "apart" : "shared");
    facts.setProperty("machine", machine());
    facts.setProperty(
        "java", System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
    facts.setProperty("failures", String.join("\n", failures));
    for (PeerName client : plan.clients())
      facts.setProperty("client." + client.name(), client.version());
    try (BufferedWriter out = Files.newBufferedWriter(plan.folder().resolve(FILE))) {
      facts.store(out, null);
    }
  }

  static Properties read(Path folder) throws IOException {
    Properties facts = new Properties();
    try (BufferedReader in = Files.newBufferedReader(folder.resolve(FILE))) {
      facts.load(in);
    }
    return facts;
  }

  private static String machine() throws IOException {
    return Runtime.getRuntime().availableProcessors()
        + " cores"
        + processor().map(model -> " (" + model + ")").orElse("")
        + ", "
        + System.getProperty("os.name")
        + " "
        + System.getProperty("os.version");
  }

  private static Optional<String> processor() throws IOException {
    Path description = Path.of("/proc/cpuinfo");
    if (!Files.exists(description)) return Optional.empty();
    try (Stream<String> lines = Files.lines(description)) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).trim())
          .findFirst();
    }
  }
}
