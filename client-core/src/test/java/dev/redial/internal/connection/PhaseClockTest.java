package dev.redial.internal.connection;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.redial.ExchangeStage;
import dev.redial.ResponseTimeoutException;
import dev.redial.ServerActed;
import dev.redial.TimeLimits;
import dev.redial.internal.connection.Bench.Running;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodySubscribers;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The limits of single phases of an exchange. */
@Timeout(60)
class PhaseClockTest {
  private static final Duration SHORT = Duration.ofMillis(150);
  private static final Duration LONG = Duration.ofHours(1);
  private static final TimeLimits NONE = TimeLimits.none();
  private static final String HEAD = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n";

  private final Bench bench = new Bench();

  private Running<String> start(OutgoingRequest request, Duration deadline, TimeLimits limits) {
    long nanos = deadline.isZero() ? Bench.NO_DEADLINE : System.nanoTime() + deadline.toNanos();
    return Bench.start(() -> {
      Exchange exchange = bench.exchange(request, nanos, limits);
      exchange.send();
      exchange.receiveHead();
      return exchange.deliver(BodySubscribers.ofString(ISO_8859_1));
    });
  }

  private static ResponseTimeoutException expired(Running<String> running) throws Exception {
    Throwable thrown = running.failure();
    assertThat(thrown).isInstanceOf(ResponseTimeoutException.class);
    return (ResponseTimeoutException) thrown;
  }

  @Test
  void theLimitOfTheHeadEndsTheWaitForIt() throws Exception {
    for (String begun : new String[] {"", "HTTP/1.1 103 X\r\n\r\n", "HTTP/1.1 200 OK\r\nA:"}) {
      for (Duration deadline : new Duration[] {Duration.ZERO, LONG}) {
        Bench each = new Bench();
        each.wire.says(begun);
        long nanos = deadline.isZero() ? Bench.NO_DEADLINE : System.nanoTime() + deadline.toNanos();
        Running<String> running =
            Bench.start(() -> {
              Exchange exchange = each.exchange(Bench.get(), nanos, NONE.withResponseHead(SHORT));
              exchange.send();
              exchange.receiveHead();
              return "answered";
            });

        ResponseTimeoutException thrown = expired(running);

        assertThat(thrown)
            .hasMessageContaining(
                "request timed out: no response head after the request within 150 ms"
                    + " (TimeLimits.responseHead)");
        assertThat(each.wire.isOpen()).isFalse();
        assertThat(each.endings).containsExactly(false);
      }
    }
  }

  @Test
  void theLimitOfTheHeadBeginsWhenTheRequestIsSent() throws Exception {
    bench.wire.acceptsOnly(50_000);
    OutgoingRequest post = Bench.request("POST", BodyPublishers.ofString("x".repeat(100_000)));
    Running<String> running = start(post, Duration.ZERO, NONE.withResponseHead(SHORT));
    await().until(bench.wire::isWriting);
    long due = System.nanoTime() + SHORT.multipliedBy(3).toNanos();
    await().until(() -> System.nanoTime() - due > 0);
    assertThat(running.outcome()).isNotDone();

    bench.wire.acceptsOnly(Long.MAX_VALUE);

    ResponseTimeoutException thrown = expired(running);
    assertThat(thrown).hasMessageContaining("(TimeLimits.responseHead)");
    assertThat(thrown.evidence().stage()).isEqualTo(ExchangeStage.AWAITING_RESPONSE);
    assertThat(thrown.serverActed()).isEqualTo(ServerActed.MAYBE);
  }

  @Test
  void theLimitOfTheHeadDoesNotHoldForTheBody() throws Exception {
    bench.wire.says(HEAD + "abc");
    Running<String> running = start(Bench.get(), Duration.ZERO, NONE.withResponseHead(SHORT));
    await().until(() -> bench.wire.received() > 0 && bench.wire.isReading());
    long due = System.nanoTime() + SHORT.multipliedBy(3).toNanos();
    await().until(() -> System.nanoTime() - due > 0);

    bench.wire.says("def");

    assertThat(running.get()).isEqualTo("abcdef");
    assertThat(bench.endings).containsExactly(true);
  }

  /** The upload ends when the answer has come already, and must not set its limit any more. */
  @Test
  void theLimitOfTheHeadDoesNotBeginBehindAnEarlyAnswer() throws Exception {
    bench.wire.acceptsOnly(50_000).onceSent(50_000).says(HEAD + "abc");
    OutgoingRequest post = Bench.request("POST", BodyPublishers.ofString("x".repeat(100_000)));
    Running<String> running = start(post, Duration.ZERO, NONE.withResponseHead(SHORT));
    await().until(() -> bench.wire.received() > 0);
    bench.wire.acceptsOnly(Long.MAX_VALUE);
    await().until(() -> bench.wire.sent() > 100_000);
    long due = System.nanoTime() + SHORT.multipliedBy(3).toNanos();
    await().until(() -> System.nanoTime() - due > 0);

    bench.wire.says("def");

    assertThat(running.get()).isEqualTo("abcdef");
    assertThat(bench.endings).containsExactly(true);
  }

  @Test
  void theLimitOfReadsEndsTheWaitForMore() throws Exception {
    for (String body : new String[] {"", "abc"}) {
      Bench each = new Bench();
      each.wire.says(HEAD + body);
      Running<String> running =
          Bench.start(() -> {
            Exchange exchange =
                each.exchange(Bench.get(), Bench.NO_DEADLINE, NONE.withBodyRead(SHORT));
            exchange.send();
            exchange.receiveHead();
            return exchange.deliver(BodySubscribers.ofString(ISO_8859_1));
          });

      ResponseTimeoutException thrown = expired(running);

      assertThat(thrown)
          .hasMessageContaining(
              "request timed out: nothing more of the response body within 150 ms"
                  + " (TimeLimits.bodyRead)");
      assertThat(thrown.evidence().stage()).isEqualTo(ExchangeStage.BODY);
      assertThat(thrown.serverActed()).isEqualTo(ServerActed.YES);
      assertThat(each.endings).containsExactly(false);
    }
  }

  @Test
  void theLimitOfReadsDoesNotCountTheTimeOfTheCaller() throws Exception {
    bench.wire.says(HEAD + "abc", "def");
    Exchange exchange = bench.exchange(Bench.get(), Bench.NO_DEADLINE, NONE.withBodyRead(SHORT));
    exchange.send();
    long due = System.nanoTime() + SHORT.multipliedBy(3).toNanos();
    await().until(() -> System.nanoTime() - due > 0); // nor does that of the head
    exchange.receiveHead();
    assertThat(exchange.next()).isNotNull();

    long later = System.nanoTime() + SHORT.multipliedBy(3).toNanos();
    await().until(() -> System.nanoTime() - later > 0);

    assertThat(exchange.next()).isNotNull();
    assertThat(exchange.next()).isNull();
    assertThat(bench.endings).containsExactly(true);
  }

  @Test
  void theDeadlineHoldsBesideLongerLimits() throws Exception {
    TimeLimits limits = NONE.withResponseHead(LONG).withBodyRead(LONG);

    assertThat(expired(start(Bench.get(), SHORT, limits)))
        .hasMessageStartingWith("request timed out; ");
  }

  @Test
  void theDeadlineHoldsAgainWhenAPhaseIsOver() throws Exception {
    bench.wire.says(HEAD + "abc");
    TimeLimits limits = NONE.withResponseHead(Duration.ofMillis(299));

    ResponseTimeoutException thrown = expired(start(Bench.get(), Duration.ofMillis(300), limits));

    assertThat(thrown).hasMessageStartingWith("request timed out; ");
    assertThat(thrown.evidence().stage()).isEqualTo(ExchangeStage.BODY);
  }

  /** The alarm of a connection that went back must not be set. */
  @Test
  void noLimitOutlivesItsExchange() throws Exception {
    TimeLimits limits = NONE.withResponseHead(SHORT).withBodyRead(SHORT);
    for (int i = 0; i < 3; i++) {
      bench.wire.says(HEAD + "abc", "def");
      assertThat(start(Bench.get(), i == 0 ? Duration.ZERO : LONG, limits).get())
          .isEqualTo("abcdef");
    }
    long due = System.nanoTime() + SHORT.multipliedBy(3).toNanos();
    await().until(() -> System.nanoTime() - due > 0);

    assertThat(bench.wire.isOpen()).isTrue();
    assertThat(bench.connection.alarm.fired()).isFalse();
    assertThat(bench.endings).containsExactly(true, true, true);
  }

  @Test
  void aLimitOfAgesIsNone() throws Exception {
    Duration ages = Duration.ofSeconds(Long.MAX_VALUE);
    bench.wire.says(HEAD + "abcdef");

    assertThat(
            start(Bench.get(), Duration.ZERO, NONE.withResponseHead(ages).withBodyRead(ages)).get())
        .isEqualTo("abcdef");
  }

  @Test
  void timesAreWordedExactly() {
    assertThat(TimeText.of(Duration.ofSeconds(90))).isEqualTo("90 s");
    assertThat(TimeText.of(Duration.ofMillis(1500))).isEqualTo("1500 ms");
    assertThat(TimeText.of(Duration.ofNanos(1_500_000_001))).isEqualTo("1500000001 ns");
  }
}
