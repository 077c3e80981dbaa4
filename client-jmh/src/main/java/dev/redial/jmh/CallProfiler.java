package dev.redial.jmh;

import java.util.Collection;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.ScalarResult;

/** Adds to the results of {@link CallBenchmark} what its {@link Meter} has read. */
public final class CallProfiler implements InternalProfiler {
  /** Time on a core per call, in microseconds, all threads but the JVM's compilers. */
  public static final String CPU = "cpu";

  /** Octets allocated per call, by all threads. */
  public static final String ALLOCATED = "allocated";

  /** How long half of the calls took at most, in microseconds. */
  public static final String P50 = "p50";

  /** How long 99 of 100 calls took at most, in microseconds. */
  public static final String P99 = "p99";

  /**
   * The longest call, in microseconds, be it that it has not ended: a client that lets late comers
   * pass has quick calls and callers that never get a turn.
   */
  public static final String LONGEST = "longest";

  private static volatile Meter.@Nullable Reading last;

  /** Called by JMH. */
  public CallProfiler() {}

  static void took(Meter.Reading reading) {
    last = reading;
  }

  @Override
  public String getDescription() {
    return "CPU time, allocation and latency of calls";
  }

  @Override
  public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
    // The benchmark begins its own readings, once its callers are at work.
  }

  @Override
  public Collection<ScalarResult> afterIteration(
      BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
    Meter.Reading last = CallProfiler.last;
    CallProfiler.last = null;
    if (last == null) return List.of(); // the benchmark failed, which JMH tells after this
    Histogram latencies = last.latencies();
    double calls = last.calls();
    return List.of(
        scalar(CPU, last.cpuNanos() / calls / 1_000, "us/op"),
        scalar(ALLOCATED, last.allocated() / calls, "B/op"),
        scalar(P50, latencies.getValueAtPercentile(50) / 1_000.0, "us"),
        scalar(P99, latencies.getValueAtPercentile(99) / 1_000.0, "us"),
        scalar(LONGEST, last.longestNanos() / 1_000.0, "us"));
  }

  private static ScalarResult scalar(String name, double value, String unit) {
    return new ScalarResult(name, value, unit, AggregationPolicy.AVG);
  }
}
