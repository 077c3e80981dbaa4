package dev.redial.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every encounter many times, on threads of both kinds, which start together but for a few hundred
 * nanoseconds. Profile "concurrency" repeats them longer, and stresses the narrowest races with
 * jcstress, in {@code src/concurrency}.
 */
@Timeout(600)
class EncounterTest {
  private static final int ROUNDS = Integer.getInteger("encounter.rounds", 150);
  private static final int LONGEST_DELAY = 200;
  private static final Duration PATIENCE =
      Duration.ofSeconds(Integer.getInteger("encounter.patience", 20));

  @ParameterizedTest(name = "{0}")
  @MethodSource("dev.redial.internal.Encounters#all")
  void whatMustHoldHolds(String name, Supplier<Encounter> encounter) throws Exception {
    Random random = new Random(name.hashCode());
    for (int round = 0; round < ROUNDS; round++) {
      List<Integer> delays = random.ints(8, 0, LONGEST_DELAY).boxed().toList();
      if (round % 2 == 0) meetOnPlatformThreads(encounter.get(), delays);
      else meet(encounter.get(), Thread.ofVirtual().factory(), number -> spin(delays.get(number)));
    }
  }

  /** These gather first, as a platform thread takes longer to start than most encounters take. */
  private static void meetOnPlatformThreads(Encounter encounter, List<Integer> delays)
      throws InterruptedException {
    AtomicInteger missing = new AtomicInteger(encounter.size());
    meet(
        encounter,
        Thread::new,
        number -> {
          missing.decrementAndGet();
          while (missing.get() > 0) Thread.yield();
          spin(delays.get(number));
        });
  }

  private static void spin(int times) {
    for (int i = 0; i < times; i++) Thread.onSpinWait();
  }

  private static void meet(Encounter encounter, ThreadFactory kind, IntConsumer beforeSteps)
      throws InterruptedException {
    List<Thread> threads = encounter.threads(kind, beforeSteps);
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      assertThat(thread.join(PATIENCE))
          .as(() -> "ended, and not in " + List.of(thread.getStackTrace()))
          .isTrue();
    }
    encounter.check();
  }
}
