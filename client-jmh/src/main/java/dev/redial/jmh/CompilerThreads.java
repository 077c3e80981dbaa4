package dev.redial.jmh;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The threads of this JVM that compile; known on Linux only. */
final class CompilerThreads {
  private static final Path THREADS = Path.of("/proc/self/task");

  private CompilerThreads() {}

  /** Their ids in the operating system. */
  static List<Long> ids() {
    List<Long> ids = new ArrayList<>();
    for (Path thread : threads()) ids.add(Long.parseLong(thread.getFileName().toString()));
    return ids;
  }

  /** The time they have had on a core so far, in nanoseconds. */
  static long cpuNanos() {
    long nanos = 0;
    for (Path thread : threads()) {
      String statistics = text(thread.resolve("schedstat"));
      if (!statistics.isEmpty())
        nanos += Long.parseLong(statistics.substring(0, statistics.indexOf(' ')));
    }
    return nanos;
  }

  private static List<Path> threads() {
    if (!Files.isDirectory(THREADS)) return List.of();
    try (Stream<Path> all = Files.list(THREADS)) {
      return all.filter(CompilerThreads::compiles).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean compiles(Path thread) {
    String name = text(thread.resolve("comm"));
    return name.startsWith("C1 Compiler") || name.startsWith("C2 Compiler");
  }

  /** The content of a file of the thread; empty if the thread has ended. */
  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (NoSuchFileException e) {
      return "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
