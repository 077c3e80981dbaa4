package dev.redial.internal.connection;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.redial.ResponseBodyException;
import dev.redial.ResponseTimeoutException;
import dev.redial.TruncatedBodyException;
import dev.redial.internal.connection.Bench.Running;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class BodyDeliveryTest {
  private static final String HEAD = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";

  private final Bench bench = new Bench();

  /** A subscriber of the caller's own, which misbehaves where a test says so. */
  private static class Own implements BodySubscriber<String> {
    final CompletableFuture<String> result = new CompletableFuture<>();
    final StringBuilder got = new StringBuilder();
    volatile Throwable failure;
    volatile Flow.Subscription subscription;

    @Override
    public CompletionStage<String> getBody() {
      return result;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
      subscription = given;
      given.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
      for (ByteBuffer buffer : buffers) got.append(ISO_8859_1.decode(buffer));
    }

    @Override
    public void onError(Throwable thrown) {
      failure = thrown;
      result.completeExceptionally(thrown);
    }

    @Override
    public void onComplete() {
      result.complete(got.toString());
    }
  }

  /** Where a subscriber throws. */
  enum Place {
    ON_SUBSCRIBE,
    ON_NEXT,
    ON_COMPLETE,
    GET_BODY
  }

  private static final class Throwing extends Own {
    private final Place place;
    private final RuntimeException thrown = new IllegalStateException("the caller's own");

    Throwing(Place place) {
      this.place = place;
    }

    private void at(Place here) {
      if (here == place) throw thrown;
    }

    @Override
    public CompletionStage<String> getBody() {
      at(Place.GET_BODY);
      return super.getBody();
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
      at(Place.ON_SUBSCRIBE);
      super.onSubscribe(given);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
      at(Place.ON_NEXT);
      super.onNext(buffers);
    }

    @Override
    public void onComplete() {
      at(Place.ON_COMPLETE);
      super.onComplete();
    }
  }

  @ParameterizedTest
  @EnumSource(Place.class)
  void whatTheSubscriberThrowsIsTheCause(Place place) {
    for (String body : new String[] {"hello", "hel"}) {
      if (place == Place.ON_COMPLETE && body.length() < 5) continue;
      Bench each = new Bench();
      each.wire.says(HEAD + body);
      Throwing own = new Throwing(place);

      Throwable thrown = catchThrowable(() -> each.body(Bench.get(), own));

      assertThat(thrown).isInstanceOf(ResponseBodyException.class).hasCause(own.thrown);
      await().untilAsserted(() -> assertThat(each.endings).hasSize(1));
      if (place != Place.ON_COMPLETE && body.length() < 5)
        assertThat(each.endings).containsExactly(false);
    }
  }

  static Stream<CompletableFuture<String>> failedStages() {
    CompletableFuture<String> cancelled = new CompletableFuture<>();
    cancelled.cancel(true);
    return Stream.of(
        CompletableFuture.failedFuture(new IllegalStateException("the caller's own")),
        CompletableFuture.failedFuture(new IOException("the caller's own")),
        cancelled);
  }

  @ParameterizedTest
  @MethodSource("failedStages")
  void aStageThatHasFailedFreesTheConnection(CompletableFuture<String> stage) {
    bench.wire.says(HEAD + "hel");
    Own own =
        new Own() {
          @Override
          public CompletionStage<String> getBody() {
            return stage;
          }
        };

    Throwable thrown = catchThrowable(() -> bench.body(Bench.get(), own));

    assertThat(thrown).isInstanceOf(ResponseBodyException.class);
    assertThat(bench.endings).containsExactly(false);
  }

  @Test
  void aStageThatIsCancelledMeanwhileFreesTheConnection() throws Exception {
    bench.wire.says(HEAD + "hel");
    Own own = new Own();
    Running<String> running = Bench.start(() -> bench.body(Bench.get(), own));
    await().until(() -> own.got.length() == 3 && bench.wire.isReading());

    own.result.cancel(true);

    assertThat(running.failure())
        .isInstanceOf(ResponseBodyException.class)
        .hasCauseInstanceOf(CancellationException.class);
    assertThat(bench.endings).containsExactly(false);
  }

  @Test
  void noStageAtAllIsTheCallersFault() {
    bench.wire.says(HEAD + "hel");
    Own own =
        new Own() {
          @Override
          public CompletionStage<String> getBody() {
            return null;
          }
        };

    assertThatThrownBy(() -> bench.body(Bench.get(), own))
        .isInstanceOf(ResponseBodyException.class);
    assertThat(bench.endings).containsExactly(false);
  }

  @Test
  void aSubscriberThatCancelsDecidesTheResult() {
    bench.wire.says(HEAD + "hel");
    IOException enough = new IOException("enough");
    Own own =
        new Own() {
          @Override
          public void onNext(List<ByteBuffer> buffers) {
            subscription.cancel();
            result.completeExceptionally(enough);
          }
        };

    Throwable thrown = catchThrowable(() -> bench.body(Bench.get(), own));

    assertThat(thrown).isInstanceOf(ResponseBodyException.class).hasCause(enough);
    assertThat(own.failure).isNull();
    assertThat(bench.endings).containsExactly(false);
  }

  @Test
  void aSubscriberMayBeSatisfiedEarly() throws Exception {
    bench.wire.says(HEAD + "hel");
    Own own =
        new Own() {
          @Override
          public void onNext(List<ByteBuffer> buffers) {
            subscription.cancel();
            result.complete("enough");
          }
        };

    assertThat(bench.body(Bench.get(), own)).isEqualTo("enough");

    await().untilAsserted(() -> assertThat(bench.endings).containsExactly(false));
  }

  @Test
  void aSubscriberMayMakeSomethingOfAFailure() throws Exception {
    bench.wire.says(HEAD + "hel").fin();
    Own own =
        new Own() {
          @Override
          public void onError(Throwable thrown) {
            failure = thrown;
            result.complete(got + "...");
          }
        };

    assertThat(bench.body(Bench.get(), own)).isEqualTo("hel...");

    assertThat(own.failure).isInstanceOf(TruncatedBodyException.class);
    assertThat(bench.endings).containsExactly(false);
  }

  @Test
  void aStageThatHidesTheCauseDoesNotHideTheFailure() {
    bench.wire.says(HEAD + "hel").fin();

    assertThatThrownBy(() ->
            bench.body(
                Bench.get(),
                BodySubscribers.mapping(BodySubscribers.ofByteArray(), octets -> octets)))
        .isInstanceOf(TruncatedBodyException.class);
  }

  @Test
  void theDeadlineHoldsForAStageThatNeverCompletes() {
    bench.wire.says(HEAD + "hello");
    Exchange exchange =
        bench.exchange(Bench.get(), System.nanoTime() + Duration.ofMillis(500).toNanos());
    Own own =
        new Own() {
          @Override
          public void onComplete() {
            // never says so
          }
        };

    Throwable thrown =
        catchThrowable(() -> {
          exchange.send();
          exchange.receiveHead();
          exchange.deliver(own);
        });

    assertThat(thrown).isInstanceOf(ResponseTimeoutException.class);
    assertThat(bench.endings).hasSize(1);
  }

  @Test
  void anInterruptHoldsForAStageThatNeverCompletes() throws Exception {
    bench.wire.says(HEAD + "hello");
    Own own =
        new Own() {
          @Override
          public void onComplete() {
            // never says so
          }
        };
    Running<String> running = Bench.start(() -> bench.body(Bench.get(), own));
    await().until(() -> bench.endings.size() == 1);

    running.thread().interrupt();

    assertThat(running.failure()).isInstanceOf(InterruptedException.class);
    assertThat(bench.endings).containsExactly(true); // the body had been read
  }

  /** Many decode the stream in the mapping function, which blocks until it is fed. */
  @Test
  void theMappingMayReadTheStreamItself() throws Exception {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write("hello".getBytes(ISO_8859_1));
    }
    bench.wire.says("HTTP/1.1 200 OK\r\nContent-Length: " + packed.size() + "\r\n\r\n");
    bench.wire.octetByOctet(packed.toByteArray());
    BodySubscriber<String> unpacking =
        BodySubscribers.mapping(
            BodySubscribers.ofInputStream(),
            in -> {
              try (InputStream unpacked = new GZIPInputStream(in)) {
                return new String(unpacked.readAllBytes(), ISO_8859_1);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });

    assertThat(bench.body(Bench.get(), unpacking)).isEqualTo("hello");
    assertThat(bench.endings).containsExactly(true);
  }

  // Streams

  @Test
  void aStreamIsHandedOutBeforeItsBodyComes() throws Exception {
    for (String head :
        new String[] {
          HEAD, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n", HEAD + "h"
        }) {
      Bench each = new Bench();
      each.wire.says(head);
      Running<InputStream> running =
          Bench.start(() -> each.body(Bench.get(), BodySubscribers.ofInputStream()));

      try (InputStream in = running.get()) {
        assertThat(in.available()).isBetween(0, 1);
      }
      await().untilAsserted(() -> assertThat(each.endings).containsExactly(false));
    }
  }

  @Test
  void aSmallBodyIsInTheStreamWhenItIsHandedOut() throws Exception {
    bench.wire.says(HEAD + "hello");

    try (InputStream in = bench.body(Bench.get(), BodySubscribers.ofInputStream())) {
      assertThat(bench.endings).containsExactly(true);
      assertThat(in.read()).isEqualTo('h');
      assertThat(in.available()).isEqualTo(4);
    }
  }

  @Test
  void closingAStreamEarlyClosesTheConnectionAtOnce() throws Exception {
    bench.wire.says(HEAD + "hel");
    InputStream in = bench.body(Bench.get(), BodySubscribers.ofInputStream());
    assertThat(in.read()).isEqualTo('h');
    await().until(bench.wire::isReading);

    in.close();

    assertThat(bench.endings).containsExactly(false);
    assertThat(bench.wire.isOpen()).isFalse();
  }

  @Test
  void aReaderOfAStreamGetsTheFailure() throws Exception {
    bench.wire.says(HEAD + "hel").rst();

    try (InputStream in = bench.body(Bench.get(), BodySubscribers.ofInputStream())) {
      assertThatThrownBy(in::readAllBytes)
          .isInstanceOf(IOException.class)
          .hasCauseInstanceOf(TruncatedBodyException.class);
    }
  }

  @Test
  void whatASubscriberGetsIsItsOwn() throws Exception {
    String chunk = "x".repeat(1500);
    bench.wire.says("HTTP/1.1 200 OK\r\nContent-Length: 4500\r\n\r\n" + chunk, chunk, chunk);
    AtomicReference<List<ByteBuffer>> kept = new AtomicReference<>();
    Own own =
        new Own() {
          @Override
          public void onNext(List<ByteBuffer> buffers) {
            if (kept.get() == null) kept.set(List.copyOf(buffers));
            for (ByteBuffer buffer : buffers) {
              assertThat(buffer.isReadOnly()).isTrue();
              assertThat(buffer.capacity()).isEqualTo(buffer.limit());
              buffer.position(buffer.limit());
            }
            assertThatThrownBy(buffers::clear).isInstanceOf(UnsupportedOperationException.class);
          }
        };

    assertThat(bench.body(Bench.get(), own)).isEmpty();

    assertThat(kept.get()).hasSize(1);
    assertThat(ISO_8859_1.decode(kept.get().get(0).flip()).toString()).isEqualTo(chunk);
  }

  @Test
  void anInterruptWhileAFileIsWrittenIsAnInterrupt(@TempDir Path folder) throws Exception {
    bench
        .wire
        .says("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
        .once(() -> {
          Thread.currentThread().interrupt();
          return true;
        })
        .says("12345");
    Exchange exchange = bench.head(Bench.get());
    Running<Path> running =
        Bench.start(() -> exchange.deliver(BodySubscribers.ofFile(folder.resolve("body"))));

    assertThat(running.failure()).isInstanceOf(InterruptedException.class);
    assertThat(bench.endings).containsExactly(false);
  }
}
