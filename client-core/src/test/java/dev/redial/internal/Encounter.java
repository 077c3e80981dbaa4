package dev.redial.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.function.IntConsumer;

/**
 * Several threads that meet on one object, each with a few steps, and what must hold when all have
 * ended.
 */
public final class Encounter {

  /** What one thread does. */
  @FunctionalInterface
  public interface Steps {
    void run() throws Exception;
  }

  private final List<Steps> meeting = new ArrayList<>();
  private final List<Throwable> faults = new ArrayList<>(); // guarded by itself
  private Steps afterwards = () -> {};

  /** Adds a thread. */
  public Encounter thread(Steps steps) {
    meeting.add(steps);
    return this;
  }

  /** What is to be checked once all threads have ended; throws if it does not hold. */
  public Encounter afterwards(Steps check) {
    afterwards = check;
    return this;
  }

  /** How many threads meet. */
  public int size() {
    return meeting.size();
  }

  /**
   * The threads, not started.
   *
   * @param kind of which kind
   * @param beforeSteps run first by each, with its number
   */
  public List<Thread> threads(ThreadFactory kind, IntConsumer beforeSteps) {
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < meeting.size(); i++) {
      int number = i;
      threads.add(
          kind.newThread(() -> {
            beforeSteps.accept(number);
            steps(meeting.get(number));
          }));
    }
    return threads;
  }

  private void steps(Steps steps) {
    try {
      steps.run();
    } catch (Throwable fault) {
      synchronized (faults) {
        faults.add(fault);
      }
    }
  }

  /** To be called when the threads have ended. */
  public void check() {
    steps(afterwards);
    synchronized (faults) {
      if (faults.isEmpty()) return;
      AssertionError found = new AssertionError(faults.get(0));
      faults.stream().skip(1).forEach(found::addSuppressed);
      throw found;
    }
  }

  /** An assertion that costs next to nothing if it holds. */
  public static void must(boolean holds, Object otherwise) {
    if (!holds) throw new AssertionError(otherwise.toString());
  }
}
