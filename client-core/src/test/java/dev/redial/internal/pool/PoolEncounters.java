package dev.redial.internal.pool;

import static dev.redial.internal.Encounter.must;

import dev.redial.PoolStats;
import dev.redial.internal.Encounter;
import dev.redial.internal.pool.PoolExhausted.Reason;
import dev.redial.internal.pool.Poolable.Health;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Encounters of borrowers, the reaper and the end on one small pool. What holds of all of them: no
 * connection in two hands, none lent that is closed, never more than there are places for, no
 * borrower left waiting, nothing left lent.
 */
public final class PoolEncounters {
  private final AtomicInteger open = new AtomicInteger();
  private final Encounter encounter = new Encounter();
  private final Harbour harbour;
  private final int places;
  private final AtomicBoolean closing = new AtomicBoolean();
  private final AtomicInteger sharedProbes = new AtomicInteger();

  private PoolEncounters(int total, int perOrigin) {
    harbour = new Harbour(Harbour.limits(total, perOrigin));
    places = total;
  }

  public static Map<String, Supplier<Encounter>> all() {
    Map<String, Supplier<Encounter>> all = new TreeMap<>();
    all.put("one place, three borrowers", PoolEncounters::onePlace);
    all.put("one loan, ended three times", PoolEncounters::endedThreeTimes);
    all.put("a hand-over and an interrupt", () -> handOver(true));
    all.put("a freed place and an interrupt", () -> handOver(false));
    all.put("a hand-over and a deadline", PoolEncounters::deadline);
    all.put("two routes, one place", PoolEncounters::twoRoutes);
    all.put("an opener that fails, and who waits for its place", PoolEncounters::failingOpener);
    all.put("a sweep, a borrower and a connection that ends", PoolEncounters::sweep);
    all.put("a hang-up that evicts, and a sweep", PoolEncounters::eviction);
    all.put("the end, a return and who waits", () -> end(Pool::closeNow));
    all.put("retirement, a return and who waits", () -> end(Pool::retire));
    all.put("the end and an opener", PoolEncounters::endWhileOpening);
    return all;
  }

  private static Encounter onePlace() {
    PoolEncounters here = new PoolEncounters(1, 1);
    for (int i = 0; i < 3; i++) here.encounter.thread(() -> here.use("a").giveBack());
    return here.thenNothingIsLeft();
  }

  private static Encounter endedThreeTimes() {
    PoolEncounters here = new PoolEncounters(2, 2);
    Lease<FakeConnection> lease = here.stocked("a");
    here.encounter.thread(lease::giveBack).thread(lease::discard).thread(lease::hungUp);
    return here.thenNothingIsLeft();
  }

  /** The one who waits gets the connection, or its place, or is interrupted and takes nothing. */
  private static Encounter handOver(boolean givenBack) {
    PoolEncounters here = new PoolEncounters(1, 1);
    Lease<FakeConnection> held = here.stocked("a");
    AtomicReference<Thread> waiter = new AtomicReference<>();
    here.encounter
        .thread(() -> {
          waiter.set(Thread.currentThread());
          try {
            here.use("a").giveBack();
          } catch (InterruptedException withdrawn) {
            must(!Thread.currentThread().isInterrupted(), "interrupted twice");
          }
        })
        .thread(() -> {
          if (givenBack) held.giveBack();
          else held.discard();
        })
        .thread(() -> {
          Thread thread = waiter.get();
          if (thread != null) thread.interrupt();
        });
    return here.thenNothingIsLeft();
  }

  private static Encounter deadline() {
    PoolEncounters here = new PoolEncounters(1, 1);
    Lease<FakeConnection> held = here.stocked("a");
    long deadline = here.harbour.clock.get() + 1_000;
    here.encounter
        .thread(() -> {
          try {
            here.used(here.harbour.pool.lend("a", true, false, deadline, here::open)).giveBack();
          } catch (PoolExhausted late) {
            must(late.reason() == Reason.DEADLINE, late.reason());
          }
        })
        .thread(held::giveBack)
        .thread(() -> here.harbour.pass(Duration.ofMillis(1)));
    return here.thenNothingIsLeft();
  }

  private static Encounter twoRoutes() {
    PoolEncounters here = new PoolEncounters(1, 1);
    here.encounter
        .thread(() -> here.use("a").giveBack())
        .thread(() -> here.use("b").discard())
        .thread(() -> here.use("a").giveBack());
    return here.thenNothingIsLeft();
  }

  private static Encounter failingOpener() {
    PoolEncounters here = new PoolEncounters(1, 1);
    here.encounter
        .thread(() -> {
          try {
            Lease<FakeConnection> lent =
                here.harbour.pool.lend(
                    "a",
                    true,
                    true,
                    Pool.NO_DEADLINE,
                    route -> {
                      throw new IOException("refused");
                    });
            must(false, "lent " + lent.connection());
          } catch (IOException refused) {
            must("refused".equals(refused.getMessage()), refused);
          }
        })
        .thread(() -> here.use("a").giveBack())
        .thread(() -> here.use("a").discard());
    return here.thenNothingIsLeft();
  }

  private static Encounter sweep() {
    PoolEncounters here = new PoolEncounters(1, 1);
    Lease<FakeConnection> stocked = here.stocked("a");
    stocked.giveBack();
    here.harbour.pass(Duration.ofSeconds(1));
    here.encounter
        .thread(here.harbour::sweep)
        .thread(() -> here.use("a").giveBack())
        .thread(() -> stocked.connection().health = Health.ENDED);
    return here.thenNothingIsLeft();
  }

  /** What is as old as the one that was hung up on is evicted, also from the reaper's hands. */
  private static Encounter eviction() {
    PoolEncounters here = new PoolEncounters(3, 3);
    List<Lease<FakeConnection>> leases = new ArrayList<>();
    for (int i = 0; i < 3; i++) leases.add(here.stocked("a"));
    leases.forEach(Lease::giveBack);
    here.harbour.pass(Duration.ofSeconds(1));
    Lease<FakeConnection> dead = here.stocked("a");
    here.encounter.thread(dead::hungUp).thread(here.harbour::sweep);
    return here.encounter.afterwards(
        () -> must(here.open.get() == 0 && here.harbour.pool.isEmpty(), "not evicted"));
  }

  private static Encounter end(Consumer<Pool<?, ?>> how) {
    PoolEncounters here = new PoolEncounters(1, 1);
    Lease<FakeConnection> held = here.stocked("a");
    here.encounter
        .thread(() -> {
          try {
            here.use("a").giveBack();
          } catch (PoolClosed ended) {
            must(here.closing.get(), ended);
          }
        })
        .thread(held::giveBack)
        .thread(() -> {
          here.closing.set(true);
          how.accept(here.harbour.pool);
        });
    return here.thenIsEmpty();
  }

  private static Encounter endWhileOpening() {
    PoolEncounters here = new PoolEncounters(2, 2);
    List<Lease<FakeConnection>> lent = Collections.synchronizedList(new ArrayList<>());
    for (int i = 0; i < 2; i++) {
      here.encounter.thread(() -> {
        try {
          lent.add(here.use("a"));
        } catch (PoolClosed ended) {
          must(here.closing.get(), ended);
        }
      });
    }
    here.encounter.thread(() -> {
      here.closing.set(true);
      here.harbour.pool.closeNow();
    });
    return here.encounter.afterwards(() -> {
      must(here.open.get() == 0, "open after the end");
      lent.forEach(Lease::giveBack);
      must(here.harbour.pool.isEmpty() && here.harbour.pool.routes() == 0, "left over");
    });
  }

  // The rules

  private Lease<FakeConnection> stocked(String route) {
    try {
      return harbour.pool.lend(route, true, false, Pool.NO_DEADLINE, this::open);
    } catch (Exception fault) {
      throw new AssertionError(fault);
    }
  }

  private FakeConnection open(String route) {
    must(open.incrementAndGet() <= places, "more connections than places");
    FakeConnection connection = harbour.open(route);
    connection.onClose = open::decrementAndGet;
    connection.onProbe = () -> probed(connection);
    return connection;
  }

  /** By the one who owns it, so nobody else uses it meanwhile. */
  private void probed(FakeConnection connection) {
    if (connection.owners.incrementAndGet() != 1) sharedProbes.incrementAndGet();
    for (int i = 0; i < 50; i++) Thread.onSpinWait();
    connection.owners.decrementAndGet();
  }

  private Lease<FakeConnection> use(String route) throws Exception {
    return used(harbour.pool.lend(route, true, false, Pool.NO_DEADLINE, this::open));
  }

  private Lease<FakeConnection> used(Lease<FakeConnection> lease) {
    FakeConnection connection = lease.connection();
    must(connection.owners.incrementAndGet() == 1, "two owners");
    must(closing.get() || !connection.closed(), "lent although closed");
    connection.owners.decrementAndGet();
    return lease;
  }

  private Encounter thenNothingIsLeft() {
    return encounter.afterwards(() -> {
      must(sharedProbes.get() == 0, "probed by two");
      PoolStats stats = harbour.pool.counts();
      must(stats.active() == 0 && stats.waiting() == 0, stats);
      must(stats.idle() == open.get(), stats + ", open: " + open);
      must(stats.total() == stats.idle(), stats);
      harbour.pool.retire();
      must(open.get() == 0 && harbour.pool.isEmpty() && harbour.pool.routes() == 0, "left over");
    });
  }

  private Encounter thenIsEmpty() {
    return encounter.afterwards(() -> {
      must(harbour.pool.counts().waiting() == 0, "left waiting");
      must(open.get() == 0 && harbour.pool.isEmpty() && harbour.pool.routes() == 0, "left over");
    });
  }
}
