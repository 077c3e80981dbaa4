package dev.redial.internal.connection;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.redial.ExchangeEvidence;
import dev.redial.ExchangeFailure;
import dev.redial.ExchangeStage;
import dev.redial.HangUpException;
import dev.redial.ServerActed;
import dev.redial.TruncatedBodyException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every way a body can end, in every way its octets can arrive or fail to. */
@Timeout(120)
class FramingTest {

  /** A response, and what a client has to make of it. */
  record Sample(
      String name,
      String method,
      String head,
      String rest,
      String body,
      boolean untilClose,
      boolean clean) {
    byte[] octets() {
      return (head + rest).getBytes(ISO_8859_1);
    }

    OutgoingRequest request() {
      return Bench.request(method, null);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private static Sample sample(String name, String head, String rest, String body, boolean clean) {
    return new Sample(name, "GET", head, rest, body, false, clean);
  }

  static Stream<Sample> bounded() {
    return Stream.of(
        sample("fixed", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "hello", "hello", true),
        sample("fixed, empty", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "", "", true),
        sample(
            "fixed, HTTP/1.0 kept",
            "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\n",
            "hi",
            "hi",
            true),
        sample(
            "fixed, HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n", "hi", "hi", false),
        sample(
            "fixed, closing",
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: x, Close\r\n\r\n",
            "hi",
            "hi",
            false),
        sample(
            "fixed, the last of its connection",
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nKeep-Alive: max=0\r\n\r\n",
            "hi",
            "hi",
            false),
        sample(
            "chunked",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            "5\r\nhello\r\n1;x=y\r\n,\r\n00a \r\n0123456789\r\n0\r\n\r\n",
            "hello,0123456789",
            true),
        sample(
            "chunked, empty",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            "0\r\n\r\n",
            "",
            true),
        sample(
            "chunked, trailers",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            "2\r\nhi\r\n0;last\r\nA: b\r\nC: d\r\n\r\n",
            "hi",
            true),
        sample(
            "after interim responses",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n",
            "hi",
            "hi",
            true),
        sample("204", "HTTP/1.1 204 No Content\r\n\r\n", "", "", true),
        sample(
            "204, length 0", "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", "", "", true),
        sample("304", "HTTP/1.1 304 Not Modified\r\nContent-Length: 10\r\n\r\n", "", "", true),
        sample(
            "304, chunked",
            "HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n",
            "",
            "",
            true),
        new Sample(
            "HEAD", "HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n", "", "", false, true),
        new Sample(
            "HEAD, chunked",
            "HEAD",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            "",
            "",
            false,
            true),
        new Sample(
            "HEAD, no length", "HEAD", "HTTP/1.1 404 Not Found\r\n\r\n", "", "", false, true));
  }

  static Stream<Sample> untilClose() {
    return Stream.of(
        new Sample("until close", "GET", "HTTP/1.1 200 OK\r\n\r\n", "hello", "hello", true, false),
        new Sample(
            "until close, HTTP/1.0",
            "GET",
            "HTTP/1.0 200 OK\r\n\r\n",
            "hello",
            "hello",
            true,
            false),
        new Sample("until close, empty", "GET", "HTTP/1.0 200 OK\r\n\r\n", "", "", true, false),
        new Sample(
            "until close, empty lines first",
            "GET",
            "\r\n\nHTTP/1.1 200 OK\r\n\r\n",
            "hello",
            "hello",
            true,
            false),
        new Sample(
            "until close, other coding",
            "GET",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
            "xyz",
            "xyz",
            true,
            false));
  }

  static Stream<Sample> all() {
    return Stream.concat(bounded(), untilClose());
  }

  /** Each kind of subscriber is fed in another way. */
  private enum Way {
    INLINE,
    STREAM,
    WHOLE_STREAM,
    STREAM_BY_OCTET,
    STREAM_IN_PARTS,
    HANDED_OVER;

    String read(Exchange exchange) throws IOException, InterruptedException {
      return switch (this) {
        case INLINE -> exchange.deliver(BodySubscribers.ofString(ISO_8859_1));
        case STREAM -> {
          try (InputStream in = exchange.deliver(BodySubscribers.ofInputStream())) {
            yield new String(in.readAllBytes(), ISO_8859_1);
          }
        }
        case WHOLE_STREAM -> readStream(exchange, InputStream::readAllBytes);
        case STREAM_BY_OCTET -> readStream(exchange, Way::byOctet);
        case STREAM_IN_PARTS -> readStream(exchange, Way::inParts);
        case HANDED_OVER ->
            exchange.deliver(
                BodySubscribers.mapping(BodySubscribers.ofString(ISO_8859_1), text -> text));
      };
    }

    private interface Reading {
      byte[] of(InputStream in) throws IOException;
    }

    private static String readStream(Exchange exchange, Reading reading)
        throws IOException, InterruptedException {
      try (InputStream in = exchange.deliver(BodyHandlers.ofInputStream(), exchange.answer())) {
        assertThat(in).isInstanceOf(BodyStream.class);
        byte[] body = reading.of(in);
        assertThat(in.available()).isZero();
        assertThat(in.read()).isEqualTo(-1);
        return new String(body, ISO_8859_1);
      }
    }

    private static byte[] byOctet(InputStream in) throws IOException {
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      for (int octet = in.read(); octet >= 0; octet = in.read()) body.write(octet);
      return body.toByteArray();
    }

    private static byte[] inParts(InputStream in) throws IOException {
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      byte[] part = new byte[5];
      for (int octets = in.read(part, 1, 3); octets >= 0; octets = in.read(part, 1, 3))
        body.write(part, 1, octets);
      return body.toByteArray();
    }
  }

  private static void check(Sample sample, Way way, Consumer<ScriptedWire> script) {
    Bench bench = new Bench();
    script.accept(bench.wire);
    if (sample.untilClose()) bench.wire.fin();
    try {
      String body = way.read(bench.head(sample.request()));
      assertThat(body).isEqualTo(sample.body());
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
    assertThat(bench.endings).as("where the connection went").containsExactly(sample.clean());
    assertThat(bench.wire.isOpen()).isEqualTo(sample.clean());
  }

  @ParameterizedTest
  @MethodSource("all")
  void theResultIsTheSameForEverySplit(Sample sample) {
    byte[] octets = sample.octets();
    for (Way way : Way.values()) {
      for (int split = 0; split < octets.length; split++) {
        byte[] first = Arrays.copyOf(octets, split);
        byte[] second = Arrays.copyOfRange(octets, split, octets.length);
        check(sample, way, wire -> wire.says(first).says(second));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void theResultIsTheSameOctetByOctet(Sample sample) {
    for (Way way : Way.values()) check(sample, way, wire -> wire.octetByOctet(sample.octets()));
  }

  @ParameterizedTest
  @MethodSource("bounded")
  void anEndWithoutNoticeBehindABoundedBodyDoesNotMatter(Sample sample) {
    for (Way way : Way.values()) {
      check(sample, way, wire -> wire.says(sample.octets()).fin());
      check(sample, way, wire -> wire.says(sample.octets()).rst());
    }
  }

  @ParameterizedTest
  @MethodSource("bounded")
  void surplusOctetsAreNobodysAnswer(Sample sample) throws Exception {
    for (Way way : Way.values()) {
      Bench bench = new Bench();
      bench.wire.says((sample.head() + sample.rest() + "HTTP/1.1 200 OK\r\n\r\n"));

      assertThat(way.read(bench.head(sample.request()))).isEqualTo(sample.body());

      assertThat(bench.endings).containsExactly(false);
      assertThat(bench.wire.isOpen()).isFalse();
    }
  }

  /** Keeps what it gets, also if it does not get all. */
  private static final class Keeping implements BodySubscriber<String> {
    private final CompletableFuture<String> result = new CompletableFuture<>();
    private final StringBuilder got = new StringBuilder();
    private Throwable failure;

    @Override
    public CompletionStage<String> getBody() {
      return result;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
      assertThat(failure).isNull();
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

  private static void cut(Sample sample, int at, boolean fin) {
    Bench bench = new Bench();
    bench.wire.says(Arrays.copyOf(sample.octets(), at));
    if (fin) bench.wire.fin();
    else bench.wire.rst();
    Keeping keeping = new Keeping();

    Throwable thrown = catchThrowable(() -> bench.body(sample.request(), keeping));

    int head = sample.head().length();
    String where = "cut after " + at + " octets of " + sample + (fin ? ", FIN" : ", RST");
    if (sample.untilClose() && fin && at >= head) {
      assertThat(thrown).as(where).isNull();
      assertThat(keeping.got).hasToString(sample.rest().substring(0, at - head));
      return;
    }
    assertThat(thrown)
        .as(where)
        .isInstanceOf(at < head ? HangUpException.class : TruncatedBodyException.class);
    if (thrown instanceof HangUpException hangUp)
      assertThat(hangUp.ending())
          .as(where)
          .isEqualTo(fin ? HangUpException.Ending.FIN : HangUpException.Ending.RST);
    ExchangeEvidence evidence = ((ExchangeFailure) thrown).evidence();
    ExchangeStage stage = stage(sample, at);
    assertThat(evidence.stage()).as(where).isEqualTo(stage);
    assertThat(evidence.serverActed())
        .as(where)
        .isEqualTo(stage == ExchangeStage.AWAITING_RESPONSE ? ServerActed.MAYBE : ServerActed.YES);
    assertThat(evidence.bytesReceived()).as(where).isEqualTo(at);
    assertThat(evidence.bytesSent()).as(where).isEqualTo(bench.wire.sent());
    assertThat(evidence.reused()).as(where).isFalse();
    assertThat(thrown)
        .as(where)
        .hasMessageContaining(phrase(sample, stage))
        .hasMessageContaining(evidence.toString());
    assertThat(bench.endings).as(where).containsExactly(false);
    if (at >= head) {
      assertThat(sample.body()).as(where).startsWith(keeping.got);
      assertThat(thrown.getCause()).as(where).isSameAs(keeping.failure);
      if (!sample.name().startsWith("chunked"))
        assertThat(keeping.got).as(where).hasToString(sample.rest().substring(0, at - head));
    }
  }

  /** Interim responses are no part of the answer: behind one of them the wait goes on. */
  private static ExchangeStage stage(Sample sample, int at) {
    if (at >= sample.head().length()) return ExchangeStage.BODY;
    String before = sample.head().substring(0, at);
    int start = before.lastIndexOf("\r\n\r\n");
    String head = start < 0 ? before : before.substring(start + 4);
    if (head.isEmpty()) return ExchangeStage.AWAITING_RESPONSE;
    return head.stripLeading().indexOf('\n') < 0 ? ExchangeStage.STATUS_LINE : ExchangeStage.HEADER;
  }

  /** Much code looks for these words of the JDK's messages. */
  private static String phrase(Sample sample, ExchangeStage stage) {
    return switch (stage) {
      case AWAITING_RESPONSE -> "received no bytes";
      case STATUS_LINE -> "status line";
      case HEADER -> "header";
      default ->
          sample.untilClose()
              ? "until close"
              : sample.name().startsWith("chunked")
                  ? "chunked transfer encoding"
                  : "fixed content-length";
    };
  }

  @ParameterizedTest
  @MethodSource("all")
  void aCutIsNamedAtEveryOctet(Sample sample) {
    for (int at = 0; at < sample.octets().length; at++) {
      cut(sample, at, true);
      cut(sample, at, false);
    }
  }

  @ParameterizedTest
  @MethodSource("untilClose")
  void aResetBehindABodyUntilCloseIsACut(Sample sample) {
    cut(sample, sample.octets().length, false);
  }

  @Test
  void theLargestLengthIsNoBodyUntilTheClose() throws Exception {
    Bench bench = new Bench();
    bench.wire.says("HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775807\r\n\r\nhello").fin();

    assertThatThrownBy(() -> Way.INLINE.read(bench.head(Bench.get())))
        .isInstanceOf(TruncatedBodyException.class)
        .hasMessageContaining("fixed content-length: 9223372036854775807, bytes received: 5");
    assertThat(bench.endings).containsExactly(false);
  }
}
