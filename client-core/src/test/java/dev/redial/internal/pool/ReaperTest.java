package dev.redial.internal.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.redial.KeepAlive;
import dev.redial.PoolLimits;
import dev.redial.PoolStats;
import dev.redial.internal.pool.Poolable.Health;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What is done to idle connections in the background. */
class ReaperTest {
  private final Harbour harbour = new Harbour();

  @Test
  void whatTheServerEndedIsClosedAndTeaches() throws Exception {
    FakeConnection connection = harbour.stock("a", 1).get(0);
    for (int quarter = 1; quarter <= 20; quarter++) {
      harbour.pass(Duration.ofMillis(250));
      harbour.sweep();
    }
    connection.health = Health.ENDED;
    harbour.pass(Duration.ofMillis(250));
    harbour.sweep();
    assertThat(connection.closed()).isTrue();
    assertThat(harbour.pool.counts()).isEqualTo(new PoolStats(0, 0, 0, 0, 1, 0, 1, List.of()));
    Belief belief = harbour.pool.belief("a");
    assertThat(belief).isNotNull();
    assertThat(belief.limitNanos()).isEqualTo(Duration.ofSeconds(5).toNanos());
    harbour.stock("a", 1);
    harbour.pass(Duration.ofMillis(4_499));
    Lease<FakeConnection> lease = harbour.lendUnrepeatable("a");
    assertThat(lease.reused()).isTrue();
    lease.giveBack();
    harbour.pass(Duration.ofMillis(4_500));
    assertThat(harbour.lendUnrepeatable("a").reused()).isFalse();
  }

  @Test
  void aLate408TeachesTooAStrayAnswerDoesNot() throws Exception {
    FakeConnection ended = harbour.stock("a", 1).get(0);
    FakeConnection poisoned = harbour.stock("b", 1).get(0);
    poisoned.health = Health.DIRTY;
    harbour.pass(Duration.ofMillis(750));
    harbour.sweep();
    assertThat(poisoned.closed()).isTrue();
    assertThat(harbour.pool.belief("b")).isNull();
    ended.health = Health.DIRTY;
    harbour.pass(Duration.ofMillis(250));
    harbour.sweep();
    assertThat(ended.closed()).isTrue();
    assertThat(harbour.pool.belief("a")).isNotNull();
  }

  @Test
  void theYoungAreLeftAlone() throws Exception {
    FakeConnection connection = harbour.stock("a", 1).get(0);
    harbour.pass(Duration.ofMillis(249));
    harbour.sweep();
    assertThat(connection.probes).hasValue(0);
    harbour.pass(Duration.ofMillis(1));
    harbour.sweep();
    assertThat(connection.probes).hasValue(1);
  }

  @Test
  void theOldAreLookedAtLessOften() throws Exception {
    FakeConnection connection = harbour.stock("a", 1).get(0);
    harbour.pass(Duration.ofSeconds(20));
    harbour.sweep();
    harbour.pass(Duration.ofMillis(600));
    harbour.sweep();
    assertThat(connection.probes).hasValue(1);
    harbour.pass(Duration.ofMillis(19));
    harbour.sweep();
    assertThat(connection.probes).hasValue(2);
  }

  @Test
  void theExpiredAreClosedUnseen() throws Exception {
    FakeConnection connection = harbour.stock("a", 1).get(0);
    harbour.pass(Duration.ofSeconds(30));
    harbour.sweep();
    assertThat(connection.closed()).isTrue();
    assertThat(connection.probes).hasValue(0);
    assertThat(harbour.pool.stats().discardedStale()).isZero();
    assertThat(harbour.pool.isEmpty()).isTrue();
  }

  @Test
  void theTimeTheMachineWasSuspendedCounts() throws Exception {
    FakeConnection connection = harbour.stock("a", 1).get(0);
    harbour.wallMillis.addAndGet(Duration.ofHours(1).toMillis());
    harbour.sweep();
    assertThat(connection.closed()).isTrue();
    FakeConnection later = harbour.stock("a", 1).get(0);
    harbour.pass(Duration.ofSeconds(2));
    assertThat(harbour.lend("a").connection()).isSameAs(later);
  }

  @Test
  void aWallClockThatRunsFastDoesNot() throws Exception {
    FakeConnection connection = harbour.stock("a", 1).get(0);
    for (int i = 0; i < 20; i++) {
      harbour.pass(Duration.ofSeconds(1));
      harbour.wallMillis.addAndGet(1_000);
      harbour.sweep();
    }
    assertThat(harbour.lend("a").connection()).isSameAs(connection);
  }

  @Test
  void aLifetimeEndsInTheBackgroundToo() throws Exception {
    KeepAlive keepAlive = KeepAlive.defaults().withLifetimeLimit(Duration.ofSeconds(2));
    Harbour mortal = new Harbour(PoolLimits.defaults(), keepAlive);
    FakeConnection connection = mortal.stock("a", 1).get(0);
    mortal.pass(Duration.ofSeconds(2));
    mortal.sweep();
    assertThat(connection.closed()).isTrue();
  }

  @Test
  void eachRestsOnceInAnIdlePeriod() throws Exception {
    FakeConnection connection = harbour.stock("a", 1).get(0);
    harbour.pass(Duration.ofMillis(999));
    harbour.sweep();
    assertThat(connection.rests).hasValue(0);
    for (int i = 0; i < 5; i++) {
      harbour.pass(Duration.ofMillis(250));
      harbour.sweep();
    }
    assertThat(connection.rests).hasValue(1);
    harbour.lend("a").giveBack();
    harbour.pass(Duration.ofSeconds(1));
    harbour.sweep();
    assertThat(connection.rests).hasValue(2);
  }

  @Test
  void aBugInOneConnectionCostsThatConnection() throws Exception {
    List<FakeConnection> stock = harbour.stock("a", 3);
    RuntimeException inProbe = new IllegalStateException("in probe");
    Error inRest = new AssertionError("in rest");
    stock.get(0).onProbe =
        () -> {
          throw inProbe;
        };
    stock.get(1).onRest =
        () -> {
          throw inRest;
        };
    harbour.pass(Duration.ofSeconds(1));
    List<Throwable> reported = reported(harbour::sweep);
    assertThat(reported).containsExactly(inProbe, inRest);
    assertThat(stock.get(0).closed()).isTrue();
    assertThat(stock.get(1).closed()).isTrue();
    assertThat(harbour.lend("a").connection()).isSameAs(stock.get(2));
    assertThat(harbour.pool.stats().discardedStale()).isZero();
  }

  @Test
  void aSweepChangesNoOrderAndSkipsNobody() throws Exception {
    List<FakeConnection> stock = harbour.stock("a", 1_000);
    harbour.pass(Duration.ofMillis(250));
    harbour.sweep();
    assertThat(stock).allMatch(connection -> connection.probes.get() == 1);
    for (FakeConnection connection : stock)
      assertThat(harbour.lend("a").connection()).isSameAs(connection);
  }

  @Test
  void nothingIsLookedAtUnderTheLock() throws Exception {
    List<FakeConnection> stock = harbour.stock("a", 20);
    for (FakeConnection connection : stock) {
      connection.onProbe = () -> elsewhere(harbour.pool::stats);
      connection.onRest = () -> elsewhere(harbour.pool::stats);
      connection.onClose = () -> elsewhere(harbour.pool::stats);
    }
    harbour.pass(Duration.ofSeconds(1));
    harbour.sweep();
    assertThat(stock).allMatch(connection -> connection.rests.get() == 1);
    harbour.pool.retire();
    assertThat(stock).allMatch(FakeConnection::closed);
  }

  @Test
  void whatIsBeingLookedAtIsNotLentAndIsThereAfterwards() throws Exception {
    FakeConnection connection = harbour.stock("a", 1).get(0);
    List<Lease<FakeConnection>> meanwhile = new ArrayList<>();
    connection.onProbe = () -> meanwhile.add(unchecked(() -> harbour.lend("a")));
    harbour.pass(Duration.ofMillis(250));
    harbour.sweep();
    assertThat(meanwhile).hasSize(1).noneMatch(Lease::reused);
    connection.onProbe = () -> {};
    assertThat(harbour.lend("a").connection()).isSameAs(connection);
  }

  @Test
  void aCallerWhoFoundItsOnlyConnectionBeingLookedAtGetsItAfterwards() throws Exception {
    Harbour one = new Harbour(Harbour.limits(1, 1));
    FakeConnection connection = one.stock("a", 1).get(0);
    AtomicReference<Lease<FakeConnection>> lease = new AtomicReference<>();
    Thread caller = Thread.ofVirtual().unstarted(() -> lease.set(unchecked(() -> one.lend("a"))));
    connection.onProbe =
        () -> {
          if (Thread.currentThread().equals(caller)) return;
          caller.start();
          await().until(() -> one.pool.stats().waiting() == 1);
        };
    one.pass(Duration.ofMillis(250));
    one.sweep();
    caller.join();
    assertThat(lease.get().connection()).isSameAs(connection);
    assertThat(lease.get().idleNanos()).isEqualTo(Duration.ofMillis(250).toNanos());
    lease.get().giveBack();
    assertThat(one.pool.counts()).isEqualTo(new PoolStats(1, 0, 1, 0, 1, 1, 0, List.of()));
  }

  @Test
  void aCallerForAnotherRouteGetsItsPlaceAfterwards() throws Exception {
    Harbour one = new Harbour(Harbour.limits(1, 1));
    FakeConnection connection = one.stock("a", 1).get(0);
    AtomicReference<Lease<FakeConnection>> lease = new AtomicReference<>();
    Thread caller = Thread.ofVirtual().unstarted(() -> lease.set(unchecked(() -> one.lend("b"))));
    connection.onProbe =
        () -> {
          caller.start();
          await().until(() -> one.pool.stats().waiting() == 1);
        };
    one.pass(Duration.ofMillis(250));
    one.sweep();
    caller.join();
    assertThat(lease.get().connection().route).isEqualTo("b");
    assertThat(connection.closed()).isTrue();
    assertThat(one.pool.counts()).isEqualTo(new PoolStats(1, 1, 0, 0, 2, 0, 0, List.of()));
  }

  @Test
  void othersMayBeLentGivenBackAndDiscardedMeanwhile() throws Exception {
    List<FakeConnection> stock = harbour.stock("a", 64);
    Random random = new Random(7);
    List<Lease<FakeConnection>> held = new ArrayList<>();
    for (FakeConnection connection : stock)
      connection.onProbe =
          () -> {
            if (random.nextInt(3) == 0) held.add(unchecked(() -> harbour.lend("a")));
            if (random.nextInt(3) == 0 && !held.isEmpty()) held.removeFirst().giveBack();
            if (random.nextInt(6) == 0 && !held.isEmpty()) held.removeLast().discard();
          };
    for (int sweep = 0; sweep < 20; sweep++) {
      harbour.pass(Duration.ofMillis(250));
      harbour.sweep();
    }
    stock.forEach(connection -> connection.onProbe = () -> {});
    held.forEach(Lease::giveBack);
    PoolStats stats = harbour.pool.stats();
    assertThat(stats.active()).isZero();
    assertThat(harbour.opened.stream().filter(connection -> !connection.closed()))
        .hasSize(stats.idle());
    harbour.pool.retire();
    assertThat(harbour.opened).allMatch(FakeConnection::closed);
  }

  @Test
  void whatIsEvictedWhileBeingLookedAtIsClosed() throws Exception {
    List<FakeConnection> stock = harbour.stock("a", 2);
    FakeConnection evicted = stock.get(1);
    harbour.pass(Duration.ofMillis(250));
    Lease<FakeConnection> lease = harbour.lend("a");
    assertThat(lease.connection()).isSameAs(stock.get(0));
    evicted.onProbe = lease::hungUp;
    harbour.sweep();
    assertThat(evicted.closed()).isTrue();
    assertThat(harbour.pool.isEmpty()).isTrue();
  }

  @Test
  void soIsWhatIsIdleWhenThePoolRetiresOrCloses() throws Exception {
    for (boolean close : new boolean[] {false, true}) {
      Harbour ending = new Harbour();
      List<FakeConnection> stock = ending.stock("a", 9);
      stock.get(2).onProbe =
          () -> {
            if (close) ending.pool.closeNow();
            else ending.pool.retire();
          };
      ending.pass(Duration.ofMillis(250));
      ending.sweep();
      assertThat(stock).allMatch(FakeConnection::closed);
      assertThat(ending.pool.isEmpty()).isTrue();
      assertThat(ending.pool.routes()).isZero();
    }
  }

  // The thread

  @Test
  void theThreadStartsWithTheFirstIdleConnectionAndEndsWhenNoneIsLeft() throws Exception {
    Threads threads = new Threads();
    Pool<String, FakeConnection> pool = threads.pool(Duration.ofSeconds(30));
    Lease<FakeConnection> first = lend(pool);
    Lease<FakeConnection> second = lend(pool);
    assertThat(threads.made).isEmpty();
    first.giveBack();
    second.giveBack();
    lend(pool).giveBack();
    assertThat(threads.made)
        .hasSize(1)
        .allMatch(thread -> thread.getName().equals("redial-reaper-0"));
    lend(pool).discard();
    lend(pool).discard();
    threads.awaitEnd();
    lend(pool).giveBack();
    assertThat(threads.made).hasSize(2);
    pool.retire();
    threads.awaitEnd();
  }

  @Test
  void interruptsDoNotStopIt() throws Exception {
    Threads threads = new Threads();
    Pool<String, FakeConnection> pool = threads.pool(Duration.ofSeconds(30));
    Lease<FakeConnection> lease = lend(pool);
    lease.giveBack();
    for (int i = 0; i < 10; i++) {
      int looks = lease.connection().probes.get();
      threads.made.get(0).interrupt();
      if (i % 5 == 0) await().until(() -> lease.connection().probes.get() > looks);
    }
    lease.connection().health = Health.ENDED;
    await().until(lease.connection()::closed);
    threads.awaitEnd();
  }

  @Test
  void itRetiresThePoolOfADroppedClient() throws Exception {
    Threads threads = new Threads();
    Pool<String, FakeConnection> pool = threads.pool(Duration.ofSeconds(30));
    Lease<FakeConnection> running = lend(pool);
    Lease<FakeConnection> lease = lend(pool);
    lease.giveBack();
    threads.abandoned.set(true);
    await().until(lease.connection()::closed);
    threads.awaitEnd();
    running.giveBack();
    assertThat(running.connection().closed()).isTrue();
    assertThat(threads.made).hasSize(1);
  }

  @Test
  void ifItFailsTheNextIdleConnectionStartsAnother() throws Exception {
    Threads threads = new Threads();
    AtomicBoolean broken = new AtomicBoolean(true);
    Pool<String, FakeConnection> pool =
        new Pool<>(
            PoolLimits.defaults(),
            KeepAlive.defaults(),
            route -> IdleRule.UNKNOWN,
            Integer.MAX_VALUE,
            System::nanoTime,
            Harbour.WAKE_UPS,
            () -> {
              if (broken.get() && threads.made.contains(Thread.currentThread()))
                throw new IllegalStateException("no clock");
              return System.currentTimeMillis();
            },
            new Random(1),
            threads,
            () -> false);
    lend(pool).giveBack();
    threads.awaitEnd();
    assertThat(threads.reports).hasSize(1);
    broken.set(false);
    Lease<FakeConnection> lease = lend(pool);
    lease.giveBack();
    assertThat(threads.made).hasSize(2);
    lease.connection().health = Health.ENDED;
    threads.awaitEnd();
    assertThat(lease.connection().closed()).isTrue();
  }

  @Test
  void itEndsAtOnceWithThePool() throws Exception {
    for (boolean close : new boolean[] {false, true}) {
      Threads threads = new Threads();
      Pool<String, FakeConnection> pool = threads.pool(Duration.ofSeconds(30));
      lend(pool).giveBack();
      if (close) pool.closeNow();
      else pool.retire();
      threads.awaitEnd();
      assertThat(pool.isEmpty()).isTrue();
    }
  }

  @Test
  void aFailureToStartItIsReportedAndTriedAgain() throws Exception {
    Threads threads = new Threads();
    threads.refusal = new OutOfMemoryError("unable to create thread");
    Pool<String, FakeConnection> pool = threads.pool(Duration.ofMillis(300));
    Lease<FakeConnection> lease = lend(pool);
    assertThat(reported(lease::giveBack)).containsExactly(threads.refusal);
    assertThat(pool.stats().idle()).isEqualTo(1);
    threads.refusal = null;
    lend(pool).giveBack();
    assertThat(threads.made).hasSize(1);
    threads.awaitEnd();
  }

  @Test
  void aBugInTheQuestionForTheClientDoesNotStopIt() throws Exception {
    Threads threads = new Threads();
    List<Throwable> reported = Collections.synchronizedList(new ArrayList<>());
    threads.reports = reported;
    Pool<String, FakeConnection> pool =
        new Pool<>(
            PoolLimits.defaults(),
            KeepAlive.defaults().withIdleLimit(Duration.ofMillis(300)),
            route -> IdleRule.UNKNOWN,
            Integer.MAX_VALUE,
            System::nanoTime,
            Harbour.WAKE_UPS,
            System::currentTimeMillis,
            new Random(1),
            threads,
            () -> {
              throw new IllegalStateException("bug");
            });
    lend(pool).giveBack();
    threads.awaitEnd();
    assertThat(pool.isEmpty()).isTrue();
    assertThat(reported).isNotEmpty().allMatch(bug -> "bug".equals(bug.getMessage()));
  }

  private static Lease<FakeConnection> lend(Pool<String, FakeConnection> pool) throws Exception {
    return pool.lend("a", true, false, Pool.NO_DEADLINE, route -> new FakeConnection(1, route));
  }

  /** Makes reapers, as many as asked for. */
  private static final class Threads implements ThreadFactory {
    final List<Thread> made = Collections.synchronizedList(new ArrayList<>());
    final AtomicBoolean abandoned = new AtomicBoolean();
    private final ThreadFactory factory =
        Thread.ofVirtual()
            .name("redial-reaper-", 0)
            .uncaughtExceptionHandler((thread, bug) -> report(bug))
            .factory();
    volatile Error refusal;
    volatile List<Throwable> reports = Collections.synchronizedList(new ArrayList<>());

    private void report(Throwable bug) {
      reports.add(bug);
    }

    Pool<String, FakeConnection> pool(Duration idleLimit) {
      return new Pool<>(
          PoolLimits.defaults(),
          KeepAlive.defaults().withIdleLimit(idleLimit),
          route -> IdleRule.UNKNOWN,
          Integer.MAX_VALUE,
          System::nanoTime,
          Harbour.WAKE_UPS,
          System::currentTimeMillis,
          new Random(1),
          this,
          abandoned::get);
    }

    @Override
    public Thread newThread(Runnable work) {
      if (refusal != null) throw refusal;
      Thread thread = factory.newThread(work);
      made.add(thread);
      return thread;
    }

    void awaitEnd() throws InterruptedException {
      for (Thread thread : made) assertThat(thread.join(Duration.ofSeconds(20))).isTrue();
    }
  }

  private static void elsewhere(Runnable work) {
    Thread thread = Thread.ofVirtual().start(work);
    assertThat(unchecked(() -> thread.join(Duration.ofSeconds(20)))).isTrue();
  }

  /** Runs this and returns what was reported as bugs of others meanwhile. */
  private static List<Throwable> reported(Runnable work) {
    List<Throwable> reported = new ArrayList<>();
    Thread thread = Thread.currentThread();
    thread.setUncaughtExceptionHandler((any, bug) -> reported.add(bug));
    try {
      work.run();
    } finally {
      thread.setUncaughtExceptionHandler(null);
    }
    return reported;
  }

  private static <T> T unchecked(java.util.concurrent.Callable<T> call) {
    try {
      return call.call();
    } catch (Exception failure) {
      throw new AssertionError(failure);
    }
  }
}
