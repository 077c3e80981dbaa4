package dev.redial.internal.http1;

/**
 * Received octets that are not a valid HTTP/1.1 message, or that exceed one of the {@link
 * dev.redial.ResponseLimits}.
 *
 * <p>The message names the rule or the limit that was broken and where. It quotes at most {@value
 * #EXCERPT} octets, escaped, and never the value of a field that may hold a secret.
 */
public final class MalformedMessageException extends Exception {
  private static final long serialVersionUID = 1L;
  private static final int EXCERPT = 40;

  private MalformedMessageException(String message) {
    super(message);
  }

  /**
   * A message that breaks a rule.
   *
   * @param message names the rule
   * @return the failure
   */
  public static MalformedMessageException of(String message) {
    return new MalformedMessageException(message);
  }

  /** Something is wrong at an octet, counted from the first one of the head or trailer section. */
  static MalformedMessageException at(int octet, String what) {
    return new MalformedMessageException(what + " at octet " + octet);
  }

  /** Something is wrong at an octet; the octets of {@code bytes} from {@code from} tell more. */
  static MalformedMessageException at(int octet, String what, byte[] bytes, int from, int to) {
    return new MalformedMessageException(
        what + " at octet " + octet + ": " + excerpt(bytes, from, to));
  }

  /**
   * More came than a limit allows.
   *
   * @param what is too long or too many
   * @param limit the name of its limit
   * @param value that of the limit
   * @param unit of the value
   * @return the failure
   */
  public static MalformedMessageException limit(String what, String limit, int value, String unit) {
    return new MalformedMessageException(
        what + " exceeds the limit of " + value + " " + unit + " (" + limit + ")");
  }

  /**
   * The octets in double quotes, escaped so that they can stand in a log, at most {@value
   * #EXCERPT}.
   */
  static String excerpt(byte[] bytes, int from, int to) {
    int end = Math.min(to, from + EXCERPT);
    StringBuilder text = new StringBuilder(EXCERPT + 8).append('"');
    for (int i = from; i < end; i++) append(text, bytes[i]);
    return text.append(end < to ? "\"..." : "\"").toString();
  }

  /** One octet as it appears in messages: {@code 'a'} or {@code 0x0a}. */
  static String octet(byte octet) {
    if (octet > ' ' && octet < 0x7f) return "'" + (char) octet + "'";
    return "0x" + hex(octet >> 4) + hex(octet);
  }

  private static void append(StringBuilder text, byte octet) {
    switch (octet) {
      case '\r' -> text.append("\\r");
      case '\n' -> text.append("\\n");
      case '\t' -> text.append("\\t");
      case '"', '\\' -> text.append('\\').append((char) octet);
      default -> {
        if (octet >= ' ' && octet < 0x7f) text.append((char) octet);
        else text.append("\\x").append(hex(octet >> 4)).append(hex(octet));
      }
    }
  }

  private static char hex(int nibble) {
    return Character.forDigit(nibble & 0xf, 16);
  }
}
