package dev.redial.tests.soak;

import dev.redial.tests.kit.RequestSeen;
import java.util.concurrent.atomic.AtomicInteger;

/** Which requests the servers executed, and of which the callers were told that none was. */
final class Executions {
  private final Numbers executed = new Numbers();
  private final Numbers denied = new Numbers();
  private final AtomicInteger twice = new AtomicInteger();

  /** A request that was read whole. */
  void add(RequestSeen request) {
    boolean first = executed.add(Fault.number(request));
    boolean repeatable =
        !request.method().equals("POST") || request.field("Idempotency-Key").isPresent();
    if (!first && !repeatable) twice.incrementAndGet();
  }

  /** The caller was told that the server has not acted. */
  void deny(long number) {
    boolean unused = denied.add(number);
  }

  boolean contains(long number) {
    return executed.contains(number);
  }

  /** How many requests were executed a second time that may not be. */
  int twice() {
    return twice.get();
  }

  /** Whether a caller was told that the server had not acted, though it had. */
  boolean wronglyDenied() {
    return executed.intersects(denied);
  }
}
