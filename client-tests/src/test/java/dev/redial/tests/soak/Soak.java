package dev.redial.tests.soak;

import dev.redial.RedialClient;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** What the callers of a soak share. */
final class Soak {
  static final String ATTEMPT = "X-Attempt";
  static final String IDLE = "idle for too long";

  private static final int MOST_FAULTS = 20;

  final Executions executions;
  final CountDownLatch over = new CountDownLatch(1);
  private final AtomicReferenceArray<RedialClient> clients;
  private final List<URI> servers;
  private final long pauseMillis;
  private final AtomicLong numbers = new AtomicLong();
  private final Map<String, LongAdder> outcomes = new ConcurrentSkipListMap<>();
  private final Queue<Throwable> wrongs = new ConcurrentLinkedQueue<>();
  private final AtomicReference<Took> longest = new AtomicReference<>(new Took(0, "none"));

  private record Took(long nanos, String what) {}

  Soak(Executions executions, List<RedialClient> clients, List<URI> servers, long pauseMillis) {
    this.executions = executions;
    this.clients = new AtomicReferenceArray<>(clients.toArray(RedialClient[]::new));
    this.servers = servers;
    this.pauseMillis = pauseMillis;
  }

  /** The body of every answer to the request of that number. */
  static String body(long number) {
    return ("[" + number + "]").repeat((int) Math.floorMod(number, 400L) + 1);
  }

  long nextNumber() {
    return numbers.getAndIncrement();
  }

  RedialClient client(RandomGenerator random) {
    return clients.get(random.nextInt(clients.length()));
  }

  List<RedialClient> clients() {
    return IntStream.range(0, clients.length()).mapToObj(clients::get).toList();
  }

  /** Returns the one that was there before. */
  RedialClient replaceLastClient(RedialClient client) {
    return clients.getAndSet(clients.length() - 1, client);
  }

  URI server(RandomGenerator random) {
    return servers.get(random.nextInt(servers.size()));
  }

  /** Pauses; true when the soak is over. */
  boolean pause(RandomGenerator random) throws InterruptedException {
    return over.await(random.nextLong(2 * pauseMillis), TimeUnit.MILLISECONDS);
  }

  void count(String outcome) {
    outcomes.computeIfAbsent(outcome, name -> new LongAdder()).increment();
  }

  void took(long nanos, String what) {
    if (nanos > longest.get().nanos)
      longest.accumulateAndGet(new Took(nanos, what), (a, b) -> a.nanos < b.nanos ? b : a);
  }

  /** What must not happen. */
  void wrong(Throwable what) {
    count("WRONG");
    if (wrongs.size() < MOST_FAULTS) wrongs.add(what);
  }

  List<Throwable> wrongs() {
    return List.copyOf(wrongs);
  }

  long calls() {
    return numbers.get();
  }

  @Override
  public String toString() {
    Took took = longest.get();
    return calls()
        + " calls, the longest "
        + took.nanos / 1_000_000
        + " ms, "
        + took.what
        + ": "
        + outcomes;
  }
}
