package dev.redial.internal.connection;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.redial.ClientClosedException;
import dev.redial.MalformedResponseException;
import dev.redial.ResponseTimeoutException;
import dev.redial.TimeLimits;
import dev.redial.TruncatedBodyException;
import dev.redial.internal.connection.Bench.Running;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies for {@code BodyHandlers.ofInputStream()}, which are read from the connection itself. */
@Timeout(60)
class BodyStreamTest {
  private static final String FIVE = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";
  private static final String CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  private static final String UNTIL_CLOSE = "HTTP/1.1 200 OK\r\n\r\n";

  private static final String LONG_CHUNKS = ("1ff0\r\n" + "x".repeat(0x1ff0) + "\r\n").repeat(2);

  private final Bench bench = new Bench();

  private static InputStream stream(Exchange exchange) throws IOException, InterruptedException {
    return exchange.deliver(BodyHandlers.ofInputStream(), exchange.answer());
  }

  private InputStream stream() throws IOException, InterruptedException {
    return stream(bench.head(Bench.get()));
  }

  private static String text(byte[] octets) {
    return new String(octets, ISO_8859_1);
  }

  // What comes with the head

  @ParameterizedTest
  @ValueSource(
      strings = {
        FIVE + "hello",
        CHUNKED + "5\r\nhello\r\n0\r\n\r\n",
        CHUNKED + "2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\nTrailer: x\r\n\r\n",
      })
  void aBodyThatHasArrivedDoesNotHoldItsConnection(String answer) throws Exception {
    bench.wire.says(answer);

    InputStream in = stream();

    assertThat(bench.endings).containsExactly(true);
    assertThat(in.available()).isEqualTo(5);
    assertThat(text(in.readAllBytes())).isEqualTo("hello");
    assertThat(in.read()).isEqualTo(-1);
    assertThat(in.available()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "GET, HTTP/1.1 204 No Content, X-Any: thing",
    "GET, HTTP/1.1 304 Not Modified, Content-Length: 5",
    "GET, HTTP/1.1 200 OK, Content-Length: 0",
    "HEAD, HTTP/1.1 200 OK, Content-Length: 5",
    "HEAD, HTTP/1.1 200 OK, Transfer-Encoding: chunked",
  })
  void whereThereIsNoBodyTheConnectionIsFreeAtOnce(String method, String status, String field)
      throws Exception {
    bench.wire.says(status + "\r\n" + field + "\r\n\r\n");

    InputStream in = stream(bench.head(Bench.request(method, null)));

    assertThat(bench.endings).containsExactly(true);
    assertThat(in.read(new byte[9])).isEqualTo(-1);
    assertThat(in.readAllBytes()).isEmpty();
  }

  @Test
  void aBodyThatIsMalformedFromTheStartFailsTheCall() throws Exception {
    bench.wire.says(CHUNKED + "nonsense\r\n");
    Exchange exchange = bench.head(Bench.get());

    assertThatThrownBy(() -> stream(exchange)).isInstanceOf(MalformedResponseException.class);
    assertThat(bench.endings).containsExactly(false);
  }

  // Reading

  @ParameterizedTest
  @ValueSource(ints = {1, 100, 4_095, 4_096, 8_192, 20_000, 70_000})
  void everyPieceAndEveryRoomBringTheSame(int piece) throws Exception {
    byte[] body = new byte[150_000];
    new Random(piece).nextBytes(body);
    for (int room : new int[] {1, 10, 4_095, 4_096, 16_384, 200_000}) {
      Bench fixed = new Bench();
      fixed.wire.says("HTTP/1.1 200 OK\r\nContent-Length: 150000\r\n\r\n");
      Bench chunked = new Bench();
      chunked.wire.says(CHUNKED);
      for (int from = 0; from < body.length; from += piece) {
        byte[] octets = Arrays.copyOfRange(body, from, Math.min(body.length, from + piece));
        fixed.wire.says(octets);
        chunked.wire.says(Integer.toHexString(octets.length) + "\r\n").says(octets).says("\r\n");
      }
      chunked.wire.says("0\r\n\r\n");
      for (Bench each : List.of(fixed, chunked)) {
        InputStream in = stream(each.head(Bench.get()));
        assertThat(read(in, room)).isEqualTo(body);
        assertThat(each.endings).containsExactly(true);
      }
    }
  }

  private static byte[] read(InputStream in, int room) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    byte[] part = new byte[room];
    for (int octets = in.read(part); octets >= 0; octets = in.read(part))
      all.write(part, 0, octets);
    return all.toByteArray();
  }

  /** Reads of the wire, the head's among them. */
  @ParameterizedTest
  @CsvSource({
    "16384, 300000, 9", // four as the reader asks, and 64 KB each
    "16384, 65536, 9",
    "65536, 65536, 6", // who asks for as much is given it without a stay in between
    "70000, 65536, 6",
    "16384, 16383, 20", // as it comes: no read finds all that was asked for
  })
  void aLongBodyIsReadInLargePartsIfItIsThere(int room, int piece, int reads) throws Exception {
    assertThat(readsOfLongBody(() -> 0, room, piece)).isEqualTo(reads);
  }

  @ParameterizedTest
  @CsvSource({"0, 9", "1, 20"})
  void whoeverWaitsForALongBodyReadsItAsItComes(long beyond, int reads) throws Exception {
    AtomicLong now = new AtomicLong();
    LongSupplier clock = () -> now.getAndAdd(BodyStream.WAITED_NANOS + beyond);

    assertThat(readsOfLongBody(clock, 16_384, 65_536)).isEqualTo(reads);
  }

  private static int readsOfLongBody(LongSupplier clock, int room, int piece) throws Exception {
    byte[] body = new byte[300_000];
    new Random(1).nextBytes(body);
    Bench bench = new Bench();
    bench.wire.says("HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n");
    for (int at = 0; at < body.length; at += piece)
      bench.wire.says(Arrays.copyOfRange(body, at, Math.min(body.length, at + piece)));
    Exchange exchange = bench.head(Bench.get());

    InputStream in = BodyStream.of(exchange, bench.connection.alarm, clock);

    assertThat(read(in, room)).isEqualTo(body);
    assertThat(bench.endings).containsExactly(true);
    return bench.wire.reads();
  }

  /** What was read too much for one is for the next, in every way of reading. */
  @Test
  void waysOfReadingTakeTurnsInALongBody() throws Exception {
    byte[] body = new byte[300_000];
    new Random(1).nextBytes(body);
    bench.wire.says("HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n").says(body);
    InputStream in = stream();
    ByteArrayOutputStream read = new ByteArrayOutputStream();

    for (int i = 0; i < 50; i++) {
      read.write(in.readNBytes(100));
      read.write(in.read());
      assertThat(in.available()).isPositive();
      read.write(body, read.size(), (int) in.skip(10));
      read.write(in.readNBytes(50_000 / (i + 1)));
    }
    read.write(in.readAllBytes());

    assertThat(read.toByteArray()).isEqualTo(body);
    assertThat(bench.endings).containsExactly(true);
  }

  @Test
  void whoKnowsTheLengthNeedNotReadToTheEnd() throws Exception {
    bench.wire.says(FIVE, "hello");

    assertThat(text(stream().readNBytes(5))).isEqualTo("hello");

    assertThat(bench.endings).containsExactly(true);
  }

  @Test
  void theRestIsReadIntoOneArray() throws Exception {
    byte[] body = new byte[3_000_000];
    new Random(1).nextBytes(body);
    bench.wire.says("HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n").says(body);
    InputStream in = stream();

    assertThat(in.readNBytes(7)).isEqualTo(Arrays.copyOf(body, 7));
    assertThat(in.readAllBytes()).isEqualTo(Arrays.copyOfRange(body, 7, body.length));
    assertThat(in.readAllBytes()).isEmpty();
    assertThat(bench.endings).containsExactly(true);
  }

  @Test
  void badArgumentsAreRefused() throws Exception {
    bench.wire.says(FIVE + "hello");
    InputStream in = stream();

    assertThatThrownBy(() -> in.read(new byte[3], 2, 2))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThat(in.read(new byte[3], 3, 0)).isZero();
    assertThat(in.available()).isEqualTo(5);
  }

  @Test
  void whatHasComeIsAvailable() throws Exception {
    bench.wire.says(FIVE);
    InputStream in = stream();
    assertThat(in.available()).isZero();

    bench.wire.says("hel");
    assertThat(in.available()).isEqualTo(3);
    assertThat(in.read()).isEqualTo('h');
    assertThat(in.available()).isEqualTo(2);
    bench.wire.says("lo");
    assertThat(text(in.readAllBytes())).isEqualTo("ello");
  }

  @Test
  void whoAsksWhatIsAvailableLearnsThatTheServerHasGone() throws Exception {
    bench.wire.says(FIVE + "hel");
    InputStream in = stream();
    assertThat(in.available()).isEqualTo(3);
    assertThat(in.readNBytes(3)).hasSize(3);

    bench.wire.fin();

    assertThatThrownBy(in::available).isInstanceOf(TruncatedBodyException.class);
  }

  @Test
  void whoAsksWhatIsAvailableMayMeetTheEnd() throws Exception {
    bench.wire.says(CHUNKED, "5\r\nhello\r\n");
    InputStream in = stream();
    assertThat(in.available()).isEqualTo(5);
    assertThat(in.readNBytes(5)).hasSize(5);

    bench.wire.says("0\r\n\r\n").fin();

    assertThat(in.available()).isZero();
    assertThat(in.available()).isZero();
    assertThat(in.read()).isEqualTo(-1);
    assertThat(bench.endings).containsExactly(true);
  }

  @Test
  void theEndOfTheConnectionMayBeTheEndOfTheBody() throws Exception {
    bench.wire.says(UNTIL_CLOSE + "hello").fin();
    InputStream in = stream();

    assertThat(in.readNBytes(5)).hasSize(5);
    assertThat(in.available()).isZero();
    assertThat(in.read()).isEqualTo(-1);
    assertThat(bench.endings).containsExactly(false);
  }

  @Test
  void readersOnSeveralThreadsShareTheBodyAndReachIntoNoOther() throws Exception {
    byte[] body = new byte[20_000];
    Arrays.fill(body, (byte) 'x');
    bench.wire.says("HTTP/1.1 200 OK\r\nContent-Length: 20000\r\n\r\n");
    InputStream in = stream();
    List<Running<Integer>> readers = new ArrayList<>();
    for (int i = 0; i < 4; i++) readers.add(Bench.start(() -> read(in, 100).length));
    for (int from = 0; from < body.length; from += 500)
      bench.wire.says(Arrays.copyOfRange(body, from, from + 500));
    bench.wire.says("HTTP/1.1 200 SOMEBODY ELSE'S\r\n\r\n");

    int octets = 0;
    for (Running<Integer> reader : readers) octets += reader.get();

    assertThat(octets).isEqualTo(20_000);
    assertThat(bench.endings).hasSize(1);
  }

  /** The alarm of a connection that was handed on is another exchange's. */
  @ParameterizedTest
  @ValueSource(strings = {"stream", "octets of the stream", "array"})
  void whoReadsBehindTheEndLeavesTheNextDeadlineAlone(String kind) throws Exception {
    TimeLimits limits = TimeLimits.none().withBodyRead(Duration.ofMinutes(1));
    bench.wire.says(FIVE, "hello");
    Exchange exchange = bench.exchange(Bench.get(), Bench.NO_DEADLINE, limits);
    exchange.send();
    exchange.receiveHead();
    long deadline = System.nanoTime() + 300_000_000;
    bench.onEnd(() -> bench.connection.alarm.arm(deadline));

    if (kind.equals("array")) {
      assertThat(exchange.deliver(BodyHandlers.ofByteArray(), exchange.answer())).hasSize(5);
    } else {
      InputStream in = stream(exchange);
      assertThat(kind.equals("stream") ? in.readAllBytes() : read(in, 1)).hasSize(5);
      assertThat(in.read()).isEqualTo(-1);
    }

    assertThat(bench.endings).containsExactly(true);
    await().until(bench.connection.alarm::fired);
  }

  @Test
  void anInterruptAtTheEndOfTheBodyEndsTheExchange() throws Exception {
    bench.wire.acceptsOnly(500).once(bench.wire::isWriting);
    bench.wire.says(FIVE + "hello");
    InputStream in =
        stream(bench.head(Bench.request("POST", BodyPublishers.ofByteArray(new byte[100_000]))));
    assertThat(in.readNBytes(5)).hasSize(5);
    Running<Throwable> reading =
        Bench.start(() -> {
          Thread.currentThread().interrupt();
          return catchThrowable(in::read);
        });

    assertThat(reading.get()).hasCauseInstanceOf(InterruptedException.class);
    assertThat(bench.endings).containsExactly(false);
  }

  // Failures

  @Test
  void theFailureIsThrownAsItIsAfterEverythingThatCame() throws Exception {
    bench.wire.says(FIVE + "hel").rst();
    InputStream in = stream();
    assertThat(in.readNBytes(3)).hasSize(3);

    Throwable first = catchThrowable(in::read);

    assertThat(first).isInstanceOf(TruncatedBodyException.class);
    assertThat(bench.endings).containsExactly(false);
    assertThatThrownBy(in::read)
        .isInstanceOf(IOException.class)
        .hasMessage("closed")
        .hasCause(first);
    assertThatThrownBy(in::readAllBytes).hasMessage("closed").hasCause(first);
    assertThat(in.available()).isZero();
    in.close();
    assertThatThrownBy(in::read).hasMessage("closed").hasCause(first);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 100})
  void goodChunksAreDeliveredBeforeABadOne(int room) throws Exception {
    bench.wire.says(CHUNKED, "2\r\nhe\r\n3\r\nllo\r\nnonsense\r\n");
    InputStream in = stream();

    StringBuilder got = new StringBuilder();
    Throwable failure =
        catchThrowable(() -> {
          byte[] part = new byte[room];
          for (int octets = in.read(part); octets >= 0; octets = in.read(part))
            got.append(new String(part, 0, octets, ISO_8859_1));
        });

    assertThat(failure).isInstanceOf(MalformedResponseException.class);
    assertThat(got).hasToString("hello");
    assertThat(bench.endings).containsExactly(false);
  }

  @Test
  void theLimitOfEachWaitHoldsForAReaderOnly() throws Exception {
    TimeLimits limits = TimeLimits.none().withBodyRead(Duration.ofMillis(50));
    bench.wire.says(FIVE + "hel");
    Exchange exchange = bench.exchange(Bench.get(), Bench.NO_DEADLINE, limits);
    exchange.send();
    exchange.receiveHead();

    InputStream in = stream(exchange);

    assertThat(in.readNBytes(3)).hasSize(3);
    assertThatThrownBy(in::read)
        .isInstanceOf(ResponseTimeoutException.class)
        .hasMessageContaining("TimeLimits.bodyRead");
    assertThat(bench.endings).containsExactly(false);
  }

  @Test
  void theDeadlineEndsABodyThatNobodyReads() throws Exception {
    bench.wire.says(FIVE + "hel");
    Exchange exchange = bench.exchange(Bench.get(), System.nanoTime() + 100_000_000);
    exchange.send();
    exchange.receiveHead();
    InputStream in = stream(exchange);

    await().untilAsserted(() -> assertThat(bench.endings).containsExactly(false));

    assertThat(in.readNBytes(3)).hasSize(3);
    assertThatThrownBy(in::read).isInstanceOf(ResponseTimeoutException.class);
  }

  @Test
  void theEndOfTheClientEndsABodyThatNobodyReadsAndIsNamed() throws Exception {
    bench.wire.says(FIVE);
    InputStream in = stream();

    bench.connection.close();
    await().untilAsserted(() -> assertThat(bench.endings).containsExactly(false));

    assertThatThrownBy(in::read)
        .isInstanceOf(ClientClosedException.class)
        .hasMessageContaining("the client was shut down");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anInterruptClosesTheStreamAndStays(boolean before) throws Exception {
    bench.wire.says(FIVE);
    InputStream in = stream();
    AtomicBoolean flag = new AtomicBoolean();
    Running<Throwable> reading =
        Bench.start(() -> {
          if (before) Thread.currentThread().interrupt();
          Throwable failure = catchThrowable(in::read);
          flag.set(Thread.currentThread().isInterrupted());
          return failure;
        });
    if (!before) {
      await().until(bench.wire::isReading);
      reading.thread().interrupt();
    }

    assertThat(reading.get())
        .isInstanceOf(IOException.class)
        .hasCauseInstanceOf(InterruptedException.class);
    assertThat(flag).isTrue();
    assertThat(bench.endings).containsExactly(false);
    assertThatThrownBy(in::read).hasMessage("closed");
  }

  @Test
  void anInterruptEndsTheWaitForATurnToo() throws Exception {
    bench.wire.says(FIVE);
    InputStream in = stream();
    Running<Integer> first = Bench.start(in::read);
    await().until(bench.wire::isReading);
    Running<Integer> second = Bench.start(in::read);
    await().until(() -> second.thread().getState() == Thread.State.WAITING);

    second.thread().interrupt();

    assertThat(second.failure()).hasCauseInstanceOf(InterruptedException.class);
    assertThat(first.failure()).isInstanceOf(ClientClosedException.class);
    assertThat(bench.endings).containsExactly(false);
  }

  // Closing

  @ParameterizedTest
  @CsvSource({
    "true, '" + FIVE + "', 'hello'",
    "true, '" + FIVE + "he', 'llo'",
    "true, '" + CHUNKED + "5\r\nhello\r\n', '0\r\n\r\n'",
    "false, '" + FIVE + "', ''",
    "false, '" + FIVE + "hel', ''",
    "false, '" + CHUNKED + "5\r\nhello\r\n', ''",
    "false, '" + CHUNKED + "5\r\nhello\r\n', 'nonsense'",
    "false, '" + UNTIL_CLOSE + "hello', ' there'",
  })
  void aClosedStreamKeepsTheConnectionOnlyIfAllHasCome(boolean kept, String before, String after)
      throws Exception {
    bench.wire.says(before);
    InputStream in = stream();
    bench.wire.says(after);

    in.close();

    assertThat(bench.endings).containsExactly(kept);
    assertThat(bench.wire.isOpen()).isEqualTo(kept);
    assertThatThrownBy(in::read).isInstanceOf(IOException.class).hasMessage("closed");
    assertThat(in.available()).isZero();
    in.close();
    assertThat(bench.endings).hasSize(1);
  }

  @Test
  void aLongRestIsNotReadToKeepTheConnection() throws Exception {
    bench.wire.says("HTTP/1.1 200 OK\r\nContent-Length: 20000\r\n\r\n");
    InputStream in = stream();
    bench.wire.says(new byte[20_000]);
    int reads = bench.wire.reads();

    in.close();

    assertThat(bench.endings).containsExactly(false);
    assertThat(bench.wire.reads()).isEqualTo(reads);
  }

  @ParameterizedTest
  @ValueSource(strings = {CHUNKED, UNTIL_CLOSE})
  void nobodyReadsTheWholeOfAnUnknownLengthToKeepTheConnection(String head) throws Exception {
    bench.wire.says(head);
    InputStream in = stream();
    bench.wire.says(LONG_CHUNKS.repeat(8));

    in.close();

    assertThat(bench.endings).containsExactly(false);
    assertThat(bench.wire.received()).isLessThan(40_000);
  }

  @Test
  void closingEndsTheReadOfAnotherThread() throws Exception {
    bench.wire.says(FIVE);
    InputStream in = stream();
    Running<Integer> reading = Bench.start(in::read);
    await().until(bench.wire::isReading);

    in.close();

    assertThat(reading.failure())
        .isInstanceOf(ClientClosedException.class)
        .hasMessageContaining("closed");
    assertThat(bench.endings).containsExactly(false);
  }

  @ParameterizedTest
  @ValueSource(strings = {"200 OK", "400 Refused"})
  void aStreamThatIsClosedWhileTheRequestIsStillSentEndsBoth(String status) throws Exception {
    bench.wire.acceptsOnly(500).once(bench.wire::isWriting);
    bench.wire.says("HTTP/1.1 " + status + "\r\nContent-Length: 5\r\n\r\nhel");
    InputStream in =
        stream(bench.head(Bench.request("POST", BodyPublishers.ofByteArray(new byte[100_000]))));
    assertThat(in.available()).isEqualTo(3);
    assertThat(in.readNBytes(3)).hasSize(3);
    assertThat(in.available()).isZero(); // the wire is being written to, and not looked at

    in.close();

    assertThat(bench.endings).containsExactly(false);
  }

  // Nobody reads

  @ParameterizedTest
  @ValueSource(strings = {CHUNKED, UNTIL_CLOSE})
  void ofALongBodyThatNobodyReadsOnlySoMuchIsTaken(String head) throws Exception {
    String long64 = LONG_CHUNKS.repeat(8);
    bench.wire.says(head).says(long64);
    InputStream in = stream();
    // two looks, and the one that has nothing to do
    await().during(Duration.ofMillis(700)).until(() -> bench.endings.isEmpty());
    assertThat(in.available()).isEqualTo(16 * 1024);

    bench.wire.says(head.equals(CHUNKED) ? "0\r\n\r\n" : "").fin();

    assertThat(in.readAllBytes()).hasSize(head.equals(CHUNKED) ? 0x3fe0 * 8 : long64.length());
    assertThat(bench.endings).containsExactly(head.equals(CHUNKED));
  }

  @Test
  void aShortBodyThatEndsWithItsConnectionIsTakenToo() throws Exception {
    bench.wire.says(UNTIL_CLOSE);
    InputStream in = stream();

    bench.wire.says("hello").fin();

    await().untilAsserted(() -> assertThat(bench.endings).containsExactly(false));
    assertThat(text(in.readAllBytes())).isEqualTo("hello");
  }

  @ParameterizedTest
  @CsvSource({
    "'" + FIVE + "', 'hello'",
    "'" + FIVE + "he', 'llo'",
    "'" + CHUNKED + "5\r\nhel', 'lo\r\n0\r\n\r\n'",
  })
  void aShortBodyThatNobodyReadsGivesItsConnectionUp(String before, String after) throws Exception {
    bench.wire.says(before);
    InputStream in = stream();
    assertThat(bench.endings).isEmpty();

    bench.wire.says(after);

    await().untilAsserted(() -> assertThat(bench.endings).containsExactly(true));
    assertThat(text(in.readAllBytes())).isEqualTo("hello");
  }

  @Test
  void theLastChunkIsTakenFromWhomeverHasReadAllElse() throws Exception {
    bench.wire.says(CHUNKED + "5\r\nhello\r\n");
    InputStream in = stream();
    assertThat(text(in.readNBytes(5))).isEqualTo("hello");

    bench.wire.says("0\r\n\r\n");

    await().untilAsserted(() -> assertThat(bench.endings).containsExactly(true));
    assertThat(in.read()).isEqualTo(-1);
  }

  @Test
  void aFailureThatWasMetWhileNobodyReadIsToldToWhoReads() throws Exception {
    bench.wire.says(FIVE);
    InputStream in = stream();

    bench.wire.rst();
    await().untilAsserted(() -> assertThat(bench.endings).containsExactly(false));

    assertThatThrownBy(in::read)
        .isInstanceOf(TruncatedBodyException.class)
        .hasCauseInstanceOf(TruncatedBodyException.class);
    assertThatThrownBy(in::read)
        .hasMessage("closed")
        .hasCauseInstanceOf(TruncatedBodyException.class);
  }

  @Test
  void aStreamThatNobodyHoldsClosesItsConnection() throws Exception {
    bench.wire.says(FIVE + "hel");
    assertThat(stream().read()).isEqualTo('h');

    await()
        .untilAsserted(() -> {
          System.gc();
          assertThat(bench.endings).containsExactly(false);
        });
    assertThat(bench.wire.isOpen()).isFalse();
  }

  @Test
  void aReaderThatWaitsIsNotDisturbed() throws Exception {
    bench.wire.says(FIVE);
    InputStream in = stream();
    Running<byte[]> reading = Bench.start(() -> in.readNBytes(5));
    await().until(bench.wire::isReading);
    // the first look, and the second
    await().during(Duration.ofMillis(700)).until(() -> bench.endings.isEmpty());

    bench.wire.says("hello");

    assertThat(text(reading.get())).isEqualTo("hello");
    assertThat(bench.endings).containsExactly(true);
  }
}
