package dev.redial.tests.kit;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A widely used server, started from a configuration the test gives, that logs the id of each
 * request it executed.
 */
public abstract sealed class RealServer implements AutoCloseable
    permits Nginx, ApacheHttpd, HaProxy, NodeServer {
  private final LaunchedProcess process;
  private final int port;
  private final Path executionLog;

  RealServer(LaunchedProcess process, int port, Path executionLog) {
    this.process = process;
    this.port = port;
    this.executionLog = executionLog;
  }

  /** The port. */
  public final int port() {
    return port;
  }

  /** The address of a resource here. */
  public final URI uri(String target) {
    return URI.create("http://127.0.0.1:" + port + target);
  }

  /**
   * How often each request was executed, by its {@link RequestSeen#ID_FIELD}; requests without one
   * are left out.
   */
  public Map<String, Integer> executions() throws IOException {
    Map<String, Integer> counts = new HashMap<>();
    for (String[] entry : log()) counts.merge(entry[1], 1, Integer::sum);
    counts.remove("-");
    return counts;
  }

  /**
   * How many connections were accepted before the latest request, give or take the one that waited
   * for the server to start; not told by Apache httpd.
   */
  public int connections() throws IOException {
    return log().stream()
        .filter(entry -> entry.length > 2)
        .mapToInt(entry -> Integer.parseInt(entry[2]))
        .max()
        .orElse(0);
  }

  /** The lines {@code id <id> [<connections so far>]}, by word. */
  private List<String[]> log() throws IOException {
    if (!Files.exists(executionLog)) return List.of();
    return Files.readAllLines(executionLog).stream()
        .filter(line -> line.startsWith("id "))
        .map(line -> line.strip().split(" +"))
        .filter(entry -> entry.length > 1)
        .toList();
  }

  /** Kills the worker processes, as a crash does; the master starts new ones. */
  public final void killWorkers() {
    process.killWorkers();
  }

  /** Stops the server's process from running, as a debugger or a full machine does. */
  public final void suspend() throws IOException, InterruptedException {
    process.signal("STOP");
  }

  /** Lets it run on. */
  public final void resume() throws IOException, InterruptedException {
    process.signal("CONT");
  }

  /** Stops the server. */
  @Override
  public final void close() {
    process.close();
  }

  final LaunchedProcess process() {
    return process;
  }
}
