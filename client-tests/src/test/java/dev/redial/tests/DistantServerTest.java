package dev.redial.tests;

import static dev.redial.tests.Failures.failureOf;
import static dev.redial.tests.kit.Requests.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
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
 * A server 250 ms away: 200 ms there and 50 ms back, so that a hang-up is here long before a
 * request is there.
 */
@Timeout(120)
class DistantServerTest {
  @RegisterExtension final Rig rig = new Rig();

  private DistantServer server;

  @BeforeEach
  void start() throws IOException {
    Optional<DistantServer> started =
        DistantServer.start(Duration.ofMillis(200), Duration.ofMillis(50));
    assumeTrue(
        started.isPresent(),
        "a network namespace takes Linux, root, /dev/net/tun, iproute2 and python3");
    server = started.get();
  }

  @AfterEach
  void stop() throws IOException {
    if (server != null) server.close();
  }

  /** A client that has measured the way, with an idle connection. */
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
    HttpResponse<Void> last = client.send(get(server.uri("/stay")), BodyHandlers.discarding());
    assertThat(last.statusCode()).isEqualTo(200);
    assertThat(client.stats().idle()).isEqualTo(1);
    return client;
  }

  @Test
  void aPostIsSentAgainWhenTheServerHungUpBeforeItCanHaveGotIt() throws Exception {
    RedialClient client = warm(Retries.defaults());

    server.hangUp(); // seen here in 50 ms
    HttpResponse<String> answer =
        client.send(RequestKind.POST.to(server.uri("/x")), BodyHandlers.ofString());

    assertThat(answer.body()).isEqualTo("ok");
    assertThat(server.requests("POST /x")).isEqualTo(1);
    assertThat(client.stats().opened()).isEqualTo(5);
  }

  @Test
  void theFailureSaysThatTheServerDidNotAct() throws Exception {
    RedialClient client = warm(Retries.off());

    server.hangUp();
    Exception failure = failureOf(client, RequestKind.POST.to(server.uri("/x")));

    assertThat(failure)
        .isExactlyInstanceOf(HangUpException.class)
        .hasMessageContaining("sooner than the request can have reached the server");
    HangUpException hangUp = (HangUpException) failure;
    assertThat(hangUp.serverActed()).isEqualTo(ServerActed.NO);
    assertThat(hangUp.evidence().reused()).isTrue();
    assertThat(hangUp.evidence().bytesSent()).isPositive();
    assertThat(server.requests("POST /x")).isZero();
  }

  @Test
  void aPostIsNotSentAgainWhenTheServerMayHaveGotIt() throws Exception {
    RedialClient client = warm(Retries.defaults());

    Exception failure = failureOf(client, RequestKind.POST.to(server.uri("/die")));

    assertThat(failure).isExactlyInstanceOf(HangUpException.class);
    assertThat(((HangUpException) failure).serverActed()).isEqualTo(ServerActed.MAYBE);
    assertThat(server.requests("POST /die")).isEqualTo(1);
  }
}
