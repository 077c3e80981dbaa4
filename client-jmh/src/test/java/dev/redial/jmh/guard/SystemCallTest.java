package dev.redial.jmh.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.redial.jmh.server.Resource;
import dev.redial.jmh.server.ServerProcess;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * That no change makes a call need more system calls for input and output than it does. Two runs,
 * of which one has twice as many calls, differ by what calls need, and by nothing else that a JVM
 * does.
 *
 * <p>How often an answer is looked for, and whether it has to be waited for, depends on when it
 * comes. So system calls of that kind are counted apart: with a server that is always late, where
 * they are the same for each call, and with one that is not, in a few attempts, of which one has to
 * be within the bound.
 */
final class SystemCallTest {
  private static final int CALLS = 150;
  private static final int ATTEMPTS = 6;
  private static final Set<String> FOR_AN_ANSWER =
      Set.of(
          "read", "recvfrom", "poll", "ppoll", "epoll_wait", "epoll_pwait", "epoll_ctl", "fcntl");
  private static final Set<String> OTHERS =
      Set.of(
          ("write,readv,writev,sendto,recvmsg,sendmsg,ioctl,getsockopt,setsockopt,socket,bind,"
                  + "connect,getsockname,getpeername,shutdown,close")
              .split(","));

  @TempDir Path folder;

  @BeforeAll
  static void straceIsThere() throws Exception {
    assumeTrue(canTrace(), "strace is not installed, or not allowed: system calls are not counted");
  }

  @ParameterizedTest
  @ValueSource(strings = {"platform", "virtual"})
  void aGet(String thread) throws Exception {
    try (ServerProcess server = ServerProcess.start(1)) {
      check("get-" + thread + "-thread", server.uri(0, Resource.SMALL.path()), thread);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"platform", "virtual"})
  void aGetWithALateAnswer(String thread) throws Exception {
    try (LateServer server = LateServer.start()) {
      check("get-late-" + thread + "-thread", server.uri(), thread);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"platform", "virtual"})
  void aGetOnANewConnection(String thread) throws Exception {
    try (ServerProcess server = ServerProcess.start(1)) {
      URI uri = server.uri(0, Resource.CLOSING.path());
      check("get-new-connection-" + thread + "-thread", uri, thread);
    }
  }

  private void check(String name, URI uri, String thread) throws Exception {
    String bound = "system-calls." + name;
    String boundForAnAnswer = bound + "-for-an-answer";
    double fewestForAnAnswer = Double.MAX_VALUE;
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      Map<String, Integer> once = count(uri, CALLS, thread);
      Map<String, Integer> twice = count(uri, 2 * CALLS, thread);
      double perCall = (total(twice, OTHERS) - total(once, OTHERS)) / (double) CALLS;
      double forAnAnswer =
          (total(twice, FOR_AN_ANSWER) - total(once, FOR_AN_ANSWER)) / (double) CALLS;
      System.out.printf("%s: %.2f, for an answer: %.2f%n", bound, perCall, forAnAnswer);
      assertThat(perCall).as(bound).isLessThanOrEqualTo(Bounds.of(bound));
      fewestForAnAnswer = Math.min(fewestForAnAnswer, forAnAnswer);
      if (fewestForAnAnswer <= Bounds.of(boundForAnAnswer)) return;
    }
    assertThat(fewestForAnAnswer)
        .as(boundForAnAnswer)
        .isLessThanOrEqualTo(Bounds.of(boundForAnAnswer));
  }

  private static boolean canTrace() throws InterruptedException {
    try {
      return run(List.of("strace", "-f", "--seccomp-bpf", "-c", "-o", "/dev/null", "true")) == 0;
    } catch (IOException e) {
      return false; // there is no strace
    }
  }

  /** By name. */
  private Map<String, Integer> count(URI uri, int calls, String thread) throws Exception {
    Path counts = folder.resolve(thread + calls);
    String traced =
        Stream.of(FOR_AN_ANSWER, OTHERS).flatMap(Set::stream).collect(Collectors.joining(","));
    List<String> command =
        new ArrayList<>(List.of("strace", "-f", "--seccomp-bpf", "-c", "-o", counts.toString()));
    command.addAll(List.of("-e", "trace=" + traced));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(
        List.of(CountedCalls.class.getName(), uri.toString(), Integer.toString(calls), thread));
    assertThat(run(command)).as("exit status").isZero();
    return table(Files.readAllLines(counts));
  }

  private static int run(List<String> command) throws IOException, InterruptedException {
    return new ProcessBuilder(command).inheritIO().start().waitFor();
  }

  /** From strace's columns: a share, two times, the number, perhaps that of errors, the name. */
  private static Map<String, Integer> table(List<String> lines) {
    Map<String, Integer> table = new HashMap<>();
    for (String line : lines) {
      String[] columns = line.trim().split(" +", -1);
      if (columns.length < 5 || !columns[3].matches("[0-9]+")) continue;
      table.put(columns[columns.length - 1], Integer.parseInt(columns[3]));
    }
    int total = table.remove("total");
    assertThat(table.values().stream().mapToInt(Integer::intValue).sum()).isEqualTo(total);
    return table;
  }

  private static int total(Map<String, Integer> table, Set<String> names) {
    return names.stream().mapToInt(name -> table.getOrDefault(name, 0)).sum();
  }
}
