package dev.redial.jmh;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A {@link GreetingServer} in a process of its own. Closing it stops the process. */
final class GreetingProcess implements AutoCloseable {
  /** What the server has seen. */
  record Seen(long connections, long requests) {}

  private final Process process;
  private final BufferedReader output;
  private final URI uri;

  private GreetingProcess(Process process) throws IOException {
    this.process = process;
    this.output = process.inputReader(StandardCharsets.US_ASCII);
    this.uri = URI.create("http://127.0.0.1:" + Integer.parseInt(nextLine()) + "/");
  }

  static GreetingProcess start() throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String classPath = System.getProperty("java.class.path");
    return new GreetingProcess(
        new ProcessBuilder(java, "-cp", classPath, GreetingServer.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start());
  }

  URI uri() {
    return uri;
  }

  /** Stops the server and returns what it has seen. */
  Seen stop() throws IOException {
    process.getOutputStream().close();
    String[] counts = nextLine().split(" ", -1);
    return new Seen(Long.parseLong(counts[0]), Long.parseLong(counts[1]));
  }

  @Override
  public void close() {
    process.destroy();
  }

  private String nextLine() throws IOException {
    String line = output.readLine();
    if (line == null) throw new IOException("the server ended early");
    return line;
  }
}
