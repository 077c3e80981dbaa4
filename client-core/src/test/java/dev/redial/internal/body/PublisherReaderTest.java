package dev.redial.internal.body;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Named.named;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Asked on the reading thread, and on one of its own. */
@Timeout(60)
@ParameterizedClass
@ValueSource(booleans = {false, true})
class PublisherReaderTest {
  private static final long NEVER = Long.MAX_VALUE;

  @Parameter boolean mayBlock;

  private static ByteBuffer buffer(String text) {
    return ByteBuffer.wrap(text.getBytes(ISO_8859_1));
  }

  private static String read(PublisherReader reader) throws Exception {
    StringBuilder text = new StringBuilder();
    ByteBuffer next;
    while ((next = reader.next(NEVER)) != null) {
      assertThat(next.hasRemaining()).isTrue();
      text.append(ISO_8859_1.decode(next));
    }
    return text.toString();
  }

  private PublisherReader reader(BodyPublisher publisher) {
    return reader(publisher, publisher.contentLength());
  }

  private PublisherReader reader(BodyPublisher publisher, long announced) {
    return new PublisherReader(publisher, announced, mayBlock);
  }

  /** A publisher whose subscription does what a test wants. */
  private static final class Scripted implements BodyPublisher {
    private final long length;
    private final AtomicReference<Flow.Subscriber<? super ByteBuffer>> subscriber =
        new AtomicReference<>();
    private final AtomicLong requested = new AtomicLong();
    private final AtomicLong most = new AtomicLong();
    private final AtomicLong cancels = new AtomicLong();
    private Consumer<Scripted> onSubscribe = self -> self.tell();
    private BiConsumer<Scripted, Long> onRequest = (self, count) -> {};
    private Runnable onCancel = () -> {};

    Scripted(long length) {
      this.length = length;
    }

    Scripted subscribing(Consumer<Scripted> does) {
      onSubscribe = does;
      return this;
    }

    /** The second argument counts the requests from 1. */
    Scripted requested(BiConsumer<Scripted, Long> does) {
      onRequest = does;
      return this;
    }

    @Override
    public long contentLength() {
      return length;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuffer> given) {
      assertThat(subscriber.getAndSet(given)).as("subscribed once").isNull();
      onSubscribe.accept(this);
    }

    void tell() {
      subscriber.get().onSubscribe(new Own());
    }

    void next(String text) {
      subscriber.get().onNext(buffer(text));
    }

    void error(Throwable thrown) {
      subscriber.get().onError(thrown);
    }

    void complete() {
      subscriber.get().onComplete();
    }

    final class Own implements Flow.Subscription {
      @Override
      public void request(long n) {
        most.accumulateAndGet(n, Math::max);
        onRequest.accept(Scripted.this, requested.incrementAndGet());
      }

      @Override
      public void cancel() {
        cancels.incrementAndGet();
        onCancel.run();
      }
    }
  }

  // Those of the JDK

  static Stream<Arguments> ofTheJdk(@TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("body"), "x".repeat(100_000));
    String large = "x".repeat(100_000);
    return Stream.of(
        arguments(named("noBody", BodyPublishers.noBody()), ""),
        arguments(named("ofString", BodyPublishers.ofString("hello")), "hello"),
        arguments(named("ofString, large", BodyPublishers.ofString(large)), large),
        arguments(
            named("ofByteArray", BodyPublishers.ofByteArray(new byte[] {'a', 'b', 'c'}, 1, 2)),
            "bc"),
        arguments(
            named(
                "ofByteArrays",
                BodyPublishers.ofByteArrays(
                    List.of(new byte[] {'a'}, new byte[0], new byte[] {'b'}))),
            "ab"),
        arguments(named("ofByteArrays, none", BodyPublishers.ofByteArrays(List.of())), ""),
        arguments(named("ofFile", BodyPublishers.ofFile(file)), large),
        arguments(
            named(
                "ofInputStream",
                BodyPublishers.ofInputStream(
                    () -> new ByteArrayInputStream(large.getBytes(ISO_8859_1)))),
            large),
        arguments(
            named(
                "concat",
                BodyPublishers.concat(
                    BodyPublishers.ofString("a"),
                    BodyPublishers.noBody(),
                    BodyPublishers.ofString("b"))),
            "ab"),
        arguments(
            named("fromPublisher", BodyPublishers.fromPublisher(BodyPublishers.ofString("hello"))),
            "hello"),
        arguments(
            named(
                "fromPublisher, sized",
                BodyPublishers.fromPublisher(BodyPublishers.ofString("hello"), 5)),
            "hello"));
  }

  @ParameterizedTest
  @MethodSource("ofTheJdk")
  void everyPublisherOfTheJdkIsReadToItsEnd(BodyPublisher publisher, String body) throws Exception {
    PublisherReader reader = reader(publisher);

    assertThat(read(reader)).isEqualTo(body);

    assertThat(reader.taken()).isEqualTo(body.length());
    assertThat(reader.reachedEnd(System.nanoTime())).isTrue();
    assertThat(reader.next(NEVER)).isNull();
    reader.cancel();
  }

  @Test
  void anInputStreamIsClosedAtItsEnd() throws Exception {
    AtomicBoolean closed = new AtomicBoolean();
    InputStream in =
        new ByteArrayInputStream(new byte[3]) {
          @Override
          public void close() {
            closed.set(true);
          }
        };

    assertThat(read(reader(BodyPublishers.ofInputStream(() -> in)))).hasSize(3);

    assertThat(closed).isTrue();
  }

  @Test
  void onePublisherServesManyReaders() throws Exception {
    BodyPublisher shared = BodyPublishers.ofString("hello");
    for (int i = 0; i < 100; i++) assertThat(read(reader(shared))).isEqualTo("hello");
  }

  @Test
  void nothingIsAskedOfAPublisherBeforeTheFirstBufferIsWanted() throws Exception {
    Scripted publisher = new Scripted(-1);

    PublisherReader reader = reader(publisher);

    assertThat(publisher.subscriber.get()).isNull();
    assertThat(reader.reachedEnd(System.nanoTime())).isFalse();
  }

  @Test
  void oneBufferIsAskedForAtATime() throws Exception {
    Scripted publisher =
        new Scripted(-1)
            .requested((self, count) -> {
              if (count <= 3) self.next("x" + count);
              else self.complete();
            });

    assertThat(read(reader(publisher))).isEqualTo("x1x2x3");

    assertThat(publisher.requested).hasValue(4);
    assertThat(publisher.most).hasValue(1);
    assertThat(publisher.cancels).hasValue(0);
  }

  @Test
  void aPublisherIsAFewBuffersAheadOnlyIfItMayBlock() throws Exception {
    Scripted small = new Scripted(-1).requested((self, count) -> self.next("x"));
    String large = "x".repeat(30_000);
    Scripted big = new Scripted(-1).requested((self, count) -> self.next(large));

    for (Scripted publisher : List.of(small, big)) {
      PublisherReader reader = reader(publisher);
      assertThat(reader.next(NEVER)).isNotNull();

      long enough = publisher == small ? 16 : 5; // the one taken is among them, or not
      if (mayBlock) await().until(() -> publisher.requested.get() >= enough);
      else assertThat(publisher.requested).hasValue(1);
      await()
          .during(Duration.ofMillis(50))
          .untilAsserted(() -> assertThat(publisher.requested.get()).isBetween(1L, enough + 1));
      assertThat(reader.isComplete()).isFalse();
      assertThat(publisher.most).hasValue(1);
      reader.cancel();
    }
  }

  @Test
  void askingGoesOnWhereItHasEnded() throws Exception {
    int buffers = 64;
    Scripted publisher =
        new Scripted(-1)
            .requested((self, count) -> {
              if (count <= buffers) self.next(count + "x".repeat(30_000));
              else self.complete();
            });
    PublisherReader reader = reader(publisher);

    for (int i = 1; i <= buffers; i++)
      assertThat(reader.next(NEVER)).isEqualTo(buffer(i + "x".repeat(30_000)));

    assertThat(reader.next(NEVER)).isNull();
    assertThat(publisher.requested).hasValue(buffers + 1);
    assertThat(publisher.most).hasValue(1);
  }

  @Test
  void whatComesAfterItWasAbandonedDoesNotCompleteIt() throws Exception {
    Scripted publisher = new Scripted(-1);
    publisher.requested((self, count) -> {
      if (count == 1) self.next("x");
    });
    PublisherReader reader = reader(publisher);
    assertThat(reader.next(NEVER)).isEqualTo(buffer("x"));

    reader.abandon();
    publisher.next("y");
    publisher.complete();

    assertThat(reader.nextIfThere()).isNull();
    assertThat(reader.isComplete()).isFalse();
  }

  @Test
  void onlyWhatIsThereIsHandedOutWithoutWaiting() throws Exception {
    Scripted publisher =
        new Scripted(-1)
            .requested((self, count) -> {
              if (count > 1) return;
              self.next("x");
              self.next("y");
              self.next("");
              self.next("z");
              self.next("");
            });
    PublisherReader reader = reader(publisher);
    assertThat(reader.nextIfThere()).isNull();
    assertThat(publisher.requested).hasValue(0);

    assertThat(reader.next(NEVER)).isEqualTo(buffer("x"));
    for (String expected : List.of("y", "z")) {
      AtomicReference<ByteBuffer> got = new AtomicReference<>();
      await()
          .until(() -> {
            got.set(reader.nextIfThere());
            return got.get() != null;
          });
      assertThat(got.get()).isEqualTo(buffer(expected));
    }
    assertThat(reader.nextIfThere()).isNull();
    assertThat(reader.taken()).isEqualTo(3);
  }

  // Those that misbehave

  @Test
  void emptyBuffersArePassedOver() throws Exception {
    Scripted publisher =
        new Scripted(-1)
            .requested((self, count) -> {
              if (count == 10) self.next("x");
              else if (count < 20) self.next("");
              else self.complete();
            });

    assertThat(read(reader(publisher))).isEqualTo("x");
  }

  @Test
  void completionNeedsNoDemand() throws Exception {
    Scripted publisher =
        new Scripted(-1)
            .subscribing(self -> {
              self.tell();
              self.complete();
            });

    assertThat(read(reader(publisher))).isEmpty();

    assertThat(publisher.requested).hasValue(0);
  }

  @Test
  void buffersThatNobodyAskedForAreNotLost() throws Exception {
    Scripted publisher =
        new Scripted(6)
            .subscribing(self -> {
              self.tell();
              self.next("12");
              self.next("34");
              self.next("56");
              self.complete();
            });

    assertThat(read(reader(publisher))).isEqualTo("123456");
    assertThat(publisher.requested).hasValue(0);
  }

  @Test
  void completionBeforeASubscriptionIsTheEnd() throws Exception {
    Scripted publisher = new Scripted(-1).subscribing(Scripted::complete);

    assertThat(read(reader(publisher))).isEmpty();
  }

  @Test
  void whatComesBehindTheEndIsDropped() throws Exception {
    Scripted publisher =
        new Scripted(-1)
            .requested((self, count) -> {
              self.next("x");
              self.complete();
              self.next("y");
              self.error(new IOException("late"));
              self.complete();
            });

    assertThat(read(reader(publisher))).isEqualTo("x");
  }

  @Test
  void aSecondSubscriptionIsRefused() throws Exception {
    AtomicBoolean refused = new AtomicBoolean();
    Scripted publisher =
        new Scripted(-1)
            .subscribing(self -> {
              self.tell();
              self.subscriber
                  .get()
                  .onSubscribe(
                      new Flow.Subscription() {
                        @Override
                        public void request(long n) {
                          throw new AssertionError("asked the second subscription");
                        }

                        @Override
                        public void cancel() {
                          refused.set(true);
                          throw new IllegalStateException("and it throws");
                        }
                      });
            })
            .requested((self, count) -> {
              self.next("x");
              self.complete();
            });

    assertThat(read(reader(publisher))).isEqualTo("x");

    assertThat(refused).isTrue();
    assertThat(publisher.cancels).hasValue(0);
  }

  @Test
  void noSubscriptionIsAFailure() {
    Scripted publisher =
        new Scripted(-1).subscribing(self -> self.subscriber.get().onSubscribe(null));

    assertThatThrownBy(() -> reader(publisher).next(NEVER))
        .isInstanceOf(PublisherFailure.class)
        .hasCauseInstanceOf(NullPointerException.class);
  }

  @Test
  void nullIsRefusedWhereItIsPassed() throws Exception {
    AtomicReference<Throwable> seen = new AtomicReference<>();
    Scripted publisher =
        new Scripted(-1)
            .requested((self, count) -> {
              seen.set(catchThrowable(() -> self.subscriber.get().onNext(null)));
              assertThat(catchThrowable(() -> self.error(null)))
                  .isInstanceOf(NullPointerException.class);
              self.complete();
            });

    assertThat(read(reader(publisher))).isEmpty();

    assertThat(seen.get()).isInstanceOf(NullPointerException.class);
  }

  /** The places where a publisher can throw or report a failure. */
  static Stream<Arguments> failing() {
    return Stream.<Throwable>of(
            new IOException("own"), new IllegalStateException("own"), new StackOverflowError("own"))
        .flatMap(thrown ->
            Stream.of(
                arguments(
                    "in subscribe",
                    thrown,
                    new Scripted(-1).subscribing(self -> sneak(thrown)),
                    ""),
                arguments(
                    "in subscribe, behind onSubscribe",
                    thrown,
                    new Scripted(-1)
                        .subscribing(self -> {
                          self.tell();
                          sneak(thrown);
                        }),
                    ""),
                arguments(
                    "in the first request",
                    thrown,
                    new Scripted(-1).requested((self, count) -> sneak(thrown)),
                    ""),
                arguments(
                    "in a later request",
                    thrown,
                    new Scripted(-1)
                        .requested((self, count) -> {
                          if (count < 3) self.next("x");
                          else sneak(thrown);
                        }),
                    "xx"),
                arguments(
                    "by onError",
                    thrown,
                    new Scripted(-1)
                        .requested((self, count) -> {
                          if (count < 3) self.next("x");
                          else self.error(thrown);
                        }),
                    "xx"),
                arguments(
                    "by onError before onSubscribe",
                    thrown,
                    new Scripted(-1).subscribing(self -> self.error(thrown)),
                    ""),
                arguments(
                    "by onError without demand",
                    thrown,
                    new Scripted(-1)
                        .subscribing(self -> {
                          self.tell();
                          self.next("x");
                          self.error(thrown);
                        }),
                    "x"),
                arguments(
                    "by onError twice",
                    thrown,
                    new Scripted(-1)
                        .requested((self, count) -> {
                          self.error(thrown);
                          self.error(new IllegalStateException("second"));
                        }),
                    "")));
  }

  @SuppressWarnings("unchecked")
  private static <X extends Throwable> void sneak(Throwable thrown) throws X {
    throw (X) thrown;
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("failing")
  void theFailureOfAPublisherIsTheCause(
      String where, Throwable thrown, BodyPublisher publisher, String before) throws Exception {
    PublisherReader reader = reader(publisher);
    StringBuilder got = new StringBuilder();

    Throwable failure =
        catchThrowable(() -> {
          ByteBuffer next;
          while ((next = reader.next(NEVER)) != null) got.append(ISO_8859_1.decode(next));
        });

    assertThat(failure)
        .as(where)
        .isInstanceOf(PublisherFailure.class)
        .hasMessage("own")
        .hasCause(thrown);
    assertThat(got).hasToString(before);
    reader.cancel();
    assertThat(reader.next(NEVER)).isNull();
  }

  @Test
  void whatCancelThrowsIsSwallowed() throws Exception {
    Scripted publisher = new Scripted(-1).requested((self, count) -> self.next("x"));
    publisher.onCancel =
        () -> {
          throw new StackOverflowError("own");
        };
    PublisherReader reader = reader(publisher);
    assertThat(reader.next(NEVER)).isNotNull();

    reader.cancel();

    assertThat(publisher.cancels).hasValue(1);
  }

  // Lengths

  @Test
  void tooFewOctetsAreNamed() throws Exception {
    PublisherReader reader = reader(BodyPublishers.ofString("hello"), 6);

    assertThat(reader.next(NEVER)).isNotNull();
    assertThatThrownBy(() -> reader.next(NEVER))
        .isInstanceOf(PublisherFailure.class)
        .hasMessageContaining("Too few bytes returned")
        .hasMessageContaining("5/6");
  }

  @Test
  void tooManyOctetsAreNamedBeforeTheyAreHandedOut() throws Exception {
    PublisherReader reader =
        reader(BodyPublishers.ofByteArrays(List.of(new byte[3], new byte[3])), 5);

    assertThat(reader.next(NEVER)).isEqualTo(ByteBuffer.wrap(new byte[3]));
    assertThatThrownBy(() -> reader.next(NEVER))
        .isInstanceOf(PublisherFailure.class)
        .hasMessageContaining("Too many bytes in request body")
        .hasMessageContaining("Expected: 5, got: 6");
  }

  @Test
  void noOctetsAreTooFew() {
    PublisherReader reader = reader(BodyPublishers.noBody(), 1);

    assertThatThrownBy(() -> reader.next(NEVER))
        .isInstanceOf(PublisherFailure.class)
        .hasMessageContaining("0/1");
  }

  @Test
  void afterCancelNothingIsTooFew() throws Exception {
    Scripted publisher = new Scripted(10).requested((self, count) -> self.next("x"));
    PublisherReader reader = reader(publisher);
    assertThat(reader.next(NEVER)).isNotNull();

    reader.cancel();

    assertThat(reader.next(NEVER)).isNull();
  }

  // Waiting

  private static CompletableFuture<Object> nextOnAnotherThread(
      PublisherReader reader, AtomicReference<Thread> thread) {
    CompletableFuture<Object> outcome = new CompletableFuture<>();
    thread.set(
        Thread.ofVirtual()
            .start(() -> {
              try {
                ByteBuffer next = reader.next(NEVER);
                outcome.complete(next == null ? "end" : ISO_8859_1.decode(next).toString());
              } catch (Throwable thrown) {
                outcome.complete(thrown);
              }
            }));
    return outcome;
  }

  private static void awaitParked(AtomicReference<Thread> thread) {
    await().until(() -> thread.get().getState() == Thread.State.WAITING);
  }

  @Test
  void aBufferFromAnotherThreadWakesTheReader() throws Exception {
    Scripted publisher = new Scripted(-1);
    AtomicReference<Thread> thread = new AtomicReference<>();
    CompletableFuture<Object> outcome = nextOnAnotherThread(reader(publisher), thread);
    awaitParked(thread);

    publisher.next("x");

    assertThat(outcome.get(20, TimeUnit.SECONDS)).isEqualTo("x");
  }

  @Test
  void cancelFromAnotherThreadWakesTheReader() throws Exception {
    for (boolean subscribes : new boolean[] {true, false}) {
      Scripted publisher = new Scripted(5);
      if (!subscribes) publisher.subscribing(self -> {});
      PublisherReader reader = reader(publisher);
      AtomicReference<Thread> thread = new AtomicReference<>();
      CompletableFuture<Object> outcome = nextOnAnotherThread(reader, thread);
      awaitParked(thread);

      reader.cancel();
      reader.cancel();

      assertThat(outcome.get(20, TimeUnit.SECONDS)).isEqualTo("end");
      assertThat(publisher.cancels).hasValue(subscribes ? 1 : 0);
    }
  }

  @Test
  void aSubscriptionThatComesAfterCancelIsCancelled() throws Exception {
    Scripted publisher = new Scripted(-1).subscribing(self -> {});
    PublisherReader reader = reader(publisher);
    AtomicReference<Thread> thread = new AtomicReference<>();
    CompletableFuture<Object> outcome = nextOnAnotherThread(reader, thread);
    awaitParked(thread);
    reader.cancel();

    publisher.tell();
    publisher.next("x");

    assertThat(outcome.get(20, TimeUnit.SECONDS)).isEqualTo("end");
    assertThat(publisher.cancels).hasValue(1);
    assertThat(publisher.requested).hasValue(0);
  }

  @Test
  void anInterruptEndsTheWait() throws Exception {
    AtomicReference<Thread> thread = new AtomicReference<>();
    CompletableFuture<Object> outcome = nextOnAnotherThread(reader(new Scripted(-1)), thread);
    awaitParked(thread);

    thread.get().interrupt();

    assertThat(outcome.get(20, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
  }

  @Test
  void theDeadlineEndsTheWaitForASubscriptionAndForABuffer() throws Exception {
    long deadline = System.nanoTime() + Duration.ofMillis(20).toNanos();
    Scripted mute = new Scripted(-1).subscribing(self -> {});
    Scripted idle = new Scripted(-1);

    assertThatThrownBy(() -> reader(mute).next(deadline)).isInstanceOf(TimeoutException.class);
    assertThatThrownBy(() -> reader(idle).next(deadline)).isInstanceOf(TimeoutException.class);
    assertThat(System.nanoTime() - deadline).isNotNegative();
  }

  @Test
  void whatIsThereIsHandedOutAfterTheDeadlineToo() throws Exception {
    AtomicBoolean ended = new AtomicBoolean();
    Scripted publisher =
        new Scripted(-1)
            .requested((self, count) -> {
              self.next("x");
              self.next("y");
              self.complete();
              ended.set(true);
            });
    PublisherReader reader = reader(publisher);
    assertThat(reader.next(NEVER)).isEqualTo(buffer("x"));
    assertThat(reader.isComplete()).isFalse();

    await().untilTrue(ended);
    assertThat(reader.next(System.nanoTime() - 1)).isEqualTo(buffer("y"));
    assertThat(reader.next(System.nanoTime() - 1)).isNull();
  }

  @Test
  void aThousandBuffersFromAnotherThreadArriveInOrder() throws Exception {
    Scripted publisher = new Scripted(-1);
    publisher.requested((self, count) -> {
      Thread unused =
          Thread.ofVirtual()
              .start(() -> {
                if (count <= 1000) self.next(count + ",");
                else self.complete();
              });
    });
    StringBuilder expected = new StringBuilder();
    for (int i = 1; i <= 1000; i++) expected.append(i).append(',');

    assertThat(read(reader(publisher))).isEqualTo(expected.toString());
  }
}
