package dev.redial.internal.connection;

import dev.redial.ExchangeEvidence;
import dev.redial.ExchangeStage;
import dev.redial.ServerActed;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;

/** What one exchange shows of itself as it goes on, for the evidence of its failure. */
final class Observation {
  private static final VarHandle STAGE;

  static {
    try {
      STAGE = MethodHandles.lookup().findVarHandle(Observation.class, "stage", ExchangeStage.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Connection connection;
  private final OutgoingRequest request;
  private final Sending sending;
  private final int attempt;
  private final boolean reused;
  private final long idleNanos;
  private final long announcedNanos;
  private final long receivedBefore;

  // Written by the exchanging thread, read by whoever words a failure; in that order.
  private long begunNanos; // 0 if not begun
  private volatile ExchangeStage stage = ExchangeStage.SENDING;
  private volatile boolean hungUpBefore;

  // Written once, when the exchange ends well; read by whoever words a failure thereafter.
  private volatile long bytesSent = -1;
  private volatile long bytesReceived = -1;

  Observation(
      Connection connection,
      OutgoingRequest request,
      Sending sending,
      int attempt,
      long idleNanos) {
    this.connection = connection;
    this.request = request;
    this.sending = sending;
    this.attempt = attempt;
    this.reused = connection.used();
    this.idleNanos = idleNanos;
    this.announcedNanos = connection.announcedIdleNanos();
    this.receivedBefore = connection.wire.received();
  }

  /** The first octet is about to be sent. */
  void begin() {
    begunNanos = System.nanoTime();
  }

  /** The head of the answer is there. */
  void answered() {
    RoundTrip roundTrip = connection.roundTrip;
    if (roundTrip == null) return;
    long now = System.nanoTime();
    roundTrip.answered(now - begunNanos, now);
  }

  /**
   * The server ended the connection in an orderly way. If that came sooner than anything can that
   * is due to this request, the server had ended it before it got the request. A reset proves
   * nothing: there are boxes that let a request pass and reset both sides.
   *
   * @param nanos when this was seen
   */
  void hungUp(long nanos) {
    RoundTrip roundTrip = connection.roundTrip;
    if (roundTrip == null || connection.wire.received() != receivedBefore) return;
    hungUpBefore = roundTrip.isBeatenBy(nanos - begunNanos, nanos);
  }

  /** Several times in each exchange, so without a fence. */
  void reached(ExchangeStage next) {
    STAGE.setRelease(this, next);
  }

  /** From here on the connection carries octets of others. */
  void end() {
    bytesReceived = connection.wire.received() - receivedBefore;
    bytesSent = sending.octets();
  }

  /** As of now, or of the end. */
  ExchangeReport report() {
    ExchangeStage reached = stage;
    boolean unsent = reached == ExchangeStage.AWAITING_RESPONSE && !sending.isComplete();
    return new ExchangeReport(
        request.label(),
        new ExchangeEvidence(
            request.label(),
            attempt,
            unsent ? ExchangeStage.SENDING : reached,
            reused,
            Duration.ofNanos(Math.max(0, System.nanoTime() - connection.openedNanos)),
            reused ? Duration.ofNanos(idleNanos) : Duration.ZERO,
            Duration.ofNanos(Math.max(0, announcedNanos)),
            elapsed(),
            bytesSent < 0 ? sending.octets() : bytesSent,
            bytesReceived < 0 ? connection.wire.received() - receivedBefore : bytesReceived,
            acted(reached)));
  }

  private Duration elapsed() {
    return begunNanos == 0 ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - begunNanos);
  }

  /** A server acts on a request only when it has its whole head, and before it hangs up. */
  private ServerActed acted(ExchangeStage reached) {
    if (reached != ExchangeStage.SENDING && reached != ExchangeStage.AWAITING_RESPONSE)
      return ServerActed.YES;
    return sending.headSent() && !hungUpBefore ? ServerActed.MAYBE : ServerActed.NO;
  }
}
