package dev.redial.tests.kit;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** A real server in a process of its own, listening on a loopback port. */
public final class LaunchedProcess implements AutoCloseable {
  private static final List<Path> FOLDERS =
      Stream.concat(
              Stream.of(Optional.ofNullable(System.getenv("PATH")).orElse("").split(":")),
              Stream.of("/usr/sbin", "/usr/local/sbin", "/usr/bin", "/usr/local/bin"))
          .filter(folder -> !folder.isEmpty())
          .map(Path::of)
          .toList();

  private final Process process;
  private final Path output;

  private LaunchedProcess(Process process, Path output) {
    this.process = process;
    this.output = output;
  }

  /** The program of that name; skips the test if it is not installed. */
  static Path assumeInstalled(String program) {
    Optional<Path> found =
        FOLDERS.stream().map(f -> f.resolve(program)).filter(Files::isExecutable).findFirst();
    assumeTrue(found.isPresent(), program + " is not installed, so this test is skipped");
    return found.orElseThrow();
  }

  /**
   * A port nobody listens on just now. It is not one of those that systems give to clients and to
   * servers that ask for any: another test would be given it before the launched server takes it.
   */
  public static int freePort() throws IOException {
    for (int tries = 1; ; tries++) {
      int port = ThreadLocalRandom.current().nextInt(10_000, 32_000);
      try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return probe.getLocalPort();
      } catch (BindException e) {
        if (tries == 100) throw e;
      }
    }
  }

  /** Starts a command and waits until it accepts connections on that port. */
  static LaunchedProcess start(Path folder, int port, List<String> command) throws IOException {
    Path output = folder.resolve("output.log");
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
            .start();
    LaunchedProcess launched = new LaunchedProcess(process, output);
    try {
      Awaitility.await(command + " to listen on " + port)
          .atMost(Duration.ofSeconds(10))
          .pollInterval(Duration.ofMillis(20))
          .failFast(command + " ended", () -> !process.isAlive())
          .until(() -> accepts(port));
      return launched;
    } catch (RuntimeException e) {
      process.destroyForcibly();
      throw new IOException("not started: " + launched.output(), e);
    }
  }

  String output() throws IOException {
    return Files.exists(output) ? Files.readString(output) : "";
  }

  long pid() {
    return process.pid();
  }

  /** Kills the children of the process, the workers. */
  void killWorkers() {
    process.children().forEach(ProcessHandle::destroyForcibly);
  }

  /** Sends a signal, by its name without SIG. */
  void signal(String name) throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid())).start();
    if (!kill.waitFor(5, TimeUnit.SECONDS) || kill.exitValue() != 0)
      throw new IOException("kill -" + name);
  }

  /** Asks the server to end, and kills it after five seconds. */
  @Override
  public void close() {
    List<ProcessHandle> workers = process.descendants().toList();
    process.destroy();
    if (!endsWithin5Seconds()) process.destroyForcibly();
    workers.forEach(ProcessHandle::destroyForcibly);
    if (!endsWithin5Seconds()) throw new AssertionError("process " + pid() + " cannot be killed");
  }

  private boolean endsWithin5Seconds() {
    try {
      return process.waitFor(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static boolean accepts(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 200);
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
