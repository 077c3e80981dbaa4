package dev.redial.jmh;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/** What the calls of one iteration cost this process, and how long they took. */
final class Meter {
  /**
   * One iteration.
   *
   * @param cpuNanos time on a core, of all threads but the JVM's compilers
   * @param allocated octets, by all threads
   * @param latencies of the calls that ended, in nanoseconds
   * @param longestNanos of all calls, those included that have not ended
   */
  record Reading(long cpuNanos, long allocated, Histogram latencies, long longestNanos) {}

  private static final long LONGEST_NANOS = TimeUnit.MINUTES.toNanos(1);
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final Recorder latencies = new Recorder(1_000, LONGEST_NANOS, 2);
  private long cpuBefore;
  private long allocatedBefore;

  /** A call has ended; by any thread. */
  void record(long nanos) {
    latencies.recordValue(nanos);
  }

  void begin() {
    latencies.reset();
    allocatedBefore = THREADS.getTotalThreadAllocatedBytes();
    cpuBefore = cpuNanos();
  }

  /**
   * Ends the reading.
   *
   * @param waitingNanos the longest of the calls under way
   */
  Reading end(long waitingNanos) {
    long cpu = cpuNanos() - cpuBefore;
    long allocated = THREADS.getTotalThreadAllocatedBytes() - allocatedBefore;
    Histogram ended = latencies.getIntervalHistogram();
    return new Reading(cpu, allocated, ended, Math.max(ended.getMaxValue(), waitingNanos));
  }

  private static long cpuNanos() {
    return SYSTEM.getProcessCpuTime() - CompilerThreads.cpuNanos();
  }
}
