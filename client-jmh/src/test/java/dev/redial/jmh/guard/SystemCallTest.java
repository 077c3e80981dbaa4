package dev.redial.jmh.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.redial.jmh.server.Resource;
import dev.redial.jmh.server.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * That no change makes a call need more system calls for input and output than it does. Two runs,
 * of which one has twice as many calls, differ by what calls need, and by nothing else that a JVM
 * does.
 */
final class SystemCallTest {
  private static final int CALLS = 500;
  private static final String COUNTED =
      "read,write,readv,writev,recvfrom,sendto,recvmsg,sendmsg,poll,ppoll,epoll_wait,epoll_pwait,"
          + "epoll_ctl,fcntl,ioctl,getsockopt,setsockopt,socket,bind,connect,getsockname,getpeername,"
          + "shutdown,close";

  @TempDir Path folder;

  @BeforeAll
  static void straceIsThere() throws Exception {
    assumeTrue(canTrace(), "strace is not installed, or not allowed: system calls are not counted");
  }

  @ParameterizedTest
  @ValueSource(strings = {"platform", "virtual"})
  void aGet(String thread) throws Exception {
    check("get", Resource.SMALL, thread);
  }

  @ParameterizedTest
  @ValueSource(strings = {"platform", "virtual"})
  void aGetOnANewConnection(String thread) throws Exception {
    check("get-new-connection", Resource.CLOSING, thread);
  }

  private void check(String name, Resource resource, String thread) throws Exception {
    String bound = "system-calls." + name + "-" + thread + "-thread";
    try (ServerProcess server = ServerProcess.start(1)) {
      String uri = server.uri(0, resource.path()).toString();
      double perCall = (count(uri, 2 * CALLS, thread) - count(uri, CALLS, thread)) / (double) CALLS;

      System.out.printf("%s: %.2f%n", bound, perCall);
      assertThat(perCall).as(bound).isLessThanOrEqualTo(Bounds.of(bound));
    }
  }

  private static boolean canTrace() throws InterruptedException {
    try {
      return run(List.of("strace", "-c", "-o", "/dev/null", "true")) == 0;
    } catch (IOException e) {
      return false; // there is no strace
    }
  }

  private int count(String uri, int calls, String thread) throws Exception {
    Path counts = folder.resolve(thread + calls);
    List<String> command = new ArrayList<>(List.of("strace", "-f", "-c", "-o", counts.toString()));
    command.addAll(List.of("-e", "trace=" + COUNTED));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(CountedCalls.class.getName(), uri, Integer.toString(calls), thread));
    assertThat(run(command)).as("exit status").isZero();
    return total(Files.readAllLines(counts));
  }

  private static int run(List<String> command) throws IOException, InterruptedException {
    return new ProcessBuilder(command).inheritIO().start().waitFor();
  }

  /** The number in the column "calls" of strace's last line. */
  private static int total(List<String> lines) {
    String[] columns = lines.getLast().trim().split(" +", -1);
    assertThat(columns[columns.length - 1]).isEqualTo("total");
    return Integer.parseInt(columns[3]);
  }
}
