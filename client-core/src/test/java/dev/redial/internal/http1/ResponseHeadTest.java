package dev.redial.internal.http1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redial.ResponseLimits;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResponseHeadTest {
  private static final String FIELDS =
      "Content-Type: text/plain\r\n"
          + "Set-Cookie: a=1, 2\r\n"
          + "X-Empty:\r\n"
          + "set-COOKIE: b=3\r\n"
          + "X-Folded: c\r\n d\r\n"
          + "X-@: e\r\n".replace("@", "^")
          + "X-AaMmZz: f\r\n"
          + "X-Latin: \u00fc\r\n";

  @Test
  void aFieldIsFoundByItsNameInLowerCase() throws Exception {
    ResponseHead head = head(FIELDS);
    assertThat(head.first("content-type")).hasValue("text/plain");
    assertThat(head.first("set-cookie")).hasValue("a=1, 2");
    assertThat(head.first("x-empty")).hasValue("");
    assertThat(head.first("x-folded")).hasValue("c d");
    assertThat(head.first("x-^")).hasValue("e");
    assertThat(head.first("x-aammzz")).hasValue("f");
    assertThat(head.first("x-latin")).hasValue("\u00fc");
  }

  @Test
  void aNameHasToMatchWhole() throws Exception {
    ResponseHead head = head(FIELDS);
    assertThat(head.first("content-typ")).isEmpty();
    assertThat(head.first("content-types")).isEmpty();
    assertThat(head.first("ontent-type")).isEmpty();
    assertThat(head.first("x-~"))
        .isEmpty(); // the same but for bit 5, which is case in letters only
    assertThat(head.first("d")).isEmpty();
    assertThat(head.first("")).isEmpty();
  }

  @Test
  void allValuesOfANameComeInTheirOrderAndUnjoined() throws Exception {
    ResponseHead head = head(FIELDS);
    assertThat(head.all("set-cookie")).containsExactly("a=1, 2", "b=3");
    assertThat(head.all("x-none")).isEmpty();
    List<String> values = head.all("set-cookie");
    assertThatThrownBy(() -> values.add("x")).isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void headersHaveEveryFieldUnderItsFirstSpelling() throws Exception {
    ResponseHead head = head(FIELDS);
    assertThat(head.headers().map())
        .containsOnlyKeys(
            "Content-Type", "Set-Cookie", "X-Empty", "X-Folded", "X-^", "X-AaMmZz", "X-Latin")
        .containsEntry("Set-Cookie", List.of("a=1, 2", "b=3"))
        .containsEntry("X-Empty", List.of(""));
    assertThat(head.headers().firstValue("SET-cookie")).hasValue("a=1, 2");
    assertThat(head.headers()).isSameAs(head.headers());
  }

  @Test
  void headersAreEmptyWithoutFields() throws Exception {
    assertThat(head("").headers().map()).isEmpty();
  }

  @Test
  void fieldsWithoutTheEmptyLineAreReadToo() {
    byte[] octets = Received.octets("..A: b\r\nC: d\r\n e\r\n");
    FieldSection fields = new FieldSection(octets, 2, octets.length);
    assertThat(Received.fields(fields.headers())).containsExactly("A: b", "C: d e");
    assertThat(new FieldSection(octets, 2, 2).first("a")).isEmpty();
    assertThat(new FieldSection(octets, 2, 8).all("c")).isEmpty();
  }

  private static ResponseHead head(String fields) throws MalformedMessageException {
    ResponseParser parser = new ResponseParser(ResponseLimits.defaults());
    parser.reset(false, false);
    Received received = Received.whole("HTTP/1.1 200 OK\r\n" + fields + "\r\n");
    return received.head(parser, received.parse(parser));
  }
}
