package dev.redial.internal.http1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestWriterTest {
  private final Octets to = new Octets();

  @Test
  void aHeadIsWritten() {
    RequestWriter.requestLine(to, "GET", "/a?b=c");
    RequestWriter.field(to, "Host", "example.com");
    RequestWriter.field(to, "X-Latin", "\u00e9 \t\u00ff");
    RequestWriter.field(to, "X-Empty", "");
    RequestWriter.endHead(to);
    assertThat(written().split("\r\n", -1))
        .containsExactly(
            "GET /a?b=c HTTP/1.1",
            "Host: example.com",
            "X-Latin: \u00e9 \t\u00ff",
            "X-Empty: ",
            "",
            "");
  }

  @Test
  void chunksAreWritten() {
    RequestWriter.chunkHead(to, 1);
    to.octet('x');
    to.crlf();
    RequestWriter.chunkHead(to, 0x1abc);
    to.bytes(RequestWriter.LAST_CHUNK, 0, RequestWriter.LAST_CHUNK.length);
    assertThat(written()).isEqualTo("1\r\nx\r\n1abc\r\n0\r\n\r\n");
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1})
  void anEmptyChunkWouldEndTheBody(long size) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RequestWriter.chunkHead(to, size))
        .withMessage("A chunk has at least one octet: " + size);
    assertThat(to.length()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "G T", "GET ", "GET\r\nX:", "G\u00cbT", "G\u0147T", "GET/"})
  void whatIsNoMethodIsNotWritten(String method) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RequestWriter.requestLine(to, method, "/"))
        .withMessageStartingWith("Not a method: \"");
    assertThat(to.length()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", " ", "/a b", "/\t", "/#", "/\r\n", "/\n", "/\0", "/\u007f", "/\u00e9", "/\u010a"
      })
  void whatIsNoTargetIsNotWritten(String target) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RequestWriter.requestLine(to, "GET", target))
        .withMessage("Not a request target");
    assertThat(to.length()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "a ", "a:", "a\r", "a\n", "a\0", "\u00e9", "\u013a"})
  void whatIsNoFieldNameIsNotWritten(String name) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RequestWriter.field(to, name, "x"))
        .withMessageStartingWith("Not a field name: \"");
    assertThat(to.length()).isZero();
  }

  @Test
  void whatIsNoFieldNameIsQuotedInEscapes() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RequestWriter.field(to, "a\r\nb: \u013a", "x"))
        .withMessage("Not a field name: \"a\\r\\nb: \\xff\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "secret\r",
        "secret\n",
        "secret\r\nX: y",
        "secret\0",
        "secret\u007f",
        "secret\u001f",
        "secret\u010a",
        "secret\u0100",
        "\ud83d\ude00secret"
      })
  void whatCannotBeSentInAValueIsNotWrittenNorTold(String value) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RequestWriter.field(to, "Authorization", value))
        .withMessage("A character that cannot be sent in the value of Authorization");
    assertThat(to.length()).isZero();
  }

  private String written() {
    return new String(to.array(), 0, to.length(), StandardCharsets.ISO_8859_1);
  }
}
