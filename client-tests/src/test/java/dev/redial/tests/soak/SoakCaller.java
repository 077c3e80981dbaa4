package dev.redial.tests.soak;

import dev.redial.ExchangeFailure;
import dev.redial.RedialClient;
import dev.redial.ServerActed;
import dev.redial.tests.kit.RequestSeen;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One caller: calls in every way that there is, one after the other, and checks what it gets. */
final class SoakCaller {
  private static final Duration FAST = Duration.ofMillis(300);
  private static final Duration PATIENT = Duration.ofSeconds(3);
  private static final Duration TARDY = Duration.ofSeconds(1);

  /** How it calls, and how it gives up. */
  private enum Way {
    SEND,
    SEND_AND_INTERRUPT,
    FUTURE,
    FUTURE_CANCELLED,
    FUTURE_TIMED_OUT,
    STREAM,
    STREAM_CLOSED_EARLY,
    STREAM_DROPPED
  }

  private final Soak soak;
  private final SplittableRandom random;

  SoakCaller(Soak soak, long seed) {
    this.soak = soak;
    this.random = new SplittableRandom(seed);
  }

  void callUntilOver() {
    try {
      while (!soak.pause(random)) call();
    } catch (Throwable e) {
      soak.wrong(e);
    }
  }

  private void call() throws InterruptedException {
    long number = soak.nextNumber();
    Way way = Way.values()[random.nextInt(Way.values().length)];
    HttpRequest request = request(number, Fault.drawn(random));
    long start = System.nanoTime();
    try {
      send(soak.client(random), way, request, number);
    } catch (Exception | AssertionError e) {
      judge(e, way, request, number);
    }
    long took = System.nanoTime() - start;
    if (took > request.timeout().orElseThrow().plus(TARDY).toNanos()) soak.count("tardy " + way);
    soak.took(took, way + " of " + request + " within " + request.timeout().orElseThrow());
  }

  private HttpRequest request(long number, Fault fault) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(soak.server(random).resolve("/" + fault))
            .header(RequestSeen.ID_FIELD, Long.toString(number))
            .timeout(random.nextInt(4) == 0 ? FAST : PATIENT);
    byte[] body = Soak.body(number).getBytes(StandardCharsets.UTF_8);
    return switch (random.nextInt(8)) {
      case 0, 1 -> request.POST(BodyPublishers.ofByteArray(body)).build();
      case 2 ->
          request
              .POST(BodyPublishers.ofByteArray(body))
              .header("Idempotency-Key", "key-" + number)
              .build();
      case 3 ->
          request.PUT(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body))).build();
      default -> request.GET().build();
    };
  }

  private void send(RedialClient client, Way way, HttpRequest request, long number)
      throws Exception {
    switch (way) {
      case SEND -> check(client.send(request, BodyHandlers.ofString()), number);
      case SEND_AND_INTERRUPT -> sendAndInterrupt(client, request, number);
      case FUTURE -> check(client.sendAsync(request, BodyHandlers.ofString()).get(), number);
      case FUTURE_CANCELLED -> {
        CompletableFuture<HttpResponse<String>> future =
            client.sendAsync(request, BodyHandlers.ofString());
        boolean unused = soak.over.await(random.nextInt(50), TimeUnit.MILLISECONDS);
        boolean done = !future.cancel(true);
        if (done) check(future.get(), number);
        else future.get();
      }
      case FUTURE_TIMED_OUT ->
          check(
              client
                  .sendAsync(request, BodyHandlers.ofString())
                  .orTimeout(random.nextInt(100) + 1L, TimeUnit.MILLISECONDS)
                  .get(),
              number);
      case STREAM -> {
        HttpResponse<InputStream> answer = client.send(request, BodyHandlers.ofInputStream());
        try (InputStream body = answer.body()) {
          check(answer.statusCode(), text(body.readAllBytes()), number);
        }
      }
      case STREAM_CLOSED_EARLY -> {
        HttpResponse<InputStream> answer = client.send(request, BodyHandlers.ofInputStream());
        try (InputStream body = answer.body()) {
          String start = text(body.readNBytes(random.nextInt(20)));
          if (answer.statusCode() != 408 && !Soak.body(number).startsWith(start))
            throw new AssertionError("wrong answer to " + number + ": " + start);
        }
        soak.count("closed early");
      }
      case STREAM_DROPPED -> {
        HttpResponse<InputStream> answer = client.send(request, BodyHandlers.ofInputStream());
        soak.count("dropped " + answer.statusCode()); // the time-out ends it
      }
    }
  }

  /** On a thread of its own, so that a late interrupt strikes nothing else. */
  private void sendAndInterrupt(RedialClient client, HttpRequest request, long number)
      throws Exception {
    CompletableFuture<HttpResponse<String>> outcome = new CompletableFuture<>();
    Thread sender =
        Thread.ofVirtual()
            .start(() -> {
              try {
                outcome.complete(client.send(request, BodyHandlers.ofString()));
              } catch (Throwable e) {
                outcome.completeExceptionally(e);
              }
            });
    boolean unused = sender.join(Duration.ofMillis(random.nextInt(50)));
    sender.interrupt();
    check(outcome.get(), number);
  }

  private static String text(byte[] octets) {
    return new String(octets, StandardCharsets.UTF_8);
  }

  private void check(HttpResponse<String> answer, long number) {
    check(answer.statusCode(), answer.body(), number);
  }

  private void check(int status, String body, long number) {
    boolean idle = status == 408 && body.equals(Soak.IDLE);
    boolean early = status == 413;
    if (!idle && !body.equals(Soak.body(number)))
      throw new AssertionError("wrong answer to " + number + ": " + status + " " + body);
    if (!idle && !early && !soak.executions.contains(number))
      throw new AssertionError("an answer to " + number + ", which was not executed");
    soak.count("answered " + status);
  }

  /** Which failures there may be: those that the client names, and what the caller did itself. */
  private void judge(Throwable thrown, Way way, HttpRequest request, long number) {
    Throwable failure =
        thrown instanceof ExecutionException || thrown instanceof CompletionException
            ? thrown.getCause()
            : thrown;
    boolean own =
        switch (way) {
          case SEND_AND_INTERRUPT -> failure instanceof InterruptedException;
          case FUTURE_CANCELLED -> failure instanceof CancellationException;
          case FUTURE_TIMED_OUT -> failure instanceof TimeoutException;
          default -> false;
        };
    ExchangeFailure named = named(failure);
    if (!own && (named == null || !(failure instanceof IOException))) {
      soak.wrong(new AssertionError(way + " of " + number + " " + request, thrown));
      return;
    }
    soak.count((own ? failure : named).getClass().getSimpleName());
    if (named == null || !request.method().equals("POST")) return;
    if (request.headers().firstValue("Idempotency-Key").isPresent()) return;
    if (named.evidence().serverActed() == ServerActed.NO) soak.executions.deny(number);
  }

  private static ExchangeFailure named(Throwable failure) {
    for (Throwable t = failure; t != null; t = t.getCause())
      if (t instanceof ExchangeFailure named) return named;
    return null;
  }
}
