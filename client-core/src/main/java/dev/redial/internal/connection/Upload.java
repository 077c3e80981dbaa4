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
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Sends a request body that is too large for the first write, on a virtual thread of its own, so
 * that the exchanging thread can watch for an early answer (RFC 9112, section 9.5).
 */
final class Upload implements Runnable {
  /**
   * Go's net/http waits as long for {@code 100 (Continue)}; a server that does not know it never
   * sends one.
   */
  private static final long CONTINUE_WAIT_MILLIS = 1000;

  /** A publisher may hand out any amount at once; it is not copied as a whole. */
  private static final int LONGEST_CHUNK = 64 * 1024;

  private final Connection connection;
  private final Wire wire;
  private final PublisherReader publisher;
  private final boolean chunked;
  private final Octets out = new Octets();
  private final CountDownLatch leave;
  private final CountDownLatch over = new CountDownLatch(1);

  private volatile boolean stopped;
  private volatile boolean complete;
  private volatile @Nullable Exception failure;

  Upload(Connection connection, PublisherReader publisher, boolean chunked, boolean awaitLeave) {
    this.connection = connection;
    this.wire = connection.wire;
    this.publisher = publisher;
    this.chunked = chunked;
    this.leave = new CountDownLatch(awaitLeave ? 1 : 0);
  }

  void start() {
    Thread unused = Thread.ofVirtual().name("redial-upload").start(this);
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
    ByteBuffer buffer;
    while ((buffer = publisher.next(Long.MAX_VALUE)) != null) {
      if (stopped) return;
      if (chunked) writeChunks(buffer);
      else wire.write(buffer);
    }
    if (stopped) return;
    if (chunked) wire.write(ByteBuffer.wrap(RequestWriter.LAST_CHUNK));
    complete = true;
  }

  private void writeChunks(ByteBuffer data) throws IOException {
    while (data.hasRemaining() && !stopped) {
      int length = Math.min(data.remaining(), LONGEST_CHUNK);
      out.clear();
      RequestWriter.chunkHead(out, length);
      out.get(data, length);
      out.crlf();
      wire.write(ByteBuffer.wrap(out.array(), 0, out.length()));
    }
  }

  /** {@code 100 (Continue)} came. */
  void proceed() {
    leave.countDown();
  }

  /** Whether nothing of the body was sent yet because {@code 100 (Continue)} is waited for. */
  boolean awaitsLeave() {
    return leave.getCount() > 0;
  }

  /** Sends no more; does not wait. A write that is under way ends when the wire is closed. */
  void stop() {
    sendNoMore();
    publisher.cancel();
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

  /** Why the body could not be sent, or null. */
  @Nullable Exception failure() {
    return failure;
  }

  boolean isComplete() {
    return complete;
  }
}
