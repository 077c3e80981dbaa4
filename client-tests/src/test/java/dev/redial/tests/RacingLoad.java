package dev.redial.tests;

import dev.redial.HangUpException;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToIntFunction;

/**
 * Virtual threads that call one server in rounds, all at once, with pauses around the server's idle
 * limit between the rounds: so each call meets a connection that is just about to be closed. One
 * thread in four keeps to no round and pauses for any shorter time.
 */
final class RacingLoad {
  private static final int THREADS = 40;
  private static final double SHORTEST_PAUSE = 0.9;
  private static final double LONGEST_PAUSE = 1.1;
  private static final long MOST_JITTER_NANOS = 3_000_000;

  private final String name;
  private final Racer client;
  private final URI uri;
  private final long idleLimitNanos;
  private final List<Long> rounds = new ArrayList<>();
  private final Queue<Outcome> outcomes = new ConcurrentLinkedQueue<>();
  private final CountDownLatch running = new CountDownLatch(THREADS);

  /** One call: what it was, when it began, and its failure, if it failed. */
  private record Outcome(String id, boolean post, long startedNanos, List<Exception> failure) {
    boolean failed() {
      return !failure.isEmpty();
    }
  }

  /** Another status than 200. */
  private static final class RefusedException extends IOException {
    private static final long serialVersionUID = 1L;
    private final int status;

    RefusedException(int status) {
      super("status " + status);
      this.status = status;
    }
  }

  RacingLoad(
      String name, Racer client, URI uri, Duration idleLimit, Duration length, Random random) {
    this.name = name.replace(' ', '-'); // it goes into ids, which servers log as one word
    this.client = client;
    this.uri = uri;
    this.idleLimitNanos = idleLimit.toNanos();
    long at = 0;
    while (at < length.toNanos()) {
      rounds.add(at);
      at += (long) (idleLimit.toNanos() * random.nextDouble(SHORTEST_PAUSE, LONGEST_PAUSE));
    }
  }

  void start() {
    long start = System.nanoTime();
    for (int i = 0; i < THREADS; i++) {
      int number = i;
      Thread unused =
          Thread.ofVirtual().name("load-" + name + "-" + i).start(() -> run(number, start));
    }
  }

  void await() throws InterruptedException {
    if (!running.await(rounds.getLast() + TimeUnit.SECONDS.toNanos(30), TimeUnit.NANOSECONDS))
      throw new AssertionError(name + " does not end");
  }

  /** Calls that were made. */
  int calls() {
    return outcomes.size();
  }

  /** GETs that failed. */
  List<String> lostGets() {
    return outcomes.stream()
        .filter(o -> o.failed() && !o.post)
        .map(o -> o.id + ": " + o.failure)
        .toList();
  }

  /** The name. */
  String name() {
    return name;
  }

  /** POSTs that failed. */
  long failedPosts() {
    return outcomes.stream().filter(o -> o.failed() && o.post).count();
  }

  /** POSTs that failed although they began later than that after the start. */
  List<String> postsFailedAfter(Duration learningTime) {
    long start = outcomes.stream().mapToLong(Outcome::startedNanos).min().orElseThrow();
    return outcomes.stream()
        .filter(o -> o.failed() && o.post && o.startedNanos - start > learningTime.toNanos())
        .map(o -> o.id + " after " + (o.startedNanos - start) / 1_000_000 + " ms: " + o.failure)
        .toList();
  }

  /** Failures other than a hang-up, or a 408 that met a POST on its way. */
  List<Exception> oddFailures() {
    return outcomes.stream()
        .flatMap(o -> o.failure.stream().filter(failure -> !isTheRace(failure, o.post)))
        .toList();
  }

  private static boolean isTheRace(Exception failure, boolean post) {
    return failure instanceof HangUpException
        || (post && failure instanceof RefusedException refused && refused.status == 408);
  }

  /**
   * Calls that the server executed more often than it may, or that succeeded without having been
   * executed.
   */
  List<String> wronglyExecuted(ToIntFunction<String> executions) {
    return outcomes.stream()
        .filter(o -> !rightlyExecuted(o, executions.applyAsInt(o.id)))
        .map(o -> o.id + " executed " + executions.applyAsInt(o.id) + " times, " + o.failure)
        .toList();
  }

  /** The requests that the server executed more often than once. */
  long repeated(boolean post, ToIntFunction<String> executions) {
    return outcomes.stream().filter(o -> o.post == post && executions.applyAsInt(o.id) > 1).count();
  }

  private static boolean rightlyExecuted(Outcome outcome, int executions) {
    if (!outcome.failed() && executions == 0) return false;
    return executions <= (outcome.post ? 1 : 2);
  }

  private void run(int number, long start) {
    try {
      Random random = new Random(number);
      if (number % 4 == 0) strayFromTheRounds(number, start, random);
      else keepToTheRounds(number, start, random);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      running.countDown();
    }
  }

  private void keepToTheRounds(int number, long start, Random random) throws InterruptedException {
    for (int round = 0; round < rounds.size(); round++) {
      waitUntil(start + rounds.get(round) + random.nextLong(MOST_JITTER_NANOS));
      call(name + "-" + number + "-" + round, random.nextBoolean());
    }
  }

  private void strayFromTheRounds(int number, long start, Random random)
      throws InterruptedException {
    long end = start + rounds.getLast();
    for (int call = 0; System.nanoTime() < end; call++) {
      call(name + "-" + number + "-" + call, random.nextBoolean());
      waitUntil(System.nanoTime() + (long) (idleLimitNanos * random.nextDouble(LONGEST_PAUSE)));
    }
  }

  private void call(String id, boolean post) throws InterruptedException {
    long started = System.nanoTime();
    try {
      int status = client.send(post, uri, id);
      if (status != 200) throw new RefusedException(status);
      outcomes.add(new Outcome(id, post, started, List.of()));
    } catch (IOException | RuntimeException e) {
      outcomes.add(new Outcome(id, post, started, List.of(e)));
    }
  }

  private static void waitUntil(long time) throws InterruptedException {
    for (long left = time - System.nanoTime(); left > 0; left = time - System.nanoTime()) {
      LockSupport.parkNanos(left);
      if (Thread.interrupted()) throw new InterruptedException();
    }
  }
}
