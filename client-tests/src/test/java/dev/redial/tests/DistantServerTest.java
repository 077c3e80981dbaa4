package dev.redial.tests;

import static dev.redial.tests.Failures.failureOf;
import static dev.redial.tests.kit.Requests.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.redial.HangUpException;
import dev.redial.RedialClient;
import dev.redial.Retries;
import dev.redial.ServerActed;
import dev.redial.tests.kit.DistantServer;
import dev.redial.tests.kit.Rig;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A server half a second away: 400 ms there and 100 ms back, so that a hang-up is here long before
 * a request is there.
 */
@Timeout(120)
class DistantServerTest {
  private static final long HALF_A_ROUND_TRIP = 250_000_000;

  @RegisterExtension final Rig rig = new Rig();

  private DistantServer server;

  @BeforeEach
  void start() throws IOException {
    Optional<DistantServer> started =
        DistantServer.start(Duration.ofMillis(400), Duration.ofMillis(100));
    assumeTrue(
        started.isPresent(),
        "a network namespace takes Linux, root, /dev/net/tun, iproute2 and python3");
    server = started.get();
  }

  @AfterEach
  void stop() throws IOException {
    if (server != null) server.close();
  }

  /** A client that has measured the way. */
  private RedialClient warm(Retries retries) throws Exception {
    RedialClient client = rig.client(b -> b.retries(retries));
    for (int i = 0; i < 3; i++) {
      assertThat(client.send(get(server.uri("/last")), BodyHandlers.discarding()).statusCode())
          .isEqualTo(200);
      long measured = System.nanoTime();
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> System.nanoTime() - measured > 1_100_000_000L);
    }
    return client;
  }

  /**
   * Sends a POST over an idle connection that the server is ending, in the 100 ms before that can
   * be seen here. A machine that is slower than this has the client take a new connection.
   */
  private Attempt postWhileTheHangUpIsOnItsWay(RedialClient client) throws Exception {
    int posts = 0;
    for (int i = 1; i <= 5; i++) {
      assertThat(client.send(get(server.uri("/stay")), BodyHandlers.discarding()).statusCode())
          .isEqualTo(200);
      long stale = client.stats().discardedStale();
      long before = System.nanoTime();
      server.hangUp();
      try {
        HttpResponse<String> answer =
            client.send(RequestKind.POST.to(server.uri("/x")), BodyHandlers.ofString());
        posts++;
        if (client.stats().discardedStale() == stale)
          return new Attempt(posts, answer.body(), null);
      } catch (HangUpException e) {
        if (System.nanoTime() - before < HALF_A_ROUND_TRIP) return new Attempt(posts, "", e);
      }
    }
    return abort("this machine is too slow to meet a hang-up on its way");
  }

  /** How many POSTs were answered, and what became of the last. */
  private record Attempt(int posts, String body, HangUpException failure) {}

  @Test
  void aPostIsSentAgainWhenTheServerHungUpBeforeItCanHaveGotIt() throws Exception {
    RedialClient client = warm(Retries.defaults());

    Attempt attempt = postWhileTheHangUpIsOnItsWay(client);

    assertThat(attempt.body()).isEqualTo("ok");
    assertThat(server.requests("POST /x")).isEqualTo(attempt.posts());
  }

  @Test
  void theFailureSaysThatTheServerDidNotAct() throws Exception {
    RedialClient client = warm(Retries.off());

    Attempt attempt = postWhileTheHangUpIsOnItsWay(client);

    HangUpException hangUp = attempt.failure();
    assertThat(hangUp)
        .isNotNull()
        .hasMessageContaining("sooner than the request can have reached the server");
    assertThat(hangUp.serverActed()).isEqualTo(ServerActed.NO);
    assertThat(hangUp.evidence().reused()).isTrue();
    assertThat(hangUp.evidence().bytesSent()).isPositive();
    assertThat(server.requests("POST /x")).isEqualTo(attempt.posts());
  }

  @Test
  void aPostIsNotSentAgainWhenTheServerMayHaveGotIt() throws Exception {
    RedialClient client = warm(Retries.defaults());

    assertThat(client.send(get(server.uri("/stay")), BodyHandlers.discarding()).statusCode())
        .isEqualTo(200);

    Exception failure = failureOf(client, RequestKind.POST.to(server.uri("/die")));

    assertThat(failure).isExactlyInstanceOf(HangUpException.class);
    assertThat(((HangUpException) failure).serverActed()).isEqualTo(ServerActed.MAYBE);
    assertThat(server.requests("POST /die")).isEqualTo(1);
  }
}
