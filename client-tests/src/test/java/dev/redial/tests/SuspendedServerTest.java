package dev.redial.tests;

import static dev.redial.tests.kit.Requests.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.redial.RedialClient;
import dev.redial.ResponseTimeoutException;
import dev.redial.ServerActed;
import dev.redial.tests.kit.Answers;
import dev.redial.tests.kit.NodeServer;
import dev.redial.tests.kit.Requests;
import dev.redial.tests.kit.Rig;
import dev.redial.tests.kit.ScriptedServer;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A server that is stopped in its tracks and runs on later. */
class SuspendedServerTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(1);

  @RegisterExtension final Rig rig = new Rig();

  @TempDir Path folder;

  @Test
  void callersHearInTimeOtherOriginsAreUnaffectedAndNothingIsWrongAfterwards() throws Exception {
    NodeServer.assumeInstalled();
    NodeServer suspended = NodeServer.start(folder, "server.keepAliveTimeout = 60000;");
    rig.watch(suspended, suspended.port());
    ScriptedServer other = rig.server(ScriptedServer.always(Answers.ok("other")));
    RedialClient client = rig.client();
    assertThat(client.send(get(suspended.uri("/")), BodyHandlers.ofString()).body())
        .isEqualTo("ok");

    suspended.suspend();
    List<FutureTask<Long>> calls = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      FutureTask<Long> call = new FutureTask<>(() -> millisUntilTimeOut(client, suspended));
      calls.add(call);
      if (i % 2 == 0) Thread.ofVirtual().start(call);
      else Thread.ofPlatform().start(call);
    }
    int meanwhile = 0;
    for (; meanwhile < 50 && calls.stream().noneMatch(FutureTask::isDone); meanwhile++)
      assertThat(client.send(get(other.uri("/")), BodyHandlers.ofString()).body())
          .isEqualTo("other");
    assertThat(meanwhile).as("calls to the other, of which the last may be late").isGreaterThan(1);
    List<Long> late = new ArrayList<>();
    for (FutureTask<Long> call : calls)
      late.add(call.get(30, TimeUnit.SECONDS) - TIMEOUT.toMillis());
    System.out.println("heard of the time-out so many ms after it: " + late);
    assertThat(late).allMatch(millis -> millis >= 0);

    suspended.resume();
    for (int i = 0; i < 20; i++)
      assertThat(client.send(get(suspended.uri("/" + i)), BodyHandlers.ofString()).body())
          .isEqualTo("ok");
    assertThat(client.stats().active()).isZero();
  }

  private static long millisUntilTimeOut(RedialClient client, NodeServer server) {
    HttpRequest request = Requests.of("GET", server.uri("/")).timeout(TIMEOUT).build();
    long start = System.nanoTime();
    ResponseTimeoutException failure =
        catchThrowableOfType(
            ResponseTimeoutException.class, () -> client.send(request, BodyHandlers.ofString()));
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    assertThat(failure.serverActed()).isEqualTo(ServerActed.MAYBE);
    assertThat(failure.code()).isEqualTo("ESOCKETTIMEDOUT");
    return millis;
  }
}
