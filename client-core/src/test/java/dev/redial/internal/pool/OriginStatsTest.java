package dev.redial.internal.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redial.IdleLimit;
import dev.redial.IdleLimit.Source;
import dev.redial.KeepAlive;
import dev.redial.OriginStats;
import dev.redial.PoolLimits;
import dev.redial.internal.pool.Poolable.Health;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is told of each origin. */
class OriginStatsTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private final Harbour harbour = new Harbour();

  @Test
  void eachOriginIsListedByName() throws Exception {
    harbour.stock("b", 3);
    Lease<FakeConnection> lent = harbour.lend("b");
    harbour.stock("a", 1);
    assertThat(harbour.pool.stats().origins())
        .containsExactly(
            new OriginStats("a", 1, 0, 1, 0, Optional.empty()),
            new OriginStats("b", 3, 1, 2, 0, Optional.empty()));
    assertThat(harbour.pool.counts().origins()).isEmpty();
    lent.giveBack();
  }

  @Test
  void aWaiterIsCountedWhereItWaits() throws Exception {
    Harbour one = new Harbour(Harbour.limits(1, 1));
    Lease<FakeConnection> lent = one.lend("a");
    Caller caller = Caller.starting(() -> one.lend("b"));
    while (one.pool.counts().waiting() < 1) Thread.onSpinWait();
    assertThat(one.pool.stats().origins())
        .containsExactly(
            new OriginStats("a", 1, 1, 0, 0, Optional.empty()),
            new OriginStats("b", 0, 0, 0, 1, Optional.empty()));
    lent.discard();
    caller.lease().discard();
    assertThat(one.pool.stats().origins()).isEmpty();
  }

  @Test
  void whatTheServerAnnouncesIsTold() throws Exception {
    Lease<FakeConnection> lease = harbour.lend("a");
    lease.connection().announced = Duration.ofSeconds(5).toNanos();
    lease.giveBack();
    assertThat(limit()).isEqualTo(new IdleLimit(Duration.ofSeconds(5), Source.ANNOUNCED));
  }

  @Test
  void whatIsLearnedIsToldAndOutlivesTheConnections() throws Exception {
    learnAClose(Duration.ofSeconds(2));
    assertThat(harbour.pool.stats().origins())
        .containsExactly(
            new OriginStats(
                "a",
                0,
                0,
                0,
                0,
                Optional.of(new IdleLimit(Duration.ofMillis(1_750), Source.PROVISIONAL))));
    learnAClose(Duration.ofSeconds(2));
    learnAClose(Duration.ofSeconds(2));
    assertThat(limit().source()).isEqualTo(Source.CONFIRMED);
    harbour.pass(Duration.ofHours(1));
    assertThat(harbour.pool.stats().origins()).isEmpty();
  }

  @Test
  void ofSeveralAddressesTheShortestLimitIsToldAndEachHasItsOwn() throws Exception {
    for (int server = 1; server <= 2; server++) {
      Lease<FakeConnection> lease = open("server" + server);
      lease.connection().announced = server * SECOND.toNanos();
      lease.giveBack();
      if (server == 1) harbour.pass(Duration.ofSeconds(1));
    }
    assertThat(limit()).isEqualTo(new IdleLimit(SECOND, Source.ANNOUNCED));
    Lease<FakeConnection> second = harbour.lendUnrepeatable("a");
    assertThat(second.connection().server).isEqualTo("server2");
    Lease<FakeConnection> other = harbour.lendUnrepeatable("a");
    assertThat(other.reused()).isFalse();
  }

  @Test
  void whatTheUserKnowsIsToldAndActedUpon() throws Exception {
    Harbour told =
        new Harbour(
            PoolLimits.defaults(), KeepAlive.defaults(), route -> Duration.ofSeconds(5).toNanos());
    told.stock("a", 1);
    assertThat(told.pool.stats().origins().get(0).idleLimit())
        .hasValue(new IdleLimit(Duration.ofSeconds(5), Source.PRESET));
    told.pass(Duration.ofMillis(4_499));
    Lease<FakeConnection> lease = told.lendUnrepeatable("a");
    assertThat(lease.reused()).isTrue();
    lease.connection().announced = Duration.ofSeconds(3).toNanos();
    lease.giveBack();
    assertThat(told.pool.stats().origins().get(0).idleLimit())
        .hasValue(new IdleLimit(Duration.ofSeconds(3), Source.ANNOUNCED));
    told.pass(Duration.ofMillis(2_700));
    assertThat(told.lendUnrepeatable("a").reused()).isFalse();
  }

  @Test
  void noRequestRidesLongerThanTheUserSays() throws Exception {
    Harbour told =
        new Harbour(
            PoolLimits.defaults(), KeepAlive.defaults(), route -> Duration.ofSeconds(5).toNanos());
    FakeConnection connection = told.stock("a", 1).get(0);
    told.pass(Duration.ofMillis(4_749));
    told.lend("a").giveBack();
    told.pass(Duration.ofMillis(4_750));
    told.sweep();
    assertThat(connection.closed()).isTrue();
    assertThat(told.pool.belief("a")).isNull();
  }

  private Lease<FakeConnection> open(String server) throws Exception {
    return harbour.pool.lend(
        "a",
        false,
        true,
        Pool.NO_DEADLINE,
        route -> {
          FakeConnection opened = harbour.open(route);
          opened.server = server;
          return opened;
        });
  }

  private void learnAClose(Duration limit) throws Exception {
    List<FakeConnection> stock = harbour.stock("a", 1);
    Duration quarter = Duration.ofMillis(250);
    for (Duration age = quarter; age.compareTo(limit) <= 0; age = age.plus(quarter)) {
      harbour.pass(quarter);
      if (age.equals(limit)) stock.get(0).health = Health.ENDED;
      harbour.sweep();
    }
    assertThat(stock.get(0).closed()).isTrue();
  }

  private IdleLimit limit() {
    return harbour.pool.stats().origins().get(0).idleLimit().orElseThrow();
  }
}
