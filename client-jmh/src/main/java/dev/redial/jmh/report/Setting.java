package dev.redial.jmh.report;

import dev.redial.jmh.peer.PeerName;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/** What has to be known to repeat a measurement, as Markdown. */
final class Setting {
  private final Properties environment;

  Setting(Properties environment) {
    this.environment = environment;
  }

  String text() {
    return """
    Measured on %s with %s, on %s, by

        mvn -q -P benchmark -pl client-jmh -am compile -Dbenchmark.args="%s"

    Rounds: %s. In each of them, and in each case, every client had %s of warm-up and %s turns of %s; %s.
    Clients: %s.
    """
        .formatted(
            value("date"),
            value("java"),
            value("machine"),
            value("command"),
            value("rounds"),
            value("warmup"),
            value("turns"),
            value("measurement"),
            value("cores").equals("apart")
                ? "the client had one core, the server and the client's JIT compilers the other"
                : "client and server shared all cores",
            versions());
  }

  private String versions() {
    List<String> versions = new ArrayList<>();
    for (PeerName client : PeerName.values()) {
      String version = environment.getProperty("client." + client.name());
      if (version != null && client != PeerName.REDIAL && client != PeerName.FLOOR)
        versions.add(client.title() + " " + version);
    }
    return String.join(", ", versions);
  }

  private String value(String key) {
    return environment.getProperty(key, "unknown");
  }
}
