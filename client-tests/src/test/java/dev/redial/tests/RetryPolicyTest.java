package dev.redial.tests;

import static dev.redial.tests.Failures.failureOf;
import static dev.redial.tests.kit.Requests.get;
import static dev.redial.tests.kit.Requests.of;
import static dev.redial.tests.kit.Requests.post;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redial.ClientClosedException;
import dev.redial.ExchangeFailure;
import dev.redial.HangUpException;
import dev.redial.RedialClient;
import dev.redial.RedialListener;
import dev.redial.Resend;
import dev.redial.Retries;
import dev.redial.TruncatedBodyException;
import dev.redial.tests.kit.Answers;
import dev.redial.tests.kit.RequestSeen;
import dev.redial.tests.kit.Rig;
import dev.redial.tests.kit.ScriptedServer;
import dev.redial.tests.kit.ScriptedServer.Script;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Repetitions after a back-off, as {@link Retries} says. */
class RetryPolicyTest {
  private static final String OK = Answers.ok("ok");
  private static final Duration MILLI = Duration.ofMillis(1);
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Retries STATUSES =
      Retries.defaults()
          .withStatuses(Retries.TRANSIENT_STATUSES)
          .withBackoff(MILLI, MILLI, Duration.ofMillis(5));

  @RegisterExtension final Rig rig = new Rig();

  private final Queue<String> events = new ConcurrentLinkedQueue<>();
  private final CountDownLatch longWait = new CountDownLatch(1);

  /** Writes down what it hears. */
  private final class Scribe implements RedialListener {
    @Override
    public void attemptFailed(ExchangeFailure failure) {
      events.add("failed " + failure.evidence().attempt() + " " + failure.code());
    }

    @Override
    public void sentAgain(Resend resend) {
      events.add("again " + resend.nextAttempt() + " after " + cause(resend));
      if (resend.delay().toMinutes() > 1) longWait.countDown();
    }

    @Override
    public void notSentAgain(Resend resend, String reason) {
      events.add("not again after " + cause(resend) + ": " + reason);
    }

    private static String cause(Resend resend) {
      return resend.failure().map(ExchangeFailure::code).orElse("")
          + (resend.status().isPresent() ? resend.status().getAsInt() : "");
    }
  }

  private RedialClient client(Retries retries) {
    return rig.client(b -> b.retries(retries).listener(new Scribe()));
  }

  /** Answers with these, one request after the other on whatever connection; then with 200. */
  private ScriptedServer server(String... statuses) {
    Queue<String> left = new ConcurrentLinkedQueue<>(List.of(statuses));
    return rig.server(c -> {
      while (true) {
        c.readRequest();
        String status = left.poll();
        if ("FIN".equals(status)) {
          c.fin();
          return;
        }
        c.send(status == null ? OK : Answers.status(status, "busy"));
      }
    });
  }

  private static HttpResponse<String> send(RedialClient client, HttpRequest request)
      throws IOException, InterruptedException {
    return client.send(request, BodyHandlers.ofString());
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 502, 503, 504, 408, 425})
  void aConfiguredAnswerIsRepeated(int status) throws Exception {
    ScriptedServer server = server(status + " Later", status + " Later");
    assertThat(send(client(STATUSES), get(server.uri("/"))).body()).isEqualTo("ok");
    assertThat(server.requests()).hasSize(3);
    assertThat(events).containsExactly("again 2 after " + status, "again 3 after " + status);
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 500, 502, 503, 504})
  void withoutConfigurationAnAnswerIsTheCallers(int status) throws Exception {
    ScriptedServer server = server(status + " Later");
    assertThat(send(client(Retries.defaults()), get(server.uri("/"))).statusCode())
        .isEqualTo(status);
    assertThat(server.requests()).hasSize(1);
    assertThat(events).isEmpty();
  }

  @Test
  void theLastAnswerIsTheCallers() throws Exception {
    ScriptedServer server = server("503 A", "503 B", "503 C", "503 D");
    HttpResponse<String> answer = send(client(STATUSES), get(server.uri("/")));
    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.body()).isEqualTo("busy");
    assertThat(server.requests()).hasSize(3);
    assertThat(server.connections()).isEqualTo(1);
  }

  @Test
  void aPostIsRepeatedOnlyIfItsCallerSaysSo() throws Exception {
    ScriptedServer server = server("503 A", "503 B");
    HttpRequest order = post(server.uri("/order"), "one");
    assertThat(send(client(STATUSES), order).statusCode()).isEqualTo(503);
    assertThat(server.requests()).hasSize(1);
    Retries mine = STATUSES.withRepeatable(request -> request.uri().getPath().equals("/order"));
    assertThat(send(client(mine), order).body()).isEqualTo("ok");
    assertThat(server.requests())
        .extracting(RequestSeen::text)
        .containsExactly("one", "one", "one");
  }

  @Test
  void aKeyMakesAPostRepeatableAndStaysTheSame() throws Exception {
    ScriptedServer server = server("FIN", "409 Conflict", "503 A");
    HttpRequest order =
        of("POST", server.uri("/"))
            .header("Idempotency-Key", "k-1")
            .POST(BodyPublishers.ofString("one"))
            .build();
    assertThat(send(client(STATUSES.withMaxAttempts(4)), order).body()).isEqualTo("ok");
    assertThat(server.requests())
        .hasSize(4)
        .allSatisfy(seen -> assertThat(seen.all("Idempotency-Key")).containsExactly("k-1"));
    assertThat(events)
        .containsExactly(
            "failed 1 ECONNRESET",
            "again 2 after ECONNRESET",
            "again 3 after 409",
            "again 4 after 503");
  }

  @Test
  void aFreshHangUpIsRepeatedForWhatMayBeRepeated() throws Exception {
    ScriptedServer server = server("FIN", "FIN");
    assertThat(send(client(STATUSES), get(server.uri("/"))).body()).isEqualTo("ok");
    assertThat(server.connections()).isEqualTo(3);
    ScriptedServer other = server("FIN");
    assertThat(failureOf(client(STATUSES), post(other.uri("/"), "x")))
        .isInstanceOf(HangUpException.class);
    assertThat(other.requests()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"off", "raceOnly"})
  void oneRequestMayBeLeftOut(String how) throws Exception {
    ScriptedServer server = server("FIN");
    Retries own = how.equals("off") ? Retries.off() : Retries.raceOnly();
    assertThat(failureOf(client(STATUSES), own.forRequest(get(server.uri("/")))))
        .isInstanceOf(HangUpException.class);
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void oneRequestMayHaveMoreThanItsClient() throws Exception {
    ScriptedServer server = server("503 A");
    RedialClient client = client(Retries.off());
    assertThat(send(client, STATUSES.forRequest(get(server.uri("/")))).body()).isEqualTo("ok");
    assertThat(server.requests()).hasSize(2);
  }

  @Test
  void theServerIsToldTheNumberOfTheAttempt() throws Exception {
    ScriptedServer server = server("503 A", "FIN");
    RedialClient client = client(STATUSES.withAttemptHeader("X-Attempt"));
    assertThat(send(client, get(server.uri("/"))).body()).isEqualTo("ok");
    assertThat(server.requests())
        .extracting(seen -> seen.all("X-Attempt"))
        .containsExactly(List.of("1"), List.of("2"), List.of("3"));
  }

  @Test
  void theServerIsToldHowLongTheCallerWillWait() throws Exception {
    ScriptedServer server = server("503 A");
    RedialClient client =
        rig.client(b -> b.retries(STATUSES).deadlineHeader("X-Request-Timeout-Ms"));
    HttpRequest request = of("GET", server.uri("/")).timeout(Duration.ofSeconds(10)).build();
    assertThat(send(client, request).body()).isEqualTo("ok");
    List<Integer> told =
        server.requests().stream()
            .map(seen -> Integer.parseInt(seen.field("X-Request-Timeout-Ms").orElseThrow()))
            .toList();
    assertThat(told).hasSize(2).allMatch(left -> left > 0 && left <= 10_000);
    assertThat(told.get(1)).isLessThanOrEqualTo(told.get(0));
    HttpRequest endless = HttpRequest.newBuilder(server.uri("/")).build();
    assertThat(send(client, endless).body()).isEqualTo("ok");
    assertThat(server.requests().getLast().field("X-Request-Timeout-Ms")).isEmpty();
  }

  @Test
  void retryAfterIsWaitedFor() throws Exception {
    ScriptedServer server = retryAfter("1");
    assertThat(send(client(STATUSES), get(server.uri("/"))).body()).isEqualTo("ok");
    assertThat(server.requests()).hasSize(2);
    assertThat(server.millisBetween(1, "first answered", "second read"))
        .isGreaterThanOrEqualTo(990);
  }

  private ScriptedServer retryAfter(String value) {
    Script script =
        c -> {
          c.readRequest();
          c.send(Answers.status("503 Later", "", "Retry-After: " + value));
          c.mark("first answered");
          c.readRequest();
          c.mark("second read");
          c.send(OK);
          c.serve(OK);
        };
    return rig.server(script);
  }

  @Test
  void aRetryAfterThatIsTooLongIsNotSleptThrough() throws Exception {
    ScriptedServer server = retryAfter("31");
    assertThat(send(client(STATUSES), get(server.uri("/"))).statusCode()).isEqualTo(503);
    assertThat(events)
        .containsExactly(
            "not again after 503: the server asks to wait for 31 s, more than maxRetryAfter: PT30S");
  }

  @Test
  void theDeadlineIsNotSleptPast() throws Exception {
    ScriptedServer server = retryAfter("20");
    HttpRequest request = of("GET", server.uri("/")).timeout(Duration.ofSeconds(15)).build();
    assertThat(send(client(STATUSES), request).statusCode()).isEqualTo(503);
    assertThat(events).containsExactly("not again after 503: the deadline leaves no time for it");
  }

  @Test
  void aListenerThatThrowsChangesNothing() throws Exception {
    ScriptedServer server = server("FIN", "503 A");
    Queue<Throwable> uncaught = new ConcurrentLinkedQueue<>();
    RedialListener broken =
        new RedialListener() {
          @Override
          public void attemptFailed(ExchangeFailure failure) {
            throw new IllegalStateException("broken");
          }

          @Override
          public void sentAgain(Resend resend) {
            throw new IllegalStateException("broken");
          }
        };
    RedialClient client = rig.client(b -> b.retries(STATUSES).listener(broken));
    FutureTask<String> call = new FutureTask<>(() -> send(client, get(server.uri("/"))).body());
    Thread thread = Thread.ofVirtual().unstarted(call);
    thread.setUncaughtExceptionHandler((dead, thrown) -> {
      uncaught.add(thrown);
      throw new IllegalStateException("the handler is broken, too");
    });
    thread.start();
    assertThat(call.get(15, TimeUnit.SECONDS)).isEqualTo("ok");
    assertThat(uncaught).hasSize(3).allMatch(thrown -> thrown.getMessage().equals("broken"));
  }

  /** Hangs up once, then asks for most of an hour. */
  private ScriptedServer tiring() {
    return rig.server(
        c -> {
          c.readRequest();
          c.fin();
        },
        ScriptedServer.always(Answers.status("503 Later", "", "Retry-After: 3000")));
  }

  private RedialClient sleeper() {
    return client(STATUSES.withMaxRetryAfter(HOUR));
  }

  private static HttpRequest patient(ScriptedServer server) {
    return HttpRequest.newBuilder(server.uri("/")).build();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anInterruptEndsTheWait(boolean virtual) throws Exception {
    ScriptedServer server = tiring();
    RedialClient client = sleeper();
    FutureTask<String> call = new FutureTask<>(() -> send(client, patient(server)).body());
    Thread thread = virtual ? Thread.ofVirtual().start(call) : Thread.ofPlatform().start(call);
    longWait.await();
    thread.interrupt();
    assertThatThrownBy(() -> call.get(15, TimeUnit.SECONDS))
        .hasCauseInstanceOf(InterruptedException.class);
    assertThat(server.requests()).hasSize(2);
  }

  @Test
  void cancellingEndsTheWait() throws Exception {
    ScriptedServer server = tiring();
    RedialClient client = sleeper();
    CompletableFuture<HttpResponse<String>> future =
        client.sendAsync(patient(server), BodyHandlers.ofString());
    longWait.await();
    assertThat(future.cancel(true)).isTrue();
    assertThatThrownBy(future::join).isInstanceOf(CancellationException.class);
    assertThat(server.requests()).hasSize(2);
  }

  @Test
  void shuttingDownAtOnceEndsTheWaitAndTellsWhyThereWasOne() throws Exception {
    ScriptedServer server = tiring();
    RedialClient client = sleeper();
    FutureTask<String> call = new FutureTask<>(() -> send(client, patient(server)).body());
    Thread unused = Thread.ofVirtual().start(call);
    longWait.await();
    client.shutdownNow();
    assertThatThrownBy(() -> call.get(15, TimeUnit.SECONDS))
        .cause()
        .isInstanceOf(HangUpException.class)
        .satisfies(thrown ->
            assertThat(thrown.getSuppressed())
                .hasSize(1)
                .allMatch(other -> other instanceof ClientClosedException));
    assertThat(events) // that the wait was ended is no attempt that failed
        .containsExactly("failed 1 ECONNRESET", "again 2 after ECONNRESET", "again 3 after 503");
  }

  @Test
  void aBodyThatIsCutTellsWhyTheRequestHadToBeSentAgain() throws Exception {
    ScriptedServer server =
        rig.server(
            c -> {
              c.readRequest();
              c.fin();
            },
            c -> {
              c.readRequest();
              c.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
              c.fin();
            });
    Throwable failure = failureOf(client(STATUSES), get(server.uri("/")));
    assertThat(failure).isInstanceOf(TruncatedBodyException.class);
    assertThat(failure.getSuppressed()).hasSize(1).hasOnlyElementsOfType(HangUpException.class);
    assertThat(events)
        .containsExactly("failed 1 ECONNRESET", "again 2 after ECONNRESET", "failed 2 ECONNRESET");
  }

  @Test
  void theEventsReadAloneInALog() {
    Resend resend =
        new Resend(
            "GET http://a.example",
            2,
            Duration.ofMillis(40),
            Optional.empty(),
            OptionalInt.of(503));
    assertThat(resend).hasToString("GET http://a.example, attempt 2 in 40 ms, after 503");
  }
}
