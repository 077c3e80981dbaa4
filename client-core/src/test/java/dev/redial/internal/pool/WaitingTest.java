package dev.redial.internal.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.redial.KeepAlive;
import dev.redial.PoolLimits;
import dev.redial.PoolStats;
import dev.redial.internal.pool.Caller.Kind;
import dev.redial.internal.pool.PoolExhausted.Reason;
import dev.redial.internal.pool.Poolable.Health;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Callers at a limit: who gets what, when, and that nothing is lost on the way. */
class WaitingTest {
  private final Harbour one = new Harbour(Harbour.limits(1, 1));

  @ParameterizedTest
  @EnumSource
  void callersAreServedInOrder(Kind kind) throws Exception {
    Lease<FakeConnection> held = one.lend("a");
    List<Integer> served = Collections.synchronizedList(new ArrayList<>());
    List<Caller> callers = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      int number = i;
      callers.add(
          Caller.starting(
              kind,
              () -> {
                Lease<FakeConnection> lease = one.lend("a");
                served.add(number);
                lease.giveBack();
                return lease;
              }));
      awaitWaiting(one, i + 1);
    }
    held.giveBack();
    for (Caller caller : callers)
      assertThat(caller.lease().connection()).isSameAs(held.connection());
    assertThat(served).isSorted().hasSize(20);
    assertThat(one.pool.counts()).isEqualTo(new PoolStats(1, 0, 1, 0, 1, 20, 0, List.of()));
  }

  @Test
  void aDiscardLetsTheFirstInLineOpenOne() throws Exception {
    Lease<FakeConnection> held = one.lend("a");
    Caller caller = waiting(one, () -> one.lend("a"));
    held.discard();
    assertThat(caller.lease().reused()).isFalse();
    assertThat(one.pool.counts()).isEqualTo(new PoolStats(1, 1, 0, 0, 2, 0, 0, List.of()));
  }

  @Test
  void thePlaceOfAConnectionIsFreeOnlyWhenItIsClosed() throws Exception {
    Lease<FakeConnection> held = one.lend("a");
    AtomicReference<Caller> caller = new AtomicReference<>();
    held.connection().onClose = () -> caller.set(waiting(one, () -> one.lend("a")));
    held.discard();
    assertThat(caller.get().lease().reused()).isFalse();
  }

  @Test
  void soIsThePlaceOfOneThatMadeRoomForAnotherRoute() throws Exception {
    Harbour two = new Harbour(Harbour.limits(2, 1));
    FakeConnection a = two.stock("a", 1).get(0);
    two.pass(Duration.ofMillis(1));
    FakeConnection b = two.stock("b", 1).get(0);
    AtomicReference<Caller> caller = new AtomicReference<>();
    a.onClose =
        () -> {
          caller.set(waiting(two, () -> two.lend("a")));
          assertThat(b.closed()).isFalse();
        };
    assertThat(two.lend("c").reused()).isFalse();
    assertThat(a.closed()).isTrue();
    assertThat(caller.get().lease().reused()).isFalse();
    assertThat(b.closed()).isTrue();
    assertThat(two.pool.counts()).isEqualTo(new PoolStats(2, 2, 0, 0, 4, 0, 0, List.of()));
  }

  @Test
  void aFailedOpenerLetsTheNextInLineTry() throws Exception {
    Lease<FakeConnection> held = one.lend("a");
    Caller first =
        waiting(
            one,
            () ->
                one.pool.lend(
                    "a",
                    true,
                    true,
                    Pool.NO_DEADLINE,
                    route -> {
                      throw new IOException("refused");
                    }));
    Caller second = Caller.starting(() -> one.lend("a"));
    awaitWaiting(one, 2);
    held.discard();
    assertThat(first.failure()).hasMessage("refused");
    assertThat(second.lease().reused()).isFalse();
  }

  @Test
  void aSlowOpenerHoldsItsPlace() throws Exception {
    Harbour two = new Harbour(Harbour.limits(2, 2));
    CountDownLatch answered = new CountDownLatch(1);
    List<Caller> callers = new ArrayList<>();
    for (int i = 0; i < 5; i++)
      callers.add(
          Caller.starting(() ->
              two.pool.lend(
                  "a",
                  true,
                  false,
                  Pool.NO_DEADLINE,
                  route -> {
                    answered.await();
                    return two.open(route);
                  })));
    awaitWaiting(two, 3);
    assertThat(two.pool.counts()).isEqualTo(new PoolStats(2, 2, 0, 3, 0, 0, 0, List.of()));
    answered.countDown();
    soon().until(() -> callers.stream().filter(Caller::done).count() == 2);
    for (Caller caller : callers.stream().filter(Caller::done).toList()) caller.lease().giveBack();
    soon().until(() -> callers.stream().filter(Caller::done).count() == 4);
    assertThat(two.opened).hasSize(2);
    assertThat(two.pool.counts()).isEqualTo(new PoolStats(2, 2, 0, 1, 2, 2, 0, List.of()));
  }

  @Test
  void whatIsHandedOverIsProbedToo() throws Exception {
    Lease<FakeConnection> held = one.lend("a");
    Caller caller = waiting(one, () -> one.lend("a"));
    held.connection().health = Health.ENDED;
    held.giveBack();
    assertThat(caller.lease().reused()).isFalse();
    assertThat(held.connection().closed()).isTrue();
    assertThat(one.pool.counts()).isEqualTo(new PoolStats(1, 1, 0, 0, 2, 0, 1, List.of()));
  }

  @Test
  void whatAgedWhileItsTakerSleptIsNotUsed() throws Exception {
    AtomicReference<Thread> sleeper = new AtomicReference<>();
    LongSupplier clock =
        () -> Thread.currentThread().equals(sleeper.get()) ? Duration.ofSeconds(31).toNanos() : 0;
    Pool<String, FakeConnection> pool =
        new Pool<>(
            Harbour.limits(1, 1),
            KeepAlive.defaults(),
            route -> IdleRule.UNKNOWN,
            Integer.MAX_VALUE,
            clock,
            Harbour.WAKE_UPS,
            () -> 0,
            new Random(1),
            Thread::new,
            () -> false);
    Lease<FakeConnection> held =
        pool.lend("a", true, false, Pool.NO_DEADLINE, route -> new FakeConnection(1, route));
    Caller caller =
        Caller.starting(() -> {
          sleeper.set(Thread.currentThread());
          return pool.lend(
              "a", true, false, Pool.NO_DEADLINE, route -> new FakeConnection(2, route));
        });
    soon().until(() -> pool.stats().waiting() == 1);
    held.giveBack();
    assertThat(caller.lease().connection().number).isEqualTo(2);
    assertThat(held.connection().closed()).isTrue();
    assertThat(held.connection().probes).hasValue(0);
    pool.closeNow();
  }

  @Test
  void aWaiterForAFreshOneGetsThePlaceNotTheConnection() throws Exception {
    Lease<FakeConnection> held = one.lend("a");
    Caller caller = waiting(one, () -> one.lendFresh("a"));
    held.giveBack();
    assertThat(caller.lease().reused()).isFalse();
    assertThat(held.connection().closed()).isTrue();
    assertThat(one.opened).hasSize(2);
  }

  @Test
  void soDoesOneWhoseRequestMayNotRideOnAnyUsedOne() throws Exception {
    KeepAlive fresh = KeepAlive.defaults().withUnrepeatableIdleLimit(Duration.ZERO);
    Harbour own = new Harbour(Harbour.limits(1, 1), fresh);
    Lease<FakeConnection> held = own.lend("a");
    Caller caller = waiting(own, () -> own.lendUnrepeatable("a"));
    held.giveBack();
    assertThat(caller.lease().reused()).isFalse();
    assertThat(held.connection().closed()).isTrue();
  }

  @Test
  void theTotalLimitIsSharedInOrderOfArrival() throws Exception {
    Lease<FakeConnection> held = one.lend("a");
    Caller forB = waiting(one, () -> one.lend("b"));
    Caller forA = Caller.starting(() -> one.lend("a"));
    awaitWaiting(one, 2);
    held.giveBack();
    Lease<FakeConnection> b = forB.lease();
    assertThat(b.connection().route).isEqualTo("b");
    assertThat(held.connection().closed()).isTrue();
    assertThat(forA.done()).isFalse();
    b.giveBack();
    assertThat(forA.lease().connection().route).isEqualTo("a");
    assertThat(b.connection().closed()).isTrue();
    assertThat(one.pool.routes()).isEqualTo(1);
  }

  @Test
  void aWaiterOfTheSameRouteWhoCameFirstGetsTheConnection() throws Exception {
    Lease<FakeConnection> held = one.lend("a");
    Caller forA = waiting(one, () -> one.lend("a"));
    Caller forB = Caller.starting(() -> one.lend("b"));
    awaitWaiting(one, 2);
    held.giveBack();
    assertThat(forA.lease().connection()).isSameAs(held.connection());
    assertThat(forB.done()).isFalse();
    forA.lease().discard();
    assertThat(forB.lease().reused()).isFalse();
  }

  @Test
  void aRouteAtItsOwnLimitDoesNotHoldUpOthers() throws Exception {
    Harbour two = new Harbour(Harbour.limits(2, 1));
    Lease<FakeConnection> a = two.lend("a");
    Lease<FakeConnection> b = two.lend("b");
    Caller forA = waiting(two, () -> two.lend("a"));
    Caller forC = Caller.starting(() -> two.lend("c"));
    awaitWaiting(two, 2);
    b.discard();
    assertThat(forC.lease().connection().route).isEqualTo("c");
    assertThat(forA.done()).isFalse();
    a.giveBack();
    assertThat(forA.lease().connection()).isSameAs(a.connection());
  }

  @Test
  void aWaiterWhoGoesLetsTheNextOfItsRouteMoveUp() throws Exception {
    Lease<FakeConnection> held = one.lend("a");
    Caller first = waiting(one, () -> one.lend("b"));
    Caller second = Caller.starting(() -> one.lend("c"));
    awaitWaiting(one, 2);
    Caller third = Caller.starting(() -> one.lend("b"));
    awaitWaiting(one, 3);
    first.thread.interrupt();
    assertThat(first.failure()).isInstanceOf(InterruptedException.class);
    held.giveBack();
    second.lease().giveBack();
    assertThat(third.lease().connection().route).isEqualTo("b");
  }

  @ParameterizedTest
  @EnumSource
  void theAcquireTimeoutEndsTheWait(Kind kind) throws Exception {
    PoolLimits limits = new PoolLimits(3, 1, 10, Duration.ofMillis(40));
    Pool<String, FakeConnection> pool = real(limits);
    Lease<FakeConnection> held = lend(pool, Pool.NO_DEADLINE);
    Caller caller = Caller.starting(kind, () -> lend(pool, System.nanoTime() + 5_000_000_000L));
    Throwable failure = caller.failure();
    assertThat(failure)
        .isInstanceOf(PoolExhausted.class)
        .hasMessage(
            "no connection became free within the acquire timeout of 40 ms; 1 of at most 1"
                + " connections to this origin, 1 of at most 3 in all (total=1, active=1, idle=0,"
                + " waiting=1)");
    assertThat(((PoolExhausted) failure).reason()).isEqualTo(Reason.ACQUIRE_TIMEOUT);
    assertThat(((PoolExhausted) failure).stats())
        .isEqualTo(new PoolStats(1, 1, 0, 1, 1, 0, 0, List.of()));
    assertThat(pool.stats().waiting()).isZero();
    held.giveBack();
    assertThat(lend(pool, Pool.NO_DEADLINE).connection()).isSameAs(held.connection());
    pool.closeNow();
  }

  @Test
  void theDeadlineEndsItIfItComesFirst() throws Exception {
    Pool<String, FakeConnection> pool = real(Harbour.limits(1, 1));
    Lease<FakeConnection> held = lend(pool, Pool.NO_DEADLINE);
    assertThatThrownBy(() -> lend(pool, System.nanoTime() + 20_000_000))
        .isInstanceOfSatisfying(
            PoolExhausted.class, failure -> assertThat(failure.reason()).isEqualTo(Reason.DEADLINE))
        .hasMessageMatching(
            "no connection became free in the \\d+ m?s that the request had left; 1 of at most 1 .*");
    assertThatThrownBy(() -> lend(pool, System.nanoTime() - 1))
        .hasMessageStartingWith("no connection became free in the 0 s that the request had left");
    held.discard();
    assertThat(pool.routes()).isZero();
    pool.closeNow();
  }

  @Test
  void aDeadlineThatHasPassedIsNoObstacleToAFreeConnection() throws Exception {
    one.lend("a").giveBack();
    long past = one.clock.get() - 1;
    assertThat(one.pool.lend("a", true, false, past, one::open).reused()).isTrue();
  }

  @Test
  void oneWaiterTooManyFailsAtOnce() throws Exception {
    Harbour narrow = new Harbour(new PoolLimits(1, 1, 1, Duration.ofSeconds(30)));
    Lease<FakeConnection> held = narrow.lend("a");
    Caller caller = waiting(narrow, () -> narrow.lend("a"));
    assertThatThrownBy(() -> narrow.lend("a"))
        .isInstanceOfSatisfying(
            PoolExhausted.class,
            failure -> assertThat(failure.reason()).isEqualTo(Reason.TOO_MANY_WAITERS))
        .hasMessage(
            "no connection is free, and 1 of at most 1 callers wait for one to this origin already;"
                + " 1 of at most 1 connections to this origin, 1 of at most 1 in all (total=1,"
                + " active=1, idle=0, waiting=1)");
    Caller other = Caller.starting(() -> narrow.lend("b"));
    awaitWaiting(narrow, 2);
    held.giveBack();
    caller.lease().giveBack();
    assertThat(other.lease().connection().route).isEqualTo("b");
  }

  @Test
  void whereNobodyMayWaitNothingIsLeftOfWhoTried() throws Exception {
    Harbour none = new Harbour(new PoolLimits(1, 1, 0, Duration.ofSeconds(30)));
    none.lend("a");
    assertThatThrownBy(() -> none.lend("b"))
        .hasMessageStartingWith("no connection is free, and 0 of at most 0 callers wait")
        .hasMessageContaining("; 0 of at most 1 connections to this origin, 1 of at most 1 in all");
    assertThat(none.pool.routes()).isEqualTo(1);
    assertThat(none.pool.stats().waiting()).isZero();
  }

  @Test
  void anExpiredOneMakesRoomEvenWhereNobodyMayWait() throws Exception {
    Harbour none = new Harbour(new PoolLimits(2, 2, 0, Duration.ofSeconds(30)));
    List<FakeConnection> stock = none.stock("a", 2);
    none.pass(Duration.ofSeconds(30));
    assertThat(none.lend("a").reused()).isFalse();
    assertThat(none.lend("a").reused()).isFalse();
    assertThat(stock).allMatch(FakeConnection::closed);
    assertThat(none.pool.counts()).isEqualTo(new PoolStats(2, 2, 0, 0, 4, 0, 0, List.of()));
  }

  @ParameterizedTest
  @EnumSource
  void anInterruptEndsTheWait(Kind kind) throws Exception {
    Lease<FakeConnection> held = one.lend("a");
    Caller caller = Caller.starting(kind, () -> one.lend("a"));
    awaitWaiting(one, 1);
    caller.thread.interrupt();
    assertThat(caller.failure()).isInstanceOf(InterruptedException.class);
    assertThat(one.pool.stats().waiting()).isZero();
    held.giveBack();
    assertThat(one.lend("a").connection()).isSameAs(held.connection());
  }

  @Test
  void closingFailsThoseWhoWait() throws Exception {
    Lease<FakeConnection> held = one.lend("a");
    Caller forA = waiting(one, () -> one.lend("a"));
    Caller forB = Caller.starting(() -> one.lend("b"));
    awaitWaiting(one, 2);
    one.pool.closeNow();
    assertThat(forA.failure())
        .isInstanceOf(PoolClosed.class)
        .hasMessage("the client was shut down");
    assertThat(forB.failure()).isInstanceOf(PoolClosed.class);
    held.giveBack();
    assertThat(one.pool.isEmpty()).isTrue();
    assertThat(one.pool.routes()).isZero();
  }

  @Test
  void retiringDoesNotFailThoseWhoWait() throws Exception {
    Lease<FakeConnection> held = one.lend("a");
    Caller caller = waiting(one, () -> one.lend("a"));
    one.pool.retire();
    held.giveBack();
    assertThat(held.connection().closed()).isTrue();
    assertThat(caller.lease().reused()).isFalse();
    caller.lease().giveBack();
    assertThat(one.pool.isEmpty()).isTrue();
  }

  @Test
  void emptinessCanBeAwaited() throws Exception {
    Lease<FakeConnection> held = one.lend("a");
    assertThat(one.pool.awaitEmpty(1_000_000)).isFalse();
    one.pool.retire();
    Thread waiter =
        Thread.ofVirtual()
            .start(() -> {
              try {
                assertThat(one.pool.awaitEmpty(Duration.ofSeconds(20).toNanos())).isTrue();
                assertThat(held.connection().closed()).isTrue();
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
            });
    soon().until(() -> waiter.getState() == Thread.State.TIMED_WAITING);
    held.giveBack();
    assertThat(waiter.join(Duration.ofSeconds(20))).isTrue();
    assertThat(one.pool.awaitEmpty(0)).isTrue();
  }

  // Races; each is run until it has had many chances to go wrong

  @Tag("race")
  @RepeatedTest(50)
  void ofTheReturnAndTheInterrupt() throws Exception {
    for (Kind kind : Kind.values()) {
      Harbour harbour = new Harbour(Harbour.limits(1, 1));
      Lease<FakeConnection> held = harbour.lend("a");
      Caller caller = Caller.starting(kind, () -> harbour.lend("a"));
      awaitWaiting(harbour, 1);
      Thread interrupter = Thread.ofPlatform().start(caller.thread::interrupt);
      held.giveBack();
      interrupter.join();
      if (caller.succeeded()) caller.lease().giveBack();
      else assertThat(caller.failure()).isInstanceOf(InterruptedException.class);
      assertThat(harbour.pool.stats().idle()).isEqualTo(1);
      assertThat(harbour.pool.stats().total()).isEqualTo(1);
      assertThat(harbour.lend("a").connection()).isSameAs(held.connection());
    }
  }

  @Tag("race")
  @RepeatedTest(50)
  void ofTheFreedPlaceAndTheInterrupt() throws Exception {
    for (Kind kind : Kind.values()) {
      Harbour harbour = new Harbour(Harbour.limits(1, 1));
      Lease<FakeConnection> held = harbour.lend("a");
      Caller caller = Caller.starting(kind, () -> harbour.lend("b"));
      awaitWaiting(harbour, 1);
      Thread interrupter = Thread.ofPlatform().start(caller.thread::interrupt);
      held.discard();
      interrupter.join();
      if (caller.succeeded()) caller.lease().discard();
      else assertThat(caller.failure()).isInstanceOf(InterruptedException.class);
      assertThat(harbour.pool.isEmpty()).isTrue();
      assertThat(harbour.pool.routes()).isZero();
    }
  }

  @Tag("race")
  @RepeatedTest(50)
  void ofTheReturnAndTheTimeout() throws Exception {
    for (Kind kind : Kind.values()) {
      Pool<String, FakeConnection> pool = real(Harbour.limits(1, 1));
      Lease<FakeConnection> held = lend(pool, Pool.NO_DEADLINE);
      long deadline = System.nanoTime() + 3_000_000;
      Caller caller = Caller.starting(kind, () -> lend(pool, deadline));
      LockSupport.parkNanos(deadline - System.nanoTime() - 20_000);
      held.giveBack();
      if (caller.succeeded()) caller.lease().giveBack();
      else assertThat(caller.failure()).isInstanceOf(PoolExhausted.class);
      assertThat(pool.stats().idle()).isEqualTo(1);
      assertThat(pool.stats().waiting()).isZero();
      assertThat(lend(pool, Pool.NO_DEADLINE).connection()).isSameAs(held.connection());
      pool.closeNow();
    }
  }

  @Tag("race")
  @RepeatedTest(50)
  void ofTwoEndsOfOneLoan() throws Exception {
    Harbour harbour = new Harbour(Harbour.limits(2, 2));
    Lease<FakeConnection> lease = harbour.lend("a");
    CountDownLatch start = new CountDownLatch(1);
    List<Thread> enders = new ArrayList<>();
    for (Runnable end : List.<Runnable>of(lease::giveBack, lease::discard, lease::giveBack))
      enders.add(
          Thread.ofPlatform()
              .start(() -> {
                try {
                  start.await();
                } catch (InterruptedException e) {
                  throw new AssertionError(e);
                }
                end.run();
              }));
    start.countDown();
    for (Thread ender : enders) ender.join();
    PoolStats stats = harbour.pool.stats();
    assertThat(stats.active()).isZero();
    assertThat(stats.idle()).isEqualTo(lease.connection().closed() ? 0 : 1);
  }

  @Tag("race")
  @RepeatedTest(50)
  void ofTheCloseAndTheOpener() throws Exception {
    Harbour harbour = new Harbour(Harbour.limits(1, 1));
    Caller caller = Caller.starting(Kind.PLATFORM, () -> harbour.lend("a"));
    harbour.pool.closeNow();
    if (caller.succeeded()) caller.lease().giveBack();
    else assertThat(caller.failure()).isInstanceOf(PoolClosed.class);
    assertThat(harbour.opened).allMatch(FakeConnection::closed);
    assertThat(harbour.pool.isEmpty()).isTrue();
  }

  private static ConditionFactory soon() {
    return await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1));
  }

  private static Caller waiting(Harbour harbour, Caller.Borrowing borrowing) {
    Caller caller = Caller.starting(borrowing);
    awaitWaiting(harbour, 1);
    return caller;
  }

  private static void awaitWaiting(Harbour harbour, int count) {
    soon().until(() -> harbour.pool.stats().waiting() == count);
  }

  private static Pool<String, FakeConnection> real(PoolLimits limits) {
    return new Pool<>(
        limits,
        KeepAlive.defaults(),
        route -> IdleRule.UNKNOWN,
        Integer.MAX_VALUE,
        System::nanoTime,
        Harbour.WAKE_UPS,
        System::currentTimeMillis,
        new Random(1),
        Thread.ofVirtual().factory(),
        () -> false);
  }

  private static Lease<FakeConnection> lend(Pool<String, FakeConnection> pool, long deadline)
      throws Exception {
    return pool.lend("a", true, false, deadline, route -> new FakeConnection(1, route));
  }
}
