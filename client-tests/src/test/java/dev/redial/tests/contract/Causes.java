package dev.redial.tests.contract;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The chain of causes of a failure. */
final class Causes {
  private Causes() {}

  /** The failure and its causes, outermost first. */
  static List<Throwable> of(Throwable thrown) {
    List<Throwable> chain = new ArrayList<>();
    for (Throwable t = thrown; t != null && chain.size() < 50; t = t.getCause()) chain.add(t);
    return chain;
  }

  /** Throws an unchecked exception or an error. */
  static void raise(Throwable thrown) {
    switch (thrown) {
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalArgumentException("checked", thrown);
    }
  }

  /** All their messages. */
  static String messages(Throwable thrown) {
    return of(thrown).stream()
        .map(t -> String.valueOf(t.getMessage()))
        .collect(Collectors.joining("\n"));
  }
}
