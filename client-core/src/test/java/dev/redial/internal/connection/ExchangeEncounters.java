package dev.redial.internal.connection;

import static dev.redial.internal.Encounter.must;

import dev.redial.internal.Encounter;
import java.io.IOException;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Encounters of the reader of a body with those who give it up: the exchange ends once, and a
 * connection that was handed on is left alone.
 */
public final class ExchangeEncounters {
  private ExchangeEncounters() {}

  public static Map<String, Supplier<Encounter>> all() {
    return Map.of(
        "the end of a body and two aborts", () -> ended(true),
        "a reader who waits for a body and two aborts", () -> ended(false));
  }

  private static Encounter ended(boolean whole) {
    Bench bench = new Bench();
    bench.wire.says("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n", "ab");
    if (whole) bench.wire.says("cd");
    Exchange exchange;
    try {
      exchange = bench.head(Bench.get());
    } catch (IOException | InterruptedException fault) {
      throw new AssertionError(fault);
    }
    return new Encounter()
        .thread(() -> {
          try {
            while (exchange.next() != null) must(bench.endings.isEmpty() || !clean(bench), "early");
          } catch (IOException aborted) {
            must(!clean(bench), aborted);
          }
        })
        .thread(exchange::abort)
        .thread(exchange::abort)
        .afterwards(() -> {
          must(bench.endings.size() == 1, bench.endings);
          must(bench.wire.isOpen() == clean(bench), "open: " + bench.wire.isOpen());
          must(whole || !clean(bench), "clean, though half of it was missing");
          bench.connection.close();
        });
  }

  private static boolean clean(Bench bench) {
    return bench.endings.contains(true);
  }
}
