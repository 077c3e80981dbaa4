package dev.redial.internal.http1;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class FieldLineTest {
  @Test
  void itIsWrittenLikeAnyOtherFieldEachTime() {
    FieldLine line = new FieldLine("Name", "caf\u00e9");
    Octets out = new Octets();

    line.writeTo(out);
    line.writeTo(out);

    assertThat(new String(out.toArray(), ISO_8859_1))
        .isEqualTo("Name: caf\u00e9\r\nName: caf\u00e9\r\n");
  }

  @Test
  void itIsCheckedLikeAnyOtherField() {
    assertThatThrownBy(() -> new FieldLine("Na me", "x"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Na me");
    assertThatThrownBy(() -> new FieldLine("Name", "a\r\nb"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Name");
  }
}
