package dev.redial.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.redial.ExchangeFailure;
import dev.redial.ExchangeStage;
import dev.redial.HangUpException;
import dev.redial.ServerActed;
import dev.redial.internal.connection.Bench.Running;
import java.net.SocketException;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A hang-up that comes sooner than a round trip takes. */
@Timeout(60)
class SoonHangUpTest {
  private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

  private final Bench bench = new Bench();

  private static RoundTrip roundTrip(long millis) {
    RoundTrip roundTrip = new RoundTrip();
    long now = System.nanoTime() - RoundTrip.AGREEING * RoundTrip.APART_NANOS;
    for (int i = 0; i < RoundTrip.AGREEING; i++)
      roundTrip.connected(millis * MILLI, now += RoundTrip.APART_NANOS);
    return roundTrip;
  }

  private static OutgoingRequest post() {
    return Bench.request("POST", BodyPublishers.ofString("hello"));
  }

  /** The failure of a POST that the server has had all along, as far as octets tell. */
  private HangUpException hangUp() {
    return hangUp(bench, post());
  }

  private static HangUpException hangUp(Bench bench, OutgoingRequest request) {
    long before = System.nanoTime();
    Throwable thrown = catchThrowable(() -> bench.head(request));
    assumeThat(System.nanoTime() - before).as("a quick machine").isLessThan(400 * MILLI);
    assertThat(thrown).isInstanceOf(HangUpException.class);
    return (HangUpException) thrown;
  }

  @Test
  void itProvesThatTheServerDidNotAct() {
    bench.connection.roundTrip = roundTrip(800);
    bench.wire.fin();

    HangUpException hangUp = hangUp();

    assertThat(hangUp.serverActed()).isEqualTo(ServerActed.NO);
    assertThat(hangUp.evidence().stage()).isEqualTo(ExchangeStage.AWAITING_RESPONSE);
    assertThat(hangUp.evidence().bytesSent()).isGreaterThan(100);
    assertThat(hangUp).hasMessageContaining("sooner than the request can have reached the server");
  }

  @Test
  void withoutAKnownRoundTripItProvesNothing() {
    bench.connection.roundTrip = new RoundTrip();
    bench.wire.fin();
    assertThat(hangUp().serverActed()).isEqualTo(ServerActed.MAYBE);
  }

  @Test
  void onThisMachineItProvesNothing() {
    bench.wire.fin();
    assertThat(hangUp().serverActed()).isEqualTo(ServerActed.MAYBE);
  }

  @Test
  void aResetProvesNothing() {
    bench.connection.roundTrip = roundTrip(800);
    bench.wire.rst();

    HangUpException hangUp = hangUp();

    assertThat(hangUp.serverActed()).isEqualTo(ServerActed.MAYBE);
    assertThat(hangUp.getMessage()).doesNotContain("sooner than");
  }

  /** The reading thread sees an orderly end then. */
  @Test
  void aResetThatAWriteLearnedOfProvesNothing() throws Exception {
    bench.wire.says("HTTP/1.1 204 No Content\r\n\r\n");
    bench.head(post()).abort();
    long head = bench.wire.sent() - "hello".length();
    Bench other = new Bench();
    other.connection.roundTrip = roundTrip(800);
    other.wire.breaksAfter(head, new SocketException("Connection reset")).fin();

    HangUpException hangUp = hangUp(other, post());

    assertThat(hangUp.serverActed()).isEqualTo(ServerActed.MAYBE);
    assertThat(hangUp.ending()).isEqualTo(HangUpException.Ending.RST);
    assertThat(hangUp.getMessage()).doesNotContain("sooner than");
  }

  @Test
  void aResetThatAnUploadLearnedOfProvesNothing() {
    bench.connection.roundTrip = roundTrip(800);
    bench.wire.breaksAfter(50_000, new SocketException("Connection reset"));
    bench.wire.onceSent(50_000).fin();

    HangUpException hangUp =
        hangUp(bench, Bench.request("POST", BodyPublishers.ofString("x".repeat(100_000))));

    assertThat(hangUp.serverActed()).isEqualTo(ServerActed.MAYBE);
    assertThat(hangUp.ending()).isEqualTo(HangUpException.Ending.RST);
  }

  @Test
  void anUploadThatGoesOnDoesNotSpoilTheProof() {
    bench.connection.roundTrip = roundTrip(800);
    bench.wire.acceptsOnly(50_000).onceSent(50_000).fin();

    HangUpException hangUp =
        hangUp(bench, Bench.request("POST", BodyPublishers.ofString("x".repeat(100_000))));

    assertThat(hangUp.serverActed()).isEqualTo(ServerActed.NO);
    assertThat(hangUp.ending()).isEqualTo(HangUpException.Ending.FIN);
  }

  @Test
  void onceOctetsCameItProvesNothing() {
    bench.connection.roundTrip = roundTrip(800);
    bench.wire.says("HTTP/1.1 100 Continue\r\n\r\n").fin();
    assertThat(hangUp().serverActed()).isEqualTo(ServerActed.MAYBE);
  }

  @Test
  void aLaterOneProvesNothing() throws Exception {
    bench.connection.roundTrip = roundTrip(20);
    long before = System.nanoTime();
    Running<Exchange> running = Bench.start(() -> bench.head(post()));
    await().until(() -> bench.wire.sent() > 0 && System.nanoTime() - before > 200 * MILLI);

    bench.wire.fin();

    assertThat(((ExchangeFailure) running.failure()).serverActed()).isEqualTo(ServerActed.MAYBE);
  }

  @Test
  void aQuickAnswerDisprovesTheRoundTrip() throws Exception {
    RoundTrip roundTrip = roundTrip(800);
    bench.connection.roundTrip = roundTrip;
    bench.wire.says("HTTP/1.1 204 No Content\r\n\r\n");
    long before = System.nanoTime();
    assertThat(roundTrip.isBeatenBy(0, before)).isTrue();

    bench.head(post()).abort();

    assumeThat(System.nanoTime() - before).as("a quick machine").isLessThan(400 * MILLI);
    assertThat(roundTrip.isBeatenBy(0, before)).isFalse();
  }
}
