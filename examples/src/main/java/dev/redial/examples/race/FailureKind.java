package dev.redial.examples.race;

import dev.redial.ExchangeFailure;
import dev.redial.HangUpException;
import java.util.Comparator;

/**
 * A kind of failed call: calls of the same kind share a line of the report.
 *
 * @param method the HTTP method
 * @param type the type of the exception and, where the exception tells, its cause
 */
record FailureKind(String method, String type) implements Comparable<FailureKind> {
  private static final Comparator<FailureKind> ORDER =
      Comparator.comparing(FailureKind::method).thenComparing(FailureKind::type);

  static FailureKind of(String method, Throwable failure) {
    String name = failure.getClass().getSimpleName();
    return new FailureKind(
        method,
        switch (failure) {
          case HangUpException hangUp -> name + " " + hangUp.ending();
          case ExchangeFailure other -> name + " " + other.code();
          default -> name;
        });
  }

  boolean isWrongAnswer() {
    return type.equals(WrongAnswerException.class.getSimpleName());
  }

  @Override
  public int compareTo(FailureKind other) {
    return ORDER.compare(this, other);
  }
}
