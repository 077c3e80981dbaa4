package dev.redial.internal.wire;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/** The receiving half of a {@link TlsWire}. Everything in it is guarded by its lock. */
final class TlsInbound {
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
  private static final int RECORD_HEADER = 5;
  private static final int FIRST_CAPACITY = 4 * 1024;
  private static final int LAST_CAPACITY = 64 * 1024;

  /**
   * As much as a peer may send to an idle wire before a probe loses its patience, whatever it is.
   */
  private static final int GLIMPSE_LIMIT = 64 * 1024;

  /** Held by whoever reads and unwraps. */
  final ReentrantLock lock = new ReentrantLock();

  private final TlsEngine engine;
  private final PlainWire below;
  private final TlsOutbound outbound;
  private final ByteBuffer glance = ByteBuffer.allocate(RECORD_HEADER).limit(0);

  // Both ready to be drained at any time.
  private ByteBuffer ciphertext = glance;
  private ByteBuffer content = NOTHING; // of a record for which the reader's buffer had no room

  private boolean filled; // by the last read
  private boolean ended; // by close_notify
  private @Nullable SSLException failure; // of TLS; what was read before is handed out first
  private volatile long received;

  TlsInbound(TlsEngine engine, PlainWire below, TlsOutbound outbound) {
    this.engine = engine;
    this.below = below;
    this.outbound = outbound;
  }

  long received() {
    return received;
  }

  int read(ByteBuffer into) throws IOException {
    lock.lock();
    try {
      int octets = drainContent(into);
      while (octets == 0) {
        octets = unwrapInto(into);
        settle();
        if (octets > 0) break;
        if (failure != null) throw failure;
        if (ended) return -1;
        fill();
      }
      return count(octets);
    } finally {
      lock.unlock();
    }
  }

  /** Within a glimpse: reads the content that has come, -1 at the end. */
  int readNow(ByteBuffer into) throws IOException {
    int octets = drainContent(into);
    int patience = GLIMPSE_LIMIT;
    while (octets == 0) {
      octets = unwrapInto(into);
      if (octets > 0) break;
      if (failure != null) throw failure;
      if (ended) return -1;
      int come = patience > 0 ? receive(FIRST_CAPACITY, false) : 0;
      if (come < 0) throw new TlsTruncatedException();
      if (come == 0) return 0;
      patience -= come;
    }
    return count(octets);
  }

  private int count(int octets) {
    long before = received;
    received = before + octets;
    return octets;
  }

  /**
   * The answer that TLS wants may find the way out closed while there is still something to read; a
   * write will tell.
   */
  private void settle() throws ClosedByInterruptException {
    try {
      outbound.settle();
    } catch (ClosedByInterruptException e) {
      throw e; // it is this thread that was interrupted
    } catch (IOException e) {
      // Every later write fails by itself, and a read of a closed wire does so too.
    }
  }

  private int drainContent(ByteBuffer into) {
    int octets = Math.min(content.remaining(), into.remaining());
    if (octets == 0) return 0;
    into.put(into.position(), content, content.position(), octets);
    into.position(into.position() + octets);
    content.position(content.position() + octets);
    return octets;
  }

  /** Unwraps the whole records that are here; 0 if there is no content in them. */
  private int unwrapInto(ByteBuffer into) {
    int start = into.position();
    while (ciphertext.remaining() >= RECORD_HEADER && failure == null && !ended) {
      SSLEngineResult result = unwrap(into);
      if (result == null || result.getStatus() == Status.BUFFER_UNDERFLOW) break;
      if (result.getStatus() != Status.BUFFER_OVERFLOW) continue;
      if (into.position() > start || !unwrapAside()) break;
      drainContent(into);
    }
    return into.position() - start;
  }

  private @Nullable SSLEngineResult unwrap(ByteBuffer into) {
    try {
      NotTls.refuse(ciphertext);
      SSLEngineResult result = engine.unwrap(ciphertext, into);
      if (result.getStatus() == Status.CLOSED) ended = true;
      else if (engine.hasToSend(result)) outbound.owe();
      return result;
    } catch (SSLException e) {
      failure = e;
      return null;
    }
  }

  /** Unwraps a record into a buffer of our own; false if it is not here as a whole. */
  private boolean unwrapAside() {
    ByteBuffer aside =
        content.capacity() < engine.contentLimit()
            ? ByteBuffer.allocate(engine.contentLimit())
            : content.clear();
    SSLEngineResult result = unwrap(aside);
    content = aside.flip();
    return result != null && result.getStatus() == Status.OK;
  }

  /** Takes the next step of a handshake that waits for the peer. */
  void advanceHandshake() throws IOException {
    SSLEngineResult result = ciphertext.remaining() < RECORD_HEADER ? null : unwrap(NOTHING);
    if (failure != null) throw failure;
    if (ended) throw terminated();
    if (result != null && result.getStatus() == Status.OK) return;
    if (result != null && result.getStatus() == Status.BUFFER_OVERFLOW && unwrapAside()) return;
    if (failure != null) throw failure;
    if (receive(FIRST_CAPACITY, true) < 0) throw terminated();
  }

  private static SSLHandshakeException terminated() {
    return new SSLHandshakeException(
        "Remote host terminated the handshake", new EOFException("the peer closed the connection"));
  }

  /** Within a glimpse: looks what has come. */
  Probe glimpse() throws IOException {
    if (content.hasRemaining()) return Probe.OCTETS;
    int patience = GLIMPSE_LIMIT;
    while (patience > 0) {
      Probe found = judge();
      if (found != Probe.ALIVE) return found;
      int octets = receive(0, false);
      if (octets == 0) return Probe.ALIVE;
      if (octets < 0) return Probe.FIN;
      patience -= octets;
    }
    return Probe.OCTETS;
  }

  private Probe judge() {
    while (ciphertext.remaining() >= RECORD_HEADER && failure == null && !ended && unwrapAside())
      if (content.hasRemaining()) return Probe.OCTETS;
    content = NOTHING;
    if (failure != null) return Probe.RST;
    return ended ? Probe.FIN : Probe.ALIVE;
  }

  private void fill() throws IOException {
    if (receive(FIRST_CAPACITY, true) < 0) throw new TlsTruncatedException();
  }

  private int receive(int least, boolean waiting) throws IOException {
    int capacity = capacityFor(least);
    if (capacity > ciphertext.capacity())
      ciphertext = ByteBuffer.allocate(capacity).put(ciphertext);
    else ciphertext.compact();
    try {
      return waiting ? below.read(ciphertext) : below.readNow(ciphertext);
    } finally {
      filled = !ciphertext.hasRemaining();
      ciphertext.flip();
    }
  }

  /** Starts small, as most answers are, and grows while the peer fills what there is. */
  private int capacityFor(int least) {
    int capacity = Math.max(ciphertext.capacity(), least);
    if (filled) {
      int more = Math.min(4 * ciphertext.capacity(), LAST_CAPACITY);
      capacity = Math.max(capacity, Math.max(more, FIRST_CAPACITY));
    }
    return Math.max(capacity, lengthOfPartialRecord());
  }

  private int lengthOfPartialRecord() {
    if (ciphertext.remaining() < RECORD_HEADER) return 0;
    return RECORD_HEADER + (ciphertext.getShort(ciphertext.position() + 3) & 0xFFFF);
  }

  /** Lets go of what is not needed to go on reading later. */
  @SuppressWarnings("ReferenceEquality") // whether it is this very buffer
  void rest() {
    if (!content.hasRemaining()) content = NOTHING;
    filled = false;
    if (ciphertext.remaining() >= glance.capacity()) return;
    if (ciphertext.capacity() > glance.capacity())
      ciphertext = glance.clear().put(ciphertext).flip();
  }
}
