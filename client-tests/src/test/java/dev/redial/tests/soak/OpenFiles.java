package dev.redial.tests.soak;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What this process has open besides files, by kind; empty where the system does not tell. */
final class OpenFiles {
  private OpenFiles() {}

  static Map<String, Integer> byKind() throws IOException {
    Map<String, Integer> kinds = new TreeMap<>();
    Path table = Path.of("/proc/self/fd");
    if (!Files.isDirectory(table)) return kinds;
    try (Stream<Path> all = Files.list(table)) {
      for (Path each : all.toList()) {
        String target = target(each);
        if (!target.startsWith("/")) kinds.merge(target.split(":", 2)[0], 1, Integer::sum);
      }
    }
    return kinds;
  }

  private static String target(Path descriptor) throws IOException {
    try {
      return Files.readSymbolicLink(descriptor).toString();
    } catch (NoSuchFileException closedMeanwhile) {
      return "/"; // as the one of the listing itself is
    }
  }
}
