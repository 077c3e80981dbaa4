package dev.redial.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redial.ExchangeFailure;
import dev.redial.HangUpException;
import dev.redial.RedialClient;
import dev.redial.ServerActed;
import dev.redial.tests.kit.Answers;
import dev.redial.tests.kit.RequestSeen;
import dev.redial.tests.kit.Requests;
import dev.redial.tests.kit.Rig;
import dev.redial.tests.kit.ScriptedServer;
import dev.redial.tests.kit.ScriptedServer.Script;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A server that ends idle connections after random milliseconds, so that nothing can be learned and
 * the race is lost again and again: only the retry helps. Fresh connections wait for their first
 * request.
 */
class RestlessServerTest {
  private static final int THREADS = 20;
  private static final int CALLS = 100;
  private static final int LONGEST_MILLIS = 12;

  @RegisterExtension final Rig rig = new Rig();

  private final AtomicInteger failedPosts = new AtomicInteger();

  /** How the server ends a connection. */
  enum Ending {
    FIN,
    RST,
    REQUEST_TIMEOUT
  }

  @ParameterizedTest
  @EnumSource(Ending.class)
  void noGetIsLostAndNoPostIsExecutedTwice(Ending ending) throws Exception {
    ScriptedServer server = rig.server(restless(ending));
    RedialClient client = rig.client();
    List<CompletableFuture<Void>> threads = new ArrayList<>();
    for (int number = 0; number < THREADS; number++) threads.add(start(client, server, number));
    for (CompletableFuture<Void> each : threads) each.join();
    System.out.println(
        String.format(
            Locale.ROOT,
            "restless %-15s %d calls, 0 lost GETs, %d failed POSTs, %d requests read, %s",
            ending,
            THREADS * CALLS,
            failedPosts.get(),
            server.requests().size(),
            client.stats()));
  }

  private static Script restless(Ending ending) {
    Random random = new Random(ending.name().hashCode());
    return c -> {
      do {
        c.readRequest();
        c.send(Answers.ok("ok"));
      } while (c.requestComesWithin(Duration.ofMillis(random.nextInt(LONGEST_MILLIS) + 1)));
      switch (ending) {
        case FIN -> c.fin();
        case RST -> c.rst();
        case REQUEST_TIMEOUT -> {
          c.send(Answers.status("408 Request Timeout", "", "Connection: close"));
          c.fin();
        }
      }
    };
  }

  private CompletableFuture<Void> start(RedialClient client, ScriptedServer server, int number) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    Thread unused =
        Thread.startVirtualThread(() -> {
          try {
            callOften(client, server, number);
            done.complete(null);
          } catch (Throwable e) {
            done.completeExceptionally(e);
          }
        });
    return done;
  }

  private void callOften(RedialClient client, ScriptedServer server, int number) throws Exception {
    Random random = new Random(number);
    for (int i = 0; i < CALLS; i++) {
      String id = number + "-" + i;
      if (random.nextBoolean()) get(client, server, id);
      else post(client, server, id);
      LockSupport.parkNanos(random.nextLong(LONGEST_MILLIS * 1_000_000L));
    }
  }

  private static void get(RedialClient client, ScriptedServer server, String id) throws Exception {
    HttpRequest request =
        Requests.of("GET", server.uri("/")).header(RequestSeen.ID_FIELD, id).build();
    assertThat(client.send(request, BodyHandlers.ofString()).body()).isEqualTo("ok");
    assertThat(server.executions(id)).isEqualTo(1);
  }

  private void post(RedialClient client, ScriptedServer server, String id) throws Exception {
    HttpRequest request =
        Requests.of("POST", server.uri("/"))
            .header(RequestSeen.ID_FIELD, id)
            .POST(BodyPublishers.ofString("content"))
            .build();
    try {
      HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
      if (answer.statusCode() == 408) {
        failedPosts.incrementAndGet();
        assertThat(server.executions(id)).isZero();
      } else {
        assertThat(answer.body()).isEqualTo("ok");
        assertThat(server.executions(id)).isEqualTo(1);
      }
    } catch (IOException e) {
      failedPosts.incrementAndGet();
      assertThat(e).isInstanceOf(HangUpException.class);
      assertThat(((ExchangeFailure) e).serverActed()).isEqualTo(ServerActed.MAYBE);
      assertThat(server.executions(id)).isZero();
    }
  }
}
