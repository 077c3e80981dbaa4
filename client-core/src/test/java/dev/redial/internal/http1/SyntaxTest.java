package dev.redial.internal.http1;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Every character, against the grammar as the RFCs spell it. */
class SyntaxTest {
  private static final String DIGITS = "0123456789";
  private static final String LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

  @Test
  void tokensAreMadeOfTokenCharacters() {
    String tchar = "!#$%&'*+-.^_`|~" + DIGITS + LETTERS; // RFC 9110 section 5.6.2
    for (char c = 0; c < 0x300; c++) {
      assertThat(Syntax.isToken(String.valueOf(c)))
          .as("U+%04x", (int) c)
          .isEqualTo(tchar.indexOf(c) >= 0);
      assertThat(Syntax.isToken("a" + c + "b"))
          .as("U+%04x", (int) c)
          .isEqualTo(tchar.indexOf(c) >= 0);
      if (c < 0x100) assertThat(Syntax.isTokenOctet((byte) c)).isEqualTo(tchar.indexOf(c) >= 0);
    }
  }

  @Test
  void valuesHaveNoControlCharacterButTheTabAndFitIntoOneOctet() {
    for (char c = 0; c < 0x300; c++) {
      boolean allowed = c == '\t' || (c >= ' ' && c != 0x7f && c <= 0xff);
      assertThat(Syntax.isFieldValue(String.valueOf(c))).as("U+%04x", (int) c).isEqualTo(allowed);
      assertThat(Syntax.isFieldValue("a" + c + "b")).as("U+%04x", (int) c).isEqualTo(allowed);
      if (c < 0x100) assertThat(Syntax.isValueOctet((byte) c)).isEqualTo(allowed);
    }
  }

  @Test
  void targetsAreVisibleAsciiWithoutFragment() {
    for (char c = 0; c < 0x300; c++) {
      boolean allowed = c > ' ' && c < 0x7f && c != '#';
      assertThat(Syntax.isTarget(String.valueOf(c))).as("U+%04x", (int) c).isEqualTo(allowed);
      assertThat(Syntax.isTarget("/a" + c)).as("U+%04x", (int) c).isEqualTo(allowed);
    }
  }

  @Test
  void onlyAValueMayBeEmpty() {
    assertThat(Syntax.isToken("")).isFalse();
    assertThat(Syntax.isTarget("")).isFalse();
    assertThat(Syntax.isFieldValue("")).isTrue();
  }
}
