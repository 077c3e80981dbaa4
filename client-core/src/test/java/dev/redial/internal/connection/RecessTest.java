package dev.redial.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When those who look for answers make room for others, and that nobody is forgotten then. */
@Timeout(60)
class RecessTest {
  private static final Duration SOON = Duration.ofMillis(1);
  private static final Executor NO_LIMIT = task -> {};

  private final AtomicLong now = new AtomicLong();
  private final Connection connection = new Bench().connection;
  private long leavingNanos = Recess.ALONE_NANOS;
  private final Queue<Runnable> turns = new ArrayDeque<>();
  private final List<Boolean> told = new ArrayList<>();

  /** The clock may stand anywhere, and passes from the highest number to the lowest. */
  @ParameterizedTest
  @ValueSource(longs = {0, 1, -1, -3_000_000, Long.MAX_VALUE, Long.MAX_VALUE - 8_000_001})
  void itBeginsAfterAWhileAndEndsOnceWhoeverBeganItIsAlone(long start) {
    now.set(start);
    Recess recess = scripted();
    assertThat(isOnDuringTurnOf(recess, Recess.LOOKING_NANOS - 1)).isFalse();

    now.set(start + Recess.LOOKING_NANOS);
    told.clear();
    turns.add(() -> passAndAsk(recess, Recess.ALONE_NANOS));
    turns.add(() -> passAndAsk(recess, Recess.ALONE_NANOS));
    turns.add(() -> passAndAsk(recess, Recess.ALONE_NANOS - 1));
    assertThat(recess.giveWay(now.get(), connection)).isTrue();

    assertThat(told).containsExactly(false, false, false);
    assertThat(turns).isEmpty();
    assertThat(isOnDuringTurnOf(recess, 0)).isFalse();
    assertThat(isOnDuringTurnOf(recess, Recess.LOOKING_NANOS - 1)).isFalse();
    assertThat(isOnDuringTurnOf(recess, 1)).isTrue();
  }

  @Test
  void afterRecessesWithoutSuccessLookingGoesOnForLonger() {
    Recess recess = scripted();

    fail(recess, Recess.LOOKING_NANOS);
    for (int times : new int[] {4, 8, 16, 32}) fail(recess, times * Recess.LONGEST_NANOS);
    fail(recess, Recess.LONGEST_LOOKING_NANOS);
    assertThat(isOnDuringTurnOf(recess, Recess.LONGEST_LOOKING_NANOS - 1)).isFalse();

    assertThat(isOnDuringTurnOf(recess, 1)).isTrue(); // and is a success
    assertThat(isOnDuringTurnOf(recess, Recess.LOOKING_NANOS)).isTrue();
  }

  @Test
  void itIsCalledOffIfNobodyCame() {
    Recess recess = scripted();

    assertThat(isOnDuringTurnOf(recess, Recess.LOOKING_NANOS + Recess.CALLED_OFF_NANOS)).isFalse();

    assertThat(isOnDuringTurnOf(recess, Recess.LOOKING_NANOS - 1)).isFalse();
    assertThat(isOnDuringTurnOf(recess, 1)).isTrue();
  }

  /** Carriers that had nothing to do have run whoever was kept out. */
  @Test
  void oneThatIsCalledOffIsDueAgainSoonAlsoAfterFailures() {
    Recess recess = scripted();
    fail(recess, Recess.LOOKING_NANOS);
    fail(recess, 4 * Recess.LONGEST_NANOS);

    assertThat(isOnDuringTurnOf(recess, 8 * Recess.LONGEST_NANOS + Recess.CALLED_OFF_NANOS))
        .isFalse();

    assertThat(isOnDuringTurnOf(recess, Recess.LOOKING_NANOS - 1)).isFalse();
    assertThat(isOnDuringTurnOf(recess, 1)).isTrue();
  }

  @Test
  void whoeverWaitsWithoutALookGivesNoTurnAndBeginsItOnlyIfSomebodyHasLooked() {
    Recess recess = scripted();
    now.addAndGet(Recess.LOOKING_NANOS);
    turns.add(() -> passAndAsk(recess, 0));
    recess.takePart(now.get(), connection);
    assertThat(turns).hasSize(1); // nobody has looked

    assertThat(recess.giveWay(now.get(), connection)).isTrue();
    assertThat(told).containsExactly(false); // it was still due
    now.addAndGet(Recess.LOOKING_NANOS);
    turns.add(() -> passAndAsk(recess, 0));
    recess.takePart(now.get(), connection);
    assertThat(turns).hasSize(1); // nobody has looked since

    now.addAndGet(-1);
    turns.clear();
    assertThat(recess.giveWay(now.get(), connection)).isTrue();
    turns.add(() -> passAndAsk(recess, 0));
    recess.takePart(now.get(), connection);
    assertThat(turns).hasSize(1); // it is not due

    told.clear();
    now.incrementAndGet();
    recess.takePart(now.get(), connection);
    assertThat(told).containsExactly(false);
  }

  @Test
  void lookingGoesOnForAsLongAsTheLastOneTook() {
    Recess recess = scripted();
    now.addAndGet(Recess.LOOKING_NANOS);
    long half = Recess.LOOKING_NANOS;
    turns.add(() -> passAndAsk(recess, half));
    turns.add(() -> passAndAsk(recess, half));
    leavingNanos = half;
    assertThat(recess.giveWay(now.get(), connection)).isTrue();
    leavingNanos = Recess.ALONE_NANOS;

    assertThat(isOnDuringTurnOf(recess, 3 * half - 1)).isFalse();
    assertThat(isOnDuringTurnOf(recess, 1)).isTrue();
    assertThat(isOnDuringTurnOf(recess, Recess.LOOKING_NANOS)).isTrue();
  }

  /** A permit was left over, from whatever the thread had been parked for before. */
  @Test
  void whoeverIsBackAtOnceLeavesAgain() {
    AtomicInteger leaves = new AtomicInteger();
    Recess recess =
        new Recess(
            now::get,
            () -> {},
            () -> now.addAndGet(leaves.incrementAndGet() == 1 ? 0 : Recess.ALONE_NANOS),
            NO_LIMIT,
            false);
    now.addAndGet(Recess.LOOKING_NANOS);

    assertThat(recess.giveWay(now.get(), connection)).isTrue();

    assertThat(leaves).hasValue(2);
  }

  @Test
  void nothingIsLearntFromWhoeverCannotLeaveItsCarrier() {
    Recess recess = scripted();
    fail(recess, Recess.LOOKING_NANOS);
    leavingNanos = 0;

    assertThat(isOnDuringTurnOf(recess, 4 * Recess.LONGEST_NANOS)).isTrue();

    leavingNanos = Recess.ALONE_NANOS;
    assertThat(isOnDuringTurnOf(recess, 4 * Recess.LONGEST_NANOS - 1)).isFalse();
    assertThat(isOnDuringTurnOf(recess, 1)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whoeverHoldsItEndsItWhenCalledAway(boolean byInterrupt) throws Exception {
    Recess recess = scripted();
    now.addAndGet(Recess.LOOKING_NANOS);
    turns.add(() -> {
      passAndAsk(recess, Recess.ALONE_NANOS);
      if (byInterrupt) Thread.currentThread().interrupt();
      else connection.close();
    });
    turns.add(() -> passAndAsk(recess, 0));

    Bench.Running<Boolean> holder =
        Bench.start(() -> {
          assertThat(recess.giveWay(now.get(), connection)).isTrue();
          return Thread.currentThread().isInterrupted();
        });

    assertThat(holder.get()).isEqualTo(byInterrupt);
    assertThat(told).containsExactly(false);
    assertThat(turns).hasSize(1);
    turns.clear();
  }

  @Test
  void aFailureEndsIt() {
    AtomicReference<Runnable> turn =
        new AtomicReference<>(() -> {
          throw new IllegalStateException("turn");
        });
    Recess recess = new Recess(now::get, () -> turn.get().run(), this::leave, NO_LIMIT, false);
    now.addAndGet(Recess.LOOKING_NANOS);

    assertThatThrownBy(() -> recess.giveWay(now.get(), connection)).hasMessage("turn");

    turn.set(() -> {});
    assertThat(recess.giveWay(now.get(), connection)).isTrue();
  }

  @Test
  void noneBeginsWithoutItsLimit() {
    Recess recess =
        new Recess(
            now::get,
            () -> {},
            this::leave,
            task -> {
              throw new RejectedExecutionException("limit");
            },
            true);
    now.addAndGet(Recess.LOOKING_NANOS);

    for (int i = 0; i < 2; i++)
      assertThatThrownBy(() -> recess.giveWay(now.get(), connection)).hasMessage("limit");
  }

  @Test
  void othersRestUntilItIsOver() throws Exception {
    CountDownLatch othersAreDone = new CountDownLatch(1);
    Recess recess = dueUntil(othersAreDone);
    Bench.Running<Boolean> first = begin(recess);
    List<Bench.Running<Boolean>> others = new ArrayList<>();
    for (int i = 0; i < 3; i++)
      others.add(Bench.start(() -> recess.giveWay(now.get(), connection)));
    others.add(
        Bench.start(() -> {
          recess.takePart(now.get(), connection);
          return true;
        }));
    for (Bench.Running<Boolean> other : others) awaitParked(other);

    othersAreDone.countDown();

    assertThat(first.get()).isTrue();
    for (Bench.Running<Boolean> other : others) assertThat(other.get()).isTrue();
  }

  @Test
  void whoeverIsInterruptedRestsNoLonger() throws Exception {
    CountDownLatch othersAreDone = new CountDownLatch(1);
    Recess recess = dueUntil(othersAreDone);
    Bench.Running<Boolean> first = begin(recess);
    Bench.Running<Boolean> stays = rest(recess, connection);
    Bench.Running<Boolean> goes =
        Bench.start(
            () -> recess.giveWay(now.get(), connection) && Thread.currentThread().isInterrupted());
    awaitParked(goes);

    goes.thread().interrupt();

    assertThat(goes.get()).isTrue();
    assertThat(stays.outcome()).isNotDone();
    othersAreDone.countDown();
    assertThat(first.get()).isTrue();
    assertThat(stays.get()).isTrue();
  }

  @Test
  void whoseConnectionIsClosedRestsNoLonger() throws Exception {
    CountDownLatch othersAreDone = new CountDownLatch(1);
    Recess recess = dueUntil(othersAreDone);
    Bench.Running<Boolean> first = begin(recess);
    Bench.Running<Boolean> stays = rest(recess, connection);
    Connection closed = new Bench().connection;
    Bench.Running<Boolean> goes = rest(recess, closed);

    closed.close();

    assertThat(goes.get()).isTrue();
    assertThat(Bench.start(() -> recess.giveWay(now.get(), closed)).get()).isTrue();
    assertThat(stays.outcome()).isNotDone();
    othersAreDone.countDown();
    assertThat(first.get()).isTrue();
    assertThat(stays.get()).isTrue();
  }

  /** As if no carrier could run it: they are all kept by threads that rest. */
  @Test
  void nobodyRestsForLongIfWhoeverBeganItDoesNotComeBack() throws Exception {
    Queue<Runnable> limits = new ConcurrentLinkedQueue<>();
    CountDownLatch comesBack = new CountDownLatch(1);
    Recess recess =
        new Recess(now::get, () -> awaitOpen(comesBack), this::leave, limits::add, true);
    now.set(Recess.LOOKING_NANOS);
    Bench.Running<Boolean> first = begin(recess);

    Bench.Running<Boolean> other = rest(recess, connection);

    limits.remove().run();
    assertThat(other.outcome()).isNotDone(); // it has come meanwhile
    limits.remove().run(); // and nobody since

    assertThat(other.get()).isTrue();
    assertThat(limits).isEmpty();
    assertThat(first.outcome()).isNotDone();
    comesBack.countDown();
    assertThat(first.get()).isTrue();
  }

  @Test
  void norIfOthersStillCome() throws Exception {
    Queue<Runnable> limits = new ConcurrentLinkedQueue<>();
    CountDownLatch comesBack = new CountDownLatch(1);
    Recess recess =
        new Recess(now::get, () -> awaitOpen(comesBack), this::leave, limits::add, true);
    now.set(Recess.LOOKING_NANOS);
    Bench.Running<Boolean> first = begin(recess);
    List<Bench.Running<Boolean>> others = new ArrayList<>();

    for (int times = 1; times <= Recess.MOST_TIMES; times++) {
      others.add(rest(recess, connection));
      assertThat(others).noneMatch(other -> other.outcome().isDone());
      limits.remove().run();
    }

    for (Bench.Running<Boolean> other : others) assertThat(other.get()).isTrue();
    assertThat(limits).isEmpty();
    comesBack.countDown();
    assertThat(first.get()).isTrue();
  }

  @Test
  void itGoesOnWhileOthersStillCome() throws Exception {
    Recess recess = parking();
    List<Bench.Running<Boolean>> others = new ArrayList<>();
    turns.add(() -> others.add(comesAfter(recess, Recess.LONGEST_NANOS)));
    turns.add(() -> now.addAndGet(Recess.ALONE_NANOS - 1));

    assertThat(recess.giveWay(now.get(), connection)).isTrue();

    assertThat(others.getFirst().get()).isTrue();
    long took = Recess.LONGEST_NANOS + Recess.ALONE_NANOS - 1 + leavingNanos;
    assertThat(begins(recess, took - 1)).isFalse();
    assertThat(begins(recess, 1)).isTrue();
  }

  @Test
  void butNotForEver() throws Exception {
    Recess recess = parking();
    List<Bench.Running<Boolean>> others = new ArrayList<>();
    for (int times = 1; times <= Recess.MOST_TIMES + 1; times++)
      turns.add(() -> others.add(comesAfter(recess, Recess.LONGEST_NANOS)));

    assertThat(recess.giveWay(now.get(), connection)).isTrue();

    assertThat(others).hasSize(Recess.MOST_TIMES);
    for (Bench.Running<Boolean> other : others) assertThat(other.get()).isTrue();
    turns.clear();
    assertThat(begins(recess, 4 * Recess.LONGEST_NANOS - 1)).isFalse();
    assertThat(begins(recess, 1)).isTrue();
  }

  @Test
  void itHasFailedIfNobodyHasComeSinceItWentOn() throws Exception {
    Recess recess = parking();
    List<Bench.Running<Boolean>> others = new ArrayList<>();
    turns.add(() -> others.add(comesAfter(recess, Recess.LONGEST_NANOS)));
    turns.add(() -> now.addAndGet(Recess.ALONE_NANOS));

    assertThat(recess.giveWay(now.get(), connection)).isTrue();

    assertThat(turns).isEmpty();
    assertThat(others.getFirst().get()).isTrue();
    assertThat(begins(recess, 4 * Recess.LONGEST_NANOS - 1)).isFalse();
    assertThat(begins(recess, 1)).isTrue();
  }

  /** One that is due, and in which others rest. */
  private Recess parking() {
    Recess recess =
        new Recess(
            now::get,
            () -> {
              Runnable turn = turns.poll();
              if (turn != null) turn.run();
            },
            this::leave,
            NO_LIMIT,
            true);
    now.set(Recess.LOOKING_NANOS);
    return recess;
  }

  private Bench.Running<Boolean> comesAfter(Recess recess, long nanos) {
    now.addAndGet(nanos);
    return rest(recess, connection);
  }

  /** Whether one begins when time has passed; nobody else comes. */
  private boolean begins(Recess recess, long nanos) {
    now.addAndGet(nanos);
    long before = now.get();
    assertThat(recess.giveWay(before, connection)).isTrue();
    return now.get() > before; // whoever begins it leaves the carrier
  }

  @Test
  void theLimitOfOneIsNotThatOfTheNext() throws Exception {
    Queue<Runnable> limits = new ConcurrentLinkedQueue<>();
    AtomicReference<Runnable> turn = new AtomicReference<>(() -> {});
    Recess recess = new Recess(now::get, () -> turn.get().run(), this::leave, limits::add, true);
    now.set(Recess.LOOKING_NANOS);
    assertThat(recess.giveWay(now.get(), connection)).isTrue();
    CountDownLatch othersAreDone = new CountDownLatch(1);
    turn.set(() -> awaitOpen(othersAreDone));
    now.addAndGet(Recess.LOOKING_NANOS);
    Bench.Running<Boolean> first = begin(recess);
    Bench.Running<Boolean> other = rest(recess, connection);

    limits.remove().run();

    Bench.Running<Boolean> third = rest(recess, connection);
    assertThat(other.outcome()).isNotDone();
    othersAreDone.countDown();
    for (Bench.Running<Boolean> caller : List.of(first, other, third))
      assertThat(caller.get()).isTrue();
    assertThat(limits).hasSize(1);
  }

  @Test
  void whoeverComesBackTooLateEndsNoneButItsOwn() throws Exception {
    leavingNanos = 0;
    Queue<Runnable> limits = new ConcurrentLinkedQueue<>();
    Queue<CountDownLatch> returns = new ConcurrentLinkedQueue<>();
    CountDownLatch firstReturns = new CountDownLatch(1);
    CountDownLatch secondReturns = new CountDownLatch(1);
    returns.add(firstReturns);
    returns.add(secondReturns);
    Recess recess =
        new Recess(now::get, () -> awaitOpen(returns.remove()), this::leave, limits::add, true);
    now.set(Recess.LOOKING_NANOS);
    Bench.Running<Boolean> first = begin(recess);
    limits.remove().run();
    now.addAndGet(4 * Recess.LONGEST_NANOS);
    Bench.Running<Boolean> second = begin(recess);
    Bench.Running<Boolean> other = rest(recess, connection);

    firstReturns.countDown();

    assertThat(first.get()).isTrue();
    assertThat(other.outcome()).isNotDone();
    limits.remove().run(); // it has come meanwhile
    limits.remove().run();
    assertThat(other.get()).isTrue();
    secondReturns.countDown();
    assertThat(second.get()).isTrue();
    now.addAndGet(8 * Recess.LONGEST_NANOS - 1);
    returns.add(new CountDownLatch(0));
    assertThat(recess.giveWay(now.get(), connection)).isTrue();
    assertThat(limits).isEmpty(); // none has begun
    now.incrementAndGet();
    returns.add(new CountDownLatch(0));
    assertThat(recess.giveWay(now.get(), connection)).isTrue();
    assertThat(limits).hasSize(1);
  }

  @Test
  void oneOfManyBeginsIt() throws Exception {
    for (int round = 0; round < 200; round++) {
      AtomicInteger yields = new AtomicInteger();
      now.set(0);
      CountDownLatch othersAreDone = new CountDownLatch(1);
      Runnable turn =
          () -> {
            yields.incrementAndGet();
            awaitOpen(othersAreDone);
          };
      Recess recess = new Recess(now::get, turn, this::leave, NO_LIMIT, false);
      now.set(Recess.LOOKING_NANOS);
      CyclicBarrier together = new CyclicBarrier(4);
      AtomicInteger wait = new AtomicInteger();
      List<Bench.Running<Boolean>> callers = new ArrayList<>();
      for (int i = 0; i < 4; i++)
        callers.add(
            Bench.start(() -> {
              together.await();
              boolean looks = recess.giveWay(now.get(), connection);
              if (!looks) wait.incrementAndGet();
              return looks;
            }));

      await().pollInterval(SOON).until(() -> wait.get() + yields.get() == 4);
      assertThat(yields).hasPositiveValue();
      othersAreDone.countDown();
      for (Bench.Running<Boolean> caller : callers) caller.get();
    }
  }

  /** Each of them comes to its end only if each rest has one. */
  @Test
  @SuppressWarnings("ThreadPriorityCheck") // is what it does
  void nobodyIsForgotten() throws Exception {
    AtomicLong fast = new AtomicLong();
    Recess recess =
        new Recess(() -> fast.addAndGet(1_000), Thread::yield, this::leave, NO_LIMIT, true);
    List<Bench.Running<Boolean>> callers = new ArrayList<>();
    for (int i = 0; i < 16; i++)
      callers.add(
          Bench.start(() -> {
            boolean looks = true;
            for (int call = 0; call < 50_000; call++)
              looks &= recess.giveWay(fast.addAndGet(500), connection);
            return looks;
          }));

    for (Bench.Running<Boolean> caller : callers) assertThat(caller.get()).isTrue();
  }

  /** One that others do not rest in: they are told to wait for their answer. */
  private Recess scripted() {
    return new Recess(
        now::get,
        () -> {
          Runnable turn = turns.poll();
          if (turn != null) turn.run();
        },
        this::leave,
        NO_LIMIT,
        false);
  }

  private void leave() {
    now.addAndGet(leavingNanos);
  }

  /** Time passes, somebody comes, and gives others their turn, in which somebody else comes. */
  private boolean isOnDuringTurnOf(Recess recess, long nanos) {
    now.addAndGet(nanos);
    told.clear();
    turns.add(() -> passAndAsk(recess, 0));
    assertThat(recess.giveWay(now.get(), connection)).isTrue();
    return !told.getFirst();
  }

  private void passAndAsk(Recess recess, long nanos) {
    now.addAndGet(nanos);
    told.add(recess.giveWay(now.get(), connection));
  }

  /** Others keep the carrier busy in one that begins just then. */
  private void fail(Recess recess, long nanos) {
    now.addAndGet(nanos);
    long begun = now.get();
    turns.add(() -> passAndAsk(recess, Recess.LONGEST_NANOS - 1));
    turns.add(() -> passAndAsk(recess, Recess.ALONE_NANOS));
    assertThat(recess.giveWay(begun, connection)).isTrue();
    assertThat(turns).isEmpty();
  }

  /** One that is due, and in which whoever begins it waits for that. */
  private Recess dueUntil(CountDownLatch othersAreDone) {
    Recess recess =
        new Recess(now::get, () -> awaitOpen(othersAreDone), this::leave, NO_LIMIT, true);
    now.set(Recess.LOOKING_NANOS);
    return recess;
  }

  private Bench.Running<Boolean> begin(Recess recess) {
    return rest(recess, connection);
  }

  /** Somebody who comes, and has parked. */
  private Bench.Running<Boolean> rest(Recess recess, Connection connection) {
    Bench.Running<Boolean> resting = Bench.start(() -> recess.giveWay(now.get(), connection));
    awaitParked(resting);
    return resting;
  }

  private static void awaitParked(Bench.Running<?> running) {
    await()
        .pollInterval(SOON)
        .until(() ->
            running.thread().getState() == Thread.State.WAITING
                || running.thread().getState() == Thread.State.TIMED_WAITING);
  }

  private static void awaitOpen(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
