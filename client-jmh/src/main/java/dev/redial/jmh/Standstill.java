package dev.redial.jmh;

import java.io.IOException;
import java.util.List;

/**
 * Stops another process, all of it, and lets it go on, by the signals {@code SIGSTOP} and {@code
 * SIGCONT}. Thread-safe.
 */
final class Standstill implements AutoCloseable {
  private final long process;
  private boolean begun; // this and what follows by this lock
  private boolean closed;

  /** Of a process; of none if it is 0. */
  Standstill(long process) {
    this.process = process;
  }

  synchronized void begin() throws IOException {
    if (process == 0 || begun || closed) return;
    begun = true; // whatever becomes of it
    send("STOP");
  }

  synchronized void end() throws IOException {
    if (!begun) return;
    send("CONT");
    begun = false;
  }

  /** Ends it for good. */
  @Override
  public synchronized void close() throws IOException {
    closed = true;
    end();
  }

  /** To a process that has ended meanwhile it is not sent. */
  private void send(String signal) throws IOException {
    List<String> command = List.of("sh", "-c", "kill -" + signal + " " + process);
    ProcessBuilder kill =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    try {
      int unused = kill.start().waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
