package dev.redial.internal.connection;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redial.ClientClosedException;
import dev.redial.ResponseTimeoutException;
import dev.redial.TimeLimits;
import dev.redial.TruncatedBodyException;
import dev.redial.internal.connection.Bench.Running;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies for {@code BodyHandlers.ofByteArray()}, for which there is no subscriber. */
@Timeout(60)
class WholeBodyTest {
  private static final int MEBIBYTE = 1 << 20;

  private final Bench bench = new Bench();

  private byte[] bytes(Exchange exchange) throws Exception {
    return exchange.deliver(BodyHandlers.ofByteArray(), exchange.answer());
  }

  private static byte[] body(int length) {
    byte[] body = new byte[length];
    new Random(length).nextBytes(body);
    return body;
  }

  @ParameterizedTest
  @ValueSource(
      ints = {0, 1, 100, MEBIBYTE - 1, MEBIBYTE, MEBIBYTE + 1, 8 * MEBIBYTE, 8 * MEBIBYTE + 1})
  void everyLengthArrivesWhole(int length) throws Exception {
    byte[] body = body(length);
    bench.wire.says("HTTP/1.1 200 OK\r\nContent-Length: " + length + "\r\n\r\n").says(body);

    assertThat(bytes(bench.head(Bench.get()))).isEqualTo(body);
    assertThat(bench.endings).containsExactly(true);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 8_192, 70_000})
  void everyCutArrivesWhole(int piece) throws Exception {
    byte[] body = body(200_000);
    bench.wire.says("HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n");
    for (int from = 0; from < body.length; from += piece)
      bench.wire.says(Arrays.copyOfRange(body, from, Math.min(from + piece, body.length)));

    assertThat(bytes(bench.head(Bench.get()))).isEqualTo(body);
    assertThat(bench.endings).containsExactly(true);
  }

  @Test
  void whatComesBehindTheBodyIsNotPartOfIt() throws Exception {
    bench.wire.says("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloHTTP/1.1 200 EVIL\r\n\r\n");

    assertThat(bytes(bench.head(Bench.get()))).isEqualTo("hello".getBytes(ISO_8859_1));
    assertThat(bench.endings).containsExactly(false);
  }

  @Test
  void anAnswerToHeadHasNoBody() throws Exception {
    bench.wire.says("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");

    assertThat(bytes(bench.head(Bench.request("HEAD", null)))).isEmpty();
    assertThat(bench.endings).containsExactly(true);
  }

  @Test
  void withoutALengthTheBodyEndsWhereItsFramingSays() throws Exception {
    bench.wire.says(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n");
    assertThat(bytes(bench.head(Bench.get()))).isEqualTo("hello".getBytes(ISO_8859_1));
    assertThat(bench.endings).containsExactly(true);

    bench.wire.says("HTTP/1.1 200 OK\r\n\r\nhello").fin();
    assertThat(bytes(bench.head(Bench.get()))).isEqualTo("hello".getBytes(ISO_8859_1));
    assertThat(bench.endings).containsExactly(true, false);
  }

  @Test
  void aBodyThatEndsEarlyIsTruncated() throws Exception {
    bench.wire.says("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel").fin();
    Exchange exchange = bench.head(Bench.get());

    assertThatThrownBy(() -> bytes(exchange))
        .isInstanceOf(TruncatedBodyException.class)
        .hasMessageContaining("fixed content-length: 5, bytes received: 3");
    assertThat(bench.endings).containsExactly(false);
  }

  /** Memory is not taken on a server's word. */
  @ParameterizedTest
  @CsvSource({
    "0, 5, 5",
    "0, 1048576, 1048576",
    "0, 1048577, 1048576",
    "0, 2147483639, 1048576",
    "1048576, 2147483639, 8388608",
    "8388608, 8388609, 8388609",
    "1073741824, 2147483639, 2147483639",
  })
  void roomIsMadeAsOctetsArrive(int arrived, int length, int capacity) {
    assertThat(WholeBody.capacity(arrived, length)).isEqualTo(capacity);
  }

  @Test
  void theLimitOfEachWaitHolds() throws Exception {
    TimeLimits limits = TimeLimits.none().withBodyRead(Duration.ofMillis(50));
    bench.wire.says("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel");
    Exchange exchange = bench.exchange(Bench.get(), Bench.NO_DEADLINE, limits);
    exchange.send();
    exchange.receiveHead();

    assertThatThrownBy(() -> bytes(exchange))
        .isInstanceOf(ResponseTimeoutException.class)
        .hasMessageContaining("TimeLimits.bodyRead");
    assertThat(bench.endings).containsExactly(false);
  }

  @Test
  void whoAbandonsTheBodyEndsTheWait() throws Exception {
    bench.wire.says("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel");
    Exchange exchange = bench.head(Bench.get());
    Running<byte[]> reading = Bench.start(() -> bytes(exchange));

    exchange.abort();

    assertThat(reading.failure()).isInstanceOf(ClientClosedException.class);
    assertThat(bench.endings).containsExactly(false);
  }
}
