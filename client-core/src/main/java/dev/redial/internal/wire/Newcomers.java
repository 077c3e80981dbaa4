package dev.redial.internal.wire;

import java.io.IOException;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Begins TCP keep-alive on connections that have lived for a moment, so that those that end with
 * their first answer do not pay for its four system calls.
 *
 * <p>The watchdog's thread does it: a peer that has vanished must be noticed also where every
 * virtual thread waits for it.
 */
public final class Newcomers {
  private static final long MOMENT_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** So few at once that deadlines do not wait for them. */
  private static final int SLICE = 64;

  private final SocketSettings settings;
  private final Watchdog watchdog;
  private final long momentNanos;
  private final AtomicBoolean attended = new AtomicBoolean();

  /** Each with the generation that it belongs to. */
  private final Map<PlainWire, Object> wires = new ConcurrentHashMap<>();

  /** The youngest; those of others have lived for a moment at least. */
  private volatile Object generation = new Object();

  private Watchdog.@Nullable Alarm alarm; // by whoever sets attended

  /**
   * Keep-alive that begins when a connection is one to two seconds old.
   *
   * @param settings with the times of keep-alive
   * @param watchdog whose thread sets it
   */
  public Newcomers(SocketSettings settings, Watchdog watchdog) {
    this(settings, watchdog, MOMENT_NANOS);
  }

  /** With another time; keep-alive begins after one to two of them. */
  Newcomers(SocketSettings settings, Watchdog watchdog, long momentNanos) {
    this.settings = settings;
    this.watchdog = watchdog;
    this.momentNanos = momentNanos;
  }

  /**
   * A connection was made; if it is closed in time nothing happens.
   *
   * @param wire connected a moment ago, not known to others yet
   */
  public void add(PlainWire wire) {
    wire.newcomers = this;
    wires.put(wire, generation);
    attendIn(momentNanos);
  }

  /** The wire was closed. */
  void remove(PlainWire wire) {
    wires.remove(wire);
  }

  /** Whether everybody has left or stayed long enough. */
  boolean isEmpty() {
    return !wires.keySet().iterator().hasNext(); // a count may lag behind
  }

  private void attendIn(long nanos) {
    if (attended.get() || !attended.compareAndSet(false, true)) return;
    Watchdog.Alarm next = watchdog.alarm(this::lookThrough);
    alarm = next;
    try {
      next.arm(System.nanoTime() + nanos);
    } catch (Throwable e) {
      next.release();
      attended.set(false); // so that the next one tries again
      throw e;
    }
  }

  private void lookThrough() {
    Watchdog.Alarm rung = alarm;
    if (rung != null) rung.release();
    attended.set(false); // whoever comes from here on sees to it that somebody looks again
    boolean all = false;
    try {
      all = beginForOlder();
      if (all) generation = new Object();
    } finally {
      if (!isEmpty()) attendIn(all ? momentNanos : 0);
    }
  }

  /** False if there are more of them. */
  private boolean beginForOlder() {
    int begun = 0;
    for (Iterator<Map.Entry<PlainWire, Object>> each = wires.entrySet().iterator();
        each.hasNext(); ) {
      Map.Entry<PlainWire, Object> entry = each.next();
      if (entry.getValue().equals(generation)) continue;
      if (begun++ == SLICE) return false;
      each.remove();
      begin(entry.getKey());
    }
    return true;
  }

  private void begin(PlainWire wire) {
    try {
      wire.keepAlive(settings);
    } catch (IOException e) {
      // It came to its end meanwhile: closed here, or, as some kernels say it, reset by the peer.
    }
  }
}
