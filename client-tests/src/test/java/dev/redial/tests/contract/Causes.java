package dev.redial.tests.contract;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
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

  /** What the call throws; a call that returns fails the test. */
  static Throwable failureOf(Callable<?> call) {
    Object result;
    try {
      result = call.call();
    } catch (Throwable thrown) {
      return thrown;
    }
    throw new AssertionError("no failure but " + result);
  }

  /** Whether some message has these words, in whatever case. */
  static boolean says(Throwable thrown, String words) {
    return messages(thrown).toLowerCase(Locale.ROOT).contains(words);
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
