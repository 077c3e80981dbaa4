package dev.redial.internal.http1;

import org.jspecify.annotations.Nullable;

/**
 * What the Transfer-Encoding fields of a head said, as one list (RFC 9112 sections 6.1 and 7).
 *
 * <p>Only the chunked coding is known here. Others are taken note of by name, as they decide
 * whether chunked is the last.
 */
final class TransferEncoding {
  private boolean anyCoding;
  private int chunked;
  private boolean endsInChunked;
  private boolean seen;
  private @Nullable String fault;

  void reset() {
    anyCoding = false;
    chunked = 0;
    endsInChunked = false;
    seen = false;
    fault = null;
  }

  boolean seen() {
    return seen;
  }

  boolean endsInChunked() {
    return endsInChunked;
  }

  void check() throws MalformedMessageException {
    if (fault != null) throw MalformedMessageException.of(fault);
    if (!anyCoding) throw MalformedMessageException.of("Transfer-Encoding without a coding");
    if (chunked > 1) throw MalformedMessageException.of("Transfer-Encoding with chunked twice");
  }

  /** Takes the value of one field: a list of codings, empty elements allowed. */
  void add(byte[] bytes, int from, int to) {
    seen = true;
    int i = from;
    while (i < to) {
      int name = FieldSection.skipBlanks(bytes, i, to);
      int nameEnd = name;
      while (nameEnd < to && Syntax.isTokenOctet(bytes[nameEnd])) nameEnd++;
      i = FieldSection.skipBlanks(bytes, nameEnd, to);
      boolean parameters = nameEnd > name && i < to && bytes[i] == ';';
      if (parameters) i = endOfParameters(bytes, i, to);
      if (i < to && bytes[i] != ',') {
        fault("invalid Transfer-Encoding: ", bytes, from, to);
        return;
      }
      if (nameEnd > name) {
        anyCoding = true;
        endsInChunked = FieldSection.isNamed(bytes, name, nameEnd, "chunked");
        if (endsInChunked) chunked++;
        if (endsInChunked && parameters) fault("chunked with parameters: ", bytes, from, to);
      }
      i++;
    }
  }

  /** The next comma outside of quotes, or the end. */
  private static int endOfParameters(byte[] bytes, int from, int to) {
    boolean quoted = false;
    for (int i = from; i < to; i++) {
      if (bytes[i] == '"') quoted = !quoted;
      else if (bytes[i] == '\\' && quoted) i++;
      else if (bytes[i] == ',' && !quoted) return i;
    }
    return to;
  }

  private void fault(String what, byte[] bytes, int from, int to) {
    if (fault == null)
      fault =
          what
              + MalformedMessageException.excerpt(
                  bytes, FieldSection.skipBlanks(bytes, from, to), to);
  }
}
