package dev.redial.internal.connection;

import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What lately became of connecting to each address, to try first what will probably answer.
 *
 * <p>It remembers a bounded number of addresses, and forgets those first that nobody wants any
 * more.
 */
final class Reachability {
  /** Addresses remembered. */
  static final int MOST = 1024;

  /** How long an address that could not be connected to is tried last. */
  static final long MISS_NANOS = TimeUnit.SECONDS.toNanos(30);

  /** How long a measured time counts; behind a slow address there may be a fast one by then. */
  static final long MEASURE_NANOS = TimeUnit.MINUTES.toNanos(10);

  /**
   * An address is slow if it takes twice as long as the fastest, and this longer. What differs by
   * less is kept in the resolver's order, which may well be how load is spread over the addresses.
   */
  private static final long SLOW_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final LongSupplier clock;
  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by lock.
  private final Map<InetSocketAddress, Memory> memories = new Recent<>();
  private final Map<InetSocketAddress, RoundTrip> roundTrips = new Recent<>();

  /** Forgets first what nobody has asked for longest. */
  private static final class Recent<V> extends LinkedHashMap<InetSocketAddress, V> {
    private static final long serialVersionUID = 1L;

    Recent() {
      super(16, 0.75f, true);
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<InetSocketAddress, V> eldest) {
      return size() > MOST;
    }
  }

  Reachability(LongSupplier clock) {
    this.clock = clock;
  }

  /**
   * @param at when
   * @param nanos the fastest connect since then, or -1 for one that failed
   */
  private record Memory(long at, long nanos) {
    boolean missed() {
      return nanos < 0;
    }
  }

  /**
   * Connecting succeeded.
   *
   * @return what is known of the way there
   */
  RoundTrip reached(InetSocketAddress address, long connectNanos) {
    long now = clock.getAsLong();
    lock.lock();
    try {
      Memory known = memories.get(address);
      if (known == null || known.missed() || now - known.at > MEASURE_NANOS)
        memories.put(address, new Memory(now, connectNanos));
      else if (connectNanos < known.nanos)
        memories.put(address, new Memory(known.at, connectNanos));
      RoundTrip roundTrip = roundTrips.computeIfAbsent(address, unknown -> new RoundTrip());
      roundTrip.connected(connectNanos, now);
      return roundTrip;
    } finally {
      lock.unlock();
    }
  }

  void missed(InetSocketAddress address) {
    lock.lock();
    try {
      memories.put(address, new Memory(clock.getAsLong(), -1));
    } finally {
      lock.unlock();
    }
  }

  /**
   * The order in which to try the addresses: IPv6 and IPv4 in turns, beginning with the family of
   * the resolver's first one; in each family slow ones behind the others; and all that failed
   * lately behind all that did not. Otherwise it is the resolver's.
   *
   * @return a new list
   */
  List<InetSocketAddress> ordered(List<InetSocketAddress> found) {
    if (found.size() < 2) return new ArrayList<>(found);
    boolean sixFirst = isSix(found.get(0));
    List<InetSocketAddress> ordered = new ArrayList<>(found.size());
    lock.lock();
    try {
      long now = clock.getAsLong();
      for (boolean missed : new boolean[] {false, true})
        takeTurns(
            family(found, sixFirst, missed, now), family(found, !sixFirst, missed, now), ordered);
    } finally {
      lock.unlock();
    }
    return ordered;
  }

  private static void takeTurns(
      List<InetSocketAddress> some, List<InetSocketAddress> others, List<InetSocketAddress> into) {
    for (int i = 0; i < Math.max(some.size(), others.size()); i++) {
      if (i < some.size()) into.add(some.get(i));
      if (i < others.size()) into.add(others.get(i));
    }
  }

  private static boolean isSix(InetSocketAddress address) {
    return address.getAddress() instanceof Inet6Address;
  }

  /** The addresses of a family that failed lately, or that did not, slow ones last. */
  private List<InetSocketAddress> family(
      List<InetSocketAddress> found, boolean six, boolean missed, long now) {
    long fastest = Long.MAX_VALUE;
    List<InetSocketAddress> family = new ArrayList<>();
    for (InetSocketAddress address : found) {
      if (isSix(address) != six || missed != missedLately(memories.get(address), now)) continue;
      family.add(address);
      fastest = Math.min(fastest, measured(memories.get(address), now, Long.MAX_VALUE));
    }
    if (fastest == Long.MAX_VALUE) return family;
    long slow = Math.max(2 * fastest, fastest + SLOW_NANOS);
    List<InetSocketAddress> ordered = new ArrayList<>(family);
    ordered.removeIf(address -> measured(memories.get(address), now, 0) > slow);
    family.removeAll(ordered);
    ordered.addAll(family);
    return ordered;
  }

  private static boolean missedLately(@Nullable Memory memory, long now) {
    return memory != null && memory.missed() && now - memory.at <= MISS_NANOS;
  }

  private static long measured(@Nullable Memory memory, long now, long unknown) {
    if (memory == null || memory.missed() || now - memory.at > MEASURE_NANOS) return unknown;
    return memory.nanos;
  }
}
