package dev.redial.tests.kit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/**
 * An HTTP server some way off: {@code distant.py}, in a network namespace of its own. It takes
 * Linux, root, {@code /dev/net/tun}, iproute2 and Python.
 */
public final class DistantServer implements AutoCloseable {
  private static final String HERE = "10.213.77.1";
  private static final String THERE = "10.213.77.2";

  private final Process process;
  private final Path script;
  private final List<String> said = new CopyOnWriteArrayList<>();
  private final Thread reader;

  private DistantServer(Path script, Duration out, Duration back) throws IOException {
    this.script = script;
    this.process =
        new ProcessBuilder(
                "python3",
                script.toString(),
                "redial" + ProcessHandle.current().pid() % 100_000,
                HERE,
                THERE,
                Long.toString(out.toMillis()),
                Long.toString(back.toMillis()))
            .redirectErrorStream(true)
            .start();
    this.reader = Thread.ofPlatform().daemon().name("distant-server").start(this::listen);
  }

  /**
   * Starts one.
   *
   * @param out how long octets take from here to there
   * @param back how long they take from there to here
   * @return empty where that cannot be done; the reason is printed
   */
  public static Optional<DistantServer> start(Duration out, Duration back) throws IOException {
    Path script = Files.createTempFile("distant", ".py");
    try (InputStream source =
        DistantServer.class.getResourceAsStream("/dev/redial/tests/distant.py")) {
      Files.write(script, Objects.requireNonNull(source).readAllBytes());
    }
    DistantServer server;
    try {
      server = new DistantServer(script, out, back);
    } catch (IOException e) {
      System.err.println("no distant server: " + e.getMessage());
      Files.deleteIfExists(script);
      return Optional.empty();
    }
    Awaitility.await("the distant server")
        .atMost(Duration.ofSeconds(30))
        .until(() -> server.said.contains("ready") || !server.process.isAlive());
    if (server.process.isAlive()) return Optional.of(server);
    System.err.println("no distant server: " + server.output());
    server.close();
    return Optional.empty();
  }

  private List<String> output() {
    try {
      reader.join(5000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return said;
  }

  private void listen() {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      String line = lines.readLine();
      while (line != null) {
        said.add(line);
        line = lines.readLine();
      }
    } catch (IOException e) {
      said.add(e.toString());
    }
  }

  /** The address of a resource; {@code /last} ends the connection, {@code /die} without answer. */
  public URI uri(String target) {
    return URI.create("http://" + THERE + ":8080" + target);
  }

  /** How often a request with this method and target was read whole. */
  public long requests(String request) {
    return said.stream().filter(request::equals).count();
  }

  /** Ends every idle connection. */
  public void hangUp() {
    try {
      OutputStream in = process.getOutputStream();
      in.write('\n');
      in.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    try {
      process.getOutputStream().close();
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IOException("the distant server did not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    } finally {
      Files.deleteIfExists(script);
    }
  }
}
