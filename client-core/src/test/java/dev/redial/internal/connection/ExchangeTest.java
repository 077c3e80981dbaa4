package dev.redial.internal.connection;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.redial.ClientClosedException;
import dev.redial.ExchangeEvidence;
import dev.redial.ExchangeFailure;
import dev.redial.ExchangeStage;
import dev.redial.HangUpException;
import dev.redial.HangUpException.Ending;
import dev.redial.MalformedResponseException;
import dev.redial.ResponseLimits;
import dev.redial.ResponseTimeoutException;
import dev.redial.ServerActed;
import dev.redial.TlsFailureException;
import dev.redial.TruncatedBodyException;
import dev.redial.internal.connection.Bench.Running;
import java.io.IOException;
import java.net.SocketException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodySubscribers;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ExchangeTest {
  private static final String EMPTY = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
  private static final String HELLO = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

  private final Bench bench = new Bench();

  private static ExchangeEvidence evidence(Throwable thrown) {
    assertThat(thrown).isInstanceOf(ExchangeFailure.class);
    return ((ExchangeFailure) thrown).evidence();
  }

  // One after the other

  @Test
  void aConnectionCarriesOneExchangeAfterTheOther() throws Exception {
    bench.wire.says(HELLO).says(EMPTY).says(HELLO);

    assertThat(bench.connection.used()).isFalse();
    assertThat(bench.body(Bench.get(), BodySubscribers.ofString(ISO_8859_1))).isEqualTo("hello");
    assertThat(bench.connection.used()).isTrue();
    assertThat(bench.body(Bench.get(), BodySubscribers.ofString(ISO_8859_1))).isEmpty();
    assertThat(bench.body(Bench.get(), BodySubscribers.ofString(ISO_8859_1))).isEqualTo("hello");

    assertThat(bench.endings).containsExactly(true, true, true);
  }

  @Test
  void theEvidenceOfALaterExchangeCountsItsOwnOctets() throws Exception {
    bench.wire.says(HELLO).says("HTTP/1.1 200").fin();
    assertThat(bench.body(Bench.get(), BodySubscribers.ofString(ISO_8859_1))).isEqualTo("hello");
    long before = bench.wire.sent();

    ExchangeEvidence evidence = evidence(catchThrowable(() -> bench.head(Bench.get())));

    assertThat(evidence.reused()).isTrue();
    assertThat(evidence.idle()).isEqualTo(Duration.ofMillis(7));
    assertThat(evidence.bytesSent()).isEqualTo(bench.wire.sent() - before);
    assertThat(evidence.bytesReceived()).isEqualTo(12);
    assertThat(evidence.request()).isEqualTo("GET http://a.example");
  }

  /** As a subscriber does whose stage fails, or never ends, after its body has come. */
  @Test
  void theEvidenceOfAnExchangeThatHasEndedDoesNotCountTheOctetsOfOthers() throws Exception {
    bench.wire.says(HELLO).says(HELLO);
    Exchange first = bench.head(Bench.get());
    assertThat(first.deliver(BodySubscribers.ofString(ISO_8859_1))).isEqualTo("hello");
    long sent = bench.wire.sent();
    long received = bench.wire.received();

    bench.head(Bench.get()).discardBody();

    assertThat(bench.wire.sent()).isGreaterThan(sent);
    for (ExchangeEvidence each :
        List.of(
            first.subscriberFailure(new IllegalStateException()).evidence(),
            first.timedOut(new IOException()).evidence())) {
      assertThat(each.bytesSent()).isEqualTo(sent);
      assertThat(each.bytesReceived()).isEqualTo(received);
    }
  }

  /** Nobody can tell which request a later answer of such a server belongs to. */
  @Test
  void whatAServerSaysFirstIsTheAnswerAndTheEndOfTheConnection() throws Exception {
    bench.wire.speaksFirst(HELLO);

    assertThat(bench.body(Bench.get(), BodySubscribers.ofString(ISO_8859_1))).isEqualTo("hello");

    assertThat(bench.wire.written()).startsWith("GET /x HTTP/1.1");
    assertThat(bench.endings).containsExactly(false);
  }

  @Test
  void aServerThatSpeaksFirstMayGoOn() throws Exception {
    bench.wire.speaksFirst(HELLO.substring(0, 20)).says(HELLO.substring(20));

    assertThat(bench.body(Bench.get(), BodySubscribers.ofString(ISO_8859_1))).isEqualTo("hello");

    assertThat(bench.endings).containsExactly(false);
  }

  static Stream<Arguments> endsBeforeTheRequest() {
    return Stream.of(
        arguments(new ScriptedWire().speaksFirst(""), Ending.FIN),
        arguments(
            new ScriptedWire().failsFirst(new SocketException("Connection reset")), Ending.RST));
  }

  @ParameterizedTest
  @MethodSource("endsBeforeTheRequest")
  void aServerThatHasHungUpDoesNotGetTheRequest(ScriptedWire wire, Ending ending) {
    Bench ended = new Bench(wire);

    assertThatThrownBy(() -> ended.head(Bench.get()))
        .isInstanceOfSatisfying(
            HangUpException.class,
            failure -> {
              assertThat(failure.ending()).isEqualTo(ending);
              assertThat(failure.evidence().serverActed()).isEqualTo(ServerActed.NO);
              assertThat(failure.evidence().bytesSent()).isZero();
              assertThat(failure.evidence().stage()).isEqualTo(ExchangeStage.SENDING);
            });
    assertThat(wire.written()).isEmpty();
    assertThat(ended.endings).containsExactly(false);
  }

  /** Between requests it is the probe that looks. */
  @Test
  void aConnectionIsListenedToBeforeItsFirstRequestOnly() throws Exception {
    bench.wire.says(HELLO).says(HELLO);
    assertThat(bench.body(Bench.get(), BodySubscribers.ofString(ISO_8859_1))).isEqualTo("hello");
    bench.wire.speaksFirst("");

    assertThat(bench.body(Bench.get(), BodySubscribers.ofString(ISO_8859_1))).isEqualTo("hello");
    assertThat(bench.endings).containsExactly(true, true);
  }

  @Test
  void buffersThatWereLetGoComeBack() throws Exception {
    bench.wire.says(HELLO).says(HELLO);
    assertThat(bench.body(Bench.get(), BodySubscribers.ofString(ISO_8859_1))).isEqualTo("hello");

    bench.connection.rest();

    assertThat(bench.wire.rests()).isEqualTo(1);
    assertThat(bench.body(Bench.get(), BodySubscribers.ofString(ISO_8859_1))).isEqualTo("hello");
  }

  @Test
  void aLargeHeadFitsAndASmallOneFollows() throws Exception {
    String large = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX: " + "x".repeat(60_000) + "\r\n\r\n";
    bench.wire.says(large).says(HELLO);

    assertThat(bench.head(Bench.get()).answer().header("x")).contains("x".repeat(60_000));
  }

  /** An answer too large for the first buffer costs a second read, and the next one does not. */
  @ParameterizedTest
  @CsvSource({"1800, 1, 1", "2048, 1, 1", "5000, 2, 1", "8192, 2, 1", "9000, 3, 1"})
  void aConnectionLearnsHowLargeAnswersAre(int octets, int firstReads, int nextReads)
      throws Exception {
    String head = "HTTP/1.1 200 OK\r\nX: ";
    String end = "\r\nContent-Length: 0\r\n\r\n";
    String answer = head + "x".repeat(octets - head.length() - end.length()) + end;
    bench.wire.says(answer).says(answer);

    bench.head(Bench.get()).discardBody();
    assertThat(bench.wire.reads()).isEqualTo(firstReads);
    bench.head(Bench.get()).discardBody();

    assertThat(bench.wire.reads()).isEqualTo(firstReads + nextReads);
    assertThat(bench.endings).containsExactly(true, true);
  }

  /** The head of the answer begins behind an interim response and outgrows the buffer. */
  @ParameterizedTest
  @ValueSource(ints = {8192, 8191, 4000, 2048, 2047, 100})
  void aHeadMovesToTheFrontOfTheBuffer(int together) throws Exception {
    String interim = "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n";
    String head =
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: " + "x".repeat(9000) + "\r\nY: y\r\n\r\n";
    String all = interim + head + "hello";
    bench.wire.says(all.substring(0, together), all.substring(together));

    Exchange exchange = bench.head(Bench.get());

    assertThat(exchange.answer().header("x")).contains("x".repeat(9000));
    assertThat(exchange.answer().header("y")).contains("y");
    assertThat(exchange.deliver(BodySubscribers.ofString(ISO_8859_1))).isEqualTo("hello");
    assertThat(bench.endings).containsExactly(true);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-", "0", "1", "5", "2147483647", "99999999999999999999"})
  void theServersIdleTimeIsPassedOn(String seconds) throws Exception {
    String field = seconds.equals("-") ? "" : "Keep-Alive: timeout=" + seconds + "\r\n";
    bench.wire.says("HTTP/1.1 200 OK\r\n" + field + "Content-Length: 0\r\n\r\n");

    bench.head(Bench.get()).discardBody();

    boolean sensible = !seconds.equals("-") && seconds.length() < 12;
    assertThat(bench.connection.announcedIdleNanos())
        .isEqualTo(sensible ? Long.parseLong(seconds) * 1_000_000_000L : -1);
  }

  @Test
  void anAnnouncementHoldsForItsOwnResponseOnly() throws Exception {
    bench
        .wire
        .says("HTTP/1.1 200 OK\r\nKeep-Alive: timeout=5\r\nContent-Length: 0\r\n\r\n")
        .says(EMPTY);

    bench.head(Bench.get()).discardBody();
    assertThat(bench.connection.announcedIdleNanos()).isEqualTo(5_000_000_000L);
    bench.head(Bench.get()).discardBody();

    assertThat(bench.connection.announcedIdleNanos()).isEqualTo(-1);
  }

  @Test
  void aRequestThatAsksToCloseIsTheLastOne() throws Exception {
    bench.wire.says(HELLO);

    assertThat(
            bench.body(
                Bench.request("GET", null, false, false), BodySubscribers.ofString(ISO_8859_1)))
        .isEqualTo("hello");

    assertThat(bench.wire.written()).contains("\r\nConnection: close\r\n");
    assertThat(bench.endings).containsExactly(false);
  }

  @Test
  void theEndIsToldBeforeTheLastOctetIsSeen() throws Exception {
    bench.wire.says(HELLO);
    Exchange exchange = bench.head(Bench.get());

    assertThat(exchange.next()).isNotNull();
    assertThat(exchange.next()).isNull();

    assertThat(bench.endings).containsExactly(true);
  }

  @Test
  void askingAgainBehindTheEndTouchesNothing() throws Exception {
    bench.wire.says(HELLO).says(EMPTY);
    Exchange first = bench.head(Bench.get());
    while (first.next() != null) assertThat(bench.endings).isEmpty();
    long deadline = System.nanoTime() + Duration.ofMillis(500).toNanos();
    bench.exchange(Bench.get(), deadline).send();

    assertThat(first.next()).isNull();

    await().until(() -> !bench.wire.isOpen()); // the alarm of the second one was still armed
    assertThat(bench.endings).containsExactly(true);
  }

  @Test
  void abortBehindTheEndTouchesNothing() throws Exception {
    bench.wire.says(HELLO).says(EMPTY);
    Exchange first = bench.head(Bench.get());
    while (first.next() != null) assertThat(bench.endings).isEmpty();
    Exchange second = bench.exchange(Bench.get());
    second.send();

    first.abort();

    assertThat(bench.wire.isOpen()).isTrue();
    assertThat(bench.endings).containsExactly(true);
  }

  // Interim responses

  @Test
  void eightInterimResponsesAreSkipped() throws Exception {
    bench.wire.says("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n".repeat(8) + HELLO);

    assertThat(bench.body(Bench.get(), BodySubscribers.ofString(ISO_8859_1))).isEqualTo("hello");
    assertThat(bench.endings).containsExactly(true);
  }

  @Test
  void theNinthIsTooMany() {
    bench.wire.says("HTTP/1.1 103 Early Hints\r\n\r\n".repeat(9) + HELLO);

    assertThatThrownBy(() -> bench.head(Bench.get()))
        .isInstanceOf(MalformedResponseException.class)
        .hasMessageContaining(
            "the number of interim responses exceeds the limit of 8 responses (interimResponses)");
    assertThat(bench.endings).containsExactly(false);
  }

  @Test
  void theLimitOfInterimResponsesCanBeZero() {
    Bench strict = new Bench(ResponseLimits.defaults().withInterimResponses(0));
    strict.wire.says("HTTP/1.1 100 Continue\r\n\r\n" + HELLO);

    assertThatThrownBy(() -> strict.head(Bench.get()))
        .isInstanceOf(MalformedResponseException.class);
  }

  @Test
  void switchingProtocolsWasNotAskedFor() {
    bench.wire.says(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n");

    Throwable thrown = catchThrowable(() -> bench.head(Bench.get()));

    assertThat(thrown)
        .isInstanceOf(MalformedResponseException.class)
        .isInstanceOf(java.net.ProtocolException.class)
        .hasMessageContaining("101");
    assertThat(bench.endings).containsExactly(false);
  }

  @Test
  void aHangUpBehindAnInterimResponseIsNoAnswerYet() {
    bench.wire.says("HTTP/1.1 102 Processing\r\n\r\n").fin();

    Throwable thrown = catchThrowable(() -> bench.head(Bench.get()));

    assertThat(thrown)
        .isInstanceOf(HangUpException.class)
        .hasMessageContaining("received no bytes");
    assertThat(evidence(thrown).stage()).isEqualTo(ExchangeStage.AWAITING_RESPONSE);
    assertThat(evidence(thrown).serverActed()).isEqualTo(ServerActed.MAYBE);
    assertThat(evidence(thrown).bytesReceived()).isEqualTo(27);
  }

  // What is no answer

  @ParameterizedTest
  @ValueSource(
      strings = {"SSH-2.0-x\r\n", "\r\n\r\nHTTP/2 200 OK\r\n\r\n", "HTTP/1.1 2x0 OK\r\n\r\n", "x"})
  void garbageForAStatusLineNeedNotBeAnAnswer(String garbage) {
    bench.wire.says(garbage);

    Throwable thrown = catchThrowable(() -> bench.head(Bench.get()));

    assertThat(thrown).isInstanceOf(MalformedResponseException.class);
    assertThat(evidence(thrown).stage()).isEqualTo(ExchangeStage.STATUS_LINE);
    assertThat(evidence(thrown).serverActed()).isEqualTo(ServerActed.MAYBE);
    assertThat(bench.endings).containsExactly(false);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 204 No Content\r\nContent-Length: 10\r\n\r\n"
      })
  void aMalformedHeaderIsAnAnswerAllTheSame(String response) {
    bench.wire.says(response);

    Throwable thrown = catchThrowable(() -> bench.head(Bench.get()));

    assertThat(thrown).isInstanceOf(MalformedResponseException.class);
    assertThat(evidence(thrown).stage()).isEqualTo(ExchangeStage.HEADER);
    assertThat(evidence(thrown).serverActed()).isEqualTo(ServerActed.YES);
    assertThat(bench.endings).containsExactly(false);
  }

  @ParameterizedTest
  @ValueSource(strings = {"x\r\n", "-1\r\n", "5\r\nhelloX", "ffffffffffffffffff\r\n", "\r\n"})
  void aMalformedChunkIsFoundInEveryWayOfFeeding(String chunks) {
    String head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (boolean inOne : new boolean[] {true, false}) {
      Bench direct = new Bench();
      Bench stream = new Bench();
      for (Bench each : new Bench[] {direct, stream}) {
        if (inOne) each.wire.says(head + chunks);
        else each.wire.says(head).octetByOctet(chunks.getBytes(ISO_8859_1));
      }

      assertThatThrownBy(() -> direct.body(Bench.get(), BodySubscribers.ofByteArray()))
          .isInstanceOf(MalformedResponseException.class);
      assertThatThrownBy(
              () -> stream.body(Bench.get(), BodySubscribers.ofInputStream()).readAllBytes())
          .isInstanceOf(IOException.class)
          .hasRootCauseInstanceOf(dev.redial.internal.http1.MalformedMessageException.class);
      assertThat(direct.endings).containsExactly(false);
      await().untilAsserted(() -> assertThat(stream.endings).containsExactly(false));
    }
  }

  // Writing fails

  @Test
  void anAnswerThatCameBeforeTheWriteFailedIsTheAnswer() throws Exception {
    bench.wire.breaksAfter(10).says("HTTP/1.1 408 Request Timeout\r\nContent-Length: 2\r\n\r\nno");

    Exchange exchange = bench.head(Bench.get());

    assertThat(exchange.answer().statusCode()).isEqualTo(408);
    assertThat(exchange.requestSent()).isFalse();
    assertThat(exchange.deliver(BodySubscribers.ofString(ISO_8859_1))).isEqualTo("no");
    assertThat(bench.endings).containsExactly(false);
  }

  @Test
  void theServerCannotHaveActedOnHalfAHead() throws Exception {
    bench.wire.says(EMPTY);
    bench.head(Bench.get()).discardBody();
    long head = bench.wire.sent();
    for (boolean fin : new boolean[] {true, false}) {
      for (int accepted = 0; accepted < head; accepted++) {
        Bench broken = new Bench();
        broken.wire.breaksAfter(accepted);
        if (fin) broken.wire.fin();
        else broken.wire.rst();

        HangUpException thrown =
            catchThrowableOfType(HangUpException.class, () -> broken.head(Bench.get()));

        assertThat(thrown.serverActed()).as("%d accepted", accepted).isEqualTo(ServerActed.NO);
        assertThat(thrown.evidence().bytesSent()).isEqualTo(accepted);
        assertThat(thrown.evidence().bytesReceived()).isZero();
        assertThat(thrown.ending()).isEqualTo(HangUpException.Ending.RST);
        assertThat(thrown).hasCauseInstanceOf(IOException.class).hasRootCauseMessage("Broken pipe");
        assertThat(broken.endings).containsExactly(false);
      }
    }
  }

  @Test
  void theServerMayHaveActedOnAHeadWithHalfABody() throws Exception {
    OutgoingRequest post = Bench.request("POST", BodyPublishers.ofString("0123456789"));
    bench.wire.says(EMPTY);
    bench.head(post).discardBody();
    long all = bench.wire.sent();
    for (long accepted = all - 12; accepted < all; accepted++) {
      Bench broken = new Bench();
      broken.wire.breaksAfter(accepted).rst();

      HangUpException thrown = catchThrowableOfType(HangUpException.class, () -> broken.head(post));

      assertThat(thrown.evidence().bytesSent()).isEqualTo(accepted);
      assertThat(thrown.serverActed())
          .as("%d of %d accepted", accepted, all)
          .isEqualTo(accepted < all - 10 ? ServerActed.NO : ServerActed.MAYBE);
    }
  }

  @Test
  void anOrderlyEndBehindHalfAnAnswerAndAFailedWriteIsAReset() {
    bench.wire.breaksAfter(10).says("HTTP/1.1 408 Req").fin();

    HangUpException thrown =
        catchThrowableOfType(HangUpException.class, () -> bench.head(Bench.get()));

    assertThat(thrown.ending()).isEqualTo(HangUpException.Ending.RST);
    assertThat(thrown.serverActed()).isEqualTo(ServerActed.YES);
  }

  @Test
  void anOrderlyEndOfABodyUntilCloseBehindAResetWriteIsACut() {
    bench
        .wire
        .breaksAfter(10, new SocketException("Connection reset"))
        .says("HTTP/1.1 408 X\r\n\r\nno")
        .fin();

    TruncatedBodyException thrown =
        catchThrowableOfType(
            TruncatedBodyException.class,
            () -> bench.body(Bench.get(), BodySubscribers.ofByteArray()));

    assertThat(thrown.ending()).isEqualTo(HangUpException.Ending.RST);
  }

  @Test
  void anOrderlyEndOfABodyUntilCloseBehindABrokenPipeIsItsEnd() throws Exception {
    bench.wire.breaksAfter(10).says("HTTP/1.1 408 X\r\n\r\nno").fin();

    assertThat(bench.body(Bench.get(), BodySubscribers.ofByteArray())).containsExactly('n', 'o');
    assertThat(bench.endings).containsExactly(false);
  }

  @Test
  void aTlsFailureIsNoHangUp() {
    bench.wire.fails(new SSLException("bad_record_mac"));

    Throwable thrown = catchThrowable(() -> bench.head(Bench.get()));

    assertThat(thrown)
        .isInstanceOf(TlsFailureException.class)
        .hasMessageContaining("bad_record_mac");
    assertThat(evidence(thrown).serverActed()).isEqualTo(ServerActed.MAYBE);
  }

  // How it ended

  static Stream<Arguments> endings() {
    return Stream.of(
        arguments("Connection reset", Ending.RST, "ECONNRESET", "reset the connection (RST)"),
        arguments("Broken pipe", Ending.RST, "ECONNRESET", "reset the connection (RST)"),
        arguments("?", Ending.RST, "ECONNRESET", "reset the connection (RST)"),
        arguments("Connection timed out", Ending.TIMED_OUT, "ETIMEDOUT", "lost (TCP timed out)"));
  }

  @ParameterizedTest
  @MethodSource("endings")
  void aFailedReadTellsHowTheConnectionEnded(
      String message, Ending ending, String code, String words) {
    for (String begun : new String[] {"", "HTTP/1.1 200 OK\r\nA:"}) {
      Bench each = new Bench();
      each.wire.says(begun).fails(new SocketException(message));

      HangUpException thrown =
          catchThrowableOfType(HangUpException.class, () -> each.head(Bench.get()));

      assertThat(thrown.ending()).isEqualTo(ending);
      assertThat(thrown.code()).isEqualTo(code);
      assertThat(thrown).hasMessageContaining(words).hasRootCauseMessage(message);
    }
  }

  @ParameterizedTest
  @MethodSource("endings")
  void aFailedWriteTellsHowTheConnectionEndedWhateverTheReadSees(
      String message, Ending ending, String code, String words) {
    bench.wire.breaksAfter(10, new SocketException(message)).fin();

    HangUpException thrown =
        catchThrowableOfType(HangUpException.class, () -> bench.head(Bench.get()));

    assertThat(thrown.ending()).isEqualTo(ending);
    assertThat(thrown.code()).isEqualTo(code);
    assertThat(thrown).hasMessageContaining(words).hasRootCauseMessage(message);
  }

  @ParameterizedTest
  @MethodSource("endings")
  void aBodyThatIsCutTellsHowTheConnectionEnded(
      String message, Ending ending, String code, String words) {
    bench
        .wire
        .says("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel")
        .fails(new SocketException(message));

    TruncatedBodyException thrown =
        catchThrowableOfType(
            TruncatedBodyException.class,
            () -> bench.body(Bench.get(), BodySubscribers.ofString(ISO_8859_1)));

    assertThat(thrown.ending()).isEqualTo(ending);
    assertThat(thrown.code()).isEqualTo(code);
    assertThat(thrown).hasMessageContaining(words).hasRootCauseMessage(message);
  }

  @Test
  void anOrderlyEndInsideTheBodyIsOne() {
    bench.wire.says("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel").fin();

    TruncatedBodyException thrown =
        catchThrowableOfType(
            TruncatedBodyException.class,
            () -> bench.body(Bench.get(), BodySubscribers.ofString(ISO_8859_1)));

    assertThat(thrown.ending()).isEqualTo(Ending.FIN);
    assertThat(thrown).hasMessageContaining("closed the connection (FIN)");
  }

  // Ended from outside

  /** Where an exchange stands when something ends it from outside. */
  enum Stage {
    WRITING {
      @Override
      BooleanSupplier prepare(Bench bench) {
        bench.wire.acceptsOnly(20);
        return bench.wire::isWriting;
      }
    },
    WAITING {
      @Override
      BooleanSupplier prepare(Bench bench) {
        return bench.wire::isReading;
      }
    },
    IN_HEAD {
      @Override
      BooleanSupplier prepare(Bench bench) {
        bench.wire.says("HTTP/1.1 200 OK\r\nA:");
        return () -> bench.wire.received() > 0 && bench.wire.isReading();
      }
    },
    IN_BODY {
      @Override
      BooleanSupplier prepare(Bench bench) {
        bench.wire.says("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel");
        return () -> bench.wire.received() > 0 && bench.wire.isReading();
      }
    };

    abstract BooleanSupplier prepare(Bench bench);

    Running<String> start(Bench bench, long deadline) {
      BooleanSupplier there = prepare(bench);
      Running<String> running =
          Bench.start(() -> {
            Exchange exchange = bench.exchange(Bench.get(), deadline);
            exchange.send();
            exchange.receiveHead();
            return exchange.deliver(BodySubscribers.ofString(ISO_8859_1));
          });
      await().until(there::getAsBoolean);
      return running;
    }

    ExchangeStage stage() {
      return switch (this) {
        case WRITING -> ExchangeStage.SENDING;
        case WAITING -> ExchangeStage.AWAITING_RESPONSE;
        case IN_HEAD -> ExchangeStage.HEADER;
        case IN_BODY -> ExchangeStage.BODY;
      };
    }

    ServerActed acted() {
      return switch (this) {
        case WRITING -> ServerActed.NO;
        case WAITING -> ServerActed.MAYBE;
        case IN_HEAD, IN_BODY -> ServerActed.YES;
      };
    }
  }

  @ParameterizedTest
  @EnumSource(Stage.class)
  void anInterruptEndsTheExchange(Stage stage) throws Exception {
    Running<String> running = stage.start(bench, Bench.NO_DEADLINE);

    running.thread().interrupt();

    assertThat(running.failure()).isInstanceOf(InterruptedException.class);
    assertThat(bench.endings).containsExactly(false);
    assertThat(bench.wire.isOpen()).isFalse();
  }

  @ParameterizedTest
  @EnumSource(Stage.class)
  void theDeadlineEndsTheExchange(Stage stage) throws Exception {
    Running<String> running = stage.start(bench, System.nanoTime() + Duration.ofHours(1).toNanos());

    bench.connection.alarm.arm(System.nanoTime()); // as if the hour were over

    Throwable thrown = running.failure();

    assertThat(thrown).isInstanceOf(ResponseTimeoutException.class);
    assertThat(evidence(thrown).stage()).isEqualTo(stage.stage());
    assertThat(evidence(thrown).serverActed()).isEqualTo(stage.acted());
    assertThat(bench.endings).containsExactly(false);
    assertThat(bench.wire.isOpen()).isFalse();
  }

  /** As shutdownNow does. */
  @ParameterizedTest
  @EnumSource(Stage.class)
  void closingTheConnectionEndsTheExchange(Stage stage) throws Exception {
    Running<String> running = stage.start(bench, Bench.NO_DEADLINE);

    bench.connection.close();

    Throwable thrown = running.failure();
    assertThat(thrown).isInstanceOf(ClientClosedException.class).hasMessageContaining("closed");
    assertThat(evidence(thrown).stage()).isEqualTo(stage.stage());
    assertThat(evidence(thrown).serverActed()).isEqualTo(stage.acted());
    assertThat(bench.endings).containsExactly(false);
  }

  @ParameterizedTest
  @EnumSource(Stage.class)
  void abortIsToldOnce(Stage stage) throws Exception {
    BooleanSupplier there = stage.prepare(bench);
    Exchange exchange = bench.exchange(Bench.get());
    Running<String> running =
        Bench.start(() -> {
          exchange.send();
          exchange.receiveHead();
          return exchange.deliver(BodySubscribers.ofString(ISO_8859_1));
        });
    await().until(there::getAsBoolean);

    for (int i = 0; i < 3; i++) exchange.abort();

    assertThat(running.failure()).isInstanceOf(ClientClosedException.class);
    assertThat(bench.endings).containsExactly(false);
  }

  @Test
  void aClosedConnectionSendsNothing() {
    bench.connection.close();

    Throwable thrown = catchThrowable(() -> bench.head(Bench.get()));

    assertThat(thrown).isInstanceOf(ClientClosedException.class);
    assertThat(evidence(thrown).serverActed()).isEqualTo(ServerActed.NO);
    assertThat(bench.endings).containsExactly(false);
  }

  @Test
  void aDeadlineThatHasPassedSendsAtMostTheHead() {
    Throwable thrown =
        catchThrowable(() -> {
          Exchange exchange = bench.exchange(Bench.get(), System.nanoTime() - 1);
          exchange.send();
          exchange.receiveHead();
        });

    assertThat(thrown).isInstanceOf(ResponseTimeoutException.class);
    assertThat(bench.endings).containsExactly(false);
  }

  /** Whoever comes first decides, and the connection of a clean end is nobody's to close. */
  @Test
  void abortRacesWithTheEnd() throws Exception {
    for (int round = 0; round < 1000; round++) {
      Bench each = new Bench();
      each.wire.says(HELLO);
      Exchange exchange = each.head(Bench.get());
      assertThat(exchange.next()).isNotNull();
      Running<String> aborting =
          Bench.start(() -> {
            exchange.abort();
            return "aborted";
          });

      assertThat(exchange.next()).isNull();

      assertThat(aborting.get()).isEqualTo("aborted");
      assertThat(each.endings).hasSize(1);
      assertThat(each.wire.isOpen()).isEqualTo(each.endings.get(0));
    }
  }

  // A body that nobody wants

  @ParameterizedTest
  @ValueSource(
      strings = {
        EMPTY,
        HELLO,
        "HTTP/1.1 302 Found\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "HTTP/1.1 204 No Content\r\n\r\n"
      })
  void aSmallBodyIsReadToNowhere(String response) throws Exception {
    Bench read = discarded(response);

    assertThat(read.endings).containsExactly(true);
    assertThat(read.wire.isOpen()).isTrue();
  }

  /** A slow machine may take the 50 ms that a body has; not ten times in a row. */
  private static Bench discarded(String response) throws Exception {
    Bench each = new Bench();
    for (int i = 0; i < 10 && !each.endings.contains(true); i++) {
      each = new Bench();
      each.wire.says(response);
      each.head(Bench.get()).discardBody();
    }
    return each;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 302 Found\r\nContent-Length: 5\r\n\r\nhel",
        "HTTP/1.1 302 Found\r\nContent-Length: 262145\r\n\r\n",
        "HTTP/1.1 302 Found\r\nContent-Length: 9223372036854775807\r\n\r\nx",
        "HTTP/1.1 302 Found\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
        "HTTP/1.1 302 Found\r\nTransfer-Encoding: chunked\r\n\r\nx",
        "HTTP/1.1 302 Found\r\n\r\n",
        "HTTP/1.1 302 Found\r\n\r\nhello"
      })
  void aBodyThatDoesNotComeAtOnceCostsTheConnection(String response) throws Exception {
    bench.wire.says(response);

    bench.head(Bench.get()).discardBody();

    assertThat(bench.endings).containsExactly(false);
    assertThat(bench.wire.isOpen()).isFalse();
  }

  @Test
  void anEndlessBodyIsNotReadToNowhere() throws Exception {
    bench.wire.says("HTTP/1.1 302 Found\r\nTransfer-Encoding: chunked\r\n\r\n");
    String chunk = "4000\r\n" + "x".repeat(0x4000) + "\r\n";
    for (int i = 0; i < 40; i++) bench.wire.says(chunk);

    bench.head(Bench.get()).discardBody();

    assertThat(bench.endings).containsExactly(false);
    assertThat(bench.wire.received()).isLessThan(30 * 0x4000);
  }

  @Test
  void aConnectionIsUsableBehindADiscardedBodyWhenItsTimeIsOver() throws Exception {
    Bench used = discarded(HELLO);
    assertThat(used.endings).containsExactly(true);
    Running<Exchange> next = Bench.start(() -> used.head(Bench.get()));
    await().until(used.wire::isReading);

    await().during(Duration.ofMillis(200)).until(used.wire::isOpen);

    used.wire.says(EMPTY);
    assertThat(next.get().answer().statusCode()).isEqualTo(200);
  }

  @Test
  void anInterruptWhileDiscardingLosesNoConnection() throws Exception {
    bench.wire.says("HTTP/1.1 302 Found\r\nContent-Length: 5\r\n\r\nhel");
    Exchange exchange = bench.head(Bench.get());
    Thread.currentThread().interrupt();

    assertThatThrownBy(exchange::discardBody).isInstanceOf(InterruptedException.class);

    assertThat(Thread.interrupted()).isFalse();
    assertThat(bench.endings).containsExactly(false);
  }
}
