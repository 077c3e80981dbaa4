package dev.redial.jmh.report;

import com.fasterxml.jackson.databind.JsonNode;
import dev.redial.jmh.CallProfiler;

/** What is measured of calls. */
enum Metric {
  /** Calls per second. */
  THROUGHPUT("calls/s", true, "primaryMetric"),
  /** Time on a core of the client's process. */
  CPU("us CPU/call", false, CallProfiler.CPU),
  /** Octets allocated. */
  ALLOCATED("B/call", false, CallProfiler.ALLOCATED),
  /** Median latency. */
  P50("p50 us", false, CallProfiler.P50),
  /** The latency that one call of a hundred exceeds. */
  P99("p99 us", false, CallProfiler.P99);

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

  boolean isBetter(double one, double other) {
    return moreIsBetter ? one > other : one < other;
  }

  JsonNode of(JsonNode run) {
    return this == THROUGHPUT ? run.get(key) : run.get("secondaryMetrics").get(key);
  }
}
