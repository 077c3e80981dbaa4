package dev.redial.jmh.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

final class RequestScanTest {
  private static final String GET = "GET /together/120 HTTP/1.1\r\nHost: a\r\n\r\n";
  private static final String POST =
      "POST /length HTTP/1.1\r\nhost: a\r\ncontent-LENGTH: 5\r\n\r\n12345";

  @Test
  void aRequestIsCompleteAtItsLastOctetAndNotBefore() {
    for (String request : new String[] {GET, POST})
      for (int length = 0; length < request.length(); length++)
        assertThat(RequestScan.bodyLength(octets(request.substring(0, length)))).isEqualTo(-1);

    assertThat(RequestScan.bodyLength(octets(GET))).isZero();
    assertThat(RequestScan.bodyLength(octets(POST))).isEqualTo(5);
  }

  @Test
  void thePathTellsResourceAndNumber() {
    assertThat(RequestScan.resource(octets(POST))).isEqualTo((byte) 'l');
    assertThat(RequestScan.resource(octets(GET))).isEqualTo((byte) 't');
    assertThat(RequestScan.number(octets(GET), Resource.TOGETHER)).isEqualTo(120);
  }

  @Test
  void aBodyOfUnknownLengthIsRefused() {
    ByteBuffer chunked = octets("POST /length HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n");

    assertThatThrownBy(() -> RequestScan.bodyLength(chunked))
        .isInstanceOf(IllegalStateException.class);
  }

  private static ByteBuffer octets(String text) {
    return ByteBuffer.wrap(text.getBytes(US_ASCII));
  }
}
