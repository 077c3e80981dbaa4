package dev.redial.internal.connection;

import dev.redial.internal.wire.PlainWire;
import dev.redial.internal.wire.SocketSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Connects to several addresses, one a little after the other, until the first of them answers (RFC
 * 8305, section 5).
 *
 * <p>An attempt that fails makes room for the next one at once; those that are still waiting go on.
 * In the moment when one has succeeded, or the race ends otherwise, all others are closed. Each
 * attempt has a virtual thread, which ends when its socket is closed.
 */
final class Race implements Runnable {
  private final List<InetSocketAddress> addresses;
  private final SocketSettings sockets;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Guarded by lock; once the race is over, nothing but `over` is looked at by other threads.
  private final List<Attempt> attempts = new ArrayList<>();
  private @Nullable Attempt winner;
  private int waiting;
  private boolean failedOne;
  private boolean over;
  private boolean stopped;

  Race(List<InetSocketAddress> addresses, SocketSettings sockets) {
    this.addresses = List.copyOf(addresses);
    this.sockets = sockets;
  }

  /**
   * An address that was tried.
   *
   * @param address which
   * @param waitedNanos since the attempt began
   * @param failure null if it had not failed when the race ended
   */
  record Tried(InetSocketAddress address, long waitedNanos, @Nullable IOException failure) {}

  /**
   * How it ended.
   *
   * @param winner who answered first, or null
   * @param wire connected to the winner
   * @param others that were tried, in the order of their attempts
   * @param stopped whether it was ended from outside
   */
  record Finish(
      @Nullable InetSocketAddress winner,
      @Nullable PlainWire wire,
      List<Tried> others,
      boolean stopped) {}

  /**
   * Runs it; returns when there is a winner, all have failed, the time is up, or it was stopped.
   *
   * @param deadlineNanos on the scale of {@link System#nanoTime()}; {@link Long#MAX_VALUE} for none
   * @param staggerNanos between one attempt and the next
   */
  Finish run(long deadlineNanos, long staggerNanos) throws InterruptedException {
    lock.lockInterruptibly();
    boolean told = false;
    try {
      runLocked(deadlineNanos, staggerNanos);
      end();
      Finish finish = finish();
      told = true;
      return finish;
    } finally {
      end();
      if (!told && winner != null && winner.wire != null) winner.wire.close();
      lock.unlock();
    }
  }

  private void runLocked(long deadlineNanos, long staggerNanos) throws InterruptedException {
    long next = System.nanoTime();
    while (!over) {
      long now = System.nanoTime();
      if (left(deadlineNanos, now) <= 0) return;
      boolean more = attempts.size() < addresses.size();
      if (more && (waiting == 0 || failedOne || next - now <= 0)) {
        failedOne = false;
        next = now + staggerNanos;
        begin(addresses.get(attempts.size()));
      } else if (waiting == 0) {
        return;
      } else {
        long wait = Math.min(more ? next - now : Long.MAX_VALUE, left(deadlineNanos, now));
        long unused = changed.awaitNanos(wait);
      }
    }
  }

  private static long left(long deadlineNanos, long now) {
    return deadlineNanos == Long.MAX_VALUE ? Long.MAX_VALUE : deadlineNanos - now;
  }

  private void begin(InetSocketAddress address) {
    Attempt attempt = new Attempt(address);
    Thread unused = Thread.ofVirtual().name("redial-connect").start(attempt);
    attempts.add(attempt);
    waiting++;
  }

  /** Closes whatever has not won. Harmless when the race is over. */
  private void end() {
    if (over) return;
    over = true;
    for (Attempt attempt : attempts) {
      if (attempt != winner && attempt.wire != null) attempt.wire.close();
    }
    changed.signalAll();
  }

  private Finish finish() {
    List<Tried> others = new ArrayList<>();
    long now = System.nanoTime();
    for (Attempt each : attempts)
      if (each != winner) others.add(new Tried(each.address, now - each.begun, each.failure));
    return winner == null
        ? new Finish(null, null, others, stopped)
        : new Finish(winner.address, winner.wire, others, stopped);
  }

  /** Ends it from outside. */
  @Override
  public void run() {
    lock.lock();
    try {
      if (over) return;
      stopped = true;
      end();
    } finally {
      lock.unlock();
    }
  }

  private final class Attempt implements Runnable {
    final InetSocketAddress address;
    final long begun = System.nanoTime();
    @Nullable PlainWire wire; // guarded by lock
    @Nullable IOException failure; // guarded by lock

    Attempt(InetSocketAddress address) {
      this.address = address;
    }

    @Override
    public void run() {
      try {
        PlainWire socket = PlainWire.unconnected(sockets, address);
        if (!takesPart(socket)) return;
        socket.connect(address);
        won(socket);
      } catch (IOException e) {
        failed(e);
      } catch (Throwable e) {
        failed(new IOException("could not connect: " + e, e));
      }
    }

    private boolean takesPart(PlainWire socket) {
      lock.lock();
      try {
        wire = socket;
        if (over) socket.close();
        return !over;
      } finally {
        lock.unlock();
      }
    }

    private void won(PlainWire socket) {
      lock.lock();
      try {
        if (over) {
          socket.close();
        } else {
          winner = this;
          end();
        }
      } finally {
        lock.unlock();
      }
    }

    private void failed(IOException e) {
      lock.lock();
      try {
        if (over) return; // closed as one of the others
        failure = e;
        waiting--;
        failedOne = true;
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }
}
