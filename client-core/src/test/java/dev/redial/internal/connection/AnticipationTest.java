package dev.redial.internal.connection;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redial.HangUpException;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodySubscribers;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which exchanges look for their answer before they wait for it, and how often. */
@Timeout(60)
class AnticipationTest {
  private static final String ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

  private final Bench bench = new Bench();
  private final AtomicLong now = new AtomicLong();
  private final AtomicReference<Runnable> turn = new AtomicReference<>(() -> {});
  private final Recess recess =
      new Recess(
          now::get,
          () -> turn.get().run(),
          () -> now.addAndGet(Recess.ALONE_NANOS),
          limit -> {},
          false);
  private long turnNanos;

  /** A fresh connection is looked at before it is used, on every thread. */
  @BeforeEach
  void connectionIsUsed() throws Exception {
    bench.connection.anticipation = new Anticipation(() -> now.getAndAdd(turnNanos), recess);
    bench.wire.says(ANSWER);
    assertThat(get()).isEqualTo("ok");
    assertThat(bench.wire.looks()).isEqualTo(1);
  }

  @Test
  void anAnswerThatIsThereIsReadAtTheFirstLook() throws Exception {
    for (int i = 0; i < 100; i++) assertThat(looksIfAnswered(1)).isEqualTo(1);
    assertThat(bench.wire.reads()).isEqualTo(101);
  }

  @Test
  void anAnswerThatComesSoonIsLookedForAgain() throws Exception {
    for (int i = 0; i < 100; i++)
      assertThat(looksIfAnswered(Anticipation.LOOKS)).isEqualTo(Anticipation.LOOKS);
  }

  @Test
  void whereOthersRunFewLooksAreWorthIt() throws Exception {
    turnNanos = Recess.ALONE_NANOS;
    for (int i = 0; i < 100; i++) assertThat(looksIfAnswered(4)).isEqualTo(4);

    assertThat(looksIfAnswered(5)).isEqualTo(4);
    assertThat(looksIfAnswered(1)).isZero();
  }

  @Test
  void aSlowServerIsLookedAtEverLessOften() throws Exception {
    int pause = 0;
    while (pause < Anticipation.LONGEST_PAUSE) {
      pause = Math.min(2 * pause + 1, Anticipation.LONGEST_PAUSE);
      assertThat(looksIfAnsweredLate()).isEqualTo(Anticipation.LOOKS);
      for (int i = 0; i < pause; i++)
        assertThat(looksIfAnswered(1)).as("%d in a pause of %d", i, pause).isZero();
    }
    assertThat(looksIfAnswered(1)).isEqualTo(1);
  }

  @Test
  void trustIsRegainedAsFastAsItIsLost() throws Exception {
    for (int pause : new int[] {1, 3, 7}) {
      assertThat(looksIfAnsweredLate()).isEqualTo(Anticipation.LOOKS);
      for (int i = 0; i < pause; i++) assertThat(looksIfAnswered(1)).isZero();
    }
    for (int i = 0; i < 2; i++) assertThat(looksIfAnswered(1)).isEqualTo(1);

    assertThat(looksIfAnsweredLate()).isEqualTo(Anticipation.LOOKS);

    for (int i = 0; i < 3; i++) assertThat(looksIfAnswered(1)).isZero();
    assertThat(looksIfAnswered(1)).isEqualTo(1);
  }

  @Test
  void whoeverHoldsARecessLooksAfterIt() throws Exception {
    for (int i = 0; i < 10; i++) {
      now.addAndGet(Recess.LOOKING_NANOS);
      AtomicBoolean on = new AtomicBoolean();
      turn.set(() -> on.set(!recess.giveWay(now.get(), bench.connection)));
      assertThat(looksIfAnswered(1)).isEqualTo(1);
      assertThat(on).isTrue();
    }
  }

  @Test
  void whoeverDoesNotLookMakesRoomForOthersToo() throws Exception {
    assertThat(looksIfAnsweredLate()).isEqualTo(Anticipation.LOOKS);
    now.addAndGet(Recess.LOOKING_NANOS);
    AtomicBoolean on = new AtomicBoolean();
    turn.set(() -> on.set(!recess.giveWay(now.get(), bench.connection)));

    assertThat(looksIfAnswered(1)).isZero();

    assertThat(on).isTrue();
  }

  @Test
  void whoCallsOnceInAWhileLooksEachTime() throws Exception {
    for (int i = 0; i < 10; i++) {
      now.addAndGet(100_000_000);
      assertThat(looksIfAnswered(1)).isEqualTo(1);
    }
  }

  @Test
  void whoeverCannotRestDuringARecessJustWaits() throws Exception {
    AtomicInteger looks = new AtomicInteger();
    turn.set(() -> looks.set(looksOfAnotherIfAnswered()));
    now.addAndGet(Recess.LOOKING_NANOS);

    assertThat(recess.giveWay(now.get(), bench.connection)).isTrue();

    assertThat(looks).hasValue(0);
    turn.set(() -> {});
    assertThat(looksIfAnswered(1)).isEqualTo(1);
  }

  @Test
  void looksThatARecessEndsWereInVain() throws Exception {
    CountDownLatch looked = new CountDownLatch(1);
    CountDownLatch over = new CountDownLatch(1);
    AtomicReference<Bench.Running<Boolean>> holder = new AtomicReference<>();
    turn.set(() -> {
      turn.set(() -> {
        looked.countDown();
        awaitOpen(over);
      });
      now.addAndGet(Recess.LOOKING_NANOS);
      holder.set(Bench.start(() -> recess.giveWay(now.get(), bench.connection)));
      awaitOpen(looked);
    });

    assertThat(looksIfAnswered(2)).isEqualTo(1);

    over.countDown();
    assertThat(holder.get().get()).isTrue();
    turn.set(() -> {});
    assertThat(looksIfAnswered(1)).isZero();
    assertThat(looksIfAnswered(1)).isEqualTo(1);
  }

  @Test
  void aRecessEndsAlsoIfItsHolderIsHungUpOn() throws Exception {
    now.addAndGet(Recess.LOOKING_NANOS);
    bench.wire.fin();

    assertThat(Bench.start(this::get).failure()).isInstanceOf(HangUpException.class);

    assertThat(bench.wire.looks()).isEqualTo(2);
    assertThat(recess.giveWay(now.get(), bench.connection)).isTrue();
  }

  @Test
  void aPlatformThreadJustWaits() throws Exception {
    bench.wire.says(ANSWER);

    assertThat(get()).isEqualTo("ok");

    assertThat(bench.wire.looks()).isEqualTo(1);
  }

  /** The wire would refuse it. */
  @Test
  void nobodyLooksWhileTheRequestIsStillBeingSent() throws Exception {
    CountDownLatch answered = new CountDownLatch(1);
    bench.wire.acceptsOnly(bench.wire.sent() + 100_000).onceSent(bench.wire.sent() + 100_000);
    bench.wire.says(ANSWER);
    OutgoingRequest post = Bench.request("POST", BodyPublishers.ofByteArray(new byte[1_000_000]));
    Bench.Running<Exchange> running =
        Bench.start(() -> {
          Exchange exchange = bench.head(post);
          answered.countDown();
          return exchange;
        });

    answered.await();

    assertThat(bench.wire.looks()).isEqualTo(1);
    running.get().abort();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theEndThatALookFindsIsTold(boolean orderly) throws Exception {
    if (orderly) bench.wire.fin();
    else bench.wire.rst();

    Throwable failure = Bench.start(this::get).failure();

    assertThat(failure)
        .isInstanceOfSatisfying(
            HangUpException.class,
            hangUp ->
                assertThat(hangUp.ending())
                    .isEqualTo(orderly ? HangUpException.Ending.FIN : HangUpException.Ending.RST));
    assertThat(bench.wire.looks()).isEqualTo(2);
    assertThat(bench.wire.reads()).isEqualTo(1);
    assertThat(bench.endings).containsExactly(true, false);
  }

  /** How often a virtual thread looks for an answer that comes at this look, or with a read. */
  private int looksIfAnswered(int look) throws Exception {
    AtomicInteger asked = new AtomicInteger();
    bench.wire.once(() -> asked.incrementAndGet() >= look).says(ANSWER);
    int before = bench.wire.looks();
    assertThat(Bench.start(this::get).get()).isEqualTo("ok");
    return bench.wire.looks() - before;
  }

  private int looksOfAnotherIfAnswered() {
    try {
      return looksIfAnswered(1);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static void awaitOpen(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private int looksIfAnsweredLate() throws Exception {
    return looksIfAnswered(Anticipation.LOOKS + 1);
  }

  private String get() throws IOException, InterruptedException {
    return bench.body(Bench.get(), BodySubscribers.ofString(ISO_8859_1));
  }
}
