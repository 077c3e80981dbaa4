package dev.redial.tests.equality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.redial.RedialClient;
import dev.redial.tests.equality.Results.Difference;
import dev.redial.tests.kit.RelayingProxy;
import dev.redial.tests.kit.Rig;
import java.io.IOException;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * One program text, run with the builder of java.net.http and with that of Redial over a generated
 * table of combinations: the results, and what server and proxy saw of it, are equal, but for the
 * {@link Deliberate} differences.
 */
class EqualityTest {
  private static final int ROWS = 200;
  private static final int AT_ONCE = 8;
  private static final Path PAGE = Path.of("..", "docs", "java-net-http.md");

  @RegisterExtension final Rig rig = new Rig();

  /** A row whose results differ, and in what. */
  private record Unequal(Combination row, List<Difference> differences) {
    @Override
    public String toString() {
      StringBuilder text = new StringBuilder("\n").append(row);
      for (Difference difference : differences) text.append("\n    ").append(difference);
      return text.toString();
    }
  }

  @Test
  void theSameProgramHasTheSameResultsWithBothClients(TestReporter reporter) throws Exception {
    assumeTrue(
        Runtime.version().feature() >= 25,
        "an older client of the JDK does not send the caller's own credentials everywhere");
    List<Combination> rows = CoveringTable.ofAtLeast(ROWS);
    Map<Deliberate, Integer> explained = new EnumMap<>(Deliberate.class);
    List<Unequal> unexplained = new ArrayList<>();
    for (Unequal unequal : compared(rows)) {
      List<Difference> left = new ArrayList<>();
      for (Difference difference : unequal.differences) {
        List<Deliberate> reasons = reasons(unequal.row, difference);
        if (reasons.size() == 1) explained.merge(reasons.getFirst(), 1, Integer::sum);
        if (reasons.isEmpty()) left.add(difference);
      }
      if (!left.isEmpty()) unexplained.add(new Unequal(unequal.row, left));
    }
    reporter.publishEntry("combinations", rows.size() + ", differences as meant " + explained);
    assertThat(unexplained).isEmpty();
    assertThat(explained)
        .as("what no difference is left for")
        .containsOnlyKeys(Deliberate.values());
  }

  @ParameterizedTest
  @EnumSource
  void everyDeliberateDifferenceIsExplained(Deliberate difference) throws IOException {
    String start = "| " + difference.point;
    List<String> explanations =
        Files.readAllLines(PAGE).stream()
            .filter(line -> line.startsWith(start + " ") || line.startsWith(start + "."))
            .toList();
    assertThat(explanations).singleElement().asString().contains(difference.words);
  }

  private static List<Deliberate> reasons(Combination row, Difference difference) {
    List<Deliberate> reasons = new ArrayList<>();
    for (Deliberate one : Deliberate.values()) if (one.explains(row, difference)) reasons.add(one);
    return reasons;
  }

  private static List<Unequal> compared(List<Combination> rows) throws Exception {
    try (Origins origins = Origins.start();
        ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE)) {
      List<Future<Unequal>> pending = new ArrayList<>();
      for (Combination row : rows) {
        String id = "row-" + pending.size();
        pending.add(threads.submit(() -> compared(row, origins, id)));
      }
      List<Unequal> unequal = new ArrayList<>();
      for (Future<Unequal> one : pending) unequal.add(one.get());
      return unequal;
    }
  }

  private static Unequal compared(Combination row, Origins origins, String id) throws Exception {
    Supplier<HttpClient.Builder> jdk =
        () -> HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1);
    Results expected = results(jdk.get(), row, origins, id + "-jdk");
    Results actual = results(RedialClient.newBuilder(), row, origins, id + "-redial");
    return new Unequal(row, Results.differences(expected, actual));
  }

  private static Results results(
      HttpClient.Builder builder, Combination row, Origins origins, String id) throws Exception {
    origins.expect(id, row);
    if (!row.way().proxied()) {
      Results results = Program.run(builder, row, origins, ProxySelector.of(null), id);
      results.seen(origins.seen(id));
      return results;
    }
    try (RelayingProxy proxy =
        row.way().guarded()
            ? RelayingProxy.guarded(Origins.basic(Origins.PASSWORD))
            : RelayingProxy.start()) {
      Results results = Program.run(builder, row, origins, proxy.selector(), id);
      results.seen(origins.seen(id));
      results.seenByProxy(proxy.requests());
      return results;
    }
  }
}
