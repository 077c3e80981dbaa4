package dev.redial.internal.wire;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** The sending half of a {@link TlsWire}. */
final class TlsOutbound {
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  /** Held by whoever wraps and sends. */
  final ReentrantLock lock = new ReentrantLock();

  private final TlsEngine engine;
  private final PlainWire below;
  private @Nullable RecordBatch
      unsent; // guarded by lock; ciphertext that the kernel has not accepted yet
  private volatile boolean
      owing; // the engine has something to say of its own, such as the answer to a KeyUpdate
  private volatile long sent;

  TlsOutbound(TlsEngine engine, PlainWire below) {
    this.engine = engine;
    this.below = below;
  }

  long sent() {
    return sent;
  }

  void write(ByteBuffer from) throws IOException {
    lock.lock();
    try {
      sendUnsent();
      while (from.hasRemaining()) send(wrapSome(from));
    } finally {
      lock.unlock();
    }
    settle();
  }

  /**
   * Notes that the engine has something to say. Whoever does so calls {@link #settle} or {@link
   * #settleNow} thereafter.
   */
  void owe() {
    owing = true;
  }

  /**
   * Sends what the engine has to say, unless a writer is at work, who will then do so in the end.
   */
  void settle() throws IOException {
    while (owing && lock.tryLock()) {
      try {
        owing = false;
        flush();
      } finally {
        lock.unlock();
      }
    }
  }

  /**
   * The same within a glimpse, for the holder of the lock; what the kernel has no room for stays
   * until the next write.
   */
  void settleNow() throws IOException {
    while (owing && sendUnsentNow()) {
      unsent = wrapOwn();
      owing = engine.status() == HandshakeStatus.NEED_WRAP && !unsent.isEmpty();
    }
    sendUnsentNow();
  }

  /**
   * Sends all handshake messages and alerts that the engine has to say. For the holder of the lock.
   */
  void flush() throws IOException {
    sendUnsent();
    boolean more;
    do {
      RecordBatch batch = wrapOwn();
      more = !batch.isEmpty() && engine.status() == HandshakeStatus.NEED_WRAP;
      send(batch);
    } while (more);
  }

  /**
   * Within a glimpse, for the holder of the lock: ends TLS, if the kernel has room for the few
   * octets.
   */
  void sayGoodbye() throws IOException {
    if (!sendUnsentNow()) return; // nothing can follow half a record
    engine.closeOutbound();
    unsent = wrapOwn();
    sendUnsentNow();
  }

  private RecordBatch wrapSome(ByteBuffer from) throws IOException {
    int limit = engine.recordLimit();
    RecordBatch batch = RecordBatch.lend(limit);
    int idle = 0;
    while (from.hasRemaining() && batch.hasRoom(limit)) {
      SSLEngineResult result = batch.add(engine, from);
      if (result.getStatus() == Status.CLOSED && batch.isEmpty()) throw ended();
      if (result.getStatus() != Status.OK)
        break; // closing, or records have just been allowed to be larger
      idle = result.bytesProduced() == 0 ? idle + 1 : 0;
      if (idle > 2) throw new SSLException("TLS is stuck: " + result);
    }
    batch.seal();
    return batch;
  }

  private RecordBatch wrapOwn() throws SSLException {
    int limit = engine.recordLimit();
    RecordBatch batch = RecordBatch.lend(limit);
    while (batch.hasRoom(limit)) {
      SSLEngineResult result = batch.add(engine, NOTHING);
      if (result.bytesProduced() == 0 || result.getHandshakeStatus() != HandshakeStatus.NEED_WRAP)
        break;
    }
    batch.seal();
    return batch;
  }

  private void send(RecordBatch batch) throws IOException {
    unsent = batch;
    sendUnsent();
  }

  private void sendUnsent() throws IOException {
    RecordBatch batch = unsent;
    if (batch == null) return;
    try {
      if (batch.unsent().hasRemaining()) below.write(batch.unsent());
    } finally {
      count(batch);
    }
    unsent = null;
    batch.giveBack();
  }

  private boolean sendUnsentNow() throws IOException {
    RecordBatch batch = unsent;
    if (batch == null) return true;
    if (batch.unsent().hasRemaining()) below.writeNow(batch.unsent());
    count(batch);
    if (batch.unsent().hasRemaining()) return false;
    unsent = null;
    batch.giveBack();
    return true;
  }

  private void count(RecordBatch batch) {
    long before = sent;
    sent = before + batch.takeSentContent();
  }

  private IOException ended() {
    return below.isOpen()
        ? new EOFException("the peer has ended TLS")
        : new ClosedChannelException();
  }
}
