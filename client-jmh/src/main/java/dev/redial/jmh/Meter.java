package dev.redial.jmh;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/** What the calls of one iteration cost this process, and how long they took. */
final class Meter {
  /**
   * One iteration.
   *
   * @param cpuNanos time on a core, of all threads but the JVM's compilers
   * @param allocated octets, by all threads
   * @param calls that ended
   * @param latencies in nanoseconds, of the calls that ended and of those that were under way all
   *     the time, which have taken as long at least: who is never served must not be left out
   * @param longestNanos of all calls, those included that have not ended
   */
  record Reading(
      long cpuNanos, long allocated, long calls, Histogram latencies, long longestNanos) {}

  private static final long LONGEST_NANOS = TimeUnit.MINUTES.toNanos(1);
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final Recorder latencies = new Recorder(1_000, LONGEST_NANOS, 2);
  private long begunNanos;
  private long cpuBefore;
  private long allocatedBefore;

  /** A call has ended; by any thread. */
  void record(long nanos) {
    latencies.recordValue(Math.min(nanos, LONGEST_NANOS));
  }

  void begin() {
    latencies.reset();
    begunNanos = System.nanoTime();
    allocatedBefore = THREADS.getTotalThreadAllocatedBytes();
    cpuBefore = cpuNanos();
  }

  /**
   * Ends the reading.
   *
   * @param waitingNanos how long each of the calls under way has taken so far
   */
  Reading end(LongStream waitingNanos) {
    long cpu = cpuNanos() - cpuBefore;
    long allocated = THREADS.getTotalThreadAllocatedBytes() - allocatedBefore;
    long length = System.nanoTime() - begunNanos;
    Histogram all = latencies.getIntervalHistogram();
    long calls = all.getTotalCount();
    long[] waiting = waitingNanos.toArray();
    for (long nanos : waiting) if (nanos >= length) all.recordValue(Math.min(nanos, LONGEST_NANOS));
    long longest = LongStream.of(waiting).max().orElse(0);
    return new Reading(cpu, allocated, calls, all, Math.max(all.getMaxValue(), longest));
  }

  private static long cpuNanos() {
    return SYSTEM.getProcessCpuTime() - CompilerThreads.cpuNanos();
  }
}
