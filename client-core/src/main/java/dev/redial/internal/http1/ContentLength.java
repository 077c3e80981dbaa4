package dev.redial.internal.http1;

import org.jspecify.annotations.Nullable;

/**
 * What the Content-Length fields of a head said: nothing, one number, or something invalid.
 *
 * <p>The same number several times, in one field or in several, is one number (RFC 9112 section
 * 6.3). A number has digits only and fits into 63 bits.
 */
final class ContentLength {
  private long octets;
  private @Nullable String fault;

  void reset() {
    octets = -1;
    fault = null;
  }

  boolean seen() {
    return octets >= 0 || isInvalid();
  }

  boolean isInvalid() {
    return fault != null;
  }

  /** The number, or -1; meaningful unless {@link #isInvalid()}. */
  long octets() {
    return octets;
  }

  void check() throws MalformedMessageException {
    if (fault != null) throw MalformedMessageException.of(fault);
  }

  /** Takes the value of one field. */
  void add(byte[] bytes, int from, int to) {
    int i = FieldSection.skipBlanks(bytes, from, to);
    int start = i;
    while (true) {
      int digits = i;
      long number = 0;
      for (; i < to && bytes[i] >= '0' && bytes[i] <= '9'; i++) {
        int digit = bytes[i] - '0';
        if (number > (Long.MAX_VALUE - digit) / 10) {
          fault("Content-Length above 2^63 - 1: ", bytes, start, to);
          return;
        }
        number = 10 * number + digit;
      }
      boolean empty = i == digits;
      i = FieldSection.skipBlanks(bytes, i, to);
      if (empty || (i < to && bytes[i] != ',')) {
        fault("invalid Content-Length: ", bytes, start, to);
        return;
      }
      one(number);
      if (i == to) return;
      i = FieldSection.skipBlanks(bytes, i + 1, to);
    }
  }

  private void one(long number) {
    if (octets < 0) octets = number;
    else if (octets != number && fault == null)
      fault = "different Content-Lengths: " + octets + " and " + number;
  }

  private void fault(String what, byte[] bytes, int from, int to) {
    if (fault == null) fault = what + MalformedMessageException.excerpt(bytes, from, to);
  }
}
