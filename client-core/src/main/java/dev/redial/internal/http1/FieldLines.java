package dev.redial.internal.http1;

import dev.redial.ResponseLimits;

/**
 * Reads field lines up to the empty line that ends them, in pieces of any size.
 *
 * <p>Keeps positions relative to the first octet of the head or the trailer section only, so that
 * the octets may move to another array between two calls. No octet is looked at twice, however
 * small the pieces are.
 *
 * <p>One long method on purpose: this is the loop that every octet of every head goes through. A
 * field line is complete only when the next line is seen not to be its continuation, so fields are
 * handed on at the start of the line that follows them.
 */
final class FieldLines {
  /** Takes the fields as they are found. */
  interface Sink {
    /** The value may still have blanks around it and folds (line end and blanks) in it. */
    void field(byte[] bytes, int name, int nameEnd, int value, int valueEnd);
  }

  private static final int LINE_START = 0;
  private static final int NAME = 1;
  private static final int VALUE = 2;
  private static final int LINE_END = 3;
  private static final int LAST_LINE_END = 4;

  private final Sink sink;
  private final String sectionName;
  private final String sectionLimitName;
  private final int sectionLimit;
  private final int lineLimit;
  private final int countLimit;
  private final boolean bareLineFeed;

  private int state;
  private int next;
  private int lineStart;
  private int nameEnd;
  private int valueEnd;
  private int count;

  private FieldLines(
      Sink sink,
      String name,
      String limitName,
      int limit,
      boolean bareLineFeed,
      ResponseLimits limits) {
    this.sink = sink;
    this.sectionName = name;
    this.sectionLimitName = limitName;
    this.sectionLimit = limit;
    this.bareLineFeed = bareLineFeed;
    this.lineLimit = limits.headerLine();
    this.countLimit = limits.headerCount();
  }

  /** For heads: a line feed alone ends a line, as RFC 9112 section 2.2 allows. */
  static FieldLines ofHead(ResponseLimits limits, Sink sink) {
    return new FieldLines(sink, "the head", "headBytes", limits.headBytes(), true, limits);
  }

  /** For trailers: every line ends in CR LF, as the end of the last line is the end of the body. */
  static FieldLines ofTrailers(ResponseLimits limits) {
    Sink nobody = (bytes, name, nameEnd, value, valueEnd) -> {};
    return new FieldLines(
        nobody, "the trailer section", "trailerBytes", limits.trailerBytes(), false, limits);
  }

  /** Starts anew; the first field line starts so many octets after the section's first one. */
  void reset(int start) {
    state = LINE_START;
    next = start;
    count = 0;
  }

  /**
   * Goes on where the last call stopped.
   *
   * @param base index of the section's first octet
   * @return the index after the empty line, or -1 if that has not come yet
   */
  int scan(byte[] bytes, int base, int to) throws MalformedMessageException {
    int i = base + next;
    int now = state;
    int end = (int) Math.min(to, (long) base + sectionLimit);
    int stop = lineStop(base, end);
    while (true) {
      if (now == LINE_START) {
        if (i == end) return suspend(now, i, base, to);
        byte octet = bytes[i];
        if (octet == ' ' || octet == '\t') {
          if (count == 0) throw at(i, base, "blank before the first field of " + sectionName);
          now = VALUE;
        } else {
          if (count > 0) {
            int name = base + lineStart;
            sink.field(bytes, name, base + nameEnd, base + nameEnd + 1, base + valueEnd);
          }
          if (octet == '\r') {
            i++;
            now = LAST_LINE_END;
          } else if (octet == '\n') {
            if (!bareLineFeed) throw at(i, base, "line feed without carriage return");
            return i + 1;
          } else {
            if (++count > countLimit) throw tooMany();
            lineStart = i - base;
            stop = lineStop(base, end);
            now = NAME;
          }
        }
      }
      if (now == NAME) {
        while (i < stop && Syntax.isTokenOctet(bytes[i])) i++;
        if (i == stop) return suspend(now, i, base, to);
        if (bytes[i] != ':' || i == base + lineStart) throw badName(bytes, i, base);
        nameEnd = i - base;
        i++;
        now = VALUE;
      }
      if (now == VALUE) {
        while (i < stop && Syntax.isValueOctet(bytes[i])) i++;
        if (i == stop) return suspend(now, i, base, to);
        valueEnd = i - base;
        if (bytes[i] == '\r') now = LINE_END;
        else if (bytes[i] == '\n' && bareLineFeed) now = LINE_START;
        else throw badValue(bytes, i, base);
        i++;
      }
      if (now == LINE_END) {
        if (i == stop) return suspend(now, i, base, to);
        if (bytes[i] != '\n') throw badValue(bytes, i - 1, base);
        i++;
        now = LINE_START;
      }
      if (now == LAST_LINE_END) {
        if (i == end) return suspend(now, i, base, to);
        if (bytes[i] != '\n') throw at(i - 1, base, "carriage return without line feed");
        return i + 1;
      }
    }
  }

  /** Where the present line has to end at the latest. */
  private int lineStop(int base, int end) {
    return (int) Math.min(end, (long) base + lineStart + lineLimit);
  }

  private int suspend(int now, int i, int base, int to) throws MalformedMessageException {
    if (i < to) throw tooLong(i - base);
    state = now;
    next = i - base;
    return -1;
  }

  private MalformedMessageException tooLong(int octets) {
    if (octets == sectionLimit)
      return MalformedMessageException.limit(sectionName, sectionLimitName, sectionLimit, "octets");
    return MalformedMessageException.limit(
        "a field line of " + sectionName, "headerLine", lineLimit, "octets");
  }

  private MalformedMessageException tooMany() {
    return MalformedMessageException.limit(
        "the number of fields in " + sectionName, "headerCount", countLimit, "fields");
  }

  private MalformedMessageException badName(byte[] bytes, int i, int base) {
    String where = " in " + sectionName;
    byte octet = bytes[i];
    int line = base + lineStart;
    if (octet == '\r' || octet == '\n')
      return MalformedMessageException.at(
          i - base, "field line without a colon" + where, bytes, line, i);
    if (octet == ':') return at(i, base, "field without a name" + where);
    if (octet == ' ' || octet == '\t')
      return MalformedMessageException.at(
          i - base, "blank in or after a field name" + where, bytes, line, i);
    String what = MalformedMessageException.octet(octet) + " in a field name" + where;
    return MalformedMessageException.at(i - base, what, bytes, line, i);
  }

  private MalformedMessageException badValue(byte[] bytes, int i, int base) {
    byte octet = bytes[i];
    String what =
        switch (octet) {
          case '\r' -> "carriage return without line feed";
          case '\n' -> "line feed without carriage return";
          default -> "control octet " + MalformedMessageException.octet(octet);
        };
    return MalformedMessageException.at(
        i - base, what + " in the value of field", bytes, base + lineStart, base + nameEnd);
  }

  private static MalformedMessageException at(int i, int base, String what) {
    return MalformedMessageException.at(i - base, what);
  }
}
