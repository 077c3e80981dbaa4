package dev.redial.internal.pool;

import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Lets one thread at a time at the books and, once the lock is released, does what they ask for.
 */
final class Clerk<R, C extends Poolable> {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition emptied = lock.newCondition();
  private final Books<R, C> books; // guarded by lock
  private final Runnable reaperStart;

  Clerk(Books<R, C> books, Runnable reaperStart) {
    this.books = books;
    this.reaperStart = reaperStart;
  }

  /** The books, until {@link #unlock()}. */
  Books<R, C> lock() {
    lock.lock();
    return books;
  }

  /** Releases the lock, then does what the change asked for, and what that leads to. */
  void unlock() {
    Errands<R, C> errands = takeErrands();
    lock.unlock();
    while (errands != null) {
      errands.run(reaperStart);
      errands = errands.freeing().isEmpty() ? null : closed(errands.freeing());
    }
  }

  void change(Consumer<Books<R, C>> change) {
    lock.lock();
    try {
      change.accept(books);
    } finally {
      unlock();
    }
  }

  <T> T ask(Function<Books<R, C>, T> question) {
    lock.lock();
    try {
      return question.apply(books);
    } finally {
      unlock();
    }
  }

  boolean awaitEmpty(long nanos) throws InterruptedException {
    long left = nanos;
    lock.lockInterruptibly();
    try {
      while (!books.isEmpty()) {
        if (left <= 0) return false;
        left = emptied.awaitNanos(left);
      }
      return true;
    } finally {
      unlock();
    }
  }

  private @Nullable Errands<R, C> closed(List<Berth<R, C>> berths) {
    lock.lock();
    try {
      books.closed(berths);
      return takeErrands();
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Errands<R, C> takeErrands() {
    if (books.isEmpty()) emptied.signalAll();
    return books.takeErrands();
  }
}
