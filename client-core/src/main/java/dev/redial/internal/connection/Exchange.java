package dev.redial.internal.connection;

import dev.redial.ClientClosedException;
import dev.redial.ExchangeEvidence;
import dev.redial.ExchangeFailure;
import dev.redial.ExchangeStage;
import dev.redial.HangUpException;
import dev.redial.MalformedResponseException;
import dev.redial.RequestBodyException;
import dev.redial.ResponseBodyException;
import dev.redial.ResponseTimeoutException;
import dev.redial.ServerActed;
import dev.redial.TlsFailureException;
import dev.redial.TruncatedBodyException;
import dev.redial.internal.body.BodySource;
import dev.redial.internal.body.PublisherFailure;
import dev.redial.internal.body.PublisherReader;
import dev.redial.internal.http1.ChunkedDecoder;
import dev.redial.internal.http1.Framing;
import dev.redial.internal.http1.MalformedMessageException;
import dev.redial.internal.http1.Octets;
import dev.redial.internal.http1.ResponseHead;
import dev.redial.internal.http1.ResponseParser;
import dev.redial.internal.wire.TlsTruncatedException;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * One request and its answer over one connection.
 *
 * <p>Steps, in this order: {@link #send}, {@link #receiveHead}, then {@link #next} until it returns
 * null. The first failure, {@link #abort}, or the end of the body ends the exchange; its {@link
 * Ending} is told exactly once, before the caller sees the end of the body.
 */
public final class Exchange implements BodySource {
  /** Where the connection goes afterwards. */
  public interface Ending {
    /**
     * The exchange is over.
     *
     * @param clean whether the connection may carry another one
     */
    void ended(boolean clean);
  }

  /** A fixed-length body up to this size rides in the same write as the head. */
  private static final int SMALL_BODY = 16 * 1024;

  private static final long UPLOAD_GRACE_MILLIS = 50;

  /**
   * A body that nobody wants is read up to here, as Go's net/http does: more costs more than a new
   * connection.
   */
  private static final long DRAIN_LIMIT = 256 * 1024;

  private static final long DRAIN_NANOS = 50_000_000;
  private static final VarHandle OVER;

  static {
    try {
      OVER = MethodHandles.lookup().findVarHandle(Exchange.class, "over", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Connection connection;
  private final OutgoingRequest request;
  private final int attempt;
  private final long idleNanos;
  private final long deadlineNanos;
  private final Ending ending;
  private final boolean reused;
  private final long sentBefore;
  private final long receivedBefore;

  @SuppressWarnings("unused") // through OVER
  private volatile boolean over;

  // Confined to the exchanging thread.
  private ExchangeStage stage = ExchangeStage.SENDING;
  private int headLength;
  private boolean requestSent;
  private @Nullable IOException writeFailure;
  private @Nullable PublisherReader publisher;
  private @Nullable Upload upload;
  private @Nullable ResponseHead head;
  private @Nullable ChunkedDecoder chunks;
  private long remaining;
  private boolean bodyOver;

  /**
   * An exchange; nothing happens yet.
   *
   * @param connection lent to this exchange alone
   * @param request what to send
   * @param attempt its number, from 1
   * @param idleNanos how long the connection had been idle
   * @param deadlineNanos on the scale of {@link System#nanoTime()}; {@link Long#MAX_VALUE} for none
   * @param ending is told when it is over
   */
  public Exchange(
      Connection connection,
      OutgoingRequest request,
      int attempt,
      long idleNanos,
      long deadlineNanos,
      Ending ending) {
    this.connection = connection;
    this.request = request;
    this.attempt = attempt;
    this.idleNanos = idleNanos;
    this.deadlineNanos = deadlineNanos;
    this.ending = ending;
    this.reused = connection.used();
    this.sentBefore = connection.wire.sent();
    this.receivedBefore = connection.wire.received();
  }

  /**
   * Sends the head, and the body with it if it is small and at hand; any other body is sent in the
   * background, on a thread of its own, as its publisher may block whoever asks it.
   *
   * <p>A failed write is not reported here: the answer may have come before it, so {@link
   * #receiveHead} looks first.
   */
  public void send() throws IOException, InterruptedException {
    if (deadlineNanos != Long.MAX_VALUE) connection.alarm.arm(deadlineNanos);
    long length = request.body() == null ? 0 : request.body().contentLength();
    Octets out = connection.out();
    RequestEncoder.head(out, request, length);
    headLength = out.length();
    if (length == 0) {
      write(out);
      requestSent = writeFailure == null;
    } else {
      PublisherReader body = new PublisherReader(Objects.requireNonNull(request.body()), length);
      publisher = body;
      send(out, body, length);
    }
    stage = ExchangeStage.AWAITING_RESPONSE;
  }

  private void send(Octets head, PublisherReader body, long length)
      throws IOException, InterruptedException {
    boolean small = length > 0 && length <= SMALL_BODY && !request.expectContinue();
    if (small && !request.bodyAtHand()) {
      upload = Upload.withHead(connection, head, body, length);
      upload.start();
      return;
    }
    boolean whole = small && appendBody(head, body, length);
    write(head);
    if (whole) {
      requestSent = writeFailure == null;
    } else if (writeFailure == null) {
      upload = Upload.behindHead(connection, body, length < 0, request.expectContinue());
      upload.start();
    }
  }

  /** Only for a publisher that neither blocks nor waits. */
  private boolean appendBody(Octets out, PublisherReader body, long length)
      throws IOException, InterruptedException {
    try {
      while (body.taken() < length) {
        ByteBuffer buffer = Objects.requireNonNull(body.next(deadlineNanos));
        out.get(buffer, buffer.remaining());
      }
      return body.reachedEnd();
    } catch (PublisherFailure e) {
      abort();
      throw bodyFailure(e);
    } catch (TimeoutException e) {
      abort();
      throw timedOut(e);
    } catch (InterruptedException e) {
      abort();
      throw e;
    }
  }

  private void write(Octets out) throws InterruptedException {
    try {
      connection.wire.write(ByteBuffer.wrap(out.array(), 0, out.length()));
    } catch (ClosedByInterruptException e) {
      throw interrupted();
    } catch (IOException e) {
      writeFailure = e;
    }
  }

  /** Reads on to the head of the final response; interim responses are passed over. */
  public void receiveHead() throws IOException, InterruptedException {
    try {
      ResponseHead received = readHead();
      for (int interim = 1; received.isInterim(); interim++) {
        if (received.status() == 101)
          throw malformed("101 (Switching Protocols) although no upgrade was asked for", null);
        if (interim > connection.limits.interimResponses())
          throw malformed(
              "more than " + connection.limits.interimResponses() + " interim responses", null);
        if (received.status() == 100 && upload != null) upload.proceed();
        received = readHead();
      }
      begin(received);
    } catch (IOException e) {
      throw failed(e);
    } catch (MalformedMessageException e) {
      throw failed(malformed(e.getMessage(), e));
    }
  }

  private ResponseHead readHead() throws IOException, MalformedMessageException {
    ResponseParser parser = connection.parser;
    parser.reset(request.method().equals("HEAD"), request.method().equals("CONNECT"));
    stage = ExchangeStage.AWAITING_RESPONSE; // also behind an interim response
    int end = connection.buffered() > 0 ? parse(parser) : -1;
    while (end < 0) {
      if (!connection.fill()) throw new EndOfStream();
      end = parse(parser);
    }
    ResponseHead received = parser.head(connection.buffer(), connection.from(), end);
    connection.takeUpTo(end);
    return received;
  }

  private int parse(ResponseParser parser) throws MalformedMessageException {
    try {
      return parser.parse(connection.buffer(), connection.from(), connection.to());
    } finally {
      stage = stageOf(parser);
    }
  }

  private static ExchangeStage stageOf(ResponseParser parser) {
    return switch (parser.progress()) {
      case NOTHING, STATUS_LINE -> ExchangeStage.STATUS_LINE;
      case HEADER -> ExchangeStage.HEADER;
    };
  }

  private void begin(ResponseHead received) throws MalformedMessageException {
    head = received;
    stage = ExchangeStage.BODY;
    if (upload != null && (upload.awaitsLeave() || stopsUpload(received.status()))) upload.stop();
    long seconds = received.keepAliveSeconds();
    connection.announce(seconds < 0 ? -1 : seconds * 1_000_000_000L);
    switch (received.framing()) {
      case Framing.Empty empty -> bodyOver = true;
      case Framing.Fixed fixed -> {
        remaining = fixed.length();
        bodyOver = remaining == 0;
      }
      case Framing.Chunked chunked -> chunks = connection.chunkedDecoder();
      case Framing.UntilClose untilClose -> remaining = Long.MAX_VALUE;
    }
  }

  /**
   * Whether an answer that comes before the whole request body was sent makes the rest of the body
   * pointless: it will not be acted upon, as the request was refused, moved, or failed (RFC 9112,
   * section 9.5). A server that accepts the request may well want the rest, even if it ends the
   * connection thereafter; one that does not closes it.
   */
  static boolean stopsUpload(int status) {
    return status >= 300;
  }

  /**
   * The answer's head, for the caller; it keeps neither the exchange nor the connection.
   *
   * @return after {@link #receiveHead}
   */
  public Answer answer() {
    return new Answer(head(), connection.session(), connection.label);
  }

  /**
   * Pushes the body into the caller's subscriber and waits for what the subscriber makes of it.
   *
   * @param subscriber the caller's
   * @return the body
   * @throws IOException a typed failure
   * @throws InterruptedException if the thread was interrupted; the connection is closed
   */
  public <T> T deliver(BodySubscriber<T> subscriber) throws IOException, InterruptedException {
    return new BodyDelivery<>(this, subscriber).deliver();
  }

  /**
   * Reads the body to nowhere if that is quick, so that the connection stays usable; otherwise
   * closes the connection.
   */
  public void discardBody() throws InterruptedException {
    try {
      if (!bodyOver) connection.alarm.arm(earlier(deadlineNanos, System.nanoTime() + DRAIN_NANOS));
      if (bodyOver || remaining <= DRAIN_LIMIT) drain();
    } finally {
      abort();
    }
  }

  private void drain() throws InterruptedException {
    long drained = 0;
    try {
      ByteBuffer buffer;
      while (drained <= DRAIN_LIMIT && (buffer = next()) != null) drained += buffer.remaining();
    } catch (IOException e) {
      // Nobody wants this body; the connection is closed already.
    }
  }

  private static long earlier(long a, long b) {
    return a == Long.MAX_VALUE || b - a < 0 ? b : a;
  }

  long deadlineNanos() {
    return deadlineNanos;
  }

  /**
   * Whether every octet of the request was handed to the operating system.
   *
   * @return false while a body is being sent, and if it was stopped
   */
  public boolean requestSent() {
    return upload == null ? requestSent : upload.isComplete();
  }

  /**
   * Whether anything was asked of the body's publisher. Once there is an answer that ends the
   * sending, such as any from 300 on, false stays false: even a body that can be published only
   * once can be sent again.
   *
   * @return false also if there is no body
   */
  public boolean bodyTouched() {
    return publisher != null && publisher.touched();
  }

  private ResponseHead head() {
    return Objects.requireNonNull(head, "no answer yet");
  }

  @Override
  public boolean arrived() {
    if (bodyOver) return upload == null || upload.isOver();
    if (connection.buffered() == 0) return false;
    if (chunks == null) return true;
    try {
      return switch (chunkStep()) {
        case END -> true;
        case DATA -> connection.buffered() > 0; // the buffer may end behind the chunk's size
        case NEED_OCTETS -> false;
      };
    } catch (MalformedMessageException e) {
      return true; // next() meets it again
    }
  }

  @Override
  public void onClose(Runnable wakeUp) {
    connection.onClose(wakeUp);
  }

  @Override
  public void checkOpen() throws IOException, InterruptedException {
    if (!connection.wire.isOpen()) throw failed(new ClosedChannelException());
  }

  @Override
  public @Nullable ByteBuffer next() throws IOException, InterruptedException {
    try {
      ByteBuffer buffer = bodyOver ? null : read();
      if (bodyOver && buffer == null && !over) end();
      return buffer;
    } catch (IOException e) {
      throw failed(e);
    } catch (MalformedMessageException e) {
      throw failed(malformed(e.getMessage(), e));
    }
  }

  private @Nullable ByteBuffer read() throws IOException, MalformedMessageException {
    return chunks == null ? readPlain() : readChunked();
  }

  private @Nullable ByteBuffer readPlain() throws IOException {
    ByteBuffer buffer =
        connection.buffered() > 0 ? takeBuffered(remaining) : readDirectly(remaining);
    if (buffer == null) {
      if (remaining != Long.MAX_VALUE) throw new EndOfStream();
      bodyOver = true;
      return null;
    }
    if (remaining != Long.MAX_VALUE) {
      remaining -= buffer.remaining();
      bodyOver = remaining == 0;
    }
    return buffer;
  }

  private ByteBuffer takeBuffered(long most) {
    int length = (int) Math.min(most, connection.buffered());
    byte[] octets = new byte[length];
    System.arraycopy(connection.buffer(), connection.from(), octets, 0, length);
    connection.take(length);
    return ByteBuffer.wrap(octets).asReadOnlyBuffer();
  }

  /** Reads past the connection's buffer; null at the orderly end. */
  private @Nullable ByteBuffer readDirectly(long most) throws IOException {
    byte[] octets = new byte[(int) Math.min(most, connection.bodyBuffer)];
    int length = connection.wire.read(ByteBuffer.wrap(octets));
    if (length < 0) return null;
    return exact(octets, length);
  }

  /** A subscriber may keep what it gets, so a few octets must not keep a large array. */
  private static ByteBuffer exact(byte[] octets, int length) {
    if (length == octets.length) return ByteBuffer.wrap(octets).asReadOnlyBuffer();
    if (length >= octets.length / 2)
      return ByteBuffer.wrap(octets, 0, length).slice().asReadOnlyBuffer();
    return ByteBuffer.wrap(Arrays.copyOf(octets, length)).asReadOnlyBuffer();
  }

  private @Nullable ByteBuffer readChunked() throws IOException, MalformedMessageException {
    ChunkedDecoder decoder = Objects.requireNonNull(chunks);
    while (true) {
      switch (chunkStep()) {
        case END -> {
          bodyOver = true;
          return null;
        }
        case DATA -> {
          if (connection.buffered() > 0) return takeBufferedChunks(decoder);
          ByteBuffer buffer = readDirectly(decoder.chunkRemaining());
          if (buffer == null) throw new EndOfStream();
          decoder.took(buffer.remaining());
          return buffer;
        }
        case NEED_OCTETS -> {
          if (!connection.fill()) throw new EndOfStream();
        }
      }
    }
  }

  /** The data of all chunks that are in the buffer, as one. */
  private ByteBuffer takeBufferedChunks(ChunkedDecoder decoder) throws MalformedMessageException {
    byte[] octets = new byte[connection.buffered()];
    int length = 0;
    while (connection.buffered() > 0) {
      int part = (int) Math.min(decoder.chunkRemaining(), connection.buffered());
      System.arraycopy(connection.buffer(), connection.from(), octets, length, part);
      length += part;
      connection.take(part);
      decoder.took(part);
      if (chunkStep() != ChunkedDecoder.Step.DATA) break;
    }
    return exact(octets, length);
  }

  private ChunkedDecoder.Step chunkStep() throws MalformedMessageException {
    ChunkedDecoder decoder = Objects.requireNonNull(chunks);
    ChunkedDecoder.Step step =
        decoder.advance(connection.buffer(), connection.from(), connection.to());
    connection.takeUpTo(decoder.position());
    return step;
  }

  /** The body is read to its end: the connection goes back if everything about it is in order. */
  private void end() throws IOException, InterruptedException {
    boolean wholeRequest = upload == null ? requestSent : wholeUpload(upload);
    boolean inTime = connection.alarm.disarm();
    boolean clean =
        wholeRequest
            && inTime
            && writeFailure == null
            && connection.buffered() == 0 // surplus octets belong to nobody (RFC 9112, section 9.2)
            && head().persistent()
            && head().keepAliveMax() != 0
            && request.keepAlive()
            && !RequestEncoder.asksToClose(request)
            && connection.wire.isOpen();
    if (!OVER.compareAndSet(this, false, true)) return;
    if (upload != null) upload.stop();
    connection.countExchange();
    connection.forgetOnClose();
    ending.ended(clean);
  }

  /**
   * The answer is complete. It counts, too, if the server does not read the rest of the request, or
   * the publisher does not go on, but not if the rest was cut by a deadline or the end of the
   * client.
   */
  private boolean wholeUpload(Upload running) throws IOException, InterruptedException {
    boolean whole = running.completeWhileItGoesOn();
    Exception failure = running.failure();
    if (failure instanceof PublisherFailure)
      throw new IOException("answered before the request body turned out to be wrong");
    boolean cut = failure == null || failure instanceof ClosedChannelException;
    if (!whole && cut && !connection.wire.isOpen())
      throw new ClosedChannelException(); // here, not there
    return whole;
  }

  @Override
  public void abort() {
    if (!OVER.compareAndSet(this, false, true)) return;
    Upload running = upload;
    if (running != null) running.sendNoMore();
    connection.close(); // at once, whatever the caller's publisher does in its cancel()
    ending.ended(false);
    if (running != null) running.stop();
  }

  private InterruptedException interrupted() {
    abort();
    boolean unused = Thread.interrupted(); // the exception says it
    return new InterruptedException("interrupted during " + request.label());
  }

  /** Ends the exchange and names what happened. */
  private IOException failed(IOException e) throws InterruptedException {
    boolean late = connection.alarm.fired();
    boolean alreadyOver = over;
    if (e instanceof ClosedByInterruptException) throw interrupted();
    if (e instanceof EndOfStream) awaitFateOfUpload();
    abort();
    if (late) return timedOut(e);
    Exception unsent = upload == null ? writeFailure : upload.failure();
    if (unsent != null && !(unsent instanceof IOException)) return bodyFailure(unsent);
    if (e instanceof ExchangeFailure) return e;
    if (e instanceof ClosedChannelException
        && (alreadyOver || unsent == null || unsent instanceof ClosedChannelException))
      return new ClientClosedException(
          request.label()
              + ": connection closed locally, "
              + (alreadyOver ? "the response was given up" : "the client was shut down"),
          evidence(actedOnLoss()),
          e);
    if (e instanceof SSLException || unsent instanceof SSLException)
      return tlsFailure(e instanceof SSLException || unsent == null ? e : unsent);
    return stage == ExchangeStage.BODY ? truncated(e) : hangUp(e, unsent);
  }

  /** The writing thread learns of a reset, of which the reading one then sees only the end. */
  private void awaitFateOfUpload() throws InterruptedException {
    if (upload == null) return;
    try {
      boolean unused = upload.completeWithin(UPLOAD_GRACE_MILLIS);
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  private TlsFailureException tlsFailure(Exception e) {
    return new TlsFailureException(
        request.label() + ": TLS failed: " + e.getMessage(), evidence(actedOnLoss()), e);
  }

  /** After a failed write, a read may see an orderly end of what was in truth a reset. */
  private HangUpException hangUp(IOException e, @Nullable Exception unsent) {
    boolean fin =
        (e instanceof EndOfStream || e instanceof TlsTruncatedException) && unsent == null;
    ExchangeEvidence evidence = evidence(actedOnLoss());
    String where =
        switch (stage) {
          case STATUS_LINE -> "the HTTP/1.1 status line was incomplete";
          case HEADER -> "the HTTP/1.1 header was incomplete";
          default -> "HTTP/1.1 header parser received no bytes";
        };
    String message =
        "the server "
            + (fin ? "closed the connection (FIN)" : "reset the connection (RST)")
            + " before its answer was complete: "
            + where
            + "; "
            + evidence;
    return new HangUpException(
        message,
        fin ? HangUpException.Ending.FIN : HangUpException.Ending.RST,
        evidence,
        unsent == null ? e : unsent);
  }

  private TruncatedBodyException truncated(IOException e) {
    String framing =
        switch (head().framing()) {
          case Framing.Fixed fixed ->
              "fixed content-length: "
                  + fixed.length()
                  + ", bytes received: "
                  + (fixed.length() - remaining);
          case Framing.Chunked chunked -> "chunked transfer encoding, without its last chunk";
          case Framing.UntilClose untilClose -> "until close, but it did not end in an orderly way";
          case Framing.Empty empty -> "no body";
        };
    ExchangeEvidence evidence = evidence(ServerActed.YES);
    return new TruncatedBodyException(
        "the connection ended inside the response body (" + framing + "); " + evidence,
        evidence,
        e);
  }

  /**
   * What is thrown when the caller's own handler or subscriber failed.
   *
   * @param cause what it threw
   * @return the failure
   */
  public ResponseBodyException subscriberFailure(Throwable cause) {
    ExchangeEvidence evidence = evidence(ServerActed.YES);
    return new ResponseBodyException(
        "the response body could not be handled: " + cause + "; " + evidence, evidence, cause);
  }

  ResponseTimeoutException timedOut(Exception cause) {
    ExchangeEvidence evidence = evidence(actedOnLoss());
    return new ResponseTimeoutException("request timed out; " + evidence, evidence, cause);
  }

  private RequestBodyException bodyFailure(Exception failure) {
    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
    return new RequestBodyException(
        "the request body could not be sent: " + failure.getMessage(),
        evidence(actedOnLoss()),
        cause);
  }

  private MalformedResponseException malformed(@Nullable String what, @Nullable Throwable cause) {
    // Garbage for a status line need not be an answer to this request at all.
    ExchangeEvidence evidence =
        evidence(stage == ExchangeStage.STATUS_LINE ? ServerActed.MAYBE : ServerActed.YES);
    String message = "malformed response: " + what + "; " + evidence;
    return cause == null
        ? new MalformedResponseException(message, evidence)
        : new MalformedResponseException(message, evidence, cause);
  }

  /** A server acts on a request only when it has its whole head. */
  private ServerActed actedOnLoss() {
    if (stage != ExchangeStage.SENDING && stage != ExchangeStage.AWAITING_RESPONSE)
      return ServerActed.YES;
    return connection.wire.sent() - sentBefore < headLength || headLength == 0
        ? ServerActed.NO
        : ServerActed.MAYBE;
  }

  private ExchangeEvidence evidence(ServerActed acted) {
    boolean sending = stage == ExchangeStage.AWAITING_RESPONSE && !requestSent();
    return new ExchangeEvidence(
        request.label(),
        attempt,
        sending ? ExchangeStage.SENDING : stage,
        reused,
        Duration.ofNanos(Math.max(0, System.nanoTime() - connection.openedNanos)),
        reused ? Duration.ofNanos(idleNanos) : Duration.ZERO,
        connection.wire.sent() - sentBefore,
        connection.wire.received() - receivedBefore,
        acted);
  }

  /** The orderly end of the wire where octets were due. */
  private static final class EndOfStream extends IOException {
    private static final long serialVersionUID = 1L;

    EndOfStream() {
      super("end of stream");
    }
  }
}
