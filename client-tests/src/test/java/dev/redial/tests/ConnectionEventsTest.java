package dev.redial.tests;

import static dev.redial.tests.Failures.failureOf;
import static dev.redial.tests.kit.Requests.get;
import static dev.redial.tests.kit.Requests.of;
import static dev.redial.tests.kit.Requests.post;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.redial.CloseReason;
import dev.redial.ConnectionClosed;
import dev.redial.ConnectionOpened;
import dev.redial.HangUpException;
import dev.redial.KeepAlive;
import dev.redial.PoolStats;
import dev.redial.RedialClient;
import dev.redial.RedialListener;
import dev.redial.ResponseTimeoutException;
import dev.redial.Retries;
import dev.redial.tests.kit.Answers;
import dev.redial.tests.kit.Crowd;
import dev.redial.tests.kit.Gate;
import dev.redial.tests.kit.Rig;
import dev.redial.tests.kit.ScriptedServer;
import java.net.InetSocketAddress;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a listener, and Flight Recorder, hear of connections. */
class ConnectionEventsTest {
  private static final String OK = Answers.ok("ok");

  @RegisterExtension final Rig rig = new Rig();

  @TempDir Path folder;

  private final Queue<ConnectionOpened> opened = new ConcurrentLinkedQueue<>();
  private final Queue<ConnectionClosed> closed = new ConcurrentLinkedQueue<>();

  private class Scribe implements RedialListener {
    @Override
    public void connectionOpened(ConnectionOpened event) {
      opened.add(event);
    }

    @Override
    public void connectionClosed(ConnectionClosed event) {
      closed.add(event);
    }
  }

  private RedialClient client() {
    return client(b -> b);
  }

  private RedialClient client(UnaryOperator<RedialClient.Builder> settings) {
    return rig.client(b -> settings.apply(b.listener(new Scribe()).retries(Retries.off())));
  }

  private static void call(RedialClient client, ScriptedServer server) throws Exception {
    assertThat(client.send(get(server.uri("/")), BodyHandlers.ofString()).body()).isEqualTo("ok");
  }

  /** The one connection that there was, once it is closed. */
  private ConnectionClosed theEnd() {
    await().until(() -> !closed.isEmpty());
    assertThat(closed).hasSize(1);
    ConnectionClosed end = closed.element();
    assertThat(opened)
        .singleElement()
        .satisfies(begin -> {
          assertThat(begin.connection()).isEqualTo(end.connection());
          assertThat(begin.origin()).isEqualTo(end.origin()).startsWith("http://127.0.0.1:");
          assertThat(begin.server()).isEqualTo(end.server());
          assertThat(begin.took()).isPositive();
        });
    return end;
  }

  @Test
  void anOpenedConnectionIsToldOnce() throws Exception {
    ScriptedServer server = rig.server(ScriptedServer.always(OK));
    RedialClient client = client();
    call(client, server);
    call(client, server);
    assertThat(opened)
        .singleElement()
        .satisfies(begin -> {
          assertThat(begin.server()).isEqualTo(new InetSocketAddress("127.0.0.1", server.port()));
          assertThat(begin)
              .hasToString(
                  "connection %s to http://127.0.0.1:%d at /127.0.0.1:%d opened in %d ms",
                  begin.connection(), server.port(), server.port(), begin.took().toMillis());
        });
    assertThat(closed).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theServerEndsAnIdleOne(boolean orderly) throws Exception {
    ScriptedServer server =
        rig.server(c -> {
          c.readRequest();
          c.send(OK);
          if (orderly) c.fin();
          else c.rst();
        });
    call(client(), server);
    ConnectionClosed end = theEnd();
    assertThat(end.reason()).isEqualTo(CloseReason.ENDED_WHILE_IDLE);
    assertThat(end.idle()).isPositive().isLessThan(end.age());
  }

  @Test
  void octetsThatNobodyAskedFor() throws Exception {
    Gate gate = new Gate();
    ScriptedServer server =
        rig.server(c -> {
          c.readRequest();
          c.send(OK);
          gate.pass();
          c.send("HTTP/1.1 408 Request Timeout\r\n\r\n");
          c.drain();
        });
    call(client(), server);
    gate.open();
    assertThat(theEnd().reason()).isEqualTo(CloseReason.UNASKED_OCTETS);
  }

  @Test
  void theServerHangsUpUnderARequest() throws Exception {
    ScriptedServer server =
        rig.server(c -> {
          c.readRequest();
          c.send(OK);
          c.readRequest();
          c.fin();
        });
    RedialClient client = client();
    call(client, server);
    assertThat(failureOf(client, post(server.uri("/"), "x"))).isInstanceOf(HangUpException.class);
    ConnectionClosed end = theEnd();
    assertThat(end.reason()).isEqualTo(CloseReason.HUNG_UP);
    assertThat(end.idle()).isZero();
  }

  @Test
  void theCallerGivesUp() throws Exception {
    ScriptedServer server = rig.server(c -> c.stall());
    HttpRequest request = of("GET", server.uri("/")).timeout(Duration.ofMillis(200)).build();
    assertThat(failureOf(client(), request)).isInstanceOf(ResponseTimeoutException.class);
    assertThat(theEnd().reason()).isEqualTo(CloseReason.BROKEN_OFF);
  }

  @Test
  void theServerAsksForNoMore() throws Exception {
    ScriptedServer server =
        rig.server(ScriptedServer.always(Answers.ok("ok", "Connection: close")));
    call(client(), server);
    ConnectionClosed end = theEnd();
    assertThat(end.reason()).isEqualTo(CloseReason.LAST_EXCHANGE);
    assertThat(end)
        .hasToString(
            "connection %s to %s at %s closed (LAST_EXCHANGE), open %d.%03d s, idle 0.000 s",
            end.connection(),
            end.origin(),
            end.server(),
            end.age().toSeconds(),
            end.age().toMillisPart());
  }

  @Test
  void itIsIdleForTooLong() throws Exception {
    ScriptedServer server = rig.server(ScriptedServer.always(OK));
    Duration limit = Duration.ofMillis(300);
    call(
        client(b ->
            b.keepAlive(
                KeepAlive.defaults().withUnrepeatableIdleLimit(limit).withIdleLimit(limit))),
        server);
    ConnectionClosed end = theEnd();
    assertThat(end.reason()).isEqualTo(CloseReason.RETIRED);
    assertThat(end.idle()).isGreaterThanOrEqualTo(limit);
  }

  @Test
  void theClientIsShutDownWithAnIdleOne() throws Exception {
    ScriptedServer server = rig.server(ScriptedServer.always(OK));
    RedialClient client = client();
    call(client, server);
    client.shutdown();
    assertThat(theEnd().reason()).isEqualTo(CloseReason.SHUT_DOWN);
  }

  @Test
  void theClientIsShutDownAtOnceUnderARequest() throws Exception {
    ScriptedServer server =
        rig.server(c -> {
          c.readRequest();
          c.mark("at work");
          c.stall();
        });
    RedialClient client = client();
    CompletableFuture<?> call = client.sendAsync(get(server.uri("/")), BodyHandlers.ofString());
    server.await(1, "at work");
    client.shutdownNow();
    assertThat(call).failsWithin(Duration.ofSeconds(10));
    ConnectionClosed end = theEnd();
    assertThat(end.reason()).isEqualTo(CloseReason.SHUT_DOWN);
    assertThat(end.idle()).isZero();
  }

  @Test
  void eachThatWasOpenedIsClosedOnce() throws Exception {
    ScriptedServer server =
        rig.server(c -> {
          for (int i = 0; i < 5; i++) {
            c.readRequest();
            c.send(OK);
          }
          c.readRequest();
          c.rst();
        });
    RedialClient client = client(b -> b.retries(Retries.defaults().withBudget(10, 1_000)));
    Crowd.run(
        16,
        16,
        thread -> {
          for (int i = 0; i < 20; i++) call(client, server);
        });
    client.shutdown();
    assertThat(client.awaitTermination(Duration.ofSeconds(5))).isTrue();
    assertThat(opened).hasSize((int) client.stats().opened()).hasSizeGreaterThan(50);
    assertThat(closed)
        .extracting(ConnectionClosed::connection)
        .doesNotHaveDuplicates()
        .containsExactlyInAnyOrderElementsOf(
            opened.stream().map(ConnectionOpened::connection).toList());
  }

  @Test
  void noLockIsHeldWhileTheListenerIsCalled() throws Exception {
    ScriptedServer server =
        rig.server(ScriptedServer.always(Answers.ok("ok", "Connection: close")));
    Queue<PoolStats> seen = new ConcurrentLinkedQueue<>();
    RedialClient[] client = new RedialClient[1];
    RedialListener curious =
        new RedialListener() {
          @Override
          public void connectionOpened(ConnectionOpened event) {
            look();
          }

          @Override
          public void connectionClosed(ConnectionClosed event) {
            look();
          }

          private void look() { // by another thread, as the locks let their owner in
            seen.add(
                CompletableFuture.supplyAsync(() -> client[0].stats())
                    .orTimeout(10, TimeUnit.SECONDS)
                    .join());
          }
        };
    client[0] = rig.client(b -> b.listener(curious));
    call(client[0], server);
    await().until(() -> seen.size() == 2);
    assertThat(seen).extracting(PoolStats::total).containsExactly(1, 1);
  }

  @Test
  void aListenerThatThrowsCostsNeitherCallNorConnection() throws Exception {
    ScriptedServer server =
        rig.server(ScriptedServer.always(Answers.ok("ok", "Connection: close")));
    RedialListener broken =
        new RedialListener() {
          @Override
          public void connectionOpened(ConnectionOpened event) {
            throw new IllegalStateException("broken");
          }

          @Override
          public void connectionClosed(ConnectionClosed event) {
            throw new IllegalStateException("broken");
          }
        };
    Queue<Throwable> uncaught = new ConcurrentLinkedQueue<>();
    RedialClient client = rig.client(b -> b.listener(broken));
    CompletableFuture<Void> done = new CompletableFuture<>();
    Thread caller =
        Thread.ofVirtual()
            .unstarted(() -> {
              try {
                call(client, server);
                done.complete(null);
              } catch (Throwable thrown) {
                done.completeExceptionally(thrown);
              }
            });
    caller.setUncaughtExceptionHandler((thread, thrown) -> uncaught.add(thrown));
    caller.start();
    assertThat(done).succeedsWithin(Duration.ofSeconds(10));
    await().until(() -> client.stats().total() == 0);
    assertThat(uncaught).hasSize(2).allMatch(thrown -> thrown.getMessage().equals("broken"));
  }

  /** Two attempts hang up, the third is answered with 503, the last with 200. */
  @Test
  void flightRecorderHearsOfAllOfIt() throws Exception {
    ScriptedServer server =
        rig.server(
            c -> {
              c.readRequest();
              c.fin();
            },
            c -> {
              c.readRequest();
              c.send(Answers.status("503 Later", ""));
              c.readRequest();
              c.send(Answers.status("503 Later", "", "Retry-After: 3000"));
              c.drain();
            });
    List<RecordedEvent> events;
    try (Recording recording = new Recording()) {
      for (String name : List.of("AttemptFailed", "SentAgain", "NotSentAgain"))
        recording.enable("dev.redial." + name).withoutStackTrace();
      recording.enable("dev.redial.ConnectionOpened");
      recording.enable("dev.redial.ConnectionClosed");
      recording.start();
      RedialClient client =
          client(b -> b.retries(Retries.defaults().withMaxAttempts(4).withStatuses(Set.of(503))));
      assertThat(client.send(get(server.uri("/")), BodyHandlers.ofString()).statusCode())
          .isEqualTo(503);
      client.shutdown();
      assertThat(client.awaitTermination(Duration.ofSeconds(5))).isTrue();
      recording.stop();
      Path file = folder.resolve("redial.jfr");
      recording.dump(file);
      events = RecordingFile.readAllEvents(file);
    }
    String origin = "http://127.0.0.1:" + server.port();
    assertThat(events)
        .extracting(event -> event.getEventType().getName().replace("dev.redial.", ""))
        .containsExactlyInAnyOrder(
            "ConnectionOpened",
            "AttemptFailed",
            "SentAgain",
            "ConnectionClosed",
            "ConnectionOpened",
            "SentAgain",
            "NotSentAgain",
            "ConnectionClosed");
    assertThat(only(events, "AttemptFailed"))
        .singleElement()
        .satisfies(event -> {
          assertThat(event.getString("request")).isEqualTo("GET " + origin);
          assertThat(event.getInt("attempt")).isEqualTo(1);
          assertThat(event.getString("failure")).isEqualTo("HangUpException");
          assertThat(event.getString("code")).isEqualTo("ECONNRESET");
          assertThat(event.getBoolean("reused")).isFalse();
          assertThat(event.getLong("bytesSent")).isPositive();
          assertThat(event.getString("serverActed")).isEqualTo("MAYBE");
        });
    assertThat(only(events, "SentAgain"))
        .extracting(event -> event.getInt("nextAttempt") + " " + event.getString("cause"))
        .containsExactly("2 ECONNRESET", "3 503");
    assertThat(only(events, "NotSentAgain"))
        .singleElement()
        .satisfies(event ->
            assertThat(event.getString("reason")).startsWith("the server asks to wait for 3000 s"));
    assertThat(only(events, "ConnectionClosed"))
        .extracting(event -> event.getString("origin") + " " + event.getString("reason"))
        .containsExactly(origin + " HUNG_UP", origin + " SHUT_DOWN");
  }

  private static List<RecordedEvent> only(List<RecordedEvent> events, String name) {
    return events.stream()
        .filter(event -> event.getEventType().getName().equals("dev.redial." + name))
        .toList();
  }
}
