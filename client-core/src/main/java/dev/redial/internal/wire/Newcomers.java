package dev.redial.internal.wire;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.Iterator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * Begins TCP keep-alive on connections that have lived for a moment, so that those that end with
 * their first answer do not pay for its four system calls.
 *
 * <p>The kernel counts idle time from when it had something to do, so keep-alive that begins later
 * probes no later. A virtual thread does it, for as long as there are newcomers.
 */
public final class Newcomers implements Runnable {
  private static final long MOMENT_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final SocketSettings settings;
  private final long momentNanos;
  private final Set<PlainWire> wires = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean attended = new AtomicBoolean();

  /**
   * Keep-alive that begins when a connection is one to two seconds old.
   *
   * @param settings with the times of keep-alive
   */
  public Newcomers(SocketSettings settings) {
    this(settings, MOMENT_NANOS);
  }

  /** With another time; keep-alive begins after one to two of them. */
  Newcomers(SocketSettings settings, long momentNanos) {
    this.settings = settings;
    this.momentNanos = momentNanos;
  }

  /**
   * A connection was made; if it is closed in time nothing happens.
   *
   * @param wire connected a moment ago, not known to others yet
   */
  public void add(PlainWire wire) {
    wire.newcomers = this;
    wires.add(wire);
    attend();
  }

  /** The wire was closed. */
  void remove(PlainWire wire) {
    wires.remove(wire);
  }

  /** Whether everybody has left or stayed long enough. */
  boolean isEmpty() {
    return wires.isEmpty();
  }

  private void attend() {
    if (attended.get() || !attended.compareAndSet(false, true)) return;
    try {
      Thread unused =
          Thread.ofVirtual()
              .name("redial-keep-alive")
              .inheritInheritableThreadLocals(false)
              .start(this);
    } catch (Throwable e) {
      attended.set(false); // so that the next one tries again
      throw e;
    }
  }

  /** The thread. */
  @Override
  public void run() {
    try {
      do {
        LockSupport.parkNanos(this, momentNanos);
        boolean unused = Thread.interrupted(); // means nothing here, but would end the next pause
        lookThrough();
      } while (!isEmpty());
    } finally {
      attended.set(false);
    }
    if (!isEmpty()) attend(); // who came in the last moment found the thread still there
  }

  private void lookThrough() {
    for (Iterator<PlainWire> each = wires.iterator(); each.hasNext(); ) {
      PlainWire wire = each.next();
      if (!wire.seenNew) {
        wire.seenNew = true;
      } else {
        each.remove();
        begin(wire);
      }
    }
  }

  private void begin(PlainWire wire) {
    try {
      wire.keepAlive(settings);
    } catch (ClosedChannelException e) {
      // It came to its end meanwhile.
    } catch (IOException | RuntimeException e) {
      Thread me = Thread.currentThread(); // nobody waits for it, and the others must get theirs
      me.getUncaughtExceptionHandler().uncaughtException(me, e);
    }
  }
}
