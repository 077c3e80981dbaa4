package dev.redial.internal.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redial.KeepAlive;
import dev.redial.PoolLimits;
import dev.redial.PoolStats;
import dev.redial.internal.pool.Poolable.Health;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What one thread sees of the pool. */
class LendingTest {
  private final Harbour harbour = new Harbour();

  @Test
  void aFirstLoanOpensAConnection() throws Exception {
    Lease<FakeConnection> lease = harbour.lend("a");
    assertThat(lease.reused()).isFalse();
    assertThat(lease.idleNanos()).isZero();
    assertThat(lease.connection().route).isEqualTo("a");
    assertThat(harbour.pool.counts()).isEqualTo(new PoolStats(1, 1, 0, 0, 1, 0, 0, List.of()));
  }

  @Test
  void aReturnedConnectionIsLentAgainAndSaysHowLongItWasIdle() throws Exception {
    Lease<FakeConnection> first = harbour.lend("a");
    first.giveBack();
    harbour.pass(Duration.ofMillis(700));
    Lease<FakeConnection> second = harbour.lend("a");
    assertThat(second.connection()).isSameAs(first.connection());
    assertThat(second.reused()).isTrue();
    assertThat(second.idleNanos()).isEqualTo(Duration.ofMillis(700).toNanos());
    assertThat(harbour.pool.counts()).isEqualTo(new PoolStats(1, 1, 0, 0, 1, 1, 0, List.of()));
  }

  @Test
  void theNewestIdleConnectionIsLentFirst() throws Exception {
    List<FakeConnection> stock = harbour.stock("a", 3);
    assertThat(harbour.lend("a").connection()).isSameAs(stock.get(2));
    assertThat(harbour.lend("a").connection()).isSameAs(stock.get(1));
    assertThat(harbour.lend("a").connection()).isSameAs(stock.get(0));
    assertThat(harbour.lend("a").reused()).isFalse();
  }

  @Test
  void routesDoNotShareConnections() throws Exception {
    harbour.lend("a").giveBack();
    assertThat(harbour.lend("b").reused()).isFalse();
  }

  @Test
  void whatTheProbeFindsEndedOrDirtyIsClosedSilentlyAndTheNextIsTaken() throws Exception {
    List<FakeConnection> stock = harbour.stock("a", 3);
    stock.get(2).health = Health.ENDED;
    stock.get(1).health = Health.DIRTY;
    Lease<FakeConnection> lease = harbour.lend("a");
    assertThat(lease.connection()).isSameAs(stock.get(0));
    assertThat(stock.get(2).closed()).isTrue();
    assertThat(stock.get(1).closed()).isTrue();
    assertThat(harbour.pool.counts()).isEqualTo(new PoolStats(1, 1, 0, 0, 3, 1, 2, List.of()));
  }

  @Test
  void ifAllAreEndedANewOneIsOpenedInTheSamePlace() throws Exception {
    Harbour small = new Harbour(Harbour.limits(2, 2));
    List<FakeConnection> stock = small.stock("a", 2);
    stock.forEach(c -> c.health = Health.ENDED);
    Lease<FakeConnection> lease = small.lend("a");
    assertThat(lease.reused()).isFalse();
    assertThat(stock).allMatch(FakeConnection::closed);
    assertThat(small.pool.counts()).isEqualTo(new PoolStats(1, 1, 0, 0, 3, 0, 2, List.of()));
  }

  @Test
  void aLeaseIsEndedOnceWhateverIsCalledLater() throws Exception {
    Lease<FakeConnection> first = harbour.lend("a");
    first.giveBack();
    Lease<FakeConnection> second = harbour.lend("a");
    first.discard();
    first.giveBack();
    first.hungUp();
    assertThat(second.connection().closed()).isFalse();
    assertThat(harbour.pool.stats().active()).isEqualTo(1);
    second.discard();
    second.giveBack();
    assertThat(second.connection().closed()).isTrue();
    assertThat(harbour.pool.counts()).isEqualTo(new PoolStats(0, 0, 0, 0, 1, 1, 0, List.of()));
  }

  @Test
  void afterADiscardNothingIsHeldForTheRoute() throws Exception {
    harbour.lend("a").discard();
    assertThat(harbour.pool.routes()).isZero();
    assertThat(harbour.pool.isEmpty()).isTrue();
  }

  @Test
  void aFailedOpenerFreesItsPlaceAndItsExceptionComesThrough() {
    Harbour one = new Harbour(Harbour.limits(1, 1));
    IOException refused = new IOException("refused");
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() ->
              one.pool.lend(
                  "a",
                  true,
                  false,
                  Pool.NO_DEADLINE,
                  route -> {
                    throw refused;
                  }))
          .isSameAs(refused);
    }
    assertThat(one.pool.isEmpty()).isTrue();
    assertThat(one.pool.routes()).isZero();
  }

  @Test
  void aProbeThatThrowsCostsTheConnectionNotThePlace() throws Exception {
    FakeConnection broken = harbour.stock("a", 1).get(0);
    broken.onProbe =
        () -> {
          throw new IllegalStateException("bug");
        };
    assertThatThrownBy(() -> harbour.lend("a")).hasMessage("bug");
    assertThat(broken.closed()).isTrue();
    assertThat(harbour.pool.isEmpty()).isTrue();
  }

  @Test
  void aFreshOneIsOpenedOnDemandAndTheIdleOnesStay() throws Exception {
    harbour.stock("a", 2);
    assertThat(harbour.lendFresh("a").reused()).isFalse();
    assertThat(harbour.pool.stats().idle()).isEqualTo(2);
  }

  @Test
  void atTheOriginsLimitAFreshOneTakesThePlaceOfTheOldestIdleOne() throws Exception {
    Harbour small = new Harbour(Harbour.limits(10, 2));
    List<FakeConnection> stock = small.stock("a", 2);
    assertThat(small.lendFresh("a").reused()).isFalse();
    assertThat(stock.get(0).closed()).isTrue();
    assertThat(stock.get(1).closed()).isFalse();
    assertThat(small.pool.stats().total()).isEqualTo(2);
  }

  @Test
  void atTheTotalLimitTheOldestIdleOneOfAnyRouteGoes() throws Exception {
    Harbour small = new Harbour(Harbour.limits(3, 3));
    FakeConnection oldest = small.stock("a", 1).get(0);
    small.pass(Duration.ofMillis(1));
    small.stock("b", 2);
    assertThat(small.lend("c").reused()).isFalse();
    assertThat(oldest.closed()).isTrue();
    assertThat(small.pool.counts()).isEqualTo(new PoolStats(3, 1, 2, 0, 4, 0, 0, List.of()));
    assertThat(small.pool.routes()).isEqualTo(2);
  }

  @Test
  void theOldestMayBeTheOnlyOneOfTheSameRoute() throws Exception {
    Harbour one = new Harbour(Harbour.limits(1, 1));
    one.stock("a", 1);
    Lease<FakeConnection> fresh = one.lendFresh("a");
    fresh.giveBack();
    assertThat(one.lend("a").connection()).isSameAs(fresh.connection());
    assertThat(one.pool.routes()).isEqualTo(1);
  }

  @Test
  void theNewestIsLentFirst() throws Exception {
    List<FakeConnection> stock = harbour.stock("a", 3);
    harbour.pass(Duration.ofMillis(249));
    assertThat(harbour.lend("a").connection()).isSameAs(stock.get(2));
    assertThat(harbour.lendUnrepeatable("a").connection()).isSameAs(stock.get(1));
  }

  @Test
  void oneThatIsGettingTooOldForOthersIsLentBeforeItIs() throws Exception {
    List<FakeConnection> stock = harbour.stock("a", 2);
    harbour.pass(Duration.ofMillis(250));
    for (int i = 0; i < 40; i++) {
      Lease<FakeConnection> lease = i % 2 == 0 ? harbour.lend("a") : harbour.lendUnrepeatable("a");
      assertThat(lease.connection()).isSameAs(stock.get(i % 2));
      lease.giveBack();
      harbour.pass(Duration.ofMillis(250));
    }
  }

  @Test
  void butOneThatWasNotNeededOfLateIsLeftToAge() throws Exception {
    List<FakeConnection> stock = harbour.stock("a", 3);
    for (int second = 0; second < 55; second++) {
      harbour.pass(Duration.ofSeconds(1));
      harbour.sweep();
      Lease<FakeConnection> one = harbour.lend("a");
      Lease<FakeConnection> two = harbour.lend("a");
      one.giveBack();
      two.giveBack();
    }
    assertThat(harbour.opened).hasSize(3);
    assertThat(stock).filteredOn(FakeConnection::closed).hasSize(1);
  }

  @Test
  void anUnrepeatableRequestLeavesTheOldOnesToRepeatableOnes() throws Exception {
    List<FakeConnection> stock = harbour.stock("a", 2);
    harbour.pass(Duration.ofMillis(999));
    assertThat(harbour.lendUnrepeatable("a").connection()).isSameAs(stock.get(0));
    harbour.pass(Duration.ofMillis(1));
    assertThat(harbour.lendUnrepeatable("a").reused()).isFalse();
    assertThat(harbour.lend("a").connection()).isSameAs(stock.get(1));
  }

  @Test
  void atTheLimitAnUnrepeatableRequestEvictsTheOldestOfTheTooOld() throws Exception {
    Harbour small = new Harbour(Harbour.limits(2, 2));
    List<FakeConnection> stock = small.stock("a", 2);
    small.pass(Duration.ofSeconds(2));
    assertThat(small.lendUnrepeatable("a").reused()).isFalse();
    assertThat(stock.get(0).closed()).isTrue();
    assertThat(small.lend("a").connection()).isSameAs(stock.get(1));
  }

  @Test
  void anExpiredConnectionIsClosedInsteadOfLent() throws Exception {
    FakeConnection old = harbour.stock("a", 1).get(0);
    harbour.pass(Duration.ofSeconds(30));
    assertThat(harbour.lend("a").reused()).isFalse();
    assertThat(old.closed()).isTrue();
    assertThat(old.probes).hasValue(0);
    assertThat(harbour.pool.stats().discardedStale()).isZero();
  }

  @Test
  void theTimeTheMachineWasSuspendedCounts() throws Exception {
    FakeConnection old = harbour.stock("a", 1).get(0);
    harbour.wallMillis.addAndGet(Duration.ofHours(1).toMillis());
    assertThat(harbour.lend("a").reused()).isFalse();
    assertThat(old.closed()).isTrue();
  }

  @Test
  void aWallClockSetBackChangesNothing() throws Exception {
    harbour.stock("a", 1);
    harbour.pass(Duration.ofSeconds(2));
    harbour.wallMillis.addAndGet(-Duration.ofHours(1).toMillis());
    assertThat(harbour.lend("a").idleNanos()).isEqualTo(Duration.ofSeconds(2).toNanos());
  }

  @Test
  void aLifetimeIsShortenedByUpToATenth() throws Exception {
    KeepAlive keepAlive = KeepAlive.defaults().withLifetimeLimit(Duration.ofSeconds(10));
    Harbour short0 = new Harbour(PoolLimits.defaults(), keepAlive);
    assertThat(lifetime(short0)).isEqualTo(Duration.ofSeconds(10));
    Harbour short9 = new Harbour(PoolLimits.defaults(), keepAlive);
    short9.jitter = 0.999;
    assertThat(lifetime(short9)).isEqualTo(Duration.ofMillis(9_001));
  }

  /** In steps of a millisecond, used all the time. */
  private static Duration lifetime(Harbour harbour) throws Exception {
    FakeConnection first = harbour.stock("a", 1).get(0);
    for (int millis = 1; millis < 20_000; millis++) {
      harbour.pass(Duration.ofMillis(1));
      Lease<FakeConnection> lease = harbour.lend("a");
      if (lease.connection() != first) return Duration.ofMillis(millis);
      lease.giveBack();
    }
    throw new AssertionError("lives for ever");
  }

  @Test
  void aConnectionPastItsLifetimeIsClosedWhenGivenBack() throws Exception {
    Lease<FakeConnection> lease = harbour.lend("a");
    harbour.pass(Duration.ofMinutes(10));
    lease.giveBack();
    assertThat(lease.connection().closed()).isTrue();
    assertThat(harbour.pool.isEmpty()).isTrue();
  }

  @Test
  void whatNoRequestMayRideOnIsClosedWhenGivenBack() throws Exception {
    Lease<FakeConnection> lease = harbour.lend("a");
    lease.connection().announced = 0;
    lease.giveBack();
    assertThat(lease.connection().closed()).isTrue();
    Harbour off = new Harbour(PoolLimits.defaults(), KeepAlive.off());
    Lease<FakeConnection> once = off.lend("a");
    once.giveBack();
    assertThat(once.connection().closed()).isTrue();
  }

  @Test
  void theLastAnnouncementCounts() throws Exception {
    Lease<FakeConnection> lease = harbour.lend("a");
    lease.connection().announced = Duration.ofSeconds(5).toNanos();
    lease.giveBack();
    harbour.pass(Duration.ofMillis(4_499));
    Lease<FakeConnection> again = harbour.lendUnrepeatable("a");
    assertThat(again.reused()).isTrue();
    again.connection().announced = Duration.ofSeconds(3).toNanos();
    again.giveBack();
    harbour.pass(Duration.ofMillis(2_700));
    assertThat(harbour.lendUnrepeatable("a").reused()).isFalse();
    harbour.pass(Duration.ofMillis(450));
    assertThat(harbour.lend("a").reused()).isFalse();
  }

  @Test
  void aHangUpClosesThoseThatAreAsOld() throws Exception {
    List<FakeConnection> old = harbour.stock("a", 2);
    FakeConnection foreign = harbour.stock("b", 1).get(0);
    harbour.pass(Duration.ofSeconds(1));
    Lease<FakeConnection> lease = harbour.lend("a");
    FakeConnection young = harbour.stock("a", 1).get(0);
    lease.hungUp();
    assertThat(old).allMatch(FakeConnection::closed);
    assertThat(young.closed()).isFalse();
    assertThat(foreign.closed()).isFalse();
  }

  @Test
  void aHangUpClosesItsLikesAndTeaches() throws Exception {
    List<FakeConnection> stock = harbour.stock("a", 3);
    harbour.pass(Duration.ofSeconds(6));
    Lease<FakeConnection> lease = harbour.lend("a");
    lease.hungUp();
    assertThat(stock).allMatch(FakeConnection::closed);
    assertThat(harbour.pool.isEmpty()).isTrue();
    harbour.stock("a", 1);
    harbour.pass(Duration.ofMillis(5_750));
    assertThat(harbour.lend("a").reused()).isFalse();
  }

  @Test
  void aServerThatKeepsNoConnectionIsFoundOut() throws Exception {
    for (int i = 0; i < 3; i++) {
      harbour.pass(Duration.ofMillis(1));
      harbour.lend("a").giveBack();
      Lease<FakeConnection> reused = harbour.lendUnrepeatable("a");
      assertThat(reused.reused()).isTrue();
      reused.hungUp();
    }
    Lease<FakeConnection> lease = harbour.lend("a");
    lease.giveBack();
    assertThat(lease.connection().closed()).isTrue();
  }

  @Test
  void soItIsIfItsConnectionsAreFoundEnded() throws Exception {
    harbour.lend("a").giveBack();
    for (int i = 0; i < 3; i++) {
      harbour.opened.getLast().health = Health.ENDED;
      Lease<FakeConnection> fresh = harbour.lend("a");
      assertThat(fresh.reused()).isFalse();
      harbour.pass(Duration.ofMillis(1));
      fresh.giveBack();
    }
    assertThat(harbour.opened.getLast().closed()).isTrue();
  }

  @Test
  void aConnectionThatTookThePlaceOfAProvenOneIsNotProven() throws Exception {
    harbour.lend("a").giveBack();
    harbour.lend("a").giveBack();
    for (int i = 0; i < 4; i++) {
      harbour.opened.getLast().health = Health.ENDED;
      Lease<FakeConnection> fresh = harbour.lend("a");
      assertThat(fresh.reused()).isFalse();
      harbour.pass(Duration.ofMillis(1));
      fresh.giveBack();
    }
    assertThat(harbour.opened.getLast().closed()).isTrue();
  }

  @Test
  void whereConnectionsWereReusedEarlyEndsAreNoHabit() throws Exception {
    harbour.lend("a").giveBack();
    for (int i = 0; i < 4; i++) {
      Lease<FakeConnection> reused = harbour.lend("a");
      assertThat(reused.reused()).isTrue();
      reused.giveBack();
      harbour.opened.getLast().health = Health.ENDED;
      Lease<FakeConnection> fresh = harbour.lend("a");
      assertThat(fresh.reused()).isFalse();
      harbour.pass(Duration.ofMillis(1));
      fresh.giveBack();
    }
    assertThat(harbour.opened.getLast().closed()).isFalse();
  }

  @Test
  void aReuseThatWorksBreaksARowOfEarlyEnds() throws Exception {
    harbour.lend("a").giveBack();
    for (int i = 0; i < 2; i++) {
      harbour.opened.getLast().health = Health.ENDED;
      Lease<FakeConnection> fresh = harbour.lend("a");
      harbour.pass(Duration.ofMillis(1));
      fresh.giveBack();
    }
    FakeConnection kept = harbour.opened.getLast();
    harbour.lend("a").giveBack();
    harbour.lendFresh("a").giveBack();
    harbour.opened.getLast().health = Health.ENDED;
    Lease<FakeConnection> lease = harbour.lend("a");
    assertThat(lease.connection()).isSameAs(kept);
    lease.giveBack();
    assertThat(kept.closed()).isFalse();
    assertThat(harbour.pool.belief("a")).isNull();
  }

  @Test
  void aBugInTheAnnouncementCostsTheConnectionNotThePlace() throws Exception {
    Lease<FakeConnection> lease = harbour.lend("a");
    RuntimeException bug = new IllegalStateException("bug");
    lease.connection().onAnnounced =
        () -> {
          throw bug;
        };
    assertThatThrownBy(lease::giveBack).isSameAs(bug);
    assertThat(lease.connection().closed()).isTrue();
    assertThat(harbour.pool.isEmpty()).isTrue();
  }

  @Test
  void aPoolWithTheSystemsClocksWorks() throws Exception {
    Pool<String, FakeConnection> pool =
        Pool.create(
            PoolLimits.defaults(),
            KeepAlive.defaults(),
            route -> IdleRule.UNKNOWN,
            Integer.MAX_VALUE,
            Harbour.WAKE_UPS,
            () -> false);
    Lease<FakeConnection> first = lend(pool);
    first.giveBack();
    Lease<FakeConnection> second = lend(pool);
    assertThat(second.connection()).isSameAs(first.connection());
    assertThat(second.idleNanos()).isBetween(0L, Duration.ofSeconds(30).toNanos());
    second.giveBack();
    pool.retire();
    assertThat(pool.awaitEmpty(Duration.ofSeconds(20).toNanos())).isTrue();
  }

  @Test
  void ofMoreIdleOnesThanAreKeptTheOldestIsClosed() throws Exception {
    Pool<String, FakeConnection> pool =
        Pool.create(
            PoolLimits.defaults(),
            KeepAlive.defaults(),
            route -> IdleRule.UNKNOWN,
            1,
            Harbour.WAKE_UPS,
            () -> false);
    Lease<FakeConnection> older = lend(pool);
    Lease<FakeConnection> newer = lend(pool);
    older.giveBack();
    assertThat(older.connection().closed()).isFalse();
    newer.giveBack();
    assertThat(older.connection().closed()).isTrue();
    assertThat(newer.connection().closed()).isFalse();
    assertThat(pool.stats().total()).isEqualTo(1);
    pool.retire();
    assertThat(newer.connection().closed()).isTrue();
  }

  private static Lease<FakeConnection> lend(Pool<String, FakeConnection> pool) throws Exception {
    return pool.lend("a", true, false, Pool.NO_DEADLINE, route -> new FakeConnection(1, route));
  }

  @Test
  void aHangUpOnANewConnectionTeachesNothing() throws Exception {
    harbour.stock("a", 1);
    harbour.lendFresh("a").hungUp();
    assertThat(harbour.pool.stats().idle()).isEqualTo(1);
    assertThat(harbour.pool.belief("a")).isNull();
  }

  @Test
  void aRetiredPoolLendsOnAndKeepsNothing() throws Exception {
    Lease<FakeConnection> running = harbour.lend("a");
    FakeConnection idle = harbour.stock("a", 1).get(0);
    harbour.pool.retire();
    assertThat(idle.closed()).isTrue();
    running.giveBack();
    assertThat(running.connection().closed()).isTrue();
    harbour.lend("a").giveBack();
    assertThat(harbour.pool.isEmpty()).isTrue();
    assertThat(harbour.opened).hasSize(3).allMatch(FakeConnection::closed);
  }

  @Test
  void aClosedPoolClosesWhatIsLentAndLendsNothing() throws Exception {
    Lease<FakeConnection> running = harbour.lend("a");
    FakeConnection idle = harbour.stock("a", 1).get(0);
    harbour.pool.closeNow();
    harbour.pool.closeNow();
    assertThat(running.connection().closed()).isTrue();
    assertThat(idle.closed()).isTrue();
    assertThat(harbour.pool.isEmpty()).isFalse();
    running.giveBack();
    assertThat(harbour.pool.isEmpty()).isTrue();
    assertThatThrownBy(() -> harbour.lend("a")).isInstanceOf(PoolClosed.class);
    assertThat(harbour.pool.routes()).isZero();
  }

  @Test
  void aConnectionOpenedWhileThePoolWasClosedIsClosed() {
    assertThatThrownBy(() ->
            harbour.pool.lend(
                "a",
                true,
                false,
                Pool.NO_DEADLINE,
                route -> {
                  harbour.pool.closeNow();
                  return harbour.open(route);
                }))
        .isInstanceOf(PoolClosed.class);
    assertThat(harbour.opened).hasSize(1).allMatch(FakeConnection::closed);
    assertThat(harbour.pool.isEmpty()).isTrue();
  }

  @Test
  void aPoolClosedDuringTheProbeOfADeadConnectionLendsNothing() throws Exception {
    FakeConnection dead = harbour.stock("a", 1).get(0);
    dead.health = Health.ENDED;
    dead.onProbe = harbour.pool::closeNow;
    assertThatThrownBy(() -> harbour.lend("a")).isInstanceOf(PoolClosed.class);
    assertThat(harbour.pool.isEmpty()).isTrue();
    assertThat(harbour.opened).hasSize(1);
  }

  @Test
  void anInterruptedThreadTakesNothing() throws Exception {
    harbour.stock("a", 1);
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> harbour.lend("a")).isInstanceOf(InterruptedException.class);
    assertThat(Thread.interrupted()).isFalse();
    assertThat(harbour.pool.stats().idle()).isEqualTo(1);
  }

  @Test
  void aBugInCloseIsReportedAndBreaksNothing() throws Exception {
    Lease<FakeConnection> lease = harbour.lend("a");
    RuntimeException bug = new IllegalStateException("bug in close");
    lease.connection().onClose =
        () -> {
          throw bug;
        };
    List<Throwable> reported = new java.util.ArrayList<>();
    Thread.currentThread().setUncaughtExceptionHandler((thread, failure) -> reported.add(failure));
    try {
      lease.discard();
    } finally {
      Thread.currentThread().setUncaughtExceptionHandler(null);
    }
    assertThat(reported).containsExactly(bug);
    assertThat(harbour.pool.isEmpty()).isTrue();
  }

  @Test
  void tenThousandRoutesLeaveNothingBehind() throws Exception {
    for (int i = 0; i < 10_000; i++) harbour.lend("origin" + i).giveBack();
    assertThat(harbour.pool.routes()).isEqualTo(10_000);
    harbour.pass(Duration.ofSeconds(31));
    harbour.sweep();
    assertThat(harbour.pool.routes()).isZero();
    assertThat(harbour.pool.isEmpty()).isTrue();
  }
}
