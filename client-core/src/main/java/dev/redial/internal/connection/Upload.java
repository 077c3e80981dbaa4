package dev.redial.internal.connection;

import dev.redial.internal.body.PublisherFailure;
import dev.redial.internal.body.PublisherReader;
import dev.redial.internal.http1.Octets;
import dev.redial.internal.http1.RequestWriter;
import dev.redial.internal.wire.Wire;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Sends a request body on a virtual thread of its own, so that the exchanging thread can watch for
 * an early answer (RFC 9112, section 9.5), and for its deadline and an interrupt even while the
 * caller's publisher blocks whoever asks it.
 */
final class Upload implements Runnable {
  /**
   * Go's net/http waits as long for {@code 100 (Continue)}; a server that does not know it never
   * sends one.
   */
  private static final long CONTINUE_WAIT_MILLIS = 1000;

  /**
   * A publisher may hand out any amount at once; it is neither copied nor sent as a whole, so that
   * the sending can be stopped.
   */
  private static final int LONGEST_PIECE = 64 * 1024;

  /**
   * Chunks are copied between what frames them; so many octets fit into an array that need not be
   * made anew for each write.
   */
  private static final int LONGEST_MESSAGE = 48 * 1024;

  /** Beside these, for what frames them: sizes, line ends, the last chunk. */
  private static final int FRAMES = 512;

  /**
   * A body is held back for a moment after each of so many octets, up to a limit, so that a server
   * that refuses it at once is heard before megabytes fill the buffers on the way. A network has
   * enough to do with what is in the buffers meanwhile; over loopback this costs a millisecond.
   */
  private static final long LISTENING_STEP = 256 * 1024;

  private static final long LISTENING_LIMIT = 3 * LISTENING_STEP;
  private static final long LISTENING_NANOS = 250_000;

  /** How long a head waits to go out together with a small body. */
  private static final long GATHERING_NANOS = 5_000_000;

  /**
   * How long a pause of an upload may be once the whole answer is there: longer, and the server has
   * stopped reading, or the publisher does not say that it is done. For what a publisher has not
   * published yet there is no limit but the caller's.
   */
  private static final long LONGEST_PAUSE_NANOS = 1_000_000_000;

  private static final long LOOK_MILLIS = 20;

  private final Connection connection;
  private final Wire wire;
  private final PublisherReader publisher;
  private final boolean chunked;
  private final Octets out;
  private final long length;
  private final @Nullable PhaseClock clock;
  private final CountDownLatch leave;
  private final CountDownLatch over = new CountDownLatch(1);

  private long written; // confined to the uploading thread
  private boolean listened; // confined to the exchanging thread

  private volatile boolean headUnderWay;
  private volatile boolean writing;
  private volatile boolean nothingLeft; // of what the publisher has announced
  private volatile boolean refused;
  private volatile boolean stopped;
  private volatile boolean complete;
  private volatile @Nullable Exception failure;
  private volatile @Nullable IOException writeFailure;

  private Upload(
      Connection connection,
      PublisherReader publisher,
      boolean chunked,
      boolean awaitLeave,
      Octets out,
      long length,
      @Nullable PhaseClock clock) {
    this.connection = connection;
    this.wire = connection.wire;
    this.publisher = publisher;
    this.chunked = chunked;
    this.leave = new CountDownLatch(awaitLeave ? 1 : 0);
    this.out = out;
    this.length = length;
    this.clock = clock;
  }

  /** The head has been sent. */
  static Upload behindHead(
      Connection connection,
      PublisherReader publisher,
      boolean chunked,
      boolean awaitLeave,
      @Nullable PhaseClock clock) {
    return new Upload(connection, publisher, chunked, awaitLeave, new Octets(), 0, clock);
  }

  /**
   * Sends the head too, in the same write as a small body of that length if the publisher does not
   * let it wait. A body that turns out to be wrong, or fails, before then leaves nothing sent.
   */
  static Upload withHead(
      Connection connection,
      Octets head,
      PublisherReader publisher,
      long length,
      @Nullable PhaseClock clock) {
    return new Upload(connection, publisher, false, false, head, length, clock);
  }

  void start() {
    try {
      Thread unused = Thread.ofVirtual().name("redial-upload").start(this);
    } catch (RuntimeException | Error e) { // there is no thread to be had
      over.countDown();
      throw e;
    }
  }

  @Override
  public void run() {
    try {
      boolean unused = leave.await(CONTINUE_WAIT_MILLIS, TimeUnit.MILLISECONDS);
      leave.countDown(); // nobody waits for it any more
      if (!stopped) send();
    } catch (PublisherFailure
        | IOException
        | InterruptedException
        | TimeoutException
        | RuntimeException e) {
      fail(e);
    } catch (Error e) {
      fail(new IllegalStateException("the upload died: " + e, e));
      throw e;
    } finally {
      publisher.cancel();
      over.countDown();
    }
  }

  private void fail(Exception e) {
    if (stopped) return; // it may have failed because it was stopped
    failure = e;
    // A failed write leaves the wire open: an answer that came before the reset can still be read,
    // and the reset ends the reading. Anything else would leave the exchanging thread waiting for
    // an answer to half a request.
    if (!(e instanceof IOException) || e instanceof SSLException) connection.close();
  }

  private void send() throws PublisherFailure, InterruptedException, TimeoutException, IOException {
    boolean ended = length > 0 && sendWithHead();
    ByteBuffer buffer;
    while (!ended && !stopped && (buffer = publisher.next(Long.MAX_VALUE)) != null) {
      if (chunked) ended = sendInChunks(buffer);
      else sendInPieces(buffer);
    }
    if (stopped) return;
    if (chunked && !ended) write(ByteBuffer.wrap(RequestWriter.LAST_CHUNK));
    if (clock != null) clock.requestSent(); // before the connection can be anybody else's
    complete = true;
  }

  /** Whether the publisher has come to its end. */
  private boolean sendWithHead() throws PublisherFailure, InterruptedException, IOException {
    boolean ended = false;
    long patience = System.nanoTime() + GATHERING_NANOS;
    try {
      while (publisher.taken() < length) {
        ByteBuffer buffer = publisher.next(patience);
        if (buffer == null) return false; // stopped
        out.get(buffer, buffer.remaining());
      }
      ended = publisher.reachedEnd(patience);
    } catch (TimeoutException e) {
      // What there is goes out; the connection must not grow old waiting for the rest.
    }
    headUnderWay = true;
    try {
      write(out.written());
    } finally {
      headUnderWay = false;
    }
    return ended;
  }

  private void sendInPieces(ByteBuffer data) throws IOException {
    int end = data.limit();
    while (data.position() < end && !stopped) {
      data.limit(Math.min(end, data.position() + LONGEST_PIECE));
      int piece = data.remaining();
      write(data);
      listen(piece);
    }
  }

  /**
   * Sends what else is there in the same write, and the last chunk if the publisher has said so
   * already; returns whether that was all.
   */
  private boolean sendInChunks(ByteBuffer first)
      throws PublisherFailure, IOException, InterruptedException {
    boolean last = false;
    ByteBuffer data = first;
    while (data != null && !stopped) {
      out.clear();
      int octets = 0;
      while (data != null && out.length() < LONGEST_MESSAGE) {
        if (octets > 0) out.ensure(LONGEST_MESSAGE + FRAMES - out.length());
        // half of the frames' room goes to what is there already, half stays for this piece's own
        int room = LONGEST_MESSAGE + Math.min(0, FRAMES / 2 - out.length());
        int piece = Math.min(data.remaining(), room);
        RequestWriter.chunkHead(out, piece);
        out.get(data, piece);
        out.crlf();
        octets += piece;
        if (!data.hasRemaining()) data = publisher.nextIfThere();
      }
      last = data == null && publisher.isComplete();
      if (last) out.bytes(RequestWriter.LAST_CHUNK, 0, RequestWriter.LAST_CHUNK.length);
      write(out.written());
      listen(octets);
    }
    return last;
  }

  private void write(ByteBuffer octets) throws IOException {
    writing = true;
    try {
      wire.write(octets);
    } catch (IOException e) {
      writeFailure = e;
      throw e;
    } finally {
      writing = false;
    }
    if (publisher.hasAll()) nothingLeft = true;
  }

  private void listen(int octets) {
    long before = written;
    written = before + octets;
    if (before < LISTENING_LIMIT && before / LISTENING_STEP != written / LISTENING_STEP)
      LockSupport.parkNanos(LISTENING_NANOS);
  }

  /** {@code 100 (Continue)} came. */
  void proceed() {
    leave.countDown();
  }

  /** Whether nothing of the body was sent yet because {@code 100 (Continue)} is waited for. */
  boolean awaitsLeave() {
    return leave.getCount() > 0;
  }

  /**
   * Sends no more; does not wait. A write that is under way ends when the wire is closed. The
   * publisher is cancelled by another thread than this one, as it may block that, too.
   */
  void stop() {
    sendNoMore();
    if (over.getCount() == 0) return;
    Thread unused = Thread.ofVirtual().name("redial-upload").start(publisher::cancel);
  }

  /** The part of {@link #stop} that calls nothing of the caller's, and so cannot block. */
  void sendNoMore() {
    stopped = true;
    leave.countDown();
    publisher.abandon();
  }

  /** Whether the whole body was sent, waiting for it a little. */
  boolean completeWithin(long millis) throws InterruptedException {
    return complete || (over.await(millis, TimeUnit.MILLISECONDS) && complete);
  }

  /**
   * Whether the whole body was sent, waiting for it as long as it goes on: an answer that comes
   * early, and does not refuse the request, is no reason to cut the request.
   *
   * @return false if it was stopped or failed, the wire was closed, or the server does not read on
   */
  boolean completeWhileItGoesOn() throws InterruptedException {
    long seen = wire.sent();
    boolean owing = false; // the publisher, not the server
    long moved = System.nanoTime();
    while (!isOver()
        && !over.await(LOOK_MILLIS, TimeUnit.MILLISECONDS)
        && !complete
        && wire.isOpen()) {
      long sent = wire.sent();
      boolean owes = !writing && !nothingLeft;
      if (sent != seen || owes != owing) moved = System.nanoTime();
      else if (System.nanoTime() - moved > LONGEST_PAUSE_NANOS) {
        if (!owes || refused) break;
        listenForEnd();
      }
      seen = sent;
      owing = owes;
    }
    return complete;
  }

  /**
   * Reads on behind the answer, on a thread of its own, which ends with the connection: whatever
   * comes, the server wants no more of the request.
   */
  private void listenForEnd() {
    if (listened) return;
    listened = true;
    Thread unused = Thread.ofVirtual().name("redial-upload").start(this::awaitRefusal);
  }

  private void awaitRefusal() {
    try {
      int unused = wire.read(ByteBuffer.allocate(1));
    } catch (IOException e) {
      // It has come to its end in another way.
    }
    refused = true;
  }

  /** Whether somebody reads the wire, and will until it is closed. */
  boolean isListenedTo() {
    return listened;
  }

  /** Whether nothing more will be sent, but for a write that may be under way. */
  boolean isOver() {
    return stopped || hasEnded();
  }

  /** Whether no write is under way, and none will be. */
  boolean hasEnded() {
    return over.getCount() == 0;
  }

  /**
   * Whether the head is being handed to the operating system: the server may have all of it before
   * this side has counted it.
   */
  boolean headUnderWay() {
    return headUnderWay;
  }

  /** Why the body could not be sent, or null. */
  @Nullable Exception failure() {
    return failure;
  }

  /** What a write failed with, even if the sending had been stopped by then, or null. */
  @Nullable IOException writeFailure() {
    return writeFailure;
  }

  boolean isComplete() {
    return complete;
  }
}
