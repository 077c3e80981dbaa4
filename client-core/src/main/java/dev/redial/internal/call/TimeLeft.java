package dev.redial.internal.call;

import java.util.AbstractList;

/**
 * The value of the header that tells how long the caller will wait: what is left when the head is
 * written, be it that a connection had to be waited for until then.
 */
final class TimeLeft extends AbstractList<String> {
  private final long deadline;

  /** Until that time of {@link System#nanoTime()}. */
  TimeLeft(long deadline) {
    this.deadline = deadline;
  }

  @Override
  public String get(int index) {
    if (index != 0) throw new IndexOutOfBoundsException(index);
    return Long.toString(Deadline.millisLeft(deadline));
  }

  @Override
  public int size() {
    return 1;
  }
}
