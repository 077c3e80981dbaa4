package dev.redial.internal.connection;

import dev.redial.ExchangeEvidence;
import dev.redial.ExchangeStage;
import dev.redial.ResponseBodyException;
import dev.redial.ResponseTimeoutException;
import dev.redial.TimeLimits;
import dev.redial.internal.body.BodySource;
import dev.redial.internal.body.PublisherFailure;
import dev.redial.internal.body.WantedBody;
import dev.redial.internal.http1.MalformedMessageException;
import dev.redial.internal.http1.ResponseHead;
import dev.redial.internal.wire.WireFailure;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
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

  /** As in Go's net/http; as is the limit of octets, unless the caller sets another. */
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
  private final long deadlineNanos;
  private final Ending ending;
  private final @Nullable PhaseClock clock;
  private final Sending sending;
  private final Observation observation;

  @SuppressWarnings("unused") // through OVER
  private volatile boolean over;

  private volatile boolean lost;

  // Confined to the exchanging thread.
  private @Nullable ResponseHead head;
  private @Nullable ResponseBody body;
  private boolean discarding;

  /**
   * An exchange; nothing happens yet.
   *
   * @param connection lent to this exchange alone
   * @param request what to send
   * @param attempt its number, from 1
   * @param idleNanos how long the connection had been idle
   * @param deadlineNanos on the scale of {@link System#nanoTime()}; {@link Long#MAX_VALUE} for none
   * @param limits of its phases, beside the deadline
   * @param ending is told when it is over
   */
  public Exchange(
      Connection connection,
      OutgoingRequest request,
      int attempt,
      long idleNanos,
      long deadlineNanos,
      TimeLimits limits,
      Ending ending) {
    this.connection = connection;
    this.request = request;
    this.deadlineNanos = deadlineNanos;
    this.ending = ending;
    this.clock = PhaseClock.of(connection.alarm, deadlineNanos, limits);
    this.sending = new Sending(connection, request, clock);
    this.observation = new Observation(connection, request, sending, attempt, idleNanos);
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
    observation.begin();
    if (!connection.used()) listen();
    try {
      sending.start(deadlineNanos);
    } catch (ClosedByInterruptException e) {
      throw interrupted();
    } catch (PublisherFailure e) {
      abort();
      throw report().requestBody(e);
    } catch (TimeoutException e) {
      abort();
      throw timedOut(e);
    } catch (InterruptedException e) {
      abort();
      throw e;
    }
    observation.reached(ExchangeStage.AWAITING_RESPONSE);
  }

  /**
   * A server that has hung up by now has not seen the request. What one says that does not wait for
   * it counts as the answer: it turns clients away, or does not speak HTTP.
   */
  private void listen() throws IOException, InterruptedException {
    try {
      if (!connection.listen()) throw new EndOfStream();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** Reads on to the head of the final response; interim responses are passed over. */
  public void receiveHead() throws IOException, InterruptedException {
    try {
      begin(HeadReader.last(connection, request, observation, sending));
    } catch (IOException e) {
      throw failed(e);
    } catch (MalformedMessageException e) {
      throw failed(report().malformed(e));
    }
  }

  private void begin(ResponseHead received) throws MalformedMessageException {
    head = received;
    observation.answered();
    observation.reached(ExchangeStage.BODY);
    if (clock != null) clock.answered();
    sending.answered(received.status());
    long seconds = received.keepAliveSeconds();
    connection.announce(seconds < 0 ? -1 : seconds * 1_000_000_000L);
    body = new ResponseBody(connection, received.framing());
  }

  /**
   * The answer's head, for the caller; it keeps neither the exchange nor the connection.
   *
   * @return after {@link #receiveHead}
   */
  public Answer answer() {
    return new Answer(head(), connection.session(), connection.number);
  }

  /**
   * Makes of the body what the caller's handler wants, and waits for it.
   *
   * @param handler the caller's
   * @param answer the head, which the handler may look at
   * @return the body
   * @throws IOException a typed failure
   * @throws InterruptedException if the thread was interrupted; the connection is closed
   */
  @SuppressWarnings("unchecked") // T is what the handler is known to make
  public <T> T deliver(BodyHandler<T> handler, Answer answer)
      throws IOException, InterruptedException {
    return switch (WantedBody.by(handler)) {
      case BYTES -> (T) bytes();
      case STREAM -> (T) BodyStream.of(this, connection.alarm);
      case BY_SUBSCRIBER -> deliver(subscriber(handler, answer));
    };
  }

  private <T> BodySubscriber<T> subscriber(BodyHandler<T> handler, Answer answer)
      throws IOException {
    try {
      return Objects.requireNonNull(
          handler.apply(answer), "the body handler returned no subscriber");
    } catch (RuntimeException | Error thrown) {
      throw subscriberFailure(thrown);
    }
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

  private byte[] bytes() throws IOException, InterruptedException {
    long length = body().length();
    return length < 0 || length > WholeBody.LONGEST
        ? deliver(BodySubscribers.ofByteArray())
        : new WholeBody(this, (int) length).read();
  }

  /**
   * Reads on, waiting for the first octet only.
   *
   * @param into has room for at least one octet
   * @param from where the room begins
   * @param to where it ends
   * @return how many octets were read, or -1 at the end; either way the connection has been handed
   *     on if nothing is left of the body and of the request
   */
  int read(byte[] into, int from, int to) throws IOException, InterruptedException {
    try {
      int octets =
          clock == null || body().isOver() // and the alarm perhaps another's
              ? body().read(into, from, to)
              : readWithin(clock, into, from, to);
      if (body().isOver() && !over && (octets < 0 || sending.isComplete())) end();
      return octets;
    } catch (InterruptedException e) {
      abort();
      throw e;
    } catch (IOException e) {
      throw failed(e);
    } catch (MalformedMessageException e) {
      throw failed(report().malformed(e));
    }
  }

  private int readWithin(PhaseClock limits, byte[] into, int from, int to)
      throws IOException, MalformedMessageException {
    limits.reading();
    try {
      return body().read(into, from, to);
    } finally {
      limits.read();
    }
  }

  /** Octets received and not yet read, among them those of the body's framing. */
  int buffered() {
    return connection.buffered();
  }

  /** How much of the body is still to be read, if that is known, or -1. */
  long remaining() {
    return body().remaining();
  }

  /**
   * How much can be read without waiting; looks at the wire if nothing is buffered.
   *
   * @return 0 also at the end
   */
  int available() throws IOException, InterruptedException {
    try {
      if (body().isOver()) return 0; // the connection may be another's
      int buffered = body().available();
      if (buffered > 0 || body().isOver()) return buffered;
      if (!sending.hasEnded()) return 0; // the wire cannot be looked at while it is written to
      if (connection.look()) return body().available();
      body().wireEnded();
      return 0;
    } catch (IOException e) {
      throw failed(e);
    } catch (MalformedMessageException e) {
      throw failed(report().malformed(e));
    }
  }

  /** Whether the connection is none of its business any more. */
  boolean isOver() {
    return over;
  }

  /**
   * Reads the body to nowhere if that is quick, so that the connection stays usable; otherwise
   * closes the connection.
   */
  public void discardBody() throws InterruptedException {
    discarding = true; // which has a limit of its own
    try {
      if (!body().isOver())
        connection.alarm.arm(earlier(deadlineNanos, System.nanoTime() + DRAIN_NANOS));
      if (!body().isLongerThan(connection.limits.drainBytes())) drain();
    } finally {
      abort();
    }
  }

  private void drain() throws InterruptedException {
    long drained = 0;
    int limit = connection.limits.drainBytes();
    try {
      ByteBuffer buffer;
      while (drained <= limit && (buffer = next()) != null) drained += buffer.remaining();
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
   * What was observed of it.
   *
   * @return as of now, or of its end
   */
  public ExchangeEvidence evidence() {
    return report().seen();
  }

  /**
   * Whether every octet of the request was handed to the operating system.
   *
   * @return false while a body is being sent, and if it was stopped
   */
  public boolean requestSent() {
    return sending.isComplete();
  }

  /**
   * Whether anything was asked of the body's publisher. Once there is an answer that ends the
   * sending, such as any from 300 on, false stays false: even a body that can be published only
   * once can be sent again.
   *
   * @return false also if there is no body
   */
  public boolean bodyTouched() {
    return sending.bodyTouched();
  }

  private ResponseHead head() {
    return Objects.requireNonNull(head, "no answer yet");
  }

  private ResponseBody body() {
    return Objects.requireNonNull(body, "no answer yet");
  }

  @Override
  public boolean arrived() {
    return body().isOver() ? sending.isOver() : body().arrived();
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
      ByteBuffer buffer =
          clock == null || discarding || body().isOver() ? body().next() : nextWithin(clock);
      if (buffer == null && !over) end();
      return buffer;
    } catch (InterruptedException e) {
      abort();
      throw e;
    } catch (IOException e) {
      throw failed(e);
    } catch (MalformedMessageException e) {
      throw failed(report().malformed(e));
    }
  }

  /** The body was read to its end by {@link #read}. */
  void finish() throws IOException, InterruptedException {
    ByteBuffer nothing = next();
    if (nothing != null) throw new IllegalStateException("the body goes on: " + body);
  }

  private @Nullable ByteBuffer nextWithin(PhaseClock limits)
      throws IOException, MalformedMessageException {
    limits.reading();
    try {
      return body().next();
    } finally {
      limits.read();
    }
  }

  /** The body is read to its end: the connection goes back if everything about it is in order. */
  private void end() throws IOException, InterruptedException {
    if (body().endedWithWire()) checkEnd();
    boolean wholeRequest = sending.completes();
    boolean inTime = connection.alarm.disarm();
    boolean clean =
        wholeRequest
            && !sending.usesUpConnection()
            && inTime
            && connection.buffered() == 0 // surplus octets belong to nobody (RFC 9112, section 9.2)
            && !connection.spokenFirst()
            && head().persistent()
            && head().keepAliveMax() != 0
            && request.keepAlive()
            && !RequestEncoder.asksToClose(request)
            && connection.wire.isOpen();
    if (!OVER.compareAndSet(this, false, true)) return;
    sending.stop();
    connection.countExchange();
    connection.forgetOnClose();
    observation.end();
    ending.ended(clean);
  }

  /** TLS has told by itself that the end is one; over TCP it may be a reset that a write took. */
  private void checkEnd() throws IOException, InterruptedException {
    if (connection.session().isPresent()) return;
    IOException cut = sending.resetBehindEnd();
    if (cut != null) throw cut;
  }

  @Override
  public void abort() {
    if (!OVER.compareAndSet(this, false, true)) return;
    sending.sendNoMore();
    connection.close(); // at once, whatever the caller's publisher does in its cancel()
    ending.ended(false);
    sending.stop();
  }

  /** The connection was closed from this side, but not by whoever has the body. */
  void lost() {
    lost = true;
    abort();
  }

  private InterruptedException interrupted() {
    abort();
    boolean unused = Thread.interrupted(); // the exception says it
    return new InterruptedException("interrupted during " + request.label());
  }

  /** Ends the exchange and names what happened. */
  private IOException failed(IOException e) throws InterruptedException {
    boolean late = connection.alarm.fired();
    boolean alreadyOver = over && !lost;
    if (e instanceof ClosedByInterruptException) throw interrupted();
    if (WireFailure.of(e) == WireFailure.FIN) {
      long seenNanos = System.nanoTime();
      awaitFateOfRequest();
      if (sending.failure() == null) observation.hungUp(seenNanos);
    }
    abort();
    if (late) return timedOut(e);
    return report().failure(e, sending.failure(), alreadyOver, body);
  }

  private void awaitFateOfRequest() throws InterruptedException {
    try {
      sending.awaitFate();
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  /**
   * What is thrown when the caller's own handler or subscriber failed.
   *
   * @param cause what it threw
   * @return the failure
   */
  public ResponseBodyException subscriberFailure(Throwable cause) {
    return report().responseBody(cause);
  }

  ResponseTimeoutException timedOut(Exception cause) {
    return report().timedOut(clock == null ? "" : clock.expiry(), cause);
  }

  private ExchangeReport report() {
    return observation.report();
  }
}
