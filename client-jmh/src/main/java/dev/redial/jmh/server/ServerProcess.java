package dev.redial.jmh.server;

import dev.redial.jmh.Cores;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A {@link BenchmarkServer} in a process of its own. Closing it stops the process. */
public final class ServerProcess implements AutoCloseable {
  /**
   * What the server has seen since it was started.
   *
   * @param connections accepted
   * @param requests received whole
   */
  public record Seen(long connections, long requests) {
    /**
     * What was added.
     *
     * @param before what it had seen earlier
     * @return the difference
     */
    public Seen since(Seen before) {
      return new Seen(connections - before.connections, requests - before.requests);
    }
  }

  private final Process process;
  private final BufferedReader output;
  private final long[] ports;

  private ServerProcess(Process process) {
    this.process = process;
    this.output = process.inputReader(StandardCharsets.US_ASCII);
    this.ports = numbers();
  }

  /**
   * Starts a server; on a core of its own if the clients are pinned to another.
   *
   * @param ports how many it listens to, beside the one that speaks TLS
   * @return the server, listening
   * @throws IOException if it cannot be started
   */
  public static ServerProcess start(int ports) throws IOException {
    List<String> command = new ArrayList<>(Cores.current().serverPrefix());
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:+UseSerialGC");
    command.add("-Xmx512m");
    command.add("-XX:MaxDirectMemorySize=2g");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(BenchmarkServer.class.getName());
    command.add(Integer.toString(ports));
    return new ServerProcess(
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
  }

  /**
   * Where to find a resource.
   *
   * @param origin which of the ports, from 0
   * @param path its path
   * @return its URI
   */
  public URI uri(int origin, String path) {
    return URI.create("http://127.0.0.1:" + ports[1 + origin] + path);
  }

  /**
   * Where to find a resource through TLS.
   *
   * @param path its path
   * @return its URI
   */
  public URI tlsUri(String path) {
    return URI.create("https://127.0.0.1:" + ports[0] + path);
  }

  /**
   * Asks the server what it has seen so far.
   *
   * @return its counts
   */
  public Seen seen() {
    try {
      process.outputWriter(StandardCharsets.US_ASCII).append("seen\n").flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    long[] counts = numbers();
    return new Seen(counts[0], counts[1]);
  }

  @Override
  public void close() {
    process.destroy();
  }

  private long[] numbers() {
    try {
      String line = output.readLine();
      if (line == null) throw new IllegalStateException("the server ended early");
      return List.of(line.trim().split(" ", -1)).stream().mapToLong(Long::parseLong).toArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
