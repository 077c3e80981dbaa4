package dev.redial.internal.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.redial.KeepAlive;
import dev.redial.PoolLimits;
import dev.redial.PoolStats;
import dev.redial.internal.pool.Caller.Kind;
import dev.redial.internal.pool.Poolable.Health;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Many callers that lend, give back, discard, open slowly, fail to open, time out, are interrupted
 * and end loans twice, all at once, with a reaper at work: never too many connections, never two
 * owners, never a closed one lent, nobody left waiting, nothing left behind.
 */
class StressTest {
  private static final int TOTAL = 6;
  private static final int PER_ROUTE = 3;
  private static final int CALLERS = 24;
  private static final int TURNS = 250;
  private static final String[] ROUTES = {"a", "b", "c", "d", "e"};

  private final AtomicInteger open = new AtomicInteger();
  private final Map<String, AtomicInteger> openByRoute = new ConcurrentHashMap<>();
  private final Queue<String> faults = new ConcurrentLinkedQueue<>();
  private final Queue<FakeConnection> all = new ConcurrentLinkedQueue<>();
  private volatile boolean ended;
  private final AtomicInteger exchanges = new AtomicInteger();
  private final AtomicInteger refusals = new AtomicInteger();
  private final Pool<String, FakeConnection> pool =
      new Pool<>(
          new PoolLimits(TOTAL, PER_ROUTE, CALLERS - 2, Duration.ofSeconds(30)),
          KeepAlive.defaults().withIdleLimit(Duration.ofSeconds(2)),
          route -> IdleRule.UNKNOWN,
          Integer.MAX_VALUE,
          System::nanoTime,
          Harbour.WAKE_UPS,
          System::currentTimeMillis,
          new Random(1),
          Thread.ofVirtual().factory(),
          () -> false);

  @ParameterizedTest
  @CsvSource({"VIRTUAL,1", "VIRTUAL,2", "VIRTUAL,3", "PLATFORM,4", "PLATFORM,5", "PLATFORM,6"})
  void theRulesHold(Kind kind, long seed) throws Exception {
    for (String route : ROUTES) openByRoute.put(route, new AtomicInteger());
    Random seeds = new Random(seed);
    List<Thread> callers = new ArrayList<>();
    for (int i = 0; i < CALLERS; i++) {
      Random random = new Random(seeds.nextLong());
      callers.add(kind.unstarted(() -> borrowAll(random)));
    }
    callers.forEach(Thread::start);
    Random random = new Random(seeds.nextLong());
    while (callers.stream().anyMatch(Thread::isAlive)) {
      callers.get(random.nextInt(CALLERS)).interrupt();
      all.stream()
          .skip(random.nextInt(all.size() + 1))
          .findFirst()
          .ifPresent(connection -> connection.health = Health.ENDED);
      checkBounds();
      LockSupport.parkNanos(300_000);
    }
    for (Thread caller : callers) caller.join();
    assertThat(faults).isEmpty();
    assertThat(exchanges.get() + refusals.get()).isEqualTo(CALLERS * TURNS);
    assertThat(exchanges.get()).isGreaterThan(CALLERS * TURNS / 4);
    PoolStats stats = pool.stats();
    assertThat(stats.active()).isZero();
    assertThat(stats.waiting()).isZero();
    assertThat(stats.idle()).isEqualTo(open.get());
    pool.retire();
    await().until(pool::isEmpty);
    assertThat(all).allMatch(FakeConnection::closed);
    assertThat(open).hasValue(0);
    assertThat(pool.routes()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"VIRTUAL,true", "VIRTUAL,false", "PLATFORM,true", "PLATFORM,false"})
  void thePoolCanEndInTheMiddle(Kind kind, boolean now) throws Exception {
    for (String route : ROUTES) openByRoute.put(route, new AtomicInteger());
    List<Thread> callers = new ArrayList<>();
    for (int i = 0; i < CALLERS; i++) {
      Random random = new Random(i);
      callers.add(kind.unstarted(() -> borrowAll(random)));
    }
    callers.forEach(Thread::start);
    await().pollInterval(Duration.ofMillis(1)).until(() -> exchanges.get() > CALLERS);
    ended = now;
    if (now) pool.closeNow();
    else pool.retire();
    for (Thread caller : callers) caller.join();
    assertThat(faults).isEmpty();
    assertThat(exchanges.get() + refusals.get()).isEqualTo(CALLERS * TURNS);
    assertThat(pool.awaitEmpty(Duration.ofSeconds(20).toNanos())).isTrue();
    assertThat(all).allMatch(FakeConnection::closed);
    assertThat(open).hasValue(0);
    assertThat(pool.stats().waiting()).isZero();
    assertThat(pool.routes()).isZero();
  }

  private void borrowAll(Random random) {
    for (int turn = 0; turn < TURNS; turn++) {
      try {
        borrow(random);
      } catch (PoolExhausted | IOException | InterruptedException expected) {
        refusals.incrementAndGet();
      } catch (Throwable fault) {
        faults.add(fault.toString());
      }
    }
  }

  private void borrow(Random random) throws Exception {
    String route = ROUTES[random.nextInt(ROUTES.length)];
    long deadline =
        random.nextInt(4) == 0 ? System.nanoTime() + random.nextInt(300_000) : Pool.NO_DEADLINE;
    Lease<FakeConnection> lease =
        pool.lend(
            route, random.nextBoolean(), random.nextInt(10) == 0, deadline, to -> open(to, random));
    FakeConnection connection = lease.connection();
    if (connection.owners.incrementAndGet() != 1) faults.add("two owners of " + connection);
    if (connection.closed() && !ended) faults.add("lent although closed: " + connection);
    if (!connection.route.equals(route)) faults.add(connection + " lent to " + route);
    exchanges.incrementAndGet();
    pause(random);
    connection.owners.decrementAndGet();
    end(lease, random.nextInt(10));
    if (random.nextInt(10) == 0) end(lease, random.nextInt(10));
  }

  private static void end(Lease<FakeConnection> lease, int how) {
    if (how == 0) lease.discard();
    else if (how == 1) lease.hungUp();
    else lease.giveBack();
  }

  private FakeConnection open(String route, Random random) throws IOException {
    AtomicInteger ofRoute = openByRoute.get(route);
    ofRoute.incrementAndGet();
    open.incrementAndGet();
    checkBounds();
    pause(random);
    FakeConnection connection = new FakeConnection(random.nextInt(1_000_000), route);
    connection.onClose = () -> closed(connection);
    if (random.nextInt(10) == 0) {
      closed(connection);
      throw new IOException("refused");
    }
    all.add(connection);
    return connection;
  }

  private void closed(FakeConnection connection) {
    openByRoute.get(connection.route).decrementAndGet();
    open.decrementAndGet();
  }

  private void checkBounds() {
    if (open.get() > TOTAL) faults.add(open + " connections");
    openByRoute.forEach((route, count) -> {
      if (count.get() > PER_ROUTE) faults.add(count + " connections to " + route);
    });
  }

  private static void pause(Random random) {
    if (random.nextInt(3) == 0) LockSupport.parkNanos(random.nextInt(200_000));
  }
}
