package dev.redial.jmh.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of JMH's JSON. */
final class ReportTest {
  @TempDir Path folder;

  @BeforeEach
  void measure() throws IOException {
    Files.writeString(
        folder.resolve(Results.FILE),
        "["
            + String.join(
                ",",
                call("FLOOR", "[1000.0],[1200.0],[1100.0]", 10),
                call("REDIAL", "[900.0],[990.0],[880.0]", 12),
                call("OKHTTP", "[450.0],[300.0],[400.0]", 11))
            + "]");
    Files.writeString(folder.resolve(Environment.FILE), "rounds=3\nfailures=\n");
  }

  @Test
  void theTableHasMediansSpreadsAndRatiosToTheFloorTurnByTurn() throws IOException {
    assertThat(Report.of(folder).tables())
        .contains(
            "| **Redial** | 900 (880 - 990) | 0.83 | 12.0 (12.0 - 12.0) | 1.20 | 7 | 5 | 9 (9 - 9) |");
  }

  @Test
  void theSummaryComparesWithTheBestOther() throws IOException {
    assertThat(Report.of(folder).tables())
        .contains("| GET 100 B, 64 callers | 0.83 | 2.20 (OkHttp) | 1.20 | 1.09 (OkHttp) |")
        .contains(
            "- GET 100 B, 64 callers. CPU per call, microseconds: 12.0 against 11.0 of OkHttp, 1.09 turn by turn")
        .doesNotContain("64 callers. Calls per second:");
  }

  @Test
  void picturesAreDrawn() throws IOException {
    Report.of(folder).draw(folder);

    assertThat(folder.resolve("throughput.svg"))
        .content()
        .startsWith("<svg")
        .contains(">Redial 900<")
        .doesNotContain("NaN");
  }

  @Test
  void aPageKeepsWhatWasWrittenByHand() throws IOException {
    Path page = folder.resolve("benchmarks.md");
    Files.writeString(
        page,
        "before\n<!-- results: made by dev.redial.jmh.report.Report -->\nold\n<!-- end of results -->\nafter\n");

    Report.of(folder).publish(folder);

    assertThat(page).content().startsWith("before\n").endsWith("\nafter\n").contains("**Redial**");
    assertThat(page).content().doesNotContain("old");
  }

  @Test
  void aPageWithoutAPlaceForResultsIsLeftAlone() throws IOException {
    Files.writeString(folder.resolve("benchmarks.md"), "by hand");

    assertThatThrownBy(() -> Report.of(folder).publish(folder)).isInstanceOf(IOException.class);
    assertThat(folder.resolve("benchmarks.md")).hasContent("by hand");
  }

  @Test
  void theMedianOfAnEvenNumberLiesBetweenTheMiddleTwo() {
    assertThat(Spread.of(List.of(4.0, 1.0, 2.0, 8.0))).isEqualTo(new Spread(3, 1, 8));
  }

  private static String call(String client, String rounds, int cpu) {
    return """
    {"benchmark": "dev.redial.jmh.CallBenchmark.call",
     "params": {"client": "%s", "exchange": "GET", "callers": "64"},
     "primaryMetric": {"rawData": [%s]},
     "secondaryMetrics": {
       "cpu": {"rawData": [[%d.0]]}, "allocated": {"rawData": [[7.0]]},
       "p50": {"rawData": [[5.0]]}, "p99": {"rawData": [[9.0]]},
       "longest": {"rawData": [[11.0]]}}}
    """
        .formatted(client, rounds, cpu);
  }
}
