package dev.redial.internal.connection;

import dev.redial.ExchangeFailure;
import dev.redial.internal.wire.Watchdog;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A response body that its caller reads from the connection itself, when and on which thread it
 * likes.
 *
 * <p>Readers take turns: once one has seen the end, another would reach into somebody else's
 * exchange. {@link #close()} and {@link #available()} never wait for the server, whoever reads. A
 * failure is thrown once as it is, and is the cause of what is thrown thereafter. An interrupt
 * closes the stream, and stays set.
 */
final class BodyStream extends InputStream {
  /** The most that is taken of a body before somebody reads it. */
  private static final int AHEAD = 16 * 1024;

  /**
   * So much is read at once, of a long body, after as much has come without a wait: copied once
   * more, as four reads of a quarter cost more.
   */
  private static final int LARGE = 64 * 1024;

  /** A read of the wire that takes longer has waited for the server. */
  static final long WAITED_NANOS = 100_000;

  private static final byte[] NOTHING = new byte[0];

  private final Exchange exchange;
  private final LongSupplier nanoClock;

  /** Held while the wire is read. */
  private final ReentrantLock lock = new ReentrantLock();

  private volatile boolean closed;

  // Guarded by lock.
  private final byte[] one = new byte[1];
  private byte[] ahead = NOTHING;
  private int from;
  private int to;
  private int fast; // octets that were read in a row without a wait, up to LARGE
  private long turns;
  private long turnsSeen;
  private @Nullable Throwable failure;
  private boolean failureIsNew;
  private @Nullable UnreadBody watch;

  private BodyStream(Exchange exchange, LongSupplier nanoClock) {
    this.exchange = exchange;
    this.nanoClock = nanoClock;
  }

  /**
   * The body of an answer. If it is short, what has arrived of it is taken at once, so that a
   * connection whose answer is complete does not wait for a reader.
   *
   * @param exchange has received the head
   * @param alarm of its connection
   */
  static InputStream of(Exchange exchange, Watchdog.Alarm alarm)
      throws IOException, InterruptedException {
    return of(exchange, alarm, System::nanoTime);
  }

  /** The same, with a clock of one's own. */
  static InputStream of(Exchange exchange, Watchdog.Alarm alarm, LongSupplier nanoClock)
      throws IOException, InterruptedException {
    BodyStream stream = new BodyStream(exchange, nanoClock);
    stream.lock.lock();
    try {
      if (stream.mayBeTaken()) stream.takeArrived();
      if (!exchange.isOver()) stream.watch = UnreadBody.watch(stream, exchange, alarm);
    } catch (RuntimeException | Error e) {
      exchange.abort();
      throw e;
    } finally {
      stream.lock.unlock();
    }
    return stream;
  }

  /** Whether all of it could be taken before anybody reads, as far as its length is known. */
  private boolean mayBeTaken() {
    int room = AHEAD - (to - from);
    return !exchange.isOver() && room > 0 && exchange.remaining() <= room;
  }

  /** At the end of the body this hands the connection on. */
  private void takeArrived() throws IOException, InterruptedException {
    while (!exchange.isOver() && to - from < AHEAD && exchange.arrived()) {
      makeRoom(Math.max(1, Math.min(AHEAD - (to - from), exchange.buffered())));
      int octets = exchange.read(ahead, to, ahead.length);
      if (octets < 0) return;
      to += octets;
    }
  }

  private void makeRoom(int room) {
    if (ahead.length - to >= room) return;
    byte[] larger = new byte[to - from + room];
    System.arraycopy(ahead, from, larger, 0, to - from);
    to -= from;
    from = 0;
    ahead = larger;
  }

  /** Takes the rest, if it has come in the meantime and is short. */
  private void glance() throws IOException, InterruptedException {
    boolean more = true;
    while (more && mayBeTaken()) {
      more = exchange.available() > 0;
      takeArrived();
    }
  }

  /** Takes what has come of a body that nobody has read since this was called last. */
  void glanceIfUnread() {
    if (!lock.tryLock()) return;
    try {
      boolean unread = turns == turnsSeen;
      turnsSeen = turns;
      if (unread && !closed && failure == null) glance();
    } catch (IOException | InterruptedException e) {
      failure = e;
      failureIsNew = true;
    } finally {
      release();
    }
  }

  @Override
  public int read() throws IOException {
    beginTurn();
    try {
      if (from < to) return ahead[from++] & 0xff;
      letGo();
      return exchange.read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    } catch (IOException | InterruptedException e) {
      throw failed(e);
    } finally {
      release();
    }
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, into.length);
    if (length == 0) return 0;
    beginTurn();
    try {
      if (from == to) {
        if (!readsLarge(length)) return readPast(into, offset, length);
        readLarge(length);
      }
      int octets = Math.min(length, to - from);
      System.arraycopy(ahead, from, into, offset, octets);
      from += octets;
      return octets;
    } catch (IOException | InterruptedException e) {
      throw failed(e);
    } finally {
      release();
    }
  }

  private boolean readsLarge(int wanted) {
    long worthwhile = ahead.length < LARGE ? LARGE : wanted + 1;
    return fast >= LARGE && wanted < LARGE && exchange.remaining() >= worthwhile;
  }

  /** A stream whose reader waits for the server holds no buffer. */
  private int readPast(byte[] into, int offset, int length)
      throws IOException, InterruptedException {
    letGo();
    long begun = nanoClock.getAsLong();
    int octets = exchange.read(into, offset, offset + length);
    judge(octets, length, begun);
    return octets;
  }

  /** Of a body that does not end here, so that there is at least one octet. */
  private void readLarge(int wanted) throws IOException, InterruptedException {
    if (ahead.length < LARGE) ahead = new byte[LARGE];
    from = 0;
    to = 0;
    long begun = nanoClock.getAsLong();
    to = exchange.read(ahead, 0, LARGE);
    judge(to, wanted, begun);
  }

  private void judge(int octets, int wanted, long begun) {
    boolean waited = nanoClock.getAsLong() - begun > WAITED_NANOS;
    fast = octets < wanted || waited ? 0 : Math.min(LARGE, fast + octets);
  }

  private void letGo() {
    ahead = NOTHING;
    from = 0;
    to = 0;
  }

  @Override
  public byte[] readAllBytes() throws IOException {
    beginTurn();
    try {
      long rest = failure == null ? exchange.remaining() : -1;
      if (rest >= 0 && rest <= WholeBody.LONGEST - (to - from)) return readRest((int) rest);
    } catch (IOException | InterruptedException e) {
      throw failed(e);
    } catch (RuntimeException | Error e) {
      exchange.abort(); // what was read is lost, and nobody may read on behind it
      failure = e;
      throw e;
    } finally {
      release();
    }
    return super.readAllBytes();
  }

  private byte[] readRest(int rest) throws IOException, InterruptedException {
    byte[] octets = new WholeBody(exchange, to - from + rest).read(ahead, from, to);
    letGo();
    return octets;
  }

  @Override
  public int available() throws IOException {
    if (closed || !lock.tryLock()) return 0;
    try {
      if (from < to) return to - from;
      return failure == null ? exchange.available() : 0;
    } catch (IOException | InterruptedException e) {
      throw failed(e);
    } finally {
      release();
    }
  }

  /**
   * Gives up what has not been read. The connection stays usable if all of the body has arrived;
   * otherwise it is closed at once.
   */
  @Override
  public void close() {
    closed = true;
    if (!lock.tryLock()) {
      exchange.abort(); // whoever has the turn is told
      return;
    }
    try {
      letGo();
      if (failure == null) glance();
    } catch (IOException e) {
      // Nobody wants this body; the connection is closed already.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      exchange.abort();
      release();
    }
  }

  private void beginTurn() throws IOException {
    if (!lock.tryLock()) awaitTurn();
    turns++;
    if (!closed && (failure == null || from < to)) return;
    try {
      throw closed || !failureIsNew ? new IOException("closed", failure) : toldLate();
    } finally {
      release();
    }
  }

  private void awaitTurn() throws IOException {
    try {
      lock.lockInterruptibly();
    } catch (InterruptedException e) {
      close();
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  /** It was met while nobody read. */
  private IOException toldLate() {
    failureIsNew = false;
    return failure instanceof ExchangeFailure typed ? Rethrown.of(typed) : new IOException(failure);
  }

  private IOException failed(Exception e) {
    failure = e;
    if (e instanceof IOException told) return told;
    closed = true;
    Thread.currentThread().interrupt();
    return new IOException(e);
  }

  private void release() {
    if (watch != null && exchange.isOver()) {
      watch.end();
      watch = null;
    }
    lock.unlock();
  }
}
