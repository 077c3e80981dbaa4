package dev.redial.jmh;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Which core does what.
 *
 * <p>Where the client has a core of its own, apart from the server's, a run measures what a call
 * costs rather than where the scheduler happened to put its threads. The JVM's compilers then work
 * on the server's core: they are busy for long with some clients and soon done with others, and
 * would make the former look slower than they are.
 */
public enum Cores {
  /** The operating system decides. */
  SHARED,
  /** Core 0 for the server and the compilers, core 1 for everything else of the client. */
  APART;

  /** The system property that says which, in lower case; {@link #SHARED} if it is not set. */
  public static final String PROPERTY = "redial.jmh.cores";

  private static final String SERVER_CORE = "0";
  private static final String CLIENT_CORE = "1";

  /**
   * What this process was told.
   *
   * @return as the system property says
   */
  public static Cores current() {
    return "apart".equals(System.getProperty(PROPERTY)) ? APART : SHARED;
  }

  /**
   * What this machine can do.
   *
   * @return {@link #APART} with at least two cores and {@code taskset}
   */
  public static Cores best() {
    if (Runtime.getRuntime().availableProcessors() < 2) return SHARED;
    try {
      return run(List.of("taskset", "--version")) ? APART : SHARED;
    } catch (IOException e) {
      return SHARED; // there is no taskset
    }
  }

  /**
   * What to tell the JVM of a client.
   *
   * @return options; they make it behave as on a machine with one core
   */
  public List<String> clientOptions() {
    if (this == SHARED) return List.of();
    return List.of(
        "-D" + PROPERTY + "=apart",
        "-XX:ActiveProcessorCount=1",
        "-XX:+UseSerialGC",
        "-XX:-UseDynamicNumberOfCompilerThreads",
        "-Djdk.virtualThreadScheduler.parallelism=1");
  }

  /**
   * What to put before the command that starts the server.
   *
   * @return the beginning of a command, perhaps empty
   */
  public List<String> serverPrefix() {
    return this == SHARED ? List.of() : List.of("taskset", "-c", SERVER_CORE);
  }

  /**
   * Moves this process to the client's core, and its compilers to the server's. Threads started
   * later stay with those that start them.
   */
  public void moveThisProcess() {
    if (this == SHARED) return;
    move(CLIENT_CORE, "-a", ProcessHandle.current().pid());
    for (long thread : CompilerThreads.ids()) move(SERVER_CORE, "-p", thread);
  }

  private static void move(String core, String scope, long id) {
    List<String> command = new ArrayList<>(List.of("taskset", "-c"));
    if (scope.equals("-a")) command.add("-a");
    command.addAll(List.of("-p", core, Long.toString(id)));
    try {
      if (!run(command)) throw new IllegalStateException("failed: " + command);
    } catch (IOException e) {
      throw new IllegalStateException("cannot move to core " + core, e);
    }
  }

  private static boolean run(List<String> command) throws IOException {
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      return process.waitFor() == 0;
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
  }
}
