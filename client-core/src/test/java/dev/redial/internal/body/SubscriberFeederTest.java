package dev.redial.internal.body;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class SubscriberFeederTest {
  /** A body of buffers that are there, then of what a test adds. */
  private static final class Source implements BodySource {
    private enum Signal {
      END,
      ABORTED
    }

    private final LinkedBlockingQueue<Object> steps = new LinkedBlockingQueue<>();
    private final AtomicInteger reads = new AtomicInteger();
    private final AtomicInteger aborts = new AtomicInteger();
    private volatile boolean reading;
    private volatile boolean closed;
    private volatile Runnable onClose = () -> {};

    static Source of(String... buffers) {
      Source source = new Source();
      for (String each : buffers) source.says(each);
      return source;
    }

    Source says(String text) {
      steps.add(text);
      return this;
    }

    Source end() {
      steps.add(Signal.END);
      return this;
    }

    Source fails(Throwable thrown) {
      steps.add(thrown);
      return this;
    }

    @Override
    public ByteBuffer next() throws IOException, InterruptedException {
      reads.incrementAndGet();
      if (aborts.get() > 0) throw new IOException("aborted");
      reading = true;
      Object step = steps.take();
      reading = false;
      return switch (step) {
        case String text -> ByteBuffer.wrap(text.getBytes(ISO_8859_1)).asReadOnlyBuffer();
        case Signal signal when signal == Signal.END -> null;
        case IOException thrown -> throw thrown;
        case InterruptedException thrown -> throw thrown;
        case RuntimeException thrown -> throw thrown;
        default -> throw new IOException("aborted");
      };
    }

    @Override
    public boolean arrived() {
      return !steps.isEmpty();
    }

    @Override
    public void onClose(Runnable wakeUp) {
      onClose = wakeUp;
    }

    @Override
    public void checkOpen() throws IOException {
      if (closed) throw new IOException("closed under the body");
    }

    void close() {
      closed = true;
      onClose.run();
    }

    @Override
    public void abort() {
      if (aborts.incrementAndGet() == 1) steps.add(Signal.ABORTED);
    }
  }

  /** One that does something with its subscription whenever it has got octets. */
  private static Recorder onNext(long first, Consumer<Flow.Subscription> act) {
    return new Recorder(first) {
      @Override
      public void onNext(List<ByteBuffer> buffers) {
        super.onNext(buffers);
        act.accept(subscription);
      }
    };
  }

  /** Writes down what it is told; a test says what it does. */
  private static class Recorder implements BodySubscriber<String> {
    final List<String> told = new CopyOnWriteArrayList<>();
    final long first;
    volatile Flow.Subscription subscription;
    volatile Throwable error;

    Recorder(long first) {
      this.first = first;
    }

    @Override
    public CompletionStage<String> getBody() {
      return new CompletableFuture<>();
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
      told.add("subscribe");
      subscription = given;
      if (first != 0) given.request(first);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
      StringBuilder text = new StringBuilder();
      for (ByteBuffer buffer : buffers) text.append(ISO_8859_1.decode(buffer));
      told.add(text.toString());
    }

    @Override
    public void onError(Throwable thrown) {
      told.add("error");
      error = thrown;
    }

    @Override
    public void onComplete() {
      told.add("complete");
    }
  }

  private static final long ALL = Long.MAX_VALUE;

  private static SubscriberFeeder<String> fed(Recorder recorder, Source source) {
    SubscriberFeeder<String> feeder = new SubscriberFeeder<>(recorder, source);
    feeder.feed();
    return feeder;
  }

  /** Feeds on a thread of its own. */
  private static Thread feeding(SubscriberFeeder<String> feeder) {
    return Thread.ofVirtual().start(feeder::feed);
  }

  private static void join(Thread thread) throws InterruptedException {
    assertThat(thread.join(java.time.Duration.ofSeconds(20))).as("the feeder has ended").isTrue();
  }

  private static void awaitParked(Thread thread) {
    await().until(() -> thread.getState() == Thread.State.WAITING);
  }

  @Test
  void aBodyThatLosesItsConnectionDoesNotWaitForDemand() throws Exception {
    Recorder recorder = new Recorder(1);
    Source source = Source.of("a", "b");
    SubscriberFeeder<String> feeder = new SubscriberFeeder<>(recorder, source);
    Thread thread = feeding(feeder);
    awaitParked(thread);

    source.close();

    join(thread);
    assertThat(recorder.told).containsExactly("subscribe", "a", "error");
    assertThat(recorder.error).hasMessage("closed under the body");
    assertThat(source.aborts).hasPositiveValue();
  }

  // The order of things

  @Test
  void aBodyIsFedInOrder() {
    Recorder recorder = new Recorder(ALL);

    SubscriberFeeder<String> feeder = fed(recorder, Source.of("a", "b").end());

    assertThat(recorder.told).containsExactly("subscribe", "a", "b", "complete");
    assertThat(feeder.failure()).isNull();
  }

  @Test
  void anEmptyBodyCompletesWithoutDemand() {
    Recorder recorder = new Recorder(0);

    SubscriberFeeder<String> feeder = fed(recorder, new Source().end());

    assertThat(recorder.told).containsExactly("subscribe", "complete");
    assertThat(feeder.failure()).isNull();
  }

  @Test
  void theEndNeedsNoDemand() {
    Recorder recorder = new Recorder(1);

    assertThat(fed(recorder, Source.of("a").end()).failure()).isNull();

    assertThat(recorder.told).containsExactly("subscribe", "a", "complete");
  }

  @Test
  void aFailureOfTheExchangeIsTold() {
    Recorder recorder = new Recorder(ALL);
    IOException cut = new IOException("cut");
    Source source = Source.of("a").fails(cut);

    SubscriberFeeder<String> feeder = fed(recorder, source);

    assertThat(recorder.told).containsExactly("subscribe", "a", "error");
    assertThat(recorder.error).isSameAs(cut);
    assertThat(feeder.failure()).isSameAs(cut);
    assertThat(source.aborts).hasPositiveValue();
  }

  @Test
  void anUnexpectedFailureIsToldToo() {
    Recorder recorder = new Recorder(ALL);
    IllegalStateException bug = new IllegalStateException("bug");

    SubscriberFeeder<String> feeder = fed(recorder, new Source().fails(bug));

    assertThat(recorder.error).isSameAs(bug);
    assertThat(feeder.failure()).isSameAs(bug);
  }

  @Test
  void anInterruptIsToldAsAnIOException() {
    Recorder recorder = new Recorder(ALL);
    InterruptedException interrupt = new InterruptedException();

    SubscriberFeeder<String> feeder = fed(recorder, new Source().fails(interrupt));

    assertThat(recorder.error).isInstanceOf(IOException.class).hasCause(interrupt);
    assertThat(feeder.failure()).isSameAs(interrupt);
  }

  @Test
  void whatThrowsOutOfOnErrorIsSuppressed() {
    RuntimeException again = new IllegalStateException("again");
    IOException cut = new IOException("cut");
    Recorder recorder =
        new Recorder(ALL) {
          @Override
          public void onError(Throwable thrown) {
            super.onError(thrown);
            throw again;
          }
        };

    SubscriberFeeder<String> feeder = fed(recorder, new Source().fails(cut));

    assertThat(feeder.failure()).isSameAs(cut);
    assertThat(cut.getSuppressed()).containsExactly(again);
  }

  // Subscribers that throw

  /** Where it throws. */
  enum Place {
    ON_SUBSCRIBE,
    ON_NEXT,
    ON_COMPLETE
  }

  @ParameterizedTest
  @EnumSource(Place.class)
  void whatASubscriberThrowsEndsTheBodyAndIsTold(Place place) {
    for (Throwable thrown :
        new Throwable[] {new IllegalStateException("own"), new StackOverflowError("own")}) {
      Recorder recorder =
          new Recorder(ALL) {
            @Override
            public void onSubscribe(Flow.Subscription given) {
              super.onSubscribe(given);
              if (place == Place.ON_SUBSCRIBE) sneak(thrown);
            }

            @Override
            public void onNext(List<ByteBuffer> buffers) {
              super.onNext(buffers);
              if (place == Place.ON_NEXT) sneak(thrown);
            }

            @Override
            public void onComplete() {
              super.onComplete();
              if (place == Place.ON_COMPLETE) sneak(thrown);
            }
          };
      Source source = Source.of("a").end();

      SubscriberFeeder<String> feeder = fed(recorder, source);

      assertThat(feeder.failure()).isInstanceOf(SubscriberFailure.class);
      assertThat(((SubscriberFailure) feeder.failure()).thrown()).isSameAs(thrown);
      assertThat(recorder.error).isSameAs(thrown);
      assertThat(source.aborts).hasPositiveValue();
    }
  }

  @SuppressWarnings("unchecked")
  private static <X extends Throwable> void sneak(Throwable thrown) throws X {
    throw (X) thrown;
  }

  // Demand

  @Test
  void noBufferIsPushedWithoutDemand() throws Exception {
    Recorder recorder = new Recorder(0);
    Source source = Source.of("a", "b", "c").end();
    SubscriberFeeder<String> feeder = new SubscriberFeeder<>(recorder, source);
    Thread thread = feeding(feeder);
    List<String> expected = new ArrayList<>(List.of("subscribe"));
    for (String next : new String[] {"a", "b", "c"}) {
      awaitParked(thread);
      assertThat(recorder.told).isEqualTo(expected);
      assertThat(source.reads.get())
          .as("reads at most one ahead")
          .isLessThanOrEqualTo(expected.size());

      recorder.subscription.request(1);

      expected.add(next);
      await().until(() -> recorder.told.containsAll(expected));
    }
    join(thread);
    expected.add("complete");
    assertThat(recorder.told).isEqualTo(expected);
  }

  @Test
  void demandAddsUpAndDoesNotOverflow() {
    Recorder recorder =
        new Recorder(1) {
          @Override
          public void onSubscribe(Flow.Subscription given) {
            super.onSubscribe(given);
            given.request(Long.MAX_VALUE);
            given.request(Long.MAX_VALUE);
          }
        };
    String[] many = new String[1000];
    Arrays.fill(many, "x");

    assertThat(fed(recorder, Source.of(many).end()).failure()).isNull();

    assertThat(recorder.told).hasSize(1002);
  }

  @Test
  void demandFromWithinOnNextIsEnough() {
    Recorder recorder = onNext(1, given -> given.request(1));

    assertThat(fed(recorder, Source.of("a", "b", "c").end()).failure()).isNull();

    assertThat(recorder.told).containsExactly("subscribe", "a", "b", "c", "complete");
  }

  @Test
  void nothingIsPushedFromWithinRequest() {
    Recorder recorder =
        new Recorder(1) {
          private boolean inside;

          @Override
          public void onNext(List<ByteBuffer> buffers) {
            assertThat(inside).isFalse();
            inside = true;
            super.onNext(buffers);
            subscription.request(5);
            inside = false;
          }
        };

    assertThat(fed(recorder, Source.of("a", "b", "c").end()).failure()).isNull();
  }

  // Misuse

  @ParameterizedTest
  @ValueSource(longs = {0, -1, Long.MIN_VALUE})
  void aRequestForNothingIsAnError(long n) throws Exception {
    for (boolean empty : new boolean[] {true, false}) {
      Recorder recorder =
          new Recorder(0) {
            @Override
            public void onSubscribe(Flow.Subscription given) {
              super.onSubscribe(given);
              given.request(n);
            }
          };
      Source source = empty ? new Source().end() : Source.of("a").end();

      SubscriberFeeder<String> feeder = fed(recorder, source);

      assertThat(recorder.told).containsExactly("subscribe", "error");
      assertThat(recorder.error).isInstanceOf(IllegalArgumentException.class);
      assertThat(feeder.failure()).isInstanceOf(SubscriberFailure.class);
      assertThat(source.aborts).hasPositiveValue();
    }
  }

  @Test
  void aRequestForNothingFromWithinTheLastBufferIsAnError() {
    Recorder recorder = onNext(1, given -> given.request(0));

    assertThat(fed(recorder, Source.of("a").end()).failure()).isInstanceOf(SubscriberFailure.class);

    assertThat(recorder.told).containsExactly("subscribe", "a", "error");
    assertThat(recorder.error).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aRequestForNothingWakesAFeederThatWaitsForDemand() throws Exception {
    Recorder recorder = new Recorder(0);
    Source source = Source.of("a");
    SubscriberFeeder<String> feeder = new SubscriberFeeder<>(recorder, source);
    Thread thread = feeding(feeder);
    awaitParked(thread);

    recorder.subscription.request(0);

    join(thread);
    assertThat(recorder.error).isInstanceOf(IllegalArgumentException.class);
    assertThat(source.aborts).hasPositiveValue();
  }

  @Test
  void aRequestForNothingWakesAFeederThatReads() throws Exception {
    Recorder recorder = new Recorder(ALL);
    Source source = new Source();
    SubscriberFeeder<String> feeder = new SubscriberFeeder<>(recorder, source);
    Thread thread = feeding(feeder);
    await().until(() -> source.reading);

    recorder.subscription.request(-3);

    join(thread);
    assertThat(recorder.told).containsExactly("subscribe", "error");
    assertThat(recorder.error).isInstanceOf(IllegalArgumentException.class);
  }

  // Cancelling

  @Test
  void cancelFromWithinOnSubscribeReadsNothing() {
    Recorder recorder =
        new Recorder(ALL) {
          @Override
          public void onSubscribe(Flow.Subscription given) {
            super.onSubscribe(given);
            given.cancel();
          }
        };
    Source source = Source.of("a").end();

    SubscriberFeeder<String> feeder = fed(recorder, source);

    assertThat(recorder.told).containsExactly("subscribe");
    assertThat(source.reads).hasValue(0);
    assertThat(source.aborts).hasPositiveValue();
    assertThat(feeder.failure()).isNull();
  }

  @Test
  void cancelFromWithinOnNextIsTheLastWord() {
    Recorder recorder = onNext(ALL, given -> given.cancel());
    Source source = Source.of("a", "b").end();

    SubscriberFeeder<String> feeder = fed(recorder, source);

    assertThat(recorder.told).containsExactly("subscribe", "a");
    assertThat(source.reads).hasValue(1);
    assertThat(source.aborts).hasPositiveValue();
    assertThat(feeder.failure()).isNull();
  }

  @Test
  void cancelThenThrowIsACancel() {
    Recorder recorder =
        onNext(
            ALL,
            given -> {
              given.cancel();
              throw new IllegalStateException("own");
            });

    SubscriberFeeder<String> feeder = fed(recorder, Source.of("a", "b").end());

    assertThat(recorder.told).containsExactly("subscribe", "a");
    assertThat(feeder.failure()).isNull();
  }

  @Test
  void cancelFromAnotherThreadEndsAReadThatIsUnderWay() throws Exception {
    Recorder recorder = new Recorder(ALL);
    Source source = Source.of("a");
    SubscriberFeeder<String> feeder = new SubscriberFeeder<>(recorder, source);
    Thread thread = feeding(feeder);
    await().until(() -> recorder.told.size() == 2 && source.reading);

    recorder.subscription.cancel();
    recorder.subscription.cancel();

    join(thread);
    assertThat(recorder.told).containsExactly("subscribe", "a");
    assertThat(feeder.failure()).isNull();
  }

  @Test
  void cancelFromAnotherThreadEndsTheWaitForDemand() throws Exception {
    Recorder recorder = new Recorder(0);
    Source source = Source.of("a");
    SubscriberFeeder<String> feeder = new SubscriberFeeder<>(recorder, source);
    Thread thread = feeding(feeder);
    awaitParked(thread);

    recorder.subscription.cancel();

    join(thread);
    assertThat(recorder.told).containsExactly("subscribe");
    assertThat(source.aborts).hasPositiveValue();
  }

  @Test
  void anInterruptEndsTheWaitForDemand() throws Exception {
    Recorder recorder = new Recorder(0);
    Source source = Source.of("a");
    SubscriberFeeder<String> feeder = new SubscriberFeeder<>(recorder, source);
    Thread thread = feeding(feeder);
    awaitParked(thread);

    thread.interrupt();

    join(thread);
    assertThat(feeder.failure()).isInstanceOf(InterruptedException.class);
    assertThat(recorder.error).isInstanceOf(IOException.class);
    assertThat(source.aborts).hasPositiveValue();
  }

  // Feeding what is there, then handing over

  @Test
  void whatHasArrivedIsFedWithoutBlocking() throws Exception {
    Recorder recorder = new Recorder(ALL);
    Source source = Source.of("a", "b");
    SubscriberFeeder<String> feeder = new SubscriberFeeder<>(recorder, source);

    assertThat(feeder.feedWhatArrived()).isFalse();
    assertThat(recorder.told).containsExactly("subscribe", "a", "b");

    Thread thread = feeding(feeder);
    source.says("c").end();
    join(thread);
    assertThat(recorder.told).containsExactly("subscribe", "a", "b", "c", "complete");
  }

  @Test
  void aBufferWithoutDemandIsNotLostInTheHandOver() throws Exception {
    Recorder recorder = new Recorder(0);
    SubscriberFeeder<String> feeder = new SubscriberFeeder<>(recorder, Source.of("a").end());
    assertThat(feeder.feedWhatArrived()).isFalse();

    Thread thread = feeding(feeder);
    recorder.subscription.request(1);

    join(thread);
    assertThat(recorder.told).containsExactly("subscribe", "a", "complete");
  }

  @Test
  void aBodyThatHasArrivedIsOverAtOnce() {
    Recorder recorder = new Recorder(ALL);
    SubscriberFeeder<String> feeder = new SubscriberFeeder<>(recorder, Source.of("a").end());

    assertThat(feeder.feedWhatArrived()).isTrue();

    assertThat(recorder.told).containsExactly("subscribe", "a", "complete");
  }

  @Test
  void demandAndCancelRaceFromManyThreads() throws Exception {
    for (int round = 0; round < 200; round++) {
      Recorder recorder = new Recorder(0);
      Source source = new Source();
      for (int i = 0; i < 20; i++) source.says("x");
      boolean cancels = round % 2 == 0;
      if (!cancels) source.end();
      SubscriberFeeder<String> feeder = new SubscriberFeeder<>(recorder, source);
      Thread thread = feeding(feeder);
      await().pollInterval(1, TimeUnit.MILLISECONDS).until(() -> recorder.subscription != null);
      List<Thread> demanding = new ArrayList<>();
      for (int i = 0; i < 20; i++)
        demanding.add(Thread.ofVirtual().start(() -> recorder.subscription.request(1)));
      for (Thread each : demanding) join(each);
      if (cancels) recorder.subscription.cancel();

      join(thread);

      if (cancels) assertThat(recorder.told).doesNotContain("complete", "error");
      else assertThat(recorder.told).hasSize(22).endsWith("complete");
      assertThat(feeder.failure()).isNull();
    }
  }
}
