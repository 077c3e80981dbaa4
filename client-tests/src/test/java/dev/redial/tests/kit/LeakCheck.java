package dev.redial.tests.kit;

import java.io.IOException;
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

  /**
   * The names of all live threads that start with {@code redial-}.
   *
   * <p>Virtual threads are listed by thread dumps and by what these are made with. It is the
   * latter, as the former looks at stacks, too, in which JDK 25.0.3 has crashed once.
   */
  static List<String> threads() {
    Set<String> names = new TreeSet<>();
    try {
      Class<?> containers = Class.forName("jdk.internal.vm.ThreadContainers");
      addThreads(containers.getMethod("root").invoke(null), names);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(
          "the tests run with --add-exports java.base/jdk.internal.vm=ALL-UNNAMED", e);
    }
    return List.copyOf(names);
  }

  private static void addThreads(Object container, Set<String> names)
      throws ReflectiveOperationException {
    Class<?> type = Class.forName("jdk.internal.vm.ThreadContainer");
    for (Object thread : ((Stream<?>) type.getMethod("threads").invoke(container)).toList()) {
      String name = ((Thread) thread).getName();
      if (name.startsWith("redial-")) names.add(name);
    }
    for (Object child : ((Stream<?>) type.getMethod("children").invoke(container)).toList())
      addThreads(child, names);
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
