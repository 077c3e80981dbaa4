package dev.redial.internal.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.redial.KeepAlive;
import dev.redial.PoolLimits;
import dev.redial.internal.pool.Poolable.Health;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How closely the reaper watches a connection whose end is near, to learn when it comes. */
class WatchingTest {
  private static final Duration PERIOD = Duration.ofMillis(250);
  private final Harbour harbour = new Harbour();

  /** Between 4.75 and 5 s. */
  private static void learnFiveSeconds(Harbour harbour) throws Exception {
    FakeConnection connection = harbour.stock("a", 1).get(0);
    for (int quarter = 1; quarter <= 20; quarter++) {
      harbour.pass(PERIOD);
      if (quarter == 20) connection.health = Health.ENDED;
      harbour.sweep();
    }
    assertThat(connection.closed()).isTrue();
    assertBelieved(harbour, 4_750_000, 5_000_000);
  }

  private static void assertBelieved(Harbour harbour, long keptMicros, long endedMicros) {
    assertThat(harbour.pool.belief("a"))
        .extracting(Belief::keptNanos, Belief::endedNanos)
        .containsExactly(keptMicros * 1_000, endedMicros * 1_000);
  }

  private void passMicros(long micros) {
    harbour.clock.addAndGet(micros * 1_000);
  }

  private long pauseMicros() {
    return harbour.pool.pauseNanos() / 1_000;
  }

  @Test
  void withNothingToWatchItComesBackAfterThePeriod() throws Exception {
    harbour.sweep();
    assertThat(pauseMicros()).isEqualTo(250_000);
    harbour.stock("a", 1);
    harbour.pass(Duration.ofSeconds(3));
    harbour.sweep();
    assertThat(pauseMicros()).isEqualTo(250_000);
  }

  /** When it looks, and how long it pauses afterwards. */
  @Test
  void theLooksComeCloserAndCloserToTheEnd() throws Exception {
    learnFiveSeconds(harbour);
    List<FakeConnection> stock = harbour.stock("a", 2);
    long[][] looks = {
      {4_600_000, 150_000}, {4_750_000, 125_000}, {4_875_000, 62_500}, {4_937_500, 50_000}
    };
    long age = 0;
    for (int look = 0; look < looks.length; look++) {
      passMicros(looks[look][0] - age);
      age = looks[look][0];
      harbour.sweep();
      assertThat(stock.get(0).probes).hasValue(look + 1);
      assertThat(pauseMicros()).isEqualTo(looks[look][1]);
    }
    assertThat(stock.get(1).probes).as("only the oldest is watched").hasValue(2);
    stock.get(0).health = Health.ENDED;
    passMicros(50_000);
    harbour.sweep();
    assertThat(stock.get(0).closed()).isTrue();
    assertBelieved(harbour, 4_937_500, 4_987_500);
  }

  @Test
  void thereIsNoLookBeforeItsTime() throws Exception {
    learnFiveSeconds(harbour);
    FakeConnection connection = harbour.stock("a", 1).get(0);
    passMicros(4_600_000);
    harbour.sweep();
    passMicros(149_999);
    harbour.sweep();
    assertThat(connection.probes).hasValue(1);
    assertThat(pauseMicros()).isEqualTo(1);
    passMicros(1);
    harbour.sweep();
    assertThat(connection.probes).hasValue(2);
  }

  @Test
  void oneThatOutlivesTheEndIsKeptAndRaisesWhatIsBelieved() throws Exception {
    learnFiveSeconds(harbour);
    List<FakeConnection> stock = harbour.stock("a", 2);
    passMicros(5_000_000);
    harbour.sweep();
    assertThat(pauseMicros()).isEqualTo(150_000);
    passMicros(150_000);
    harbour.sweep();
    assertBelieved(harbour, 5_150_000, 5_150_000);
    assertThat(stock.get(1).closed()).as("one is enough to try it with").isTrue();
    assertThat(harbour.lend("a").connection()).isSameAs(stock.get(0));
  }

  /** It is lent for two round trips less, and kept for the rest to be looked at alone. */
  @Test
  void oneThatOutlivesTheEndRaisesWhatIsBelievedOfADistantServerToo() throws Exception {
    harbour.roundTripNanos = Duration.ofMillis(20).toNanos();
    learnFiveSeconds(harbour);
    List<FakeConnection> stock = harbour.stock("a", 2);
    passMicros(5_110_000);
    harbour.sweep();
    assertThat(stock.get(0).closed()).isFalse();
    assertThat(stock.get(1).closed()).as("one is enough to try it with").isTrue();
    assertThat(pauseMicros()).isEqualTo(40_000);
    assertBelieved(harbour, 4_750_000, 5_000_000);
    passMicros(40_000);
    harbour.sweep();
    assertBelieved(harbour, 5_150_000, 5_150_000);
    assertThat(harbour.lend("a").connection()).isSameAs(stock.get(0));
  }

  @Test
  void thatOneIsNotLentMeanwhile() throws Exception {
    harbour.roundTripNanos = Duration.ofMillis(20).toNanos();
    learnFiveSeconds(harbour);
    FakeConnection sample = harbour.stock("a", 1).get(0);
    passMicros(5_110_000);
    harbour.sweep();
    assertThat(sample.closed()).isFalse();
    assertThat(harbour.lend("a").connection()).isNotSameAs(sample);
    assertThat(sample.closed()).isTrue();
  }

  @Test
  void thatOneGivesItsPlaceToWhoWaits() throws Exception {
    Harbour harbour = new Harbour(Harbour.limits(1, 1));
    harbour.roundTripNanos = Duration.ofMillis(20).toNanos();
    learnFiveSeconds(harbour);
    FakeConnection sample = harbour.stock("a", 1).get(0);
    harbour.clock.addAndGet(Duration.ofMillis(5_110).toNanos());
    CompletableFuture<Lease<FakeConnection>> waiter = new CompletableFuture<>();
    sample.onProbe =
        () -> {
          Thread waiting = Thread.ofVirtual().start(() -> lendInto(harbour, waiter));
          await().until(() -> harbour.pool.stats().waiting() == 1);
          assertThat(waiting.isAlive()).isTrue();
        };
    harbour.sweep();
    assertThat(waiter.get(30, TimeUnit.SECONDS).connection()).isNotSameAs(sample);
    assertThat(sample.closed()).isTrue();
  }

  private static void lendInto(Harbour harbour, CompletableFuture<Lease<FakeConnection>> lent) {
    try {
      lent.complete(harbour.lend("a"));
    } catch (Exception e) {
      lent.completeExceptionally(e);
    }
  }

  @Test
  void aPromiseOfADistantServerIsPutToTheTestToo() throws Exception {
    harbour.roundTripNanos = Duration.ofMillis(20).toNanos();
    Lease<FakeConnection> lease = harbour.lend("a");
    lease.connection().announced = Duration.ofSeconds(5).toNanos();
    lease.giveBack();
    passMicros(5_110_000);
    harbour.sweep();
    assertThat(harbour.pool.belief("a")).isNull();
    passMicros(40_000);
    harbour.sweep();
    assertThat(lease.connection().closed()).isFalse();
    assertBelieved(harbour, 5_150_000, 5_150_000);
  }

  @Test
  void whatIsPastItsLifetimeIsNotWatched() throws Exception {
    KeepAlive mortal = KeepAlive.defaults().withLifetimeLimit(Duration.ofMillis(5_100));
    Harbour harbour = new Harbour(PoolLimits.defaults(), mortal);
    learnFiveSeconds(harbour);
    FakeConnection connection = harbour.stock("a", 1).get(0);
    harbour.pass(Duration.ofMillis(5_150));
    harbour.sweep();
    assertThat(connection.probes).hasValue(0);
    assertThat(connection.closed()).isTrue();
    assertBelieved(harbour, 4_750_000, 5_000_000);
  }

  @Test
  void norIsOneThatAHangUpTaughtAbout() throws Exception {
    harbour.stock("a", 1);
    harbour.pass(Duration.ofSeconds(6));
    harbour.lend("a").hungUp();
    FakeConnection connection = harbour.stock("a", 1).get(0);
    harbour.pass(Duration.ofMillis(5_750));
    harbour.sweep();
    assertThat(connection.probes).hasValue(0);
    assertThat(connection.closed()).isTrue();
  }

  @Test
  void norBeyondTheConfiguredLimit() throws Exception {
    KeepAlive five = KeepAlive.defaults().withIdleLimit(Duration.ofMillis(5_150));
    Harbour harbour = new Harbour(PoolLimits.defaults(), five);
    learnFiveSeconds(harbour);
    FakeConnection connection = harbour.stock("a", 1).get(0);
    harbour.pass(Duration.ofMillis(5_150));
    harbour.sweep();
    assertThat(connection.probes).hasValue(0);
    assertThat(connection.closed()).isTrue();
  }

  @Test
  void aPromiseIsPutToTheTestWhenItEnds() throws Exception {
    Lease<FakeConnection> lease = harbour.lend("a");
    lease.connection().announced = Duration.ofSeconds(5).toNanos();
    lease.giveBack();
    passMicros(5_149_999);
    harbour.sweep();
    assertThat(harbour.pool.belief("a")).isNull();
    passMicros(1);
    harbour.sweep();
    assertThat(lease.connection().closed()).isFalse();
    assertBelieved(harbour, 5_150_000, 5_150_000);
  }
}
