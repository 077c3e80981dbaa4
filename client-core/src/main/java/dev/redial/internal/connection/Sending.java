package dev.redial.internal.connection;

import dev.redial.internal.body.PublisherFailure;
import dev.redial.internal.body.PublisherReader;
import dev.redial.internal.http1.Octets;
import dev.redial.internal.wire.WireFailure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The sending side of one exchange: the head, with the body in the same write if it is small and at
 * hand, or else an {@link Upload}.
 *
 * <p>Confined to the exchanging thread, but for {@link #sendNoMore} and {@link #stop}.
 */
final class Sending {
  /** A fixed-length body up to this size rides in the same write as the head. */
  private static final int SMALL_BODY = 16 * 1024;

  private static final long FATE_MILLIS = 50;

  private final Connection connection;
  private final OutgoingRequest request;
  private final @Nullable PhaseClock clock;
  private final long sentBefore;
  private int headLength;
  private boolean sent;
  private @Nullable IOException writeFailure;
  private @Nullable PublisherReader publisher;
  private volatile @Nullable Upload upload;

  Sending(Connection connection, OutgoingRequest request, @Nullable PhaseClock clock) {
    this.clock = clock;
    this.connection = connection;
    this.request = request;
    this.sentBefore = connection.wire.sent();
  }

  /**
   * Sends what can be sent at once, and has the rest sent in the background.
   *
   * <p>A failed write is kept and not thrown: the answer may have come before it.
   */
  void start(long deadlineNanos)
      throws PublisherFailure, TimeoutException, InterruptedException, ClosedByInterruptException {
    long length = request.contentLength();
    Octets out = connection.out();
    RequestEncoder.head(out, request);
    headLength = out.length();
    if (length == 0) {
      write(out);
      sent();
    } else {
      PublisherReader reader =
          new PublisherReader(
              Objects.requireNonNull(request.body()), length, !request.bodyAtHand());
      publisher = reader;
      start(out, reader, length, deadlineNanos);
    }
  }

  private void start(Octets head, PublisherReader body, long length, long deadlineNanos)
      throws PublisherFailure, TimeoutException, InterruptedException, ClosedByInterruptException {
    boolean small = length > 0 && length <= SMALL_BODY && !request.expectContinue();
    if (small && !request.bodyAtHand()) {
      start(Upload.withHead(connection, head, body, length, clock));
      return;
    }
    boolean whole = small && append(head, body, length, deadlineNanos);
    write(head);
    if (whole) sent();
    else if (writeFailure == null)
      start(Upload.behindHead(connection, body, length < 0, request.expectContinue(), clock));
  }

  private void sent() {
    sent = writeFailure == null;
    if (sent && clock != null) clock.requestSent();
  }

  private void start(Upload started) {
    try {
      connection.wire.beginDuplex();
    } catch (IOException e) {
      writeFailure = e;
      return;
    }
    upload = started;
    started.start();
  }

  /** Only for a publisher that neither blocks nor waits. */
  private static boolean append(Octets out, PublisherReader body, long length, long deadlineNanos)
      throws PublisherFailure, TimeoutException, InterruptedException {
    while (body.taken() < length) {
      ByteBuffer buffer = Objects.requireNonNull(body.next(deadlineNanos));
      out.get(buffer, buffer.remaining());
    }
    return body.reachedEnd(deadlineNanos);
  }

  private void write(Octets out) throws ClosedByInterruptException {
    try {
      connection.wire.write(out.written());
    } catch (ClosedByInterruptException e) {
      throw e;
    } catch (IOException e) {
      writeFailure = e;
    }
  }

  /** {@code 100 (Continue)} came. */
  void proceed() {
    Upload running = upload;
    if (running != null) running.proceed();
  }

  /** The final answer came. */
  void answered(int status) {
    Upload running = upload;
    if (running != null && (running.awaitsLeave() || refuses(status))) running.stop();
  }

  /**
   * Whether an answer that comes before the whole request body was sent makes the rest of the body
   * pointless: it will not be acted upon, as the request was refused, moved, or failed (RFC 9112,
   * section 9.5). A server that accepts the request may well want the rest, even if it ends the
   * connection thereafter; one that does not closes it.
   */
  private static boolean refuses(int status) {
    return status >= 300;
  }

  /** Whether all of the request was handed to the operating system. */
  boolean isComplete() {
    Upload running = upload;
    return running == null ? sent : running.isComplete();
  }

  /** Whether nothing more will be sent, but for a write that may be under way. */
  boolean isOver() {
    Upload running = upload;
    return running == null || running.isOver();
  }

  /** Whether no write is under way, and none will be. */
  boolean hasEnded() {
    Upload running = upload;
    return running == null || running.hasEnded();
  }

  /**
   * Whether the whole request was sent; called when the answer is complete.
   *
   * <p>The answer counts, too, if the server does not read the rest of the request, but not if the
   * rest was cut by a deadline or the end of the client.
   */
  boolean completes() throws IOException, InterruptedException {
    Upload running = upload;
    if (running == null) return sent;
    boolean whole = running.completeWhileItGoesOn();
    Exception failure = running.failure();
    if (failure instanceof PublisherFailure)
      throw new IOException("answered before the request body turned out to be wrong");
    boolean cut = failure == null || failure instanceof ClosedChannelException;
    if (!whole && cut && !connection.wire.isOpen())
      throw new ClosedChannelException(); // here, not there
    return whole;
  }

  /** Whether the connection cannot be anybody else's, even if all of the request was sent. */
  boolean usesUpConnection() {
    Upload running = upload;
    return running != null && running.isListenedTo();
  }

  /** The writing thread learns of a reset, of which the reading one then sees only the end. */
  void awaitFate() throws InterruptedException {
    Upload running = upload;
    if (running == null) return;
    boolean unused = running.completeWithin(FATE_MILLIS);
  }

  /**
   * The reset of which the reading thread has seen only the end, as a write had learned of it
   * before. A broken pipe is none: the server ended the stream first, and then refused the rest of
   * the request. Systems other than Linux may call that a reset, too.
   *
   * @return null if the end is what it seems
   */
  @Nullable IOException resetBehindEnd() throws InterruptedException {
    awaitFate();
    Upload running = upload;
    IOException failed = running == null ? writeFailure : running.writeFailure();
    if (failed == null || failed instanceof ClosedChannelException) return null;
    return WireFailure.isBrokenPipe(failed) ? null : failed;
  }

  /** Why not all was sent: a failed write, or a fault of the publisher. */
  @Nullable Exception failure() {
    Upload running = upload;
    return running == null ? writeFailure : running.failure();
  }

  boolean bodyTouched() {
    return publisher != null && publisher.touched();
  }

  /** Whether the whole head may have reached the operating system: without it, no server acts. */
  boolean headSent() {
    Upload running = upload;
    if (running != null && running.headUnderWay()) return true; // asked first, as it ends counted
    return headLength > 0 && octets() >= headLength;
  }

  /** Octets that were handed to the operating system. */
  long octets() {
    return connection.wire.sent() - sentBefore;
  }

  /** Calls nothing of the caller's, and so cannot block; from any thread. */
  void sendNoMore() {
    Upload running = upload;
    if (running != null) running.sendNoMore();
  }

  /** Ends the body's subscription, too; from any thread. */
  void stop() {
    Upload running = upload;
    if (running != null) running.stop();
  }
}
