package dev.redial.internal.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redial.KeepAlive;
import dev.redial.PoolStats;
import dev.redial.internal.pool.PoolExhausted.Reason;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What befalls a waiting caller just as it is served, without a race: on its own thread, while it
 * reads the clock before it parks.
 */
class HandOverTest {
  private static final long ACQUIRE_NANOS = Duration.ofSeconds(30).toNanos();

  private final Deque<Runnable> script = new ArrayDeque<>();
  private long now;
  private boolean noWakeUps;
  private final Pool<String, FakeConnection> pool =
      new Pool<>(
          Harbour.limits(1, 1),
          KeepAlive.defaults(),
          route -> IdleRule.UNKNOWN,
          Integer.MAX_VALUE,
          this::read,
          this::wakeAt,
          () -> 0,
          new Random(1),
          work -> new Thread(() -> {}),
          () -> false);
  private Lease<FakeConnection> held;

  @BeforeEach
  void theOnlyConnectionIsLent() throws Exception {
    held = lend("a");
  }

  private Runnable wakeAt(Thread thread, long nanos) {
    if (noWakeUps) throw new OutOfMemoryError("no thread");
    return () -> {};
  }

  private long read() {
    Runnable step = script.poll();
    if (step != null) step.run();
    return now;
  }

  /** To happen when the caller is in the line and about to wait. */
  private void whenItWaits(Runnable event) {
    script.add(() -> {}); // the time at which it came
    script.add(event);
  }

  private Lease<FakeConnection> lend(String route) throws Exception {
    return lend(route, Pool.NO_DEADLINE);
  }

  private Lease<FakeConnection> lend(String route, long deadline) throws Exception {
    return pool.lend(route, true, false, deadline, to -> new FakeConnection(1, to));
  }

  private static void interrupt() {
    Thread.currentThread().interrupt();
  }

  @Test
  void aCallerThatCannotBeWokenLeavesTheLine() throws Exception {
    noWakeUps = true;
    assertThatThrownBy(() -> lend("a")).isInstanceOf(OutOfMemoryError.class);
    assertThat(pool.counts().waiting()).isZero();
    held.giveBack();
    assertThat(lend("a").connection()).isSameAs(held.connection());
  }

  @Test
  void aConnectionHandedToAnInterruptedCallerWasNeverReused() {
    whenItWaits(() -> {
      held.giveBack();
      interrupt();
    });
    assertThatThrownBy(() -> lend("a")).isInstanceOf(InterruptedException.class);
    assertThat(Thread.interrupted()).isFalse();
    assertThat(held.connection().closed()).isFalse();
    assertThat(pool.counts()).isEqualTo(new PoolStats(1, 0, 1, 0, 1, 0, 0, List.of()));
  }

  @Test
  void andGoesOnAgeing() throws Exception {
    whenItWaits(() -> {
      held.giveBack();
      now += Duration.ofSeconds(1).toNanos();
      interrupt();
    });
    assertThatThrownBy(() -> lend("a")).isInstanceOf(InterruptedException.class);
    now += Duration.ofSeconds(2).toNanos();
    assertThat(lend("a").idleNanos()).isEqualTo(Duration.ofSeconds(3).toNanos());
  }

  @Test
  void itIsClosedIfItBecameTooOldMeanwhile() {
    whenItWaits(() -> {
      held.giveBack();
      now += Duration.ofSeconds(30).toNanos();
      interrupt();
    });
    assertThatThrownBy(() -> lend("a")).isInstanceOf(InterruptedException.class);
    assertThat(held.connection().closed()).isTrue();
    assertThat(pool.isEmpty()).isTrue();
  }

  @Test
  void aPlaceHandedToAnInterruptedCallerIsFree() {
    whenItWaits(() -> {
      held.discard();
      interrupt();
    });
    assertThatThrownBy(() -> lend("b")).isInstanceOf(InterruptedException.class);
    assertThat(pool.counts()).isEqualTo(new PoolStats(0, 0, 0, 0, 1, 0, 0, List.of()));
    assertThat(pool.routes()).isZero();
  }

  @Test
  void anInterruptBeforeLeavesNobodyInTheLine() {
    whenItWaits(HandOverTest::interrupt);
    assertThatThrownBy(() -> lend("b")).isInstanceOf(InterruptedException.class);
    assertThat(pool.counts()).isEqualTo(new PoolStats(1, 1, 0, 0, 1, 0, 0, List.of()));
    assertThat(pool.routes()).isEqualTo(1);
    held.giveBack();
    assertThat(pool.counts().idle()).isEqualTo(1);
  }

  @Test
  void whoIsServedInTheMomentItsTimeIsUpIsServed() throws Exception {
    long second = Duration.ofSeconds(1).toNanos();
    whenItWaits(() -> {
      held.giveBack();
      now += second;
    });
    Lease<FakeConnection> used = lend("a", second);
    assertThat(used.connection()).isSameAs(held.connection());
    assertThat(used.idleNanos()).isEqualTo(second);
    whenItWaits(() -> {
      used.discard();
      now += second;
    });
    assertThat(lend("b", 2 * second).connection().route).isEqualTo("b");
  }

  @Test
  void whoIsNotIsToldForHowLongItWaited() {
    whenItWaits(() -> now += ACQUIRE_NANOS);
    assertThatThrownBy(() -> lend("a"))
        .isInstanceOfSatisfying(
            PoolExhausted.class,
            exhausted -> {
              assertThat(exhausted.reason()).isEqualTo(Reason.ACQUIRE_TIMEOUT);
              assertThat(exhausted.stats())
                  .isEqualTo(new PoolStats(1, 1, 0, 1, 1, 0, 0, List.of()));
            })
        .hasMessageStartingWith(
            "no connection became free within the acquire timeout of 30 s; 1 of at most 1");
    assertThat(pool.counts().waiting()).isZero();
  }

  @Test
  void aCallerWaitsNoMoreWhenThePoolCloses() {
    whenItWaits(pool::closeNow);
    assertThatThrownBy(() -> lend("a")).isInstanceOf(PoolClosed.class);
    assertThat(held.connection().closed()).isTrue();
    held.giveBack();
    assertThat(pool.isEmpty()).isTrue();
    assertThat(pool.routes()).isZero();
  }
}
