package dev.redial.internal.wire;

import static dev.redial.internal.wire.Parked.soon;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.redial.internal.wire.Watchdog.Alarm;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
@TestInstance(Lifecycle.PER_CLASS)
class WatchdogTest {
  private final Watchdog watchdog = new Watchdog();

  @AfterAll
  void theThreadGoesAway() {
    soon().until(() -> threads() == 0);
  }

  private long threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(t -> t.getName().equals(watchdog.toString()))
        .count();
  }

  private static long in(long millis) {
    return System.nanoTime() + MILLISECONDS.toNanos(millis);
  }

  @Test
  void anAlarmFiresOnceAtItsDeadline() throws Exception {
    AtomicLong at = new AtomicLong();
    AtomicInteger times = new AtomicInteger();
    CountDownLatch fired = new CountDownLatch(1);
    Alarm alarm =
        watchdog.alarm(() -> {
          at.set(System.nanoTime());
          times.incrementAndGet();
          fired.countDown();
        });
    long deadline = in(50);
    alarm.arm(deadline);

    assertThat(fired.await(10, SECONDS)).isTrue();
    assertThat(at.get() - deadline).isGreaterThanOrEqualTo(0);
    assertThat(alarm.fired()).isTrue();
    assertThat(alarm.disarm()).isFalse();
    alarm.arm(in(0));
    Alarm later = watchdog.alarm(fired::countDown);
    later.arm(in(5));
    soon().until(later::fired);
    assertThat(times).hasValue(1);
    alarm.release();
    later.release();
  }

  @Test
  void aDisarmedAlarmDoesNotFire() {
    AtomicInteger times = new AtomicInteger();
    Alarm alarm = watchdog.alarm(times::incrementAndGet);
    long deadline = in(100);
    alarm.arm(deadline);
    boolean inTime = alarm.disarm();
    assumeTrue(System.nanoTime() < deadline, "this machine stood still");
    assertThat(inTime).isTrue();
    Alarm witness = watchdog.alarm(() -> {});
    witness.arm(deadline + 1);
    soon().until(witness::fired);
    assertThat(times).hasValue(0);
    assertThat(alarm.fired()).isFalse();
    alarm.release();
    witness.release();
  }

  @Test
  void aDeadlineCanBeMovedBothWays() {
    AtomicInteger times = new AtomicInteger();
    Alarm later = watchdog.alarm(times::incrementAndGet);
    long deadline = in(100);
    later.arm(deadline);
    later.arm(in(60_000));
    assumeTrue(System.nanoTime() < deadline, "this machine stood still");
    Alarm sooner = watchdog.alarm(() -> {});
    sooner.arm(in(60_000));
    sooner.arm(deadline + 1);
    soon().until(sooner::fired);
    assertThat(times).hasValue(0);
    assertThat(later.disarm()).isTrue();
    later.release();
    sooner.release();
  }

  @Test
  void deadlinesInThePastFireAtOnce() {
    for (long past : new long[] {0, 1, 1_000_000_000L, Long.MAX_VALUE / 2, Long.MAX_VALUE}) {
      Alarm alarm = watchdog.alarm(() -> {});
      alarm.arm(System.nanoTime() - past);
      soon().until(alarm::fired);
      alarm.release();
    }
  }

  @Test
  void deadlinesFarAheadDoNotFire() {
    List<Alarm> far = new ArrayList<>();
    for (long ahead :
        new long[] {
          SECONDS.toNanos(3600), Long.MAX_VALUE / 2, Long.MAX_VALUE - SECONDS.toNanos(3600)
        }) {
      Alarm alarm = watchdog.alarm(() -> {});
      alarm.arm(System.nanoTime() + ahead);
      far.add(alarm);
    }
    Alarm witness = watchdog.alarm(() -> {});
    witness.arm(in(20));
    soon().until(witness::fired);
    for (Alarm alarm : far) {
      assertThat(alarm.disarm()).isTrue();
      alarm.release();
    }
    witness.release();
  }

  @Test
  void alarmsExpireInTheOrderOfTheirDeadlines() {
    Random random = new Random(7);
    List<Long> fired = Collections.synchronizedList(new ArrayList<>());
    List<Long> deadlines = new ArrayList<>();
    List<Alarm> alarms = new ArrayList<>();
    long start = in(300);
    for (int i = 0; i < 200; i++) deadlines.add(start + random.nextLong(SECONDS.toNanos(1)));
    for (long deadline : deadlines) {
      Alarm alarm = watchdog.alarm(() -> fired.add(deadline));
      alarm.arm(deadline);
      alarms.add(alarm);
    }
    assumeTrue(System.nanoTime() < start, "this machine stood still");
    soon().until(() -> fired.size() == deadlines.size());
    assertThat(fired).isSorted();
    alarms.forEach(Alarm::release);
  }

  @Test
  void aReleasedAlarmNeverFires() {
    AtomicInteger times = new AtomicInteger();
    Alarm alarm = watchdog.alarm(times::incrementAndGet);
    long deadline = in(100);
    alarm.arm(deadline);
    alarm.release();
    assumeTrue(System.nanoTime() < deadline, "this machine stood still");
    alarm.arm(in(0));
    Alarm witness = watchdog.alarm(() -> {});
    witness.arm(deadline + 1);
    soon().until(witness::fired);
    assertThat(times).hasValue(0);
    assertThat(alarm.disarm()).isTrue();
    alarm.release();
    witness.release();
  }

  @Test
  void anActionThatThrowsIsReportedAndHurtsNoOther() {
    List<Throwable> reported = Collections.synchronizedList(new ArrayList<>());
    Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
    Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> {
      reported.add(failure);
      throw new IllegalStateException("the handler fails as well");
    });
    try {
      AssertionError thrown = new AssertionError("thrown by the action");
      Alarm bad =
          watchdog.alarm(() -> {
            throw thrown;
          });
      Alarm good = watchdog.alarm(() -> {});
      long deadline = in(20);
      bad.arm(deadline);
      good.arm(deadline + 1);
      // awaitility would report the action's failure as its own
      soon().dontCatchUncaughtExceptions().until(good::fired);
      assertThat(reported).containsExactly(thrown);
      bad.release();
      good.release();
    } finally {
      Thread.setDefaultUncaughtExceptionHandler(before);
    }
  }

  @Test
  void theThreadIsADaemonSurvivesInterruptsEndsAndComesBack() {
    for (int round = 0; round < 2; round++) {
      Alarm alarm = watchdog.alarm(() -> {});
      alarm.arm(in(200));
      Thread thread = theThread();
      assertThat(thread.isDaemon()).isTrue();
      assertThat(thread.isVirtual()).isFalse();
      thread.interrupt();
      soon().until(alarm::fired);
      alarm.release();
      soon().until(() -> threads() == 0);
    }
  }

  private Thread theThread() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(t -> t.getName().equals(watchdog.toString()))
        .findAny()
        .orElseThrow();
  }

  @Test
  void noWakeUpIsLostAroundTheEndOfTheThread() {
    // The thread ends about a second after the last alarm; arm again all around that moment.
    for (int round = 0; round < 3; round++) {
      Alarm first = watchdog.alarm(() -> {});
      first.arm(in(0));
      soon().until(first::fired);
      first.release();
      long gone = System.nanoTime();
      soon().pollInterval(Duration.ofMillis(1)).until(() -> threads() == 0 || round(gone));
      Alarm second = watchdog.alarm(() -> {});
      second.arm(in(10));
      soon().until(second::fired);
      second.release();
    }
  }

  private static boolean round(long since) {
    return System.nanoTime() - since > MILLISECONDS.toNanos(1_000 + since % 100);
  }

  @Test
  void whoeverDisarmsInTimeIsNeverFiredUpon() throws Exception {
    List<Thread> users = new ArrayList<>();
    AtomicInteger violations = new AtomicInteger();
    AtomicInteger late = new AtomicInteger();
    for (int u = 0; u < 8; u++) {
      int seed = u;
      users.add(
          Thread.ofVirtual()
              .start(() -> disarmAroundTheDeadline(new Random(seed), violations, late)));
    }
    for (Thread user : users) user.join();
    assertThat(violations).hasValue(0);
    assertThat(late.get()).isPositive();
  }

  private void disarmAroundTheDeadline(
      Random random, AtomicInteger violations, AtomicInteger late) {
    for (int i = 0; i < 300; i++) {
      AtomicInteger fired = new AtomicInteger();
      Alarm alarm = watchdog.alarm(fired::incrementAndGet);
      long deadline = System.nanoTime() + random.nextInt(2_000_000);
      alarm.arm(deadline);
      long until = deadline + random.nextInt(2_000_000) - 500_000;
      for (long left = until - System.nanoTime(); left > 0; left = until - System.nanoTime())
        LockSupport.parkNanos(left);
      if (alarm.disarm()) {
        if (fired.get() != 0 || alarm.fired()) violations.incrementAndGet();
        alarm.release();
        if (fired.get() != 0) violations.incrementAndGet();
      } else {
        late.incrementAndGet();
        while (fired.get() == 0) LockSupport.parkNanos(100_000);
        alarm.release();
      }
    }
  }

  @Test
  void everyArmedAlarmFiresUnderChurn() throws Exception {
    List<Thread> users = new ArrayList<>();
    AtomicInteger fired = new AtomicInteger();
    int each = 400;
    for (int u = 0; u < 8; u++) {
      Random random = new Random(u);
      users.add(
          Thread.ofVirtual()
              .start(() -> {
                for (int i = 0; i < each; i++) {
                  watchdog
                      .alarm(fired::incrementAndGet)
                      .arm(System.nanoTime() + random.nextInt(30_000_000));
                  Alarm met = watchdog.alarm(() -> {});
                  met.arm(in(60_000));
                  if (!met.disarm()) fired.addAndGet(1_000_000);
                  met.release();
                }
              }));
    }
    for (Thread user : users) user.join();
    soon().until(() -> fired.get() == 8 * each);
  }
}
