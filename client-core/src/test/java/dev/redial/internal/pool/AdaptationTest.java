package dev.redial.internal.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redial.IdleLimit;
import dev.redial.IdleLimit.Source;
import dev.redial.internal.pool.Poolable.Health;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Simulated minutes of calls, one in two not to be repeated, on a server that ends idle connections
 * and whose limit changes when it is restarted. The end reaches the client a while after it was
 * decided, and until then whatever is sent is lost.
 */
class AdaptationTest {
  private static final Duration STEP = Duration.ofMillis(5);
  private static final Duration HALF_ROUND_TRIP = Duration.ofMillis(10);
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final long SHORTEST_PAUSE = Duration.ofMillis(10).toNanos();
  private static final int CALLERS = 4;
  private static final double CALLS_A_STEP = 0.002;

  private final Harbour harbour = new Harbour();
  private final Map<FakeConnection, Long> deadlines = new HashMap<>();
  private long now;
  private long nextSweep;
  private long limit;
  private int calls;
  private int lostUnrepeatable;
  private int lostRepeatable;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void aServerThatKeepsConnectionsLongerIsFoundOutAtNoCost(long seed) throws Exception {
    Random random = new Random(seed);
    limit = SECOND.toNanos();
    run(Duration.ofMinutes(3), random);
    assertThat(learned().value()).isBetween(Duration.ofMillis(850), SECOND);
    int lostBefore = lostUnrepeatable;
    restart(Duration.ofSeconds(5));
    run(Duration.ofMinutes(5), random);
    assertThat(lostUnrepeatable).isEqualTo(lostBefore);
    assertThat(learned().value()).isBetween(Duration.ofMillis(4_500), Duration.ofSeconds(5));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void oneThatKeepsThemShorterCostsAtMostOneRequest(long seed) throws Exception {
    Random random = new Random(seed);
    limit = Duration.ofSeconds(5).toNanos();
    run(Duration.ofMinutes(5), random);
    assertThat(learned().value()).isBetween(Duration.ofMillis(4_500), Duration.ofSeconds(5));
    int lostBefore = lostUnrepeatable;
    restart(SECOND);
    run(Duration.ofMinutes(5), random);
    assertThat(lostUnrepeatable - lostBefore).isLessThanOrEqualTo(1);
    assertThat(learned().value()).isBetween(Duration.ofMillis(850), SECOND);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void aServerThatDoesNotChangeCostsNothingOnceItsLimitWasSeen(long seed) throws Exception {
    Random random = new Random(seed);
    limit = Duration.ofMillis(1_500).toNanos();
    run(Duration.ofMinutes(1), random);
    assertThat(learned().value()).isBetween(Duration.ofMillis(1_250), Duration.ofMillis(1_500));
    int before = lostUnrepeatable;
    int made = calls;
    run(Duration.ofMinutes(20), random);
    assertThat(lostUnrepeatable).isEqualTo(before);
    assertThat(learned().source()).isEqualTo(Source.CONFIRMED);
    assertThat(lostRepeatable).isLessThan(calls / 50);
    assertThat(calls - made).isGreaterThan(1_000);
  }

  private IdleLimit learned() {
    return harbour.pool.stats().origins().get(0).idleLimit().orElseThrow();
  }

  private void restart(Duration newLimit) {
    limit = newLimit.toNanos();
    deadlines.replaceAll((connection, deadline) -> now - HALF_ROUND_TRIP.toNanos());
  }

  private void run(Duration length, Random random) throws Exception {
    long end = now + length.toNanos();
    while (now < end) {
      harbour.pass(STEP);
      now += STEP.toNanos();
      if (now >= nextSweep) {
        harbour.sweep();
        nextSweep = now + Math.max(SHORTEST_PAUSE, harbour.pool.pauseNanos());
      }
      for (int caller = 0; caller < CALLERS; caller++)
        if (random.nextDouble() < CALLS_A_STEP) call(random.nextBoolean());
    }
  }

  private void call(boolean repeatable) throws Exception {
    calls++;
    Lease<FakeConnection> lease = repeatable ? harbour.lend("a") : harbour.lendUnrepeatable("a");
    FakeConnection connection = lease.connection();
    if (lease.reused() && arrivesLate(connection)) {
      lease.hungUp();
      if (repeatable) lostRepeatable++;
      else lostUnrepeatable++;
      return;
    }
    connection.onProbe =
        () -> {
          if (now >= deadlines.get(connection) + HALF_ROUND_TRIP.toNanos())
            connection.health = Health.ENDED;
        };
    deadlines.put(connection, now + limit - HALF_ROUND_TRIP.toNanos());
    lease.giveBack();
  }

  private boolean arrivesLate(FakeConnection connection) {
    return now + HALF_ROUND_TRIP.toNanos() >= deadlines.get(connection);
  }
}
