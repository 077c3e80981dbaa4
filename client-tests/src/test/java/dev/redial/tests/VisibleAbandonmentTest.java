package dev.redial.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redial.RedialClient;
import dev.redial.ResponseTimeoutException;
import dev.redial.tests.kit.Answers;
import dev.redial.tests.kit.Gate;
import dev.redial.tests.kit.Rig;
import dev.redial.tests.kit.ScriptedServer;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A server sees at once that nobody waits for its answer any more, so that it can stop working
 * (what nginx logs as 499).
 */
class VisibleAbandonmentTest {
  private static final int TRIES = 15;
  private static final Duration TIMEOUT = Duration.ofMillis(150);

  @RegisterExtension final Rig rig = new Rig();

  /** How a caller gives a call up. */
  private enum How {
    TIME_OUT,
    INTERRUPT,
    CANCEL,
    CLOSED_BODY
  }

  @ParameterizedTest(name = "{0}, virtual thread {1}")
  @CsvSource({
    "TIME_OUT, true",
    "TIME_OUT, false",
    "INTERRUPT, true",
    "INTERRUPT, false",
    "CANCEL, true",
    "CLOSED_BODY, true",
    "CLOSED_BODY, false"
  })
  void theServerSeesTheEndOfTheConnection(How how, boolean virtual) throws Exception {
    List<Long> micros = new ArrayList<>();
    for (int i = 0; i < TRIES; i++) micros.add(microsUntilSeen(how, virtual));
    Collections.sort(micros);
    System.out.printf(
        Locale.ROOT,
        "%s on a %s thread: the server saw it after %.2f ms (median), %.2f ms (most)%n",
        how,
        virtual ? "virtual" : "platform",
        micros.get(TRIES / 2) / 1e3,
        micros.getLast() / 1e3);
  }

  private long microsUntilSeen(How how, boolean virtual) throws Exception {
    Gate arrived = new Gate();
    ScriptedServer server =
        rig.server(c -> {
          c.readRequest();
          c.send(Answers.ok("warm")); // so that the time-out finds an open connection
          c.readRequest();
          if (how == How.CLOSED_BODY)
            c.send("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\nx");
          arrived.open();
          c.stall();
        });
    RedialClient client = rig.client();
    assertThat(client.send(request(server), BodyHandlers.ofString()).body()).isEqualTo("warm");
    long abandoned =
        switch (how) {
          case TIME_OUT -> timeOut(client, server, virtual);
          case INTERRUPT -> interrupt(client, server, arrived, virtual);
          case CANCEL -> cancel(client, server, arrived);
          case CLOSED_BODY -> closeBody(client, server, virtual);
        };
    return TimeUnit.NANOSECONDS.toMicros(server.nanosOfEndByClient(1) - abandoned);
  }

  private static HttpRequest request(ScriptedServer server) {
    return HttpRequest.newBuilder(server.uri("/")).build();
  }

  private static <T> FutureTask<T> started(boolean virtual, FutureTask<T> task) {
    Thread unused = virtual ? Thread.ofVirtual().start(task) : Thread.ofPlatform().start(task);
    return task;
  }

  private static long timeOut(RedialClient client, ScriptedServer server, boolean virtual)
      throws Exception {
    HttpRequest request = HttpRequest.newBuilder(server.uri("/")).timeout(TIMEOUT).build();
    FutureTask<Long> call =
        started(
            virtual,
            new FutureTask<>(() -> {
              long start = System.nanoTime();
              try {
                throw new AssertionError(client.send(request, BodyHandlers.ofString()));
              } catch (ResponseTimeoutException expected) {
                return start + TIMEOUT.toNanos();
              }
            }));
    return call.get(15, TimeUnit.SECONDS);
  }

  private static long interrupt(
      RedialClient client, ScriptedServer server, Gate arrived, boolean virtual) throws Exception {
    FutureTask<Object> call =
        new FutureTask<>(() -> client.send(request(server), BodyHandlers.ofString()));
    Thread thread = virtual ? Thread.ofVirtual().start(call) : Thread.ofPlatform().start(call);
    arrived.pass();
    long abandoned = System.nanoTime();
    thread.interrupt();
    try {
      throw new AssertionError("no failure but " + call.get(15, TimeUnit.SECONDS));
    } catch (ExecutionException e) {
      assertThat(e).hasCauseInstanceOf(InterruptedException.class);
    }
    return abandoned;
  }

  private static long cancel(RedialClient client, ScriptedServer server, Gate arrived)
      throws Exception {
    CompletableFuture<HttpResponse<String>> call =
        client.sendAsync(request(server), BodyHandlers.ofString());
    arrived.pass();
    long abandoned = System.nanoTime();
    assertThat(call.cancel(true)).isTrue();
    return abandoned;
  }

  private static long closeBody(RedialClient client, ScriptedServer server, boolean virtual)
      throws Exception {
    FutureTask<Long> call =
        started(
            virtual,
            new FutureTask<>(() -> {
              InputStream body = client.send(request(server), BodyHandlers.ofInputStream()).body();
              assertThat(body.read()).isEqualTo('x');
              long abandoned = System.nanoTime();
              body.close();
              return abandoned;
            }));
    return call.get(15, TimeUnit.SECONDS);
  }
}
