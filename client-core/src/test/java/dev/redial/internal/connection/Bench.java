package dev.redial.internal.connection;

import dev.redial.ResponseLimits;
import dev.redial.TimeLimits;
import dev.redial.internal.policy.BodyKind;
import dev.redial.internal.wire.Watchdog;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpResponse.BodySubscriber;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** A connection over a {@link ScriptedWire}, and what became of its exchanges. */
final class Bench {
  static final HttpHeaders NO_HEADERS = HttpHeaders.of(Map.of(), (name, value) -> true);
  static final long NO_DEADLINE = Long.MAX_VALUE;

  private static final Watchdog WATCHDOG = new Watchdog();

  final ScriptedWire wire;
  final Connection connection;
  final List<Boolean> endings = new CopyOnWriteArrayList<>();
  private Runnable onEnd = () -> {};

  Bench() {
    this(ResponseLimits.defaults());
  }

  Bench(ResponseLimits limits) {
    this(new ScriptedWire(), limits);
  }

  Bench(ScriptedWire wire) {
    this(wire, ResponseLimits.defaults());
  }

  private Bench(ScriptedWire wire, ResponseLimits limits) {
    this.wire = wire;
    connection = new Connection(wire, WATCHDOG.alarm(wire::close), limits, System.nanoTime());
  }

  Exchange exchange(OutgoingRequest request) {
    return exchange(request, NO_DEADLINE);
  }

  Exchange exchange(OutgoingRequest request, long deadlineNanos) {
    return exchange(request, deadlineNanos, TimeLimits.none());
  }

  Exchange exchange(OutgoingRequest request, long deadlineNanos, TimeLimits limits) {
    return new Exchange(connection, request, 1, 7_000_000, deadlineNanos, limits, this::ended);
  }

  private void ended(boolean clean) {
    endings.add(clean);
    onEnd.run();
    if (!clean) connection.close();
  }

  /** What comes next does this as soon as it has the connection. */
  void onEnd(Runnable action) {
    onEnd = action;
  }

  /** Sends, and reads the head of the answer. */
  Exchange head(OutgoingRequest request) throws IOException, InterruptedException {
    Exchange exchange = exchange(request);
    exchange.send();
    exchange.receiveHead();
    return exchange;
  }

  /** The whole exchange. */
  <T> T body(OutgoingRequest request, BodySubscriber<T> subscriber)
      throws IOException, InterruptedException {
    return head(request).deliver(subscriber);
  }

  static OutgoingRequest get() {
    return request("GET", null);
  }

  static OutgoingRequest request(String method, BodyPublisher body) {
    return request(method, body, true, false);
  }

  static OutgoingRequest request(
      String method, BodyPublisher body, boolean keepAlive, boolean expectContinue) {
    return new OutgoingRequest(
        method,
        URI.create("http://a.example/x"),
        "a.example",
        false,
        NO_HEADERS,
        Map.of(),
        body,
        body == null ? 0 : body.contentLength(),
        body != null && BodyKind.of(body) == BodyKind.IN_MEMORY,
        keepAlive,
        expectContinue);
  }

  /** Runs something on a thread of its own. */
  static <T> Running<T> start(Work<T> work) {
    CompletableFuture<T> outcome = new CompletableFuture<>();
    Thread thread =
        Thread.ofVirtual()
            .start(() -> {
              try {
                outcome.complete(work.run());
              } catch (Throwable thrown) {
                outcome.completeExceptionally(thrown);
              }
            });
    return new Running<>(thread, outcome);
  }

  interface Work<T> {
    T run() throws Exception;
  }

  record Running<T>(Thread thread, CompletableFuture<T> outcome) {
    T get() throws Exception {
      return outcome.get(20, TimeUnit.SECONDS);
    }

    /** What it failed with. */
    Throwable failure() throws Exception {
      return outcome
          .<Throwable>handle(
              (value, thrown) -> thrown == null ? new AssertionError("returned " + value) : thrown)
          .get(20, TimeUnit.SECONDS);
    }
  }
}
