package dev.redial.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redial.HangUpException;
import dev.redial.RedialClient;
import dev.redial.Retries;
import dev.redial.ServerActed;
import dev.redial.tests.kit.Answers;
import dev.redial.tests.kit.Crowd;
import dev.redial.tests.kit.RequestSeen;
import dev.redial.tests.kit.Rig;
import dev.redial.tests.kit.ScriptedServer;
import dev.redial.tests.kit.ServedConnection;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A server that reads one request in twenty and then hangs up.
 *
 * <p>Which attempts it hangs up on follows from the request's number and the attempt's, so what has
 * to be lost is known beforehand.
 */
class StormTest {
  private static final String ATTEMPT = "X-Attempt";
  private static final int AT_ONCE = 64;

  @RegisterExtension final Rig rig = new Rig();

  /** What one storm left of its calls. */
  private record Toll(Map<Integer, IOException> lost, ScriptedServer server) {}

  @Test
  void aGetIsLostOnlyIfAllThreeAttemptsAre() throws Exception {
    assertGets(3_000, 3);
  }

  @Test
  void aPostIsNeverExecutedTwiceAndItsLossIsReported() throws Exception {
    assertPosts(3_000);
  }

  @Test
  void withAKeyAPostIsLostOnlyIfAllFiveAttemptsAre() throws Exception {
    assertKeyedPosts(3_000);
  }

  @Test
  @Tag("soak")
  void eightThousandOfEach() throws Exception {
    assertGets(8_000, 3);
    assertGets(8_000, 5);
    assertPosts(8_000);
    assertKeyedPosts(8_000);
  }

  private void assertGets(int calls, int attempts) throws Exception {
    Toll toll =
        storm(
            calls,
            Retries.defaults().withMaxAttempts(attempts),
            number -> HttpRequest.newBuilder().GET());
    int expected =
        (int) IntStream.range(0, calls).filter(number -> allLost(number, attempts)).count();
    System.out.printf(
        "%d GETs, %d attempts at most: %d lost, %d by chance%n",
        calls, attempts, toll.lost.size(), expected);
    assertThat(toll.lost.keySet()).allMatch(number -> allLost(number, attempts));
    assertThat(toll.lost).hasSize(expected);
    assertThat(expected).isLessThanOrEqualTo(attempts == 5 ? 0 : 2);
    assertThat(toll.server.connections()).isGreaterThan(calls / 40);
  }

  private void assertPosts(int calls) throws Exception {
    Toll toll =
        storm(
            calls,
            Retries.defaults(),
            number -> HttpRequest.newBuilder().POST(BodyPublishers.ofString("order " + number)));
    System.out.printf("%d POSTs: %d lost%n", calls, toll.lost.size());
    for (int number = 0; number < calls; number++)
      assertThat(toll.server.executions("" + number)).as("executions of %d", number).isEqualTo(1);
    assertThat(toll.lost.keySet())
        .isEqualTo(
            IntStream.range(0, calls)
                .filter(number -> hangsUp(number, 1))
                .boxed()
                .collect(Collectors.toSet()));
    assertThat(toll.lost.values())
        .allSatisfy(failure -> {
          assertThat(failure).isInstanceOf(HangUpException.class);
          assertThat(((HangUpException) failure).serverActed()).isEqualTo(ServerActed.MAYBE);
        });
  }

  private void assertKeyedPosts(int calls) throws Exception {
    Toll toll =
        storm(
            calls,
            Retries.defaults().withMaxAttempts(5),
            number ->
                HttpRequest.newBuilder()
                    .header("Idempotency-Key", "key-" + number)
                    .POST(BodyPublishers.ofString("order " + number)));
    System.out.printf("%d POSTs with a key: %d lost%n", calls, toll.lost.size());
    assertThat(IntStream.range(0, calls).noneMatch(number -> allLost(number, 5))).isTrue();
    assertThat(toll.lost).isEmpty();
    assertThat(toll.server.requests())
        .allSatisfy(
            request -> assertThat(request.all("Idempotency-Key")).containsExactly(key(request)));
  }

  private static String key(RequestSeen request) {
    return "key-" + request.id();
  }

  private Toll storm(int calls, Retries retries, IntFunction<HttpRequest.Builder> requests)
      throws Exception {
    ScriptedServer server = rig.server(StormTest::serve);
    RedialClient client =
        rig.client(b ->
            b.retries(
                retries
                    .withAttemptHeader(ATTEMPT)
                    .withBackoff(
                        Duration.ofMillis(2), Duration.ofSeconds(1), Duration.ofSeconds(1))));
    Map<Integer, IOException> lost = new ConcurrentHashMap<>();
    Crowd.run(
        calls,
        AT_ONCE,
        number -> {
          HttpRequest request =
              requests
                  .apply(number)
                  .uri(server.uri("/" + number))
                  .timeout(Duration.ofSeconds(30))
                  .header(RequestSeen.ID_FIELD, "" + number)
                  .build();
          try {
            assertThat(client.send(request, BodyHandlers.ofString()).body()).isEqualTo("ok");
          } catch (IOException e) {
            lost.put(number, e);
          }
        });
    return new Toll(lost, server);
  }

  private static void serve(ServedConnection connection) throws IOException {
    while (true) {
      RequestSeen request = connection.readRequest();
      int number = Integer.parseInt(request.id());
      int attempt = Integer.parseInt(request.field(ATTEMPT).orElseThrow());
      if (hangsUp(number, attempt)) {
        if (number % 2 == 0) connection.fin();
        else connection.rst();
        return;
      }
      connection.send(Answers.ok("ok"));
    }
  }

  private static boolean hangsUp(int number, int attempt) {
    return new SplittableRandom(number * 31L + attempt).nextInt(20) == 0;
  }

  private static boolean allLost(int number, int attempts) {
    return IntStream.rangeClosed(1, attempts).allMatch(attempt -> hangsUp(number, attempt));
  }
}
