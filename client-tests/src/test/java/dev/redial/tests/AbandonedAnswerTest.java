package dev.redial.tests;

import static dev.redial.tests.kit.Requests.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.redial.RedialClient;
import dev.redial.ResponseTimeoutException;
import dev.redial.tests.kit.Rig;
import dev.redial.tests.kit.ScriptedServer;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Answers whose bodies nobody reads still give their connections up. */
class AbandonedAnswerTest {
  private static final int BLOCK = 64 * 1024;
  private static final int BLOCKS = 1024;

  @RegisterExtension final Rig rig = new Rig();

  private ScriptedServer endless() {
    return rig.server(c -> {
      c.readRequest();
      c.send("HTTP/1.1 200 OK\r\nContent-Length: " + (long) BLOCK * BLOCKS + "\r\n\r\n");
      c.sendAtMost(new byte[BLOCK], BLOCKS);
    });
  }

  @Test
  void theEndOfTheClientEndsABodyThatNobodyReads() throws Exception {
    ScriptedServer server = endless();
    RedialClient client = rig.client();
    HttpResponse<InputStream> answer =
        client.send(get(server.uri("/")), BodyHandlers.ofInputStream());
    assertThat(client.stats().active()).isEqualTo(1);

    client.shutdownNow();

    assertThat(client.awaitTermination(Duration.ofSeconds(5))).isTrue();
    assertThat(client.isTerminated()).isTrue();
    assertThat(catchThrowable(() -> answer.body().readAllBytes())).hasMessageContaining("closed");
  }

  @Test
  void theTimeOutEndsABodyThatNobodyReads() throws Exception {
    ScriptedServer server = endless();
    RedialClient client = rig.client();
    HttpRequest request =
        HttpRequest.newBuilder(server.uri("/")).timeout(Duration.ofMillis(500)).build();

    HttpResponse<InputStream> answer = client.send(request, BodyHandlers.ofInputStream());

    Awaitility.await().until(() -> client.stats().active() == 0);
    server.awaitEndByClient(1);
    Throwable failure = catchThrowable(() -> answer.body().readAllBytes());
    assertThat(Failures.chain(failure)).anyMatch(ResponseTimeoutException.class::isInstance);
  }
}
