package dev.redial.internal.http1;

/**
 * What the Connection and Keep-Alive fields of a head said.
 *
 * <p>Nothing in them makes a response invalid. What is not understood counts towards closing: a
 * connection that is given up costs a handshake, one that is kept by mistake costs a request.
 */
final class ConnectionOptions {
  private boolean close;
  private boolean keepAlive;
  private long timeout;
  private long max;

  void reset() {
    close = false;
    keepAlive = false;
    timeout = -1;
    max = -1;
  }

  /** Whether any option of any Connection field was {@code close}. */
  boolean close() {
    return close;
  }

  /** Whether any option of any Connection field was {@code keep-alive}. */
  boolean keepAlive() {
    return keepAlive;
  }

  /** Seconds a connection is kept, the least of all that was said; -1 if nothing was. */
  long timeout() {
    return timeout;
  }

  /** Requests a connection is kept for, the least of all that was said; -1 if nothing was. */
  long max() {
    return max;
  }

  /** Takes the value of a Connection field: words with anything between them that is no word. */
  void connection(byte[] bytes, int from, int to) {
    int i = from;
    while (i < to) {
      int word = i;
      while (i < to && Syntax.isTokenOctet(bytes[i])) i++;
      close |= FieldSection.isNamed(bytes, word, i, "close");
      keepAlive |= FieldSection.isNamed(bytes, word, i, "keep-alive");
      i++;
    }
  }

  /** Takes the value of a Keep-Alive field: {@code timeout=5, max=100}, in any order. */
  void keepAlive(byte[] bytes, int from, int to) {
    int i = from;
    while (i < to) {
      int name = i;
      while (i < to && Syntax.isTokenOctet(bytes[i])) i++;
      int nameEnd = i;
      i = FieldSection.skipBlanks(bytes, i, to);
      if (i < to && bytes[i] == '=') {
        i = FieldSection.skipBlanks(bytes, i + 1, to);
        if (i < to && bytes[i] == '"') i++;
        parameter(bytes, name, nameEnd, i, to);
      } else if (i == name) {
        i++; // a comma, or whatever stands for one
      }
    }
  }

  private void parameter(byte[] bytes, int name, int nameEnd, int value, int to) {
    if (FieldSection.isNamed(bytes, name, nameEnd, "timeout")) {
      timeout = least(timeout, bytes, value, to);
    } else if (FieldSection.isNamed(bytes, name, nameEnd, "max")) {
      max = least(max, bytes, value, to);
    }
  }

  /** The digits at an index, if that is less than what was said before; no digits say nothing. */
  private static long least(long before, byte[] bytes, int from, int to) {
    long number = -1;
    for (int i = from; i < to && bytes[i] >= '0' && bytes[i] <= '9'; i++) {
      number = Math.max(0, number) * 10 + (bytes[i] - '0');
      if (number > Integer.MAX_VALUE) return before; // above 68 years: nonsense
    }
    return before < 0 || (number >= 0 && number < before) ? number : before;
  }
}
