package dev.redial.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redial.HangUpException;
import dev.redial.RedialClient;
import dev.redial.RedialListener;
import dev.redial.Resend;
import dev.redial.Retries;
import dev.redial.tests.kit.Answers;
import dev.redial.tests.kit.Crowd;
import dev.redial.tests.kit.Requests;
import dev.redial.tests.kit.Rig;
import dev.redial.tests.kit.ScriptedServer;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** An origin at which everything fails gets hardly more load than its callers ask for. */
class RetryBudgetLoadTest {
  private static final int CALLS = 1_500;

  @RegisterExtension final Rig rig = new Rig();

  private final Queue<String> refusals = new ConcurrentLinkedQueue<>();

  private RedialClient client() {
    RedialListener listener =
        new RedialListener() {
          @Override
          public void notSentAgain(Resend resend, String reason) {
            refusals.add(reason);
          }
        };
    Retries quick =
        Retries.defaults()
            .withStatuses(Retries.TRANSIENT_STATUSES)
            .withMaxAttempts(5)
            .withBackoff(Duration.ofMillis(2), Duration.ofMillis(2), Duration.ofMillis(5));
    return rig.client(b -> b.retries(quick).listener(listener));
  }

  @Test
  void whereEveryRequestIsHungUpOn() throws Exception {
    ScriptedServer server =
        rig.server(c -> {
          c.readRequest();
          c.fin();
        });
    int failed = load(client(), server);
    assertThat(failed).isEqualTo(CALLS);
    assertLoad(server);
  }

  @Test
  void whereEveryRequestIsAnswered503() throws Exception {
    ScriptedServer server =
        rig.server(ScriptedServer.always(Answers.status("503 Service Unavailable", "")));
    int failed = load(client(), server);
    assertThat(failed).isZero();
    assertLoad(server);
  }

  private void assertLoad(ScriptedServer server) {
    double load = (double) server.requests().size() / CALLS;
    System.out.printf("load at 100 %% failure: %.3f%n", load);
    assertThat(load).isBetween(1.15, 1.25);
    assertThat(refusals)
        .isNotEmpty()
        .containsOnly("the retry budget of " + origin(server) + " is empty");
  }

  private static String origin(ScriptedServer server) {
    return "http://127.0.0.1:" + server.port();
  }

  private static int load(RedialClient client, ScriptedServer server) throws Exception {
    AtomicInteger failed = new AtomicInteger();
    Crowd.run(
        CALLS,
        32,
        number -> {
          try {
            HttpRequest request = Requests.get(server.uri("/" + number));
            assertThat(client.send(request, BodyHandlers.discarding()).statusCode()).isEqualTo(503);
          } catch (HangUpException e) {
            failed.incrementAndGet();
          }
        });
    return failed.get();
  }
}
