package dev.redial.tests;

import static dev.redial.tests.Failures.failureOf;
import static dev.redial.tests.kit.Requests.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redial.ExchangeStage;
import dev.redial.HangUpException;
import dev.redial.PoolLimits;
import dev.redial.PoolTimeoutException;
import dev.redial.RedialClient;
import dev.redial.ServerActed;
import dev.redial.tests.kit.Answers;
import dev.redial.tests.kit.Gate;
import dev.redial.tests.kit.Requests;
import dev.redial.tests.kit.Rig;
import dev.redial.tests.kit.ScriptedServer;
import dev.redial.tests.kit.ScriptedServer.Script;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The bounds of the pool, as callers meet them. */
class PoolTest {
  private static final String OK = Answers.ok("ok");

  @RegisterExtension final Rig rig = new Rig();

  private final Gate gate = new Gate();
  private final Script answersAfterTheGate =
      c -> {
        while (true) {
          c.readRequest();
          gate.pass();
          c.send(OK);
        }
      };

  @Test
  void noMoreConnectionsThanAllowedAreOpenedToOneOrigin() throws Exception {
    ScriptedServer server = rig.server(answersAfterTheGate);
    RedialClient client = rig.client(b -> b.pool(PoolLimits.defaults().withMaxPerOrigin(3)));
    List<CompletableFuture<HttpResponse<String>>> pending = sendAll(client, server, 20);
    Awaitility.await().until(() -> client.stats().waiting() == 17);
    assertThat(client.stats().active()).isEqualTo(3);
    gate.open();
    for (var each : pending) assertThat(each.join().body()).isEqualTo("ok");
    assertThat(server.connections()).isEqualTo(3);
    assertThat(server.requests()).hasSize(20);
  }

  @Test
  void callersThatWaitAreServedInOrder() throws Exception {
    ScriptedServer server = rig.server(answersAfterTheGate);
    RedialClient client = rig.client(b -> b.pool(PoolLimits.defaults().withMaxPerOrigin(1)));
    List<CompletableFuture<HttpResponse<String>>> pending = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      int waiting = i;
      pending.add(client.sendAsync(get(server.uri("/" + i)), BodyHandlers.ofString()));
      if (i == 0) server.await(1, "GET /0");
      Awaitility.await()
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(2))
          .until(() -> client.stats().waiting() == waiting);
    }
    gate.open();
    for (var each : pending) assertThat(each.join().body()).isEqualTo("ok");
    assertThat(server.requests())
        .extracting(Object::toString)
        .containsExactlyElementsOf(IntStream.range(0, 10).mapToObj(i -> "GET /" + i).toList());
    assertThat(server.connections()).isEqualTo(1);
  }

  @Test
  void aCallerWaitsNoLongerThanTheAcquireTimeOutAndLearnsWhy() throws Exception {
    ScriptedServer server = rig.server(answersAfterTheGate);
    RedialClient client =
        rig.client(b ->
            b.pool(
                PoolLimits.defaults()
                    .withMaxPerOrigin(1)
                    .withAcquireTimeout(Duration.ofMillis(200))));
    var holder = client.sendAsync(get(server.uri("/holder")), BodyHandlers.ofString());
    server.await(1, "GET /holder");
    long start = System.nanoTime();
    Exception failure = failureOf(client, get(server.uri("/secret")));
    assertThat(Duration.ofNanos(System.nanoTime() - start))
        .isBetween(Duration.ofMillis(199), Duration.ofSeconds(5));
    assertThat(failure)
        .isExactlyInstanceOf(PoolTimeoutException.class)
        .isInstanceOf(HttpTimeoutException.class);
    PoolTimeoutException full = (PoolTimeoutException) failure;
    assertThat(full.code()).isEqualTo("EAGAIN");
    assertThat(full.serverActed()).isEqualTo(ServerActed.NO);
    assertThat(full.evidence().stage()).isEqualTo(ExchangeStage.WAITING_FOR_CONNECTION);
    assertThat(full.evidence().request()).isEqualTo("GET http://127.0.0.1:" + server.port());
    assertThat(full)
        .hasMessageContaining("200 ms")
        .hasMessageContaining("total=1")
        .hasMessageContaining("active=1")
        .hasMessageContaining("idle=0")
        .hasMessageContaining("1 of at most 1 connections to this origin")
        .hasMessageContaining("GET http://127.0.0.1:" + server.port());
    assertThat(full.getMessage()).doesNotContain("secret");
    gate.open();
    assertThat(holder.join().body()).isEqualTo("ok");
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void oneWaiterTooManyFailsAtOnce() throws Exception {
    ScriptedServer server = rig.server(answersAfterTheGate);
    RedialClient client =
        rig.client(
            b -> b.pool(PoolLimits.defaults().withMaxPerOrigin(1).withMaxWaitersPerOrigin(1)));
    var holder = client.sendAsync(get(server.uri("/holder")), BodyHandlers.ofString());
    server.await(1, "GET /holder");
    var waiter = client.sendAsync(get(server.uri("/waiter")), BodyHandlers.ofString());
    Awaitility.await().until(() -> client.stats().waiting() == 1);
    Exception failure = failureOf(client, get(server.uri("/one-more")));
    assertThat(failure)
        .isExactlyInstanceOf(PoolTimeoutException.class)
        .hasMessageContaining("1 of at most 1 callers wait");
    gate.open();
    assertThat(holder.join().body()).isEqualTo("ok");
    assertThat(waiter.join().body()).isEqualTo("ok");
  }

  @Test
  void anOriginThatNeverAnswersStarvesNoOther() throws Exception {
    ScriptedServer stuck = rig.server(answersAfterTheGate);
    ScriptedServer healthy = rig.server(ScriptedServer.always(OK));
    PoolLimits limits =
        PoolLimits.defaults()
            .withMaxConnections(10)
            .withMaxPerOrigin(5)
            .withMaxWaitersPerOrigin(20);
    RedialClient client = rig.client(b -> b.pool(limits));
    List<CompletableFuture<HttpResponse<String>>> pending = sendAll(client, stuck, 25);
    Awaitility.await().until(() -> client.stats().waiting() == 20);
    assertThat(failureOf(client, get(stuck.uri("/one-too-many"))))
        .isExactlyInstanceOf(PoolTimeoutException.class)
        .hasMessageContaining("20 of at most 20 callers wait for one to this origin already")
        .hasMessageContaining("total=5, active=5, idle=0, waiting=20");
    List<CompletableFuture<HttpResponse<String>>> others = sendAll(client, healthy, 20);
    for (var each : others) assertThat(each.join().body()).isEqualTo("ok");
    assertThat(client.stats().origins())
        .filteredOn(origin -> origin.origin().endsWith(":" + stuck.port()))
        .singleElement()
        .satisfies(origin -> {
          assertThat(origin.active()).isEqualTo(5);
          assertThat(origin.waiting()).isEqualTo(20);
        });
    gate.open();
    for (var each : pending) assertThat(each.join().body()).isEqualTo("ok");
    assertThat(healthy.connections()).isLessThanOrEqualTo(5);
  }

  @Test
  void theTotalBoundHoldsOverOriginsAndAnIdleConnectionMakesRoom() throws Exception {
    ScriptedServer first = rig.server(ScriptedServer.always(OK));
    ScriptedServer second = rig.server(ScriptedServer.always(OK));
    RedialClient client = rig.client(b -> b.pool(PoolLimits.defaults().withMaxConnections(1)));
    assertThat(client.send(get(first.uri("/")), BodyHandlers.ofString()).body()).isEqualTo("ok");
    assertThat(client.send(get(second.uri("/")), BodyHandlers.ofString()).body()).isEqualTo("ok");
    first.awaitEndByClient(1);
    Awaitility.await().until(() -> client.stats().total() == 1);
  }

  @Test
  void aFailedExchangeFreesItsPlaceForTheNextWaiter() throws Exception {
    Script hangsUp =
        c -> {
          c.readRequest();
          gate.pass();
          c.send("HTTP/1.1 2");
          c.fin();
        };
    ScriptedServer server = rig.server(hangsUp, ScriptedServer.always(OK));
    RedialClient client = rig.client(b -> b.pool(PoolLimits.defaults().withMaxPerOrigin(1)));
    HttpRequest post = Requests.post(server.uri("/doomed"), "content"); // it is not repeated
    var doomed = client.sendAsync(post, BodyHandlers.ofString());
    server.await(1, "POST /doomed");
    var waiter = client.sendAsync(get(server.uri("/waiter")), BodyHandlers.ofString());
    Awaitility.await().until(() -> client.stats().waiting() == 1);
    gate.open();
    assertThat(waiter.join().body()).isEqualTo("ok");
    assertThat(doomed.handle((answer, failure) -> failure).join())
        .hasCauseInstanceOf(HangUpException.class);
    assertThat(server.events(2)).containsExactly("accepted", "GET /waiter");
  }

  @Test
  void theConnectionIsBackBeforeTheAnswerIsSeen() throws Exception {
    ScriptedServer server = rig.server(ScriptedServer.always(OK));
    RedialClient client = rig.client();
    for (int i = 0; i < 200; i++) {
      assertThat(client.sendAsync(get(server.uri("/")), BodyHandlers.ofString()).join().body())
          .isEqualTo("ok");
    }
    assertThat(server.connections()).isEqualTo(1);
    assertThat(client.stats().reused()).isEqualTo(199);
    assertThat(client.stats().opened()).isEqualTo(1);
  }

  @RepeatedTest(5)
  void manyThreadsOverFewConnectionsEachGetTheirOwnAnswer() throws Exception {
    ScriptedServer server =
        rig.server(c -> {
          while (true) c.send(Answers.ok(c.readRequest().target()));
        });
    RedialClient client = rig.client(b -> b.pool(PoolLimits.defaults().withMaxPerOrigin(4)));
    List<CompletableFuture<Void>> threads = new ArrayList<>();
    for (int thread = 0; thread < 40; thread++) {
      String name = "/" + thread + "/";
      CompletableFuture<Void> done = new CompletableFuture<>();
      threads.add(done);
      Thread unused =
          Thread.startVirtualThread(() -> {
            try {
              for (int i = 0; i < 25; i++)
                assertThat(client.send(get(server.uri(name + i)), BodyHandlers.ofString()).body())
                    .isEqualTo(name + i);
              done.complete(null);
            } catch (Throwable e) {
              done.completeExceptionally(e);
            }
          });
    }
    for (var each : threads) each.join();
    assertThat(server.connections()).isLessThanOrEqualTo(4);
    assertThat(server.requests()).hasSize(1000);
  }

  private static List<CompletableFuture<HttpResponse<String>>> sendAll(
      RedialClient client, ScriptedServer server, int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> client.sendAsync(get(server.uri("/" + i)), BodyHandlers.ofString()))
        .toList();
  }
}
