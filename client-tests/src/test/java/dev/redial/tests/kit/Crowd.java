package dev.redial.tests.kit;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/** Many tasks on virtual threads, a limited number of them at once. */
public final class Crowd {
  private Crowd() {}

  /** One of the tasks. */
  @FunctionalInterface
  public interface Task {
    /** Runs the task of that number; what it throws fails the whole. */
    void run(int number) throws Exception;
  }

  /** Runs tasks 0 to count - 1 and waits for all; the first failure is thrown. */
  public static void run(int count, int atOnce, Task task) throws InterruptedException {
    List<Future<?>> running = new ArrayList<>(count);
    Semaphore places = new Semaphore(atOnce);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < count; i++) {
        int number = i;
        places.acquire();
        running.add(
            threads.submit(() -> {
              try {
                task.run(number);
              } finally {
                places.release();
              }
              return null;
            }));
      }
    }
    for (Future<?> each : running) join(each);
  }

  private static void join(Future<?> task) throws InterruptedException {
    try {
      task.get();
    } catch (ExecutionException e) {
      throw new AssertionError("a task failed: " + e.getCause(), e.getCause());
    }
  }
}
