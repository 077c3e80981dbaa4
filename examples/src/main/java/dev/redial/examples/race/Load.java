package dev.redial.examples.race;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Calls one target through one client from many virtual threads, and tallies what happens. */
final class Load implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final int LONGEST_BURST = 4;

  private final String name;
  private final HttpClient client;
  private final Target target;
  private final Rounds rounds;
  private final Tally tally = new Tally();
  private final AtomicInteger lastNumber = new AtomicInteger();
  private final ExecutorService executor;
  private final List<Future<?>> threads = new ArrayList<>();

  private Load(String name, HttpClient client, Target target, Rounds rounds) {
    this.name = name;
    this.client = client;
    this.target = target;
    this.rounds = rounds;
    this.executor =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name(name + "-", 0).factory());
  }

  /**
   * Starts the calls.
   *
   * @param name names the client in request ids
   * @param seed decides the pauses, the lengths of the bursts and the methods; two loads with the
   *     same seed send the same calls
   */
  static Load start(
      String name, HttpClient client, Target target, int threads, Rounds rounds, long seed) {
    Load load = new Load(name, client, target, rounds);
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < threads; i++) {
      SplittableRandom own = random.split();
      load.threads.add(load.executor.submit(() -> load.callUntilTheEnd(own)));
    }
    return load;
  }

  boolean isDone() {
    return threads.stream().allMatch(Future::isDone);
  }

  String progress() {
    return tally.progress();
  }

  /** Waits for the end of all calls. */
  Outcome await() throws InterruptedException, ExecutionException {
    for (Future<?> thread : threads) thread.get();
    return tally.outcome();
  }

  /** Interrupts calls that still run, and waits for them. */
  @Override
  public void close() {
    executor.shutdownNow();
    executor.close();
  }

  private @Nullable Void callUntilTheEnd(SplittableRandom random) throws InterruptedException {
    try {
      do {
        int calls = random.nextInt(1, LONGEST_BURST + 1);
        for (int i = 0; i < calls; i++) call(target.post() && random.nextBoolean());
      } while (rounds.awaitNext());
    } finally {
      rounds.leave();
    }
    return null;
  }

  private void call(boolean post) throws InterruptedException {
    String method = post ? "POST" : "GET";
    RequestId id = new RequestId(name, method, lastNumber.incrementAndGet());
    HttpRequest request = request(id);
    long start = System.nanoTime();
    try {
      HttpResponse<String> response = client.send(request, bodyHandler());
      long elapsed = System.nanoTime() - start;
      check(id, response);
      tally.answered(method, response.statusCode(), elapsed);
    } catch (IOException | RuntimeException e) {
      tally.failed(method, e);
    }
  }

  private HttpRequest request(RequestId id) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(target.uri())
            .timeout(TIMEOUT)
            .header(RequestId.HEADER, id.toString());
    return id.method().equals("POST")
        ? request.POST(BodyPublishers.ofString("order " + id.number())).build()
        : request.build();
  }

  private BodyHandler<String> bodyHandler() {
    return target.echoes() ? BodyHandlers.ofString() : BodyHandlers.replacing("");
  }

  private void check(RequestId id, HttpResponse<String> response) throws WrongAnswerException {
    if (target.echoes() && !response.body().equals(id.toString()))
      throw new WrongAnswerException(id.toString(), response.statusCode() + " " + response.body());
  }
}
