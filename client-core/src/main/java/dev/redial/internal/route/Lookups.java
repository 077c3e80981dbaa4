package dev.redial.internal.route;

import dev.redial.Resolver;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Look-ups of names that their callers can walk away from.
 *
 * <p>The system's resolver has no time-out, cannot be interrupted and holds the carrier of a
 * virtual thread, so it runs on platform threads, of which there are few: callers that want the
 * same name at the same time share one look-up, and no more than a fixed number run at once. The
 * threads end when they have been idle for a tenth of a second.
 */
final class Lookups {
  /** Look-ups of different names that may run at once. */
  static final int MOST = 64;

  /**
   * A look-up that has taken longer is not waited for by newcomers: the system's own resolver has
   * given up by then, so whatever it hangs in may be over for the next one. Of a name that hangs
   * two at most are under way, so that it does not take the threads of all others in the end.
   */
  static final long STUCK_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final Resolver resolver;
  private final Executor threads;
  private final LongSupplier clock;
  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by lock.
  private final Map<String, Lookup> current = new HashMap<>();
  private final Set<Lookup> unfinished = new HashSet<>();
  private final Queue<Lookup> queue = new ArrayDeque<>();
  private int running;
  private boolean closed;

  Lookups(Resolver resolver, LongSupplier clock) {
    this.resolver = resolver;
    this.clock = clock;
    this.threads =
        new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE, // bounded by MOST; one that has just ended may still be there
            100,
            TimeUnit.MILLISECONDS,
            new SynchronousQueue<>(),
            Thread.ofPlatform()
                .name("redial-resolver-", 1)
                .daemon()
                .inheritInheritableThreadLocals(false)
                .factory());
  }

  /**
   * Looks a name up, or waits for a look-up of it that is under way.
   *
   * @param host the name
   * @param deadlineNanos on the scale of {@link System#nanoTime()}; {@link Long#MAX_VALUE} for none
   * @return what the resolver returned, at least one
   * @throws UnknownHostException if there is no address, or the resolver failed
   * @throws TimeoutException if the deadline passed; the look-up goes on for others
   * @throws CancellationException if this was closed
   */
  List<InetAddress> find(String host, long deadlineNanos)
      throws UnknownHostException, TimeoutException, InterruptedException {
    Lookup lookup = join(host);
    try {
      return deadlineNanos == Long.MAX_VALUE
          ? lookup.get()
          : lookup.get(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw unknown(host, Objects.requireNonNull(e.getCause()));
    } finally {
      leave(lookup);
    }
  }

  /** Ends all look-ups and everybody's waiting for them; later ones fail at once. */
  void close() {
    List<Lookup> all;
    lock.lock();
    try {
      closed = true;
      all = List.copyOf(unfinished);
    } finally {
      lock.unlock();
    }
    for (Lookup lookup : all) lookup.cancel(true);
  }

  private Lookup join(String host) {
    lock.lock();
    try {
      if (closed) throw new CancellationException("closed");
      Lookup lookup = current.get(host);
      if (lookup != null && lookup.isDone()) lookup = lookup.hanging();
      if (lookup == null) lookup = begin(host);
      else if (isStuck(lookup) && lookup.isAlone()) lookup = begin(host).beside(lookup);
      lookup.waiting++;
      return lookup;
    } finally {
      lock.unlock();
    }
  }

  private boolean isStuck(Lookup lookup) {
    return clock.getAsLong() - lookup.begun > STUCK_NANOS;
  }

  private Lookup begin(String host) {
    Lookup lookup = new Lookup(host);
    if (running == MOST) {
      queue.add(lookup);
    } else {
      threads.execute(() -> work(lookup));
      running++;
    }
    unfinished.add(lookup);
    current.put(host, lookup);
    return lookup;
  }

  private void leave(Lookup lookup) {
    lock.lock();
    try {
      lookup.waiting--;
      if (lookup.waiting == 0 && queue.remove(lookup)) forget(lookup);
    } finally {
      lock.unlock();
    }
  }

  private void work(Lookup first) {
    Lookup lookup = first;
    while (lookup != null) {
      lookup.run();
      Thread.interrupted(); // an interrupt was for that one
      lookup = next(lookup);
    }
  }

  private @Nullable Lookup next(Lookup done) {
    lock.lock();
    try {
      forget(done);
      Lookup next = queue.poll();
      if (next == null) running--;
      return next;
    } finally {
      lock.unlock();
    }
  }

  private void forget(Lookup lookup) {
    unfinished.remove(lookup);
    if (!current.remove(lookup.host, lookup)) return; // a newer one has taken its place
    Lookup hanging = lookup.hanging();
    if (hanging != null) current.put(lookup.host, hanging); // it still counts
  }

  private static List<InetAddress> checked(@Nullable List<InetAddress> found, String host)
      throws UnknownHostException {
    if (found == null) throw new UnknownHostException(host + ": the resolver returned null");
    List<InetAddress> addresses = found.stream().distinct().toList();
    if (addresses.isEmpty())
      throw new UnknownHostException(host + ": the resolver returned no address");
    if (addresses.contains(null))
      throw new UnknownHostException(host + ": the resolver returned a null among the addresses");
    return addresses;
  }

  /** Made anew for each caller, so that its stack trace is the caller's own. */
  private static UnknownHostException unknown(String host, Throwable cause) {
    UnknownHostException unknown =
        new UnknownHostException(
            cause instanceof UnknownHostException
                ? String.valueOf(cause.getMessage())
                : host + ": the resolver failed: " + cause);
    unknown.initCause(cause);
    return unknown;
  }

  /** One call of the resolver, and those who wait for it. */
  private final class Lookup extends FutureTask<List<InetAddress>> {
    final String host;
    final long begun = clock.getAsLong();
    int waiting; // guarded by lock
    private @Nullable Lookup stuck; // guarded by lock

    Lookup(String host) {
      super(() -> checked(resolver.resolve(host), host));
      this.host = host;
    }

    Lookup beside(Lookup other) {
      other.stuck = null; // it is done
      stuck = other;
      return this;
    }

    /** The earlier one of the same name that hangs still, or null. */
    @Nullable Lookup hanging() {
      return stuck == null || stuck.isDone() ? null : stuck;
    }

    /** Whether no earlier one of the same name hangs still. */
    boolean isAlone() {
      return hanging() == null;
    }
  }
}
