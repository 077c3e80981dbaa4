package dev.redial.internal.connection;

import dev.redial.internal.wire.Watchdog;
import java.lang.ref.WeakReference;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Looks now and then, ever less often, whether a {@link BodyStream} is still being read.
 *
 * <p>Who sees from the status that a body is of no use may neither read nor close it. What is short
 * is then taken, so that the connection is free; a stream that nobody refers to any more gives its
 * connection up.
 */
final class UnreadBody implements Runnable {
  private static final long FIRST_PAUSE = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long LONGEST_PAUSE = TimeUnit.MINUTES.toNanos(1);
  private static final int GROWTH = 4;

  private final WeakReference<BodyStream> stream;
  private final Exchange exchange;
  private final Watchdog.Alarm alarm; // of the connection
  private long pause = FIRST_PAUSE;
  private volatile Watchdog.@Nullable Alarm next;

  private UnreadBody(BodyStream stream, Exchange exchange, Watchdog.Alarm alarm) {
    this.stream = new WeakReference<>(stream);
    this.exchange = exchange;
    this.alarm = alarm;
  }

  static UnreadBody watch(BodyStream stream, Exchange exchange, Watchdog.Alarm alarm) {
    UnreadBody watch = new UnreadBody(stream, exchange, alarm);
    exchange.onClose(watch::closed);
    watch.arm();
    return watch;
  }

  private void arm() {
    Watchdog.Alarm armed = alarm.another(this);
    next = armed;
    armed.arm(System.nanoTime() + pause);
    if (exchange.isOver()) armed.release(); // who ended it may not have seen this one
  }

  /** Nothing is to be looked after any more. */
  void end() {
    Watchdog.Alarm armed = next;
    if (armed != null) armed.release();
  }

  /** A deadline has passed, or the client was shut down, and perhaps nobody reads. */
  private void closed() {
    end();
    if (!exchange.isOver()) onThreadOfItsOwn(exchange::lost);
  }

  /** On the watchdog's thread, which cannot wait for anybody. */
  @Override
  public void run() {
    end();
    if (!exchange.isOver()) onThreadOfItsOwn(this::look);
  }

  private static void onThreadOfItsOwn(Runnable task) {
    Thread unused = Thread.ofVirtual().name("redial-body").start(task);
  }

  private void look() {
    BodyStream held = stream.get();
    if (held == null) exchange.abort();
    else held.glanceIfUnread();
    if (exchange.isOver()) return;
    pause = Math.min(LONGEST_PAUSE, pause * GROWTH);
    arm();
  }
}
