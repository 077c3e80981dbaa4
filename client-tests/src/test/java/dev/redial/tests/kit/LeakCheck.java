package dev.redial.tests.kit;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** Finds what a client left behind: threads, virtual ones included, and open sockets. */
final class LeakCheck {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration LONGEST_RETIREMENT = Duration.ofSeconds(4);
  private static final Map<String, Long> FIRST_FOUND = new ConcurrentHashMap<>();
  private static final Pattern OUR_THREAD =
      Pattern.compile("^#\\d+ \"(redial-[^\"]*)\"", Pattern.MULTILINE);
  private static final Pattern ROW =
      Pattern.compile(
          "^\\s*\\d+: [0-9A-F]+:([0-9A-F]{4}) [0-9A-F]+:([0-9A-F]{4}) ([0-9A-F]{2}) .*");
  private static final Set<String> OPEN_STATES = Set.of("01", "08"); // ESTABLISHED, CLOSE_WAIT

  private LeakCheck() {}

  /**
   * Asserts, within a bounded wait, that no thread of the client's is left; a watchdog without
   * alarms ends by itself a second or two later, so that is looked for by {@link
   * #assertNoThreadsThatLinger} alone.
   */
  static void assertNoThreadsButWatchdogs() {
    assertNoThreads(name -> !name.startsWith("redial-watchdog-"));
  }

  /**
   * Asserts that no thread of the client's is left but watchdogs that were first found a few
   * seconds ago: within that time one without alarms has to end by itself, and nobody has to wait
   * for it here.
   */
  static void assertNoThreadsThatLinger() throws IOException {
    assertNoThreadsButWatchdogs();
    long now = System.nanoTime();
    List<String> present = threads();
    FIRST_FOUND.keySet().retainAll(present);
    for (String name : present) FIRST_FOUND.putIfAbsent(name, now);
    assertNoThreads(
        name -> now - FIRST_FOUND.getOrDefault(name, now) > LONGEST_RETIREMENT.toNanos());
  }

  private static void assertNoThreads(Predicate<String> counted) {
    Awaitility.await("threads of closed clients")
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(10))
        .atMost(PATIENCE)
        .untilAsserted(() -> {
          List<String> left = threads().stream().filter(counted).toList();
          if (!left.isEmpty()) throw new AssertionError("threads left behind: " + left);
        });
  }

  /** Asserts, within a bounded wait, that no client socket to one of these ports is open. */
  static void assertNoSockets(Collection<Integer> serverPorts) {
    Awaitility.await("sockets of closed clients")
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(10))
        .atMost(PATIENCE)
        .untilAsserted(() -> {
          List<String> left = sockets(serverPorts);
          if (!left.isEmpty()) throw new AssertionError("sockets left open: " + left);
        });
  }

  /** The names of all live threads that start with {@code redial-}. */
  static List<String> threads() throws IOException {
    Path folder = Files.createTempDirectory("redial-threads");
    Path file = folder.resolve("threads.txt");
    try {
      ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
          .dumpThreads(file.toString(), ThreadDumpFormat.TEXT_PLAIN);
      Set<String> names = new TreeSet<>();
      Matcher threads = OUR_THREAD.matcher(Files.readString(file, StandardCharsets.UTF_8));
      while (threads.find()) names.add(threads.group(1));
      return List.copyOf(names);
    } finally {
      Files.deleteIfExists(file);
      Files.delete(folder);
    }
  }

  /**
   * The client's ends of open connections to one of these ports; empty where the system does not
   * tell.
   */
  static List<String> sockets(Collection<Integer> serverPorts) throws IOException {
    List<String> open = new ArrayList<>();
    for (Path table : List.of(Path.of("/proc/self/net/tcp"), Path.of("/proc/self/net/tcp6"))) {
      if (!Files.isReadable(table)) continue;
      try (Stream<String> rows = Files.lines(table, StandardCharsets.US_ASCII)) {
        rows.map(ROW::matcher)
            .filter(Matcher::matches)
            .filter(row -> OPEN_STATES.contains(row.group(3)))
            .filter(row -> serverPorts.contains(Integer.parseInt(row.group(2), 16)))
            .map(row ->
                "local port " + Integer.parseInt(row.group(1), 16) + " state " + row.group(3))
            .forEach(open::add);
      }
    }
    return open;
  }
}
