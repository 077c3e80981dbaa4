package dev.redial.tests;

import static dev.redial.tests.Failures.failureOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.redial.RedialClient;
import dev.redial.ResponseTimeoutException;
import dev.redial.tests.kit.Rig;
import dev.redial.tests.kit.ScriptedServer;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A body publisher that blocks whoever calls it holds up nobody but itself. */
@Timeout(60)
class BlockingPublisherTest {
  private static final long SMALL = 10;
  private static final long LARGE = 1_000_000;

  @RegisterExtension final Rig rig = new Rig();

  private final Semaphore inside = new Semaphore(0);
  private final CountDownLatch freed = new CountDownLatch(1);

  private enum Place {
    SUBSCRIBE,
    REQUEST
  }

  static Stream<Arguments> publishers() {
    return Arrays.stream(Place.values())
        .flatMap(place ->
            Stream.of(SMALL, LARGE, -1L).map(length -> Arguments.arguments(place, length)));
  }

  @AfterEach
  void free() {
    freed.countDown();
  }

  @ParameterizedTest
  @MethodSource("publishers")
  void theTimeOutIsKeptAndTheServerSeesTheEnd(Place place, long length) throws Exception {
    ScriptedServer server = rig.server(c -> c.stall());
    HttpRequest request =
        HttpRequest.newBuilder(server.uri("/"))
            .POST(blocking(place, length))
            .timeout(Duration.ofMillis(300))
            .build();

    assertThat(failureOf(rig.client(), request)).isInstanceOf(ResponseTimeoutException.class);

    server.awaitEndByClient(1);
  }

  @ParameterizedTest
  @MethodSource("publishers")
  void anInterruptIsKeptAndTheServerSeesTheEnd(Place place, long length) throws Exception {
    ScriptedServer server = rig.server(c -> c.stall());
    RedialClient client = rig.client();
    HttpRequest request =
        HttpRequest.newBuilder(server.uri("/")).POST(blocking(place, length)).build();
    for (Thread.Builder threads : new Thread.Builder[] {Thread.ofVirtual(), Thread.ofPlatform()}) {
      CompletableFuture<Throwable> outcome = new CompletableFuture<>();
      Thread caller =
          threads.start(() ->
              outcome.complete(
                  catchThrowable(() -> client.send(request, BodyHandlers.ofString()))));
      inside.acquire();

      caller.interrupt();

      assertThat(outcome.get(20, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
    }
    server.awaitEndByClient(1);
  }

  private BodyPublisher blocking(Place place, long length) {
    return new BodyPublisher() {
      @Override
      public long contentLength() {
        return length;
      }

      @Override
      public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
        if (place == Place.SUBSCRIBE) block();
        subscriber.onSubscribe(
            new Flow.Subscription() {
              @Override
              public void request(long n) {
                block();
              }

              @Override
              public void cancel() {
                // It would be freed by nobody.
              }
            });
      }
    };
  }

  private void block() {
    inside.release();
    boolean interrupted = false;
    while (freed.getCount() > 0) {
      try {
        freed.await();
      } catch (InterruptedException e) {
        interrupted = true; // not even this moves it
      }
    }
    if (interrupted) Thread.currentThread().interrupt();
  }
}
