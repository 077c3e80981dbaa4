package dev.redial.internal.http1;

/**
 * Which octets RFC 9110 and 9112 allow where.
 *
 * <p>One table serves both directions: what is refused in a response is not sent in a request.
 */
public final class Syntax {
  private static final int TOKEN = 1;
  private static final int VALUE = 2;
  private static final int TARGET = 4;
  private static final byte[] ALLOWED = allowed();

  private Syntax() {}

  /**
   * Whether a text is a token (RFC 9110 section 5.6.2), as methods and field names have to be.
   *
   * @param text any text
   * @return false for an empty one as well
   */
  public static boolean isToken(CharSequence text) {
    return !text.isEmpty() && consistsOf(TOKEN, text);
  }

  /**
   * Whether a text can be sent as the value of a field (RFC 9110 section 5.5): no control
   * characters but the tab, and nothing above U+00FF, as a value is sent in ISO-8859-1.
   *
   * @param text any text, may be empty
   * @return whether it can be sent as it is
   */
  public static boolean isFieldValue(CharSequence text) {
    return consistsOf(VALUE, text);
  }

  /**
   * Whether a text can be sent as a request target (RFC 9112 section 3.2): visible ASCII without a
   * fragment.
   *
   * @param text any text
   * @return false for an empty one as well
   */
  public static boolean isTarget(CharSequence text) {
    return !text.isEmpty() && consistsOf(TARGET, text);
  }

  static boolean isTokenOctet(byte octet) {
    return (ALLOWED[octet & 0xff] & TOKEN) != 0;
  }

  /** Octets of a field value or a reason phrase: tab, blank, visible ASCII and all above 0x7f. */
  static boolean isValueOctet(byte octet) {
    return (ALLOWED[octet & 0xff] & VALUE) != 0;
  }

  private static boolean consistsOf(int kind, CharSequence text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c > 0xff || (ALLOWED[c] & kind) == 0) return false;
    }
    return true;
  }

  private static byte[] allowed() {
    byte[] allowed = new byte[256];
    for (int c = 0x20; c < 0x100; c++) allowed[c] = VALUE;
    allowed[0x7f] = 0;
    allowed['\t'] = VALUE;
    for (int c = 0x21; c < 0x7f; c++) {
      if (c != '#') allowed[c] |= TARGET;
      if ("\"(),/:;<=>?@[\\]{}".indexOf(c) < 0) allowed[c] |= TOKEN;
    }
    return allowed;
  }
}
