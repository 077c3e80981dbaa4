package dev.redial.jmh.report;

import com.fasterxml.jackson.databind.JsonNode;
import dev.redial.jmh.CallProfiler;
import java.util.Locale;

/** What is measured of calls. */
enum Metric {
  /** Calls per second. */
  THROUGHPUT("Calls per second", true, "primaryMetric"),
  /** Time on a core of the client's process. */
  CPU("CPU per call, microseconds", false, CallProfiler.CPU),
  /** Octets allocated. */
  ALLOCATED("Octets allocated per call", false, CallProfiler.ALLOCATED),
  /** Median latency. */
  P50("Latency, p50, microseconds", false, CallProfiler.P50),
  /** The latency that one call of a hundred exceeds. */
  P99("Latency, p99, microseconds", false, CallProfiler.P99),
  /** The longest latency, be it that the call has not ended. */
  LONGEST("Latency, longest, microseconds", false, CallProfiler.LONGEST);

  private final String title;
  private final boolean moreIsBetter;
  private final String key;

  Metric(String title, boolean moreIsBetter, String key) {
    this.title = title;
    this.moreIsBetter = moreIsBetter;
    this.key = key;
  }

  String title() {
    return title;
  }

  /** Name of a file. */
  String fileName() {
    return name().toLowerCase(Locale.ROOT);
  }

  boolean isBetter(double figure, double than) {
    return moreIsBetter ? figure > than : figure < than;
  }

  JsonNode of(JsonNode run) {
    return this == THROUGHPUT ? run.get(key) : run.get("secondaryMetrics").get(key);
  }
}
