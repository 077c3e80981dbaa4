package dev.redial.internal.connection;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Named.named;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.redial.ClientClosedException;
import dev.redial.ExchangeStage;
import dev.redial.HangUpException;
import dev.redial.RequestBodyException;
import dev.redial.ResponseTimeoutException;
import dev.redial.ServerActed;
import dev.redial.TlsFailureException;
import dev.redial.TruncatedBodyException;
import dev.redial.internal.body.PublisherReader;
import dev.redial.internal.connection.Bench.Running;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.net.SocketException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Request bodies: with the head, behind it, and behind 100 (Continue). */
@Timeout(60)
class UploadTest {
  private static final String EMPTY = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
  private static final String TOO_LARGE =
      "HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno";
  private static final int LARGE = 100_000;

  private final Bench bench = new Bench();

  /** Publishes by hand; says whether it was subscribed to and cancelled. */
  static final class Manual implements BodyPublisher {
    private final long length;
    private final AtomicBoolean cancelled = new AtomicBoolean();
    private volatile Flow.Subscriber<? super ByteBuffer> subscriber;
    private final AtomicLong requested = new AtomicLong();
    private volatile boolean inside;
    private Runnable onRequest = () -> {};
    private Runnable onCancel = () -> {};

    Manual(long length) {
      this.length = length;
    }

    @Override
    public long contentLength() {
      return length;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuffer> given) {
      subscriber = given;
      given.onSubscribe(
          new Flow.Subscription() {
            @Override
            public void request(long n) {
              requested.addAndGet(n);
              inside = true;
              try {
                onRequest.run();
              } finally {
                inside = false;
              }
            }

            @Override
            public void cancel() {
              cancelled.set(true);
              onCancel.run();
            }
          });
    }

    void publishes(String text) {
      await().until(() -> subscriber != null);
      subscriber.onNext(ByteBuffer.wrap(text.getBytes(ISO_8859_1)));
    }

    void completes() {
      await().until(() -> subscriber != null);
      subscriber.onComplete();
    }

    void fails(Throwable thrown) {
      await().until(() -> subscriber != null);
      subscriber.onError(thrown);
    }
  }

  /** Blocks whoever calls it, for good. */
  static final class Blocking implements BodyPublisher {
    enum Place {
      SUBSCRIBE,
      REQUEST,
      REQUEST_FOR_THE_END,
      CANCEL
    }

    private final long length;
    private final Place place;
    private final CountDownLatch inside = new CountDownLatch(1);
    private final CountDownLatch freed = new CountDownLatch(1);

    Blocking(long length, Place place) {
      this.length = length;
      this.place = place;
    }

    @Override
    public long contentLength() {
      return length;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
      if (place == Place.SUBSCRIBE) block();
      subscriber.onSubscribe(
          new Flow.Subscription() {
            private boolean published;

            @Override
            public void request(long n) {
              if (place == Place.CANCEL) {
                inside.countDown();
              } else if (place == Place.REQUEST || published) {
                block();
              } else {
                published = true;
                subscriber.onNext(ByteBuffer.allocate((int) Math.max(1, length)));
              }
            }

            @Override
            public void cancel() {
              if (place == Place.CANCEL) block();
            }
          });
    }

    private void block() {
      inside.countDown();
      boolean interrupted = false;
      while (true) {
        try {
          freed.await();
          break;
        } catch (InterruptedException e) {
          interrupted = true; // even this does not move it
        }
      }
      if (interrupted) Thread.currentThread().interrupt();
    }
  }

  private static OutgoingRequest post(BodyPublisher body) {
    return Bench.request("POST", body);
  }

  private static OutgoingRequest expecting(BodyPublisher body) {
    return Bench.request("POST", body, true, true);
  }

  private static BodyPublisher stream(String text) {
    return BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(text.getBytes(ISO_8859_1)));
  }

  private String sentBody() {
    String written = bench.wire.written();
    int end = written.indexOf("\r\n\r\n");
    return end < 0 ? "" : written.substring(end + 4);
  }

  private void runs(OutgoingRequest request) throws Exception {
    finishes(bench.head(request));
  }

  private static void finishes(Exchange exchange) throws Exception {
    await().until(exchange::requestSent);
    assertThat(exchange.deliver(BodySubscribers.ofString(ISO_8859_1))).isEmpty();
  }

  // Whole bodies

  /**
   * The uploading thread may lose the processor when the kernel has taken the request, but before
   * it could say so.
   */
  @Test
  void aHeadThatIsBeingHandedOverMayHaveArrived() throws Exception {
    AtomicBoolean counted = new AtomicBoolean();
    bench.wire.countsOnce(counted::get).once(() -> bench.wire.written().endsWith("\r\n\r\n")).rst();
    Exchange exchange = bench.exchange(Bench.request("POST", new Manual(4)));
    exchange.send();
    HangUpException failure = catchThrowableOfType(HangUpException.class, exchange::receiveHead);
    counted.set(true);
    bench.wire.look();
    assertThat(failure.serverActed()).isEqualTo(ServerActed.MAYBE);
  }

  @Test
  void aSmallBodyRidesWithTheHead() throws Exception {
    bench.wire.says(EMPTY);

    runs(post(BodyPublishers.ofString("hello")));

    assertThat(bench.wire.written())
        .contains("\r\nContent-Length: 5\r\n")
        .endsWith("\r\n\r\nhello");
    assertThat(bench.endings).containsExactly(true);
  }

  static Stream<Arguments> publishersAndTheirWrites() {
    byte[] hello = "hello".getBytes(ISO_8859_1);
    List<byte[]> parts = List.of("he".getBytes(ISO_8859_1), "llo".getBytes(ISO_8859_1));
    return Stream.of(
        arguments(named("at hand", BodyPublishers.ofString("hello")), 1),
        arguments(
            named("foreign", BodyPublishers.fromPublisher(BodyPublishers.ofByteArray(hello), 5)),
            1),
        arguments(named("unknown, in parts", BodyPublishers.ofByteArrays(parts)), 3),
        arguments(
            named(
                "foreign, in parts",
                BodyPublishers.fromPublisher(BodyPublishers.ofByteArrays(parts), 5)),
            1),
        arguments(
            named("unknown", BodyPublishers.fromPublisher(BodyPublishers.ofByteArray(hello))), 2));
  }

  @ParameterizedTest
  @MethodSource("publishersAndTheirWrites")
  void aSmallBodyCostsFewWrites(BodyPublisher body, int most) throws Exception {
    bench
        .wire
        .once(() ->
            bench.wire.written().endsWith("\r\n\r\nhello")
                || bench.wire.written().endsWith("\r\n0\r\n\r\n"))
        .says(EMPTY);

    runs(post(body));

    assertThat(bench.wire.writes()).isBetween(1, most);
    assertThat(bench.endings).containsExactly(true);
  }

  @Test
  void aHeadDoesNotWaitLongForASmallBody() throws Exception {
    Manual body = new Manual(5);
    Running<Exchange> running = Bench.start(() -> bench.head(post(body)));
    body.publishes("he");
    await().until(() -> bench.wire.written().endsWith("\r\n\r\nhe"));

    body.publishes("llo");
    await().until(() -> body.requested.get() == 3); // the wait that was broken off asked already
    body.completes();

    bench.wire.once(() -> sentBody().equals("hello")).says(EMPTY);
    finishes(running.get());
    assertThat(body.requested.get()).isEqualTo(3);
    assertThat(bench.endings).containsExactly(true);
  }

  @Test
  void norForAPublisherThatBlocksWhoeverAsksIt() throws Exception {
    Blocking body = new Blocking(5, Blocking.Place.REQUEST);
    Running<Exchange> running = Bench.start(() -> bench.head(post(body)));

    await().until(() -> bench.wire.written().endsWith("\r\n\r\n"));

    bench.wire.says("HTTP/1.1 400 X\r\nContent-Length: 0\r\n\r\n");
    running.get().discardBody();
    body.freed.countDown();
  }

  /** The JDK's publisher reads on behind each part, on the thread that asked it for the part. */
  @ParameterizedTest
  @ValueSource(longs = {-1, 12})
  void aPartOfAStreamDoesNotWaitForTheNextOne(long length) throws Exception {
    PipedOutputStream out = new PipedOutputStream();
    PipedInputStream in = new PipedInputStream(out);
    BodyPublisher stream = BodyPublishers.ofInputStream(() -> in);
    BodyPublisher body = length < 0 ? stream : BodyPublishers.fromPublisher(stream, length);
    Running<Exchange> running = Bench.start(() -> bench.head(post(body)));

    out.write("first ".getBytes(ISO_8859_1));
    out.flush();
    await().until(() -> bench.wire.written().contains("first "));
    out.write("second".getBytes(ISO_8859_1));
    out.flush();
    await().until(() -> bench.wire.written().contains("second"));
    out.close();

    bench.wire.once(() -> length > 0 || bench.wire.written().endsWith("\r\n0\r\n\r\n")).says(EMPTY);
    finishes(running.get());
    assertThat(bench.endings).containsExactly(true);
  }

  @ParameterizedTest
  @ValueSource(ints = {16 * 1024, 16 * 1024 + 1, LARGE})
  void aLargerOneFollowsIt(int length) throws Exception {
    String body = "x".repeat(length);
    bench.wire.once(() -> bench.wire.written().endsWith("\r\n\r\n" + body)).says(EMPTY);

    runs(post(BodyPublishers.ofString(body)));

    assertThat(sentBody()).isEqualTo(body);
    assertThat(bench.endings).containsExactly(true);
  }

  @Test
  void aBodyOfUnknownLengthIsChunked() throws Exception {
    bench.wire.once(() -> bench.wire.written().endsWith("0\r\n\r\n")).says(EMPTY);

    runs(post(stream("hello")));

    assertThat(bench.wire.written()).contains("\r\nTransfer-Encoding: chunked\r\n");
    assertThat(sentBody()).isEqualTo("5\r\nhello\r\n0\r\n\r\n");
    assertThat(bench.endings).containsExactly(true);
  }

  @Test
  void whatIsPublishedWhileTheSocketIsFullSharesAWrite() throws Exception {
    Manual body = new Manual(-1);
    bench.wire.once(() -> bench.wire.written().endsWith("\r\n0\r\n\r\n")).says(EMPTY);
    Running<Exchange> running = Bench.start(() -> bench.head(post(body)));
    await().until(() -> bench.wire.written().endsWith("\r\n\r\n"));
    bench.wire.acceptsOnly(bench.wire.sent());
    body.publishes("a");
    await().until(bench.wire::isWriting);
    int before = bench.wire.writes();

    for (String part : List.of("bc", "", "def")) body.publishes(part);
    body.completes();
    bench.wire.acceptsOnly(Long.MAX_VALUE);

    finishes(running.get());
    assertThat(sentBody()).isEqualTo("1\r\na\r\n2\r\nbc\r\n3\r\ndef\r\n0\r\n\r\n");
    assertThat(bench.wire.writes()).isEqualTo(before + 1);
  }

  @Test
  void aBufferTooLargeToBeCopiedIsSeveralChunks() throws Exception {
    Manual body = new Manual(-1);
    bench.wire.once(() -> bench.wire.written().endsWith("0\r\n\r\n")).says(EMPTY);
    Running<Exchange> running = Bench.start(() -> bench.head(post(body)));

    body.publishes("x".repeat(2 * 0xc000 + 1));
    body.completes();

    finishes(running.get());
    String whole = "c000\r\n" + "x".repeat(0xc000) + "\r\n";
    assertThat(sentBody()).isEqualTo(whole + whole + "1\r\nx\r\n0\r\n\r\n");
  }

  @Test
  void emptyBuffersAreNoLastChunk() throws Exception {
    Manual body = new Manual(-1);
    bench.wire.once(() -> bench.wire.written().endsWith("0\r\n\r\n")).says(EMPTY);
    Running<Exchange> running = Bench.start(() -> bench.head(post(body)));

    body.publishes("a");
    body.publishes("");
    body.publishes("b");
    body.completes();

    finishes(running.get());
    assertThat(sentBody()).isEqualTo("1\r\na\r\n1\r\nb\r\n0\r\n\r\n");
    assertThat(bench.endings).containsExactly(true);
  }

  @Test
  void anEmptyBodyOfUnknownLengthIsOneLastChunk() throws Exception {
    bench.wire.once(() -> bench.wire.written().endsWith("0\r\n\r\n")).says(EMPTY);

    runs(post(stream("")));

    assertThat(sentBody()).isEqualTo("0\r\n\r\n");
    assertThat(bench.endings).containsExactly(true);
  }

  @Test
  void ofABodyOfLengthZeroNothingIsAsked() throws Exception {
    Manual body = new Manual(0);
    bench.wire.says(EMPTY);

    runs(post(body));

    assertThat(body.subscriber).isNull();
    assertThat(bench.wire.written()).contains("\r\nContent-Length: 0\r\n");
    assertThat(bench.endings).containsExactly(true);
  }

  // Bodies that break their word or fail

  private static List<BodyPublisher> ofWrongLength(long announced, String... buffers) {
    List<ByteBuffer> parts = new ArrayList<>();
    List<byte[]> arrays = new ArrayList<>();
    for (String each : buffers) {
      parts.add(ByteBuffer.wrap(each.getBytes(ISO_8859_1)));
      arrays.add(each.getBytes(ISO_8859_1));
    }
    Manual eager = new Manual(announced);
    eager.onRequest =
        () -> {
          for (ByteBuffer part : parts) eager.subscriber.onNext(part.duplicate());
          eager.subscriber.onComplete();
        };
    return List.of(
        BodyPublishers.fromPublisher(BodyPublishers.ofByteArrays(arrays), announced), eager);
  }

  @Test
  void tooFewOctetsAreNamed() {
    for (BodyPublisher body : ofWrongLength(10, "123", "456")) {
      Bench each = new Bench();

      Throwable thrown = catchThrowable(() -> each.head(post(body)));

      assertThat(thrown)
          .isInstanceOf(RequestBodyException.class)
          .hasMessageContaining("Too few bytes returned")
          .hasMessageContaining("6/10");
      assertThat(each.endings).containsExactly(false);
      assertThat(each.wire.sent()).isZero(); // the head waits for a small body
    }
  }

  @Test
  void tooManyOctetsAreNamed() {
    for (String[] buffers :
        new String[][] {{"123", "456"}, {"1234"}, {"123", "4"}, {"12", "", "34"}}) {
      for (BodyPublisher body : ofWrongLength(3, buffers)) {
        Bench each = new Bench();

        Throwable thrown = catchThrowable(() -> each.head(post(body)));

        assertThat(thrown)
            .isInstanceOf(RequestBodyException.class)
            .hasMessageContaining("Too many bytes in request body");
        assertThat(each.endings).containsExactly(false);
        assertThat(each.wire.written()).doesNotContain("4");
      }
    }
  }

  @Test
  void largeBodiesOfWrongLengthAreNamed() {
    String half = "x".repeat(LARGE);
    for (long announced : new long[] {LARGE + 1, LARGE - 1}) {
      for (BodyPublisher body : ofWrongLength(announced, half)) {
        Bench each = new Bench();

        Throwable thrown = catchThrowable(() -> each.head(post(body)));

        assertThat(thrown)
            .isInstanceOf(RequestBodyException.class)
            .hasMessageContaining(announced > LARGE ? "Too few bytes returned" : "Too many bytes");
        assertThat(each.endings).containsExactly(false);
        assertThat(each.wire.sent()).isLessThan(announced + 1000);
      }
    }
  }

  @Test
  void aSmallBodyThatFailsIsCancelledAndNothingIsSent() {
    Manual body = new Manual(10);
    IllegalStateException own = new IllegalStateException("no more");
    body.onRequest =
        () -> {
          if (body.requested.get() == 1) body.subscriber.onNext(ByteBuffer.wrap(new byte[3]));
          else throw own;
        };

    RequestBodyException thrown =
        catchThrowableOfType(RequestBodyException.class, () -> bench.head(post(body)));

    assertThat(thrown).hasCause(own).hasMessageContaining("no more");
    assertThat(thrown.serverActed()).isEqualTo(ServerActed.NO);
    assertThat(bench.wire.sent()).isZero();
    await().until(body.cancelled::get);
    assertThat(bench.endings).containsExactly(false);
  }

  @ParameterizedTest
  @ValueSource(longs = {10, LARGE, -1})
  void theDeadlineHoldsForAPublisherThatNeverPublishes(long length) {
    Manual body = new Manual(length);

    Throwable thrown =
        catchThrowable(() -> {
          Exchange exchange =
              bench.exchange(post(body), System.nanoTime() + Duration.ofMillis(100).toNanos());
          exchange.send();
          exchange.receiveHead();
        });

    assertThat(thrown).isInstanceOf(ResponseTimeoutException.class);
    await().until(() -> body.subscriber == null || body.cancelled.get());
    assertThat(bench.endings).containsExactly(false);
  }

  static Stream<Arguments> blockingPublishers() {
    return Arrays.stream(Blocking.Place.values())
        .flatMap(place ->
            Stream.of(10L, (long) LARGE, -1L)
                .map(
                    length -> arguments(named(place + " " + length, new Blocking(length, place)))));
  }

  @ParameterizedTest
  @MethodSource("blockingPublishers")
  void theDeadlineHoldsForAPublisherThatBlocksWhoeverCallsIt(Blocking body) throws Exception {
    Running<Exchange> running =
        Bench.start(() -> {
          Exchange exchange =
              bench.exchange(post(body), System.nanoTime() + Duration.ofHours(1).toNanos());
          exchange.send();
          exchange.receiveHead();
          return exchange;
        });
    body.inside.await();

    bench.connection.alarm.arm(System.nanoTime()); // as if the hour were over

    assertThat(running.failure()).isInstanceOf(ResponseTimeoutException.class);
    assertThat(bench.endings).containsExactly(false);
    assertThat(bench.wire.isOpen()).isFalse();
    body.freed.countDown();
  }

  @ParameterizedTest
  @MethodSource("blockingPublishers")
  void anInterruptEndsTheWaitForAPublisherThatBlocksWhoeverCallsIt(Blocking body) throws Exception {
    Running<Exchange> running = Bench.start(() -> bench.head(post(body)));
    body.inside.await();
    await().until(bench.wire::isReading);

    running.thread().interrupt();

    assertThat(running.failure()).isInstanceOf(InterruptedException.class);
    assertThat(bench.endings).containsExactly(false);
    assertThat(bench.wire.isOpen()).isFalse();
    body.freed.countDown();
  }

  @ParameterizedTest
  @ValueSource(longs = {10, LARGE, -1})
  void theEndOfTheClientEndsTheWaitForAPublisher(long length) throws Exception {
    Manual body = new Manual(length);
    Running<Exchange> running = Bench.start(() -> bench.head(post(body)));
    await().until(() -> body.requested.get() == 1 && bench.wire.isReading());

    bench.connection.close();

    assertThat(running.failure()).isInstanceOf(ClientClosedException.class);
    await().until(body.cancelled::get);
    assertThat(bench.endings).containsExactly(false);
  }

  @Test
  void aClientThatHasEndedAlreadyWaitsForNoPublisher() throws Exception {
    Manual body = new Manual(10);
    bench.connection.close();

    assertThat(Bench.start(() -> bench.head(post(body))).failure())
        .isInstanceOf(ClientClosedException.class);
    assertThat(bench.endings).containsExactly(false);
  }

  @ParameterizedTest
  @ValueSource(longs = {10, LARGE, -1})
  void anInterruptEndsTheWaitForAPublisher(long length) throws Exception {
    Manual body = new Manual(length);
    Running<Exchange> running = Bench.start(() -> bench.head(post(body)));
    await().until(() -> body.requested.get() == 1 && bench.wire.isReading());

    running.thread().interrupt();

    assertThat(running.failure()).isInstanceOf(InterruptedException.class);
    await().until(body.cancelled::get);
    assertThat(bench.endings).containsExactly(false);
  }

  @ParameterizedTest
  @ValueSource(longs = {LARGE, -1})
  void aLargeBodyThatFailsEndsTheWaitForTheAnswer(long length) throws Exception {
    Manual body = new Manual(length);
    Running<Exchange> running = Bench.start(() -> bench.head(post(body)));
    IOException own = new IOException("disk gone");
    body.publishes("abc");

    body.fails(own);

    Throwable thrown = running.failure();
    assertThat(thrown).isInstanceOf(RequestBodyException.class).hasCause(own);
    assertThat(((RequestBodyException) thrown).serverActed()).isEqualTo(ServerActed.MAYBE);
    assertThat(bench.endings).containsExactly(false);
    assertThat(bench.wire.isOpen()).isFalse();
  }

  @Test
  void anAnswerToABodyThatTurnsOutWrongIsNoAnswer() throws Exception {
    Manual body = new Manual(10);
    body.onRequest =
        () -> {
          if (body.requested.get() == 1) body.subscriber.onNext(ByteBuffer.wrap(new byte[10]));
        };
    bench.wire.says("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    Exchange exchange = bench.head(post(body));
    await().until(() -> body.requested.get() >= 2);

    body.publishes("surplus");

    await().until(() -> !bench.wire.isOpen());
    assertThatThrownBy(() -> exchange.deliver(BodySubscribers.ofString(ISO_8859_1)))
        .isInstanceOf(RequestBodyException.class)
        .hasMessageContaining("Too many bytes in request body");
    assertThat(bench.endings).containsExactly(false);
  }

  @Test
  void anErrorOfALargeBodyEndsTheWaitForTheAnswer() throws Exception {
    Manual body = new Manual(-1);
    body.onRequest =
        () -> {
          throw new StackOverflowError("deep");
        };

    Throwable thrown = Bench.start(() -> bench.head(post(body))).failure();

    assertThat(thrown)
        .isInstanceOf(RequestBodyException.class)
        .hasRootCauseInstanceOf(StackOverflowError.class);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theStreamIsClosedWhetherItFailsOrNot(boolean fails) throws Exception {
    AtomicBoolean closed = new AtomicBoolean();
    InputStream in =
        new InputStream() {
          private int left = 3;

          @Override
          public int read() throws IOException {
            if (fails && left == 0) throw new IOException("unreadable");
            return left-- > 0 ? 'x' : -1;
          }

          @Override
          public int read(byte[] into, int from, int length) throws IOException {
            int octet = read();
            if (octet < 0) return -1;
            into[from] = (byte) octet;
            return 1;
          }

          @Override
          public void close() {
            closed.set(true);
          }
        };
    if (!fails) bench.wire.once(() -> bench.wire.written().endsWith("0\r\n\r\n")).says(EMPTY);

    Throwable thrown = catchThrowable(() -> runs(post(BodyPublishers.ofInputStream(() -> in))));

    if (fails)
      assertThat(thrown)
          .isInstanceOf(RequestBodyException.class)
          .hasMessageContaining("unreadable");
    else assertThat(thrown).isNull();
    await().until(closed::get);
  }

  @Test
  void aBodyThatNeverEndsBehindItsLastOctetCostsTheConnectionOnly() throws Exception {
    Manual body = new Manual(3);
    body.onRequest =
        () -> {
          if (body.requested.get() == 1) body.subscriber.onNext(ByteBuffer.wrap(new byte[3]));
        };
    bench.wire.says("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");

    String answer = bench.body(post(body), BodySubscribers.ofString(ISO_8859_1));

    assertThat(answer).isEqualTo("ok");
    await().until(body.cancelled::get);
    assertThat(bench.endings).containsExactly(false);
  }

  // 100 (Continue)

  @Test
  void theBodyWaitsForLeave() throws Exception {
    bench
        .wire
        .once(() -> bench.wire.written().endsWith("\r\n\r\n"))
        .says("HTTP/1.1 100 Continue\r\n\r\n");
    bench.wire.once(() -> bench.wire.written().endsWith("hello")).says(EMPTY);

    runs(expecting(BodyPublishers.ofString("hello")));

    assertThat(bench.wire.written())
        .containsOnlyOnce("Expect: 100-continue")
        .contains("Content-Length: 5");
    assertThat(bench.endings).containsExactly(true);
  }

  @Test
  void anotherInterimResponseIsNoLeave() throws Exception {
    Manual body = new Manual(5);
    bench
        .wire
        .says("HTTP/1.1 102 Processing\r\n\r\n")
        .says("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");

    bench.head(expecting(body)).discardBody();

    assertThat(body.subscriber).isNull();
    assertThat(sentBody()).isEmpty();
    assertThat(bench.endings).containsExactly(false);
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 302, 401, 417, 500})
  void aFinalAnswerInPlaceOfLeaveEndsTheExchangeWithoutTheBody(int status) throws Exception {
    Manual body = new Manual(5);
    bench.wire.says("HTTP/1.1 " + status + " X\r\nContent-Length: 2\r\n\r\nno");

    Exchange exchange = bench.head(expecting(body));

    assertThat(exchange.answer().statusCode()).isEqualTo(status);
    assertThat(exchange.deliver(BodySubscribers.ofString(ISO_8859_1))).isEqualTo("no");
    assertThat(exchange.requestSent()).isFalse();
    assertThat(body.subscriber).isNull();
    assertThat(sentBody()).isEmpty();
    assertThat(bench.endings).containsExactly(false);
  }

  @Test
  void aServerThatNeverGivesLeaveGetsTheBodyAfterASecond() throws Exception {
    long before = System.nanoTime();
    bench.wire.once(() -> bench.wire.written().endsWith("hello")).says(EMPTY);

    runs(expecting(BodyPublishers.ofString("hello")));

    assertThat(System.nanoTime() - before).isGreaterThan(Duration.ofMillis(900).toNanos());
    assertThat(bench.endings).containsExactly(true);
  }

  /** RFC 9110 section 7.5: it goes on with the body unless the answer says that it is pointless. */
  @Test
  void anEarlyAnswerAfterTheWaitForLeaveDoesNotStopTheBody() throws Exception {
    Manual body = new Manual(LARGE);
    Running<Exchange> running = Bench.start(() -> bench.head(expecting(body)));
    body.publishes("x".repeat(LARGE - 1));
    await().until(() -> sentBody().length() == LARGE - 1);
    bench.wire.says("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no");
    Exchange exchange = running.get();

    body.publishes("y");
    body.completes();

    await().until(exchange::requestSent);
    bench.wire.says("k");
    assertThat(exchange.deliver(BodySubscribers.ofString(ISO_8859_1))).isEqualTo("ok");
    assertThat(bench.endings).containsExactly(true);
  }

  @Test
  void thereIsNoExpectationWithoutABody() throws Exception {
    bench.wire.says(EMPTY);

    runs(expecting(null));

    assertThat(bench.wire.written()).doesNotContain("Expect");
    assertThat(bench.endings).containsExactly(true);
  }

  // Early answers

  @ParameterizedTest
  @ValueSource(longs = {10_000_000, -1})
  void aRefusalStopsTheBody(long length) throws Exception {
    Manual body = new Manual(length);
    body.onRequest = () -> body.subscriber.onNext(ByteBuffer.wrap(new byte[1000]));
    bench.wire.acceptsOnly(50_000).onceSent(50_000).says(TOO_LARGE);

    Exchange exchange = bench.head(post(body));

    assertThat(exchange.answer().statusCode()).isEqualTo(413);
    assertThat(exchange.requestSent()).isFalse();
    assertThat(exchange.deliver(BodySubscribers.ofString(ISO_8859_1))).isEqualTo("no");
    assertThat(bench.endings).containsExactly(false);
    await().until(body.cancelled::get);
    assertThat(bench.wire.isOpen()).isFalse();
  }

  private static final String ACCEPTED = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

  /** Has answered, and has read only a half of the body so far. */
  private Running<String> answeredHalfWay(String answer) {
    bench.wire.acceptsOnly(LARGE / 2).onceSent(LARGE / 2).says(answer);
    Running<String> running =
        Bench.start(() ->
            bench.body(
                post(BodyPublishers.ofString("x".repeat(LARGE))),
                BodySubscribers.ofString(ISO_8859_1)));
    await().until(() -> bench.wire.received() == answer.length());
    return running;
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anAnswerThatDoesNotRefuseTheRequestCutsNothingOfIt(boolean keepAlive) throws Exception {
    String answer = keepAlive ? ACCEPTED : ACCEPTED.replace("Co", "Connection: close\r\nCo");
    Running<String> running = answeredHalfWay(answer);

    bench.wire.acceptsOnly(Long.MAX_VALUE);

    assertThat(running.get()).isEqualTo("ok");
    assertThat(sentBody()).isEqualTo("x".repeat(LARGE));
    assertThat(bench.endings).containsExactly(keepAlive);
  }

  @Test
  void aServerThatReadsSlowlyGetsAllOfItInTheEnd() throws Exception {
    Running<String> running = answeredHalfWay(ACCEPTED);
    long start = System.nanoTime();

    for (int i = 1; i <= 15; i++) { // longer than the longest pause, in pauses that are shorter
      long due = start + i * Duration.ofMillis(100).toNanos();
      await().until(() -> System.nanoTime() - due > 0);
      bench.wire.acceptsOnly(LARGE / 2 + i);
    }
    assertThat(running.outcome()).isNotDone();
    bench.wire.acceptsOnly(Long.MAX_VALUE);

    assertThat(running.get()).isEqualTo("ok");
    assertThat(sentBody()).isEqualTo("x".repeat(LARGE));
    assertThat(bench.endings).containsExactly(true);
  }

  @Test
  void anAnswerCountsIfTheServerReadsNoFurther() throws Exception {
    Running<String> running = answeredHalfWay(ACCEPTED);

    assertThat(running.get()).isEqualTo("ok");
    assertThat(bench.wire.sent()).isEqualTo(LARGE / 2);
    assertThat(bench.endings).containsExactly(false);
    assertThat(bench.wire.isOpen()).isFalse();
  }

  @Test
  void anAnswerCountsIfTheServerClosesInsteadOfReading() throws Exception {
    Running<String> running = answeredHalfWay(ACCEPTED);

    bench.wire.breaksAfter(LARGE / 2);

    assertThat(running.get()).isEqualTo("ok");
    assertThat(bench.endings).containsExactly(false);
  }

  /** The reading thread sees an orderly end then. */
  @ParameterizedTest
  @CsvSource({
    "200, Connection reset, RST",
    "413, Connection reset, RST",
    "200, Connection timed out, TIMED_OUT",
    "413, Connection timed out, TIMED_OUT"
  })
  void aBodyUntilCloseIsCutIfTheUploadLearnedOfTheReset(
      int status, String message, HangUpException.Ending ending) throws Exception {
    bench.wire.breaksAfter(LARGE / 2, new SocketException(message));
    bench.wire.onceSent(LARGE / 2).says("HTTP/1.1 " + status + " X\r\n\r\nhello").fin();

    TruncatedBodyException cut =
        catchThrowableOfType(TruncatedBodyException.class, this::answerToLarge);

    assertThat(cut.ending()).isEqualTo(ending);
    assertThat(cut.serverActed()).isEqualTo(ServerActed.YES);
    assertThat(bench.endings).containsExactly(false);
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 413})
  void aBodyUntilCloseIsWholeIfTheServerJustReadsNoFurther(int status) throws Exception {
    bench.wire.breaksAfter(LARGE / 2);
    bench.wire.onceSent(LARGE / 2).says("HTTP/1.1 " + status + " X\r\n\r\nhello").fin();

    assertThat(answerToLarge()).isEqualTo("hello");
    assertThat(bench.endings).containsExactly(false);
  }

  @Test
  void aBodyUntilCloseIsWholeIfTlsSaysSo() throws Exception {
    bench
        .wire
        .withSession(session())
        .breaksAfter(LARGE / 2, new SocketException("Connection reset"));
    bench.wire.onceSent(LARGE / 2).says("HTTP/1.1 200 X\r\n\r\nhello").fin();

    assertThat(answerToLarge()).isEqualTo("hello");
    assertThat(bench.endings).containsExactly(false);
  }

  private String answerToLarge() throws Exception {
    return bench.body(
        post(BodyPublishers.ofString("x".repeat(LARGE))), BodySubscribers.ofString(ISO_8859_1));
  }

  @Test
  void aDeadlineThatCutsTheRequestBehindItsAnswerIsATimeOut() throws Exception {
    Running<String> running = answeredHalfWay(ACCEPTED);

    bench.connection.alarm.arm(System.nanoTime());

    Throwable thrown = running.failure();
    assertThat(thrown).isInstanceOf(ResponseTimeoutException.class);
    assertThat(((ResponseTimeoutException) thrown).serverActed()).isEqualTo(ServerActed.YES);
    assertThat(bench.endings).containsExactly(false);
  }

  @Test
  void theEndOfTheClientThatCutsTheRequestBehindItsAnswerIsToldAsSuch() throws Exception {
    Running<String> running = answeredHalfWay(ACCEPTED);

    bench.connection.close();

    assertThat(running.failure()).isInstanceOf(ClientClosedException.class);
    assertThat(bench.endings).containsExactly(false);
  }

  @Test
  void anInterruptThatCutsTheRequestBehindItsAnswerIsAnInterrupt() throws Exception {
    Running<String> running = answeredHalfWay(ACCEPTED);

    running.thread().interrupt();

    assertThat(running.failure()).isInstanceOf(InterruptedException.class);
    assertThat(bench.endings).containsExactly(false);
    assertThat(bench.wire.isOpen()).isFalse();
  }

  @Test
  void aStreamIsHandedOutWhileTheRequestIsStillBeingSent() throws Exception {
    bench.wire.acceptsOnly(LARGE / 2).onceSent(LARGE / 2).says(ACCEPTED);
    InputStream in =
        bench.body(
            post(BodyPublishers.ofString("x".repeat(LARGE))), BodySubscribers.ofInputStream());
    assertThat(bench.endings).isEmpty();

    bench.wire.acceptsOnly(Long.MAX_VALUE);

    assertThat(in.readAllBytes()).isEqualTo("ok".getBytes(ISO_8859_1));
    assertThat(sentBody()).isEqualTo("x".repeat(LARGE));
    assertThat(bench.endings).containsExactly(true);
  }

  @Test
  void aPublisherThatPausesBehindTheAnswerIsWaitedFor() throws Exception {
    Manual body = new Manual(-1);
    Running<String> running = answeredInAPause(body);

    long due = System.nanoTime() + Duration.ofMillis(1_300).toNanos(); // longer than for a server
    await().until(() -> System.nanoTime() - due > 0);
    assertThat(running.outcome()).isNotDone();
    body.publishes("def");
    body.completes();

    assertThat(running.get()).isEqualTo("ok");
    assertThat(sentBody()).isEqualTo("3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n");
    assertThat(bench.endings).containsExactly(false); // its end was waited for meanwhile
    assertThat(bench.wire.isOpen()).isFalse();
  }

  @Test
  void aServerThatEndsWhileThePublisherPausesHasAnswered() throws Exception {
    Manual body = new Manual(-1);
    Running<String> running = answeredInAPause(body);

    bench.wire.fin();

    assertThat(running.get()).isEqualTo("ok");
    assertThat(bench.endings).containsExactly(false);
    await().until(body.cancelled::get);
  }

  @Test
  void aDeadlineThatEndsThePauseOfAPublisherIsATimeOut() throws Exception {
    Running<String> running = answeredInAPause(new Manual(-1));

    bench.connection.alarm.arm(System.nanoTime());

    assertThat(running.failure()).isInstanceOf(ResponseTimeoutException.class);
    assertThat(bench.endings).containsExactly(false);
  }

  private Running<String> answeredInAPause(Manual body) {
    Running<String> running =
        Bench.start(() -> bench.body(post(body), BodySubscribers.ofString(ISO_8859_1)));
    body.publishes("abc");
    await().until(() -> bench.wire.written().endsWith("abc\r\n"));
    bench.wire.says(ACCEPTED);
    await().until(() -> bench.wire.received() == ACCEPTED.length());
    return running;
  }

  // What is left of a body

  @Test
  void aBodyThatWaitedInVainForLeaveIsUntouched() throws Exception {
    bench.wire.says("HTTP/1.1 417 X\r\nContent-Length: 2\r\n\r\nno");

    Exchange exchange = bench.head(expecting(new Manual(5)));

    assertThat(exchange.bodyTouched()).isFalse();
    exchange.discardBody();
    assertThat(exchange.bodyTouched()).isFalse();
  }

  @Test
  void aBodyWhoseHeadCouldNotBeSentIsUntouched() throws Exception {
    bench.wire.breaksAfter(10).says(TOO_LARGE);

    Exchange exchange = bench.head(post(new Manual(-1)));

    assertThat(exchange.bodyTouched()).isFalse();
    exchange.discardBody();
  }

  @Test
  void noBodyIsUntouched() throws Exception {
    bench.wire.says(EMPTY);

    assertThat(bench.head(Bench.get()).bodyTouched()).isFalse();
  }

  @Test
  void aBodyThatWasAskedForAnythingIsTouched() throws Exception {
    for (BodyPublisher body :
        List.of(
            BodyPublishers.ofString("hello"),
            BodyPublishers.fromPublisher(BodyPublishers.ofString("hello"), 5),
            stream("hello"))) {
      Bench each = new Bench();
      each.wire.once(() -> each.wire.written().contains("hello")).says(EMPTY);

      Exchange exchange = each.head(post(body));

      assertThat(exchange.bodyTouched()).isTrue();
      exchange.discardBody();
    }
  }

  /** Whoever comes first decides: it is untouched, or it is asked. */
  @Test
  void theEndOfTheWaitForLeaveRacesWithARefusal() throws Exception {
    for (int round = 0; round < 1000; round++) {
      Manual body = new Manual(5);
      PublisherReader reader = new PublisherReader(body, 5, true);
      Running<Object> asking =
          Bench.start(() -> {
            Object unused = reader.next(System.nanoTime());
            return "asked";
          });

      reader.abandon();
      boolean touched = reader.touched();

      Throwable end = asking.outcome().handle((value, thrown) -> thrown).get(20, TimeUnit.SECONDS);
      assertThat(end == null || end instanceof TimeoutException).isTrue();
      if (touched) await().pollDelay(Duration.ZERO).until(() -> body.subscriber != null);
      else assertThat(body.subscriber).isNull();
    }
  }

  // Broken uploads

  @Test
  void aPublisherThatThrowsOnlyBecauseItWasStoppedDoesNotHarmTheAnswer() throws Exception {
    Manual body = new Manual(-1);
    AtomicBoolean inRequest = new AtomicBoolean();
    body.onRequest =
        () -> {
          inRequest.set(true);
          await().until(body.cancelled::get);
          throw new IllegalStateException("cancelled");
        };
    bench.wire.once(inRequest::get).says("HTTP/1.1 413 X\r\nContent-Length: 2\r\n\r\n");
    Running<Exchange> running = Bench.start(() -> bench.head(post(body)));
    await()
        .until(() -> {
          bench.wire.look();
          return running.outcome().isDone();
        });
    Exchange exchange = running.get();

    await().until(() -> body.cancelled.get() && !body.inside);
    bench.wire.says("no");

    assertThat(exchange.deliver(BodySubscribers.ofString(ISO_8859_1))).isEqualTo("no");
  }

  @Test
  void anAnswerThatCameBeforeTheUploadBrokeIsTheAnswer() throws Exception {
    bench.wire.breaksAfter(20_000).onceSent(20_000).says(TOO_LARGE).rst();

    Exchange exchange = bench.head(post(BodyPublishers.ofString("x".repeat(LARGE))));

    assertThat(exchange.answer().statusCode()).isEqualTo(413);
    assertThat(exchange.deliver(BodySubscribers.ofString(ISO_8859_1))).isEqualTo("no");
    assertThat(bench.endings).containsExactly(false);
  }

  @Test
  void ofABodyWhoseHeadCouldNotBeSentNothingIsAsked() throws Exception {
    Manual body = new Manual(-1);
    bench.wire.breaksAfter(10).says(TOO_LARGE);

    Exchange exchange = bench.head(post(body));

    assertThat(exchange.answer().statusCode()).isEqualTo(413);
    assertThat(exchange.requestSent()).isFalse();
    assertThat(body.subscriber).isNull();
    exchange.discardBody();
    assertThat(bench.endings).containsExactly(false);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anUploadThatBreaksWithoutAnAnswerIsAHangUpByReset(boolean fin) {
    bench.wire.breaksAfter(20_000).onceSent(20_000);
    if (fin) bench.wire.fin();
    else bench.wire.rst();

    HangUpException thrown =
        catchThrowableOfType(
            HangUpException.class,
            () -> bench.head(post(BodyPublishers.ofString("x".repeat(LARGE)))));

    assertThat(thrown.evidence().bytesSent()).isEqualTo(20_000);
    assertThat(thrown.evidence().stage()).isEqualTo(ExchangeStage.SENDING);
    assertThat(thrown.serverActed()).isEqualTo(ServerActed.MAYBE);
    if (!fin) assertThat(thrown.ending()).isEqualTo(HangUpException.Ending.RST);
    assertThat(bench.endings).containsExactly(false);
  }

  @Test
  void theWriteTellsOfAResetThatTheReadTakesForAnEnd() throws Exception {
    Manual body = new Manual(-1);
    bench.wire.breaksAfter(200);
    Running<Exchange> running = Bench.start(() -> bench.head(post(body)));
    await().until(bench.wire::isReading);
    body.publishes("x".repeat(200));
    await().until(body.cancelled::get); // the upload is over

    bench.wire.fin();

    Throwable thrown = running.failure();
    assertThat(thrown).isInstanceOf(HangUpException.class).hasRootCauseMessage("Broken pipe");
    assertThat(((HangUpException) thrown).ending()).isEqualTo(HangUpException.Ending.RST);
  }

  @Test
  void allThatHoldsOverTlsToo() throws Exception {
    Bench answered = new Bench();
    answered.wire.withSession(session()).breaksAfter(20_000).onceSent(20_000).says(TOO_LARGE).rst();
    Bench silent = new Bench();
    silent.wire.withSession(session()).breaksAfter(20_000).onceSent(20_000).rst();
    OutgoingRequest large = post(BodyPublishers.ofString("x".repeat(LARGE)));

    assertThat(answered.head(large).deliver(BodySubscribers.ofString(ISO_8859_1))).isEqualTo("no");
    Throwable thrown = catchThrowable(() -> silent.head(large));

    assertThat(thrown).isInstanceOf(HangUpException.class);
    assertThat(answered.endings).containsExactly(false);
    assertThat(silent.endings).containsExactly(false);
  }

  @Test
  void aTlsEngineThatCannotWriteEndsTheWaitForTheAnswer() {
    bench.wire.withSession(session()).breaksAfter(20_000, new SSLException("stuck"));

    Throwable thrown =
        catchThrowable(() -> bench.head(post(BodyPublishers.ofString("x".repeat(LARGE)))));

    assertThat(thrown).isInstanceOf(TlsFailureException.class).hasMessageContaining("stuck");
    assertThat(bench.endings).containsExactly(false);
  }

  private static SSLSession session() {
    try {
      return SSLContext.getDefault().createSSLEngine().getSession();
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void abortStopsAnUploadThatIsStuck() throws Exception {
    Manual body = new Manual(-1);
    body.onRequest = () -> body.subscriber.onNext(ByteBuffer.wrap(new byte[1000]));
    bench.wire.acceptsOnly(5_000);
    Exchange exchange = bench.exchange(post(body));
    Running<String> running =
        Bench.start(() -> {
          exchange.send();
          exchange.receiveHead();
          return "answered";
        });
    await().until(bench.wire::isWriting);

    exchange.abort();

    assertThat(running.failure()).isInstanceOf(IOException.class);
    await().until(() -> body.cancelled.get() && !bench.wire.isWriting());
    assertThat(bench.endings).containsExactly(false);
  }
}
