package dev.redial.jmh.guard;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * What the current thread allocates, which must be a platform thread: for virtual ones the JVM does
 * not count.
 *
 * <p>Code that is not compiled yet allocates more. How long that takes depends on the machine and
 * on who else uses it, so batches are measured until five in a row have a median within the bound,
 * or so many were measured that compilation is no excuse.
 */
final class Allocation {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int MEDIAN_OF = 5;
  private static final int MOST_BATCHES = 100;

  private Allocation() {}

  interface Action {
    void run() throws Exception;
  }

  /** Octets allocated by one of so many actions, at last. */
  static double perAction(int batch, double bound, Action action) throws Exception {
    Deque<Double> last = new ArrayDeque<>();
    for (int i = 0; i < MOST_BATCHES && !(last.size() == MEDIAN_OF && median(last) <= bound); i++) {
      if (last.size() == MEDIAN_OF) last.removeFirst();
      last.addLast(ofBatch(batch, action));
    }
    return median(last);
  }

  private static double ofBatch(int batch, Action action) throws Exception {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < batch; i++) action.run();
    return (THREADS.getCurrentThreadAllocatedBytes() - before) / (double) batch;
  }

  private static double median(Deque<Double> figures) {
    List<Double> sorted = figures.stream().sorted().toList();
    return sorted.get(sorted.size() / 2);
  }
}
