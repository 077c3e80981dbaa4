package dev.redial.internal.wire;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReferenceArray;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;

/**
 * A few TLS records that go out together, and how many plain octets each of them carries.
 *
 * <p>The engine asks for room for the largest possible record however small the record will be. So
 * batches are lent by a small shelf of the process while something is being written, instead of
 * being kept by every connection. They hold nothing but ciphertext.
 */
final class RecordBatch {
  private static final int RECORDS = 4;
  private static final int USUAL_RECORD_LIMIT = 17 * 1024;
  private static final AtomicReferenceArray<RecordBatch> SHELF = new AtomicReferenceArray<>(8);

  private final ByteBuffer octets;
  private final int[] ends = new int[RECORDS];
  private final int[] contents = new int[RECORDS];
  private int records;
  private int counted;

  private RecordBatch(int capacity) {
    octets = ByteBuffer.allocate(capacity);
  }

  /** Lends an empty batch with room for at least one record. */
  static RecordBatch lend(int recordLimit) {
    if (recordLimit > USUAL_RECORD_LIMIT) return new RecordBatch(RECORDS * recordLimit);
    for (int i = 0; i < SHELF.length(); i++) {
      RecordBatch batch = SHELF.getPlain(i) == null ? null : SHELF.getAndSet(i, null);
      if (batch != null) return batch;
    }
    return new RecordBatch(RECORDS * USUAL_RECORD_LIMIT);
  }

  /** Takes a batch back, whatever is in it. */
  void giveBack() {
    octets.clear();
    records = 0;
    counted = 0;
    if (octets.capacity() != RECORDS * USUAL_RECORD_LIMIT) return;
    for (int i = 0; i < SHELF.length(); i++)
      if (SHELF.getPlain(i) == null && SHELF.compareAndSet(i, null, this)) return;
  }

  /** Adds a record; the result says how far that got. */
  SSLEngineResult add(TlsEngine engine, ByteBuffer from) throws SSLException {
    SSLEngineResult result = engine.wrap(from, octets);
    if (result.bytesProduced() > 0) {
      ends[records] = octets.position();
      contents[records] = result.bytesConsumed();
      records++;
    }
    return result;
  }

  boolean hasRoom(int recordLimit) {
    return records < RECORDS && octets.remaining() >= recordLimit;
  }

  boolean isEmpty() {
    return records == 0;
  }

  /** Ends the adding; what {@link #unsent} returns is to be sent. */
  void seal() {
    octets.flip();
  }

  ByteBuffer unsent() {
    return octets;
  }

  /** The plain octets of the records that have gone out whole since the last call. */
  int takeSentContent() {
    int content = 0;
    while (counted < records && ends[counted] <= octets.position()) content += contents[counted++];
    return content;
  }
}
