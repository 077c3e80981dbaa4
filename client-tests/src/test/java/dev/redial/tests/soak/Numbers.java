package dev.redial.tests.soak;

import java.util.concurrent.atomic.AtomicLongArray;

/** A set of request numbers: a bit for each, so that a long soak needs no more memory. */
final class Numbers {
  private static final int MOST = 1 << 26;

  private final AtomicLongArray bits = new AtomicLongArray(MOST / Long.SIZE);

  /** Whether it was new. */
  boolean add(long number) {
    if (number >= MOST) throw new AssertionError("more requests than can be told apart");
    long bit = 1L << number;
    return (bits.getAndAccumulate(word(number), bit, (a, b) -> a | b) & bit) == 0;
  }

  boolean contains(long number) {
    return (bits.get(word(number)) & 1L << number) != 0;
  }

  boolean intersects(Numbers other) {
    for (int word = 0; word < bits.length(); word++)
      if ((bits.get(word) & other.bits.get(word)) != 0) return true;
    return false;
  }

  private static int word(long number) {
    return (int) (number / Long.SIZE);
  }
}
