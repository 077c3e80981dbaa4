package dev.redial.internal.connection;

import dev.redial.internal.http1.Syntax;

/** What may be written into a request head; the question without the codec that answers it. */
public final class FieldSyntax {
  private FieldSyntax() {}

  /**
   * Whether a text is a token (RFC 9110, section 5.6.2).
   *
   * @param text a method or a field name
   * @return true if it may be sent
   */
  public static boolean isToken(String text) {
    return Syntax.isToken(text);
  }

  /**
   * Whether a text is a field value (RFC 9110, section 5.5).
   *
   * @param text a value
   * @return true if it may be sent
   */
  public static boolean isFieldValue(String text) {
    return Syntax.isFieldValue(text);
  }
}
