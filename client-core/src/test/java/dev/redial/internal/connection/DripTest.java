package dev.redial.internal.connection;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse.BodySubscribers;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers that come octet by octet: no state of a parser asks twice for one of them. */
@Timeout(60)
class DripTest {
  private static final String INTERIM = "HTTP/1.1 103 Early\r\nLink: x\r\n\r\n";
  private static final String HEAD = "HTTP/1.1 200 OK\r\nX:  folded\r\n value\r\n";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 6\r\n\r\nabcdef",
        "Transfer-Encoding: chunked\r\n\r\n3;x=\"y\"\r\nabc\r\n3\r\ndef\r\n0\r\nT: x\r\nU: y\r\n\r\n"
      })
  void eachOctetIsReadOnce(String rest) throws Exception {
    Bench bench = new Bench();
    String answer = INTERIM + INTERIM + HEAD + rest;
    bench.wire.octetByOctet(answer.getBytes(ISO_8859_1));

    assertThat(bench.body(Bench.get(), BodySubscribers.ofString(ISO_8859_1))).isEqualTo("abcdef");

    assertThat(bench.wire.reads()).isEqualTo(answer.length());
    assertThat(bench.endings).containsExactly(true);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "HTTP/1.1 2",
        INTERIM,
        HEAD,
        HEAD + "Content-Length: 6\r\n\r\nabc",
        HEAD + "\r\nabc",
        HEAD + "Transfer-Encoding: chunked\r\n\r\n",
        HEAD + "Transfer-Encoding: chunked\r\n\r\n0000",
        HEAD + "Transfer-Encoding: chunked\r\n\r\n5;x",
        HEAD + "Transfer-Encoding: chunked\r\n\r\n5\r\nabc",
        HEAD + "Transfer-Encoding: chunked\r\n\r\n5\r\nabcde",
        HEAD + "Transfer-Encoding: chunked\r\n\r\n0\r\nT: x"
      })
  void whoeverWaitsForTheNextOctetWaitsInOneRead(String begun) throws Exception {
    Bench bench = new Bench();
    bench.wire.octetByOctet(begun.getBytes(ISO_8859_1));
    Bench.Running<String> running =
        Bench.start(() -> bench.body(Bench.get(), BodySubscribers.ofString(ISO_8859_1)));
    Awaitility.await()
        .until(() -> bench.wire.received() == begun.length() && bench.wire.isReading());

    bench.wire.close();

    assertThat(running.failure()).isInstanceOf(IOException.class);
    assertThat(bench.wire.reads()).isEqualTo(begun.length() + 1);
  }
}
