package dev.redial.internal.http1;

import dev.redial.ResponseLimits;
import java.util.Arrays;

/**
 * Reads the heads of responses, in pieces of any size, octet by octet once.
 *
 * <p>Use: {@link #reset}, then {@link #parse} with all octets of the head received so far, again
 * with more of them as long as it returns -1, then {@link #head}. After an interim response the
 * same again; how many of them are too many is for the caller to count. After an exception only
 * {@code reset} makes sense, and the connection is of no more use.
 *
 * <p>Reusable, confined to one thread. Allocates nothing but the heads it returns.
 */
public final class ResponseParser {
  /** How far an unfinished head came. */
  public enum Progress {
    /** Not one octet. */
    NOTHING,
    /** Some octets of the status line, all of them right so far. */
    STATUS_LINE,
    /** The status line and perhaps some fields. */
    HEADER
  }

  private static final byte[] PREFIX = {'H', 'T', 'T', 'P', '/', '1', '.'};
  private static final int MINOR = PREFIX.length;
  private static final int FIRST_DIGIT = MINOR + 2;
  private static final int AFTER_DIGITS = FIRST_DIGIT + 3;

  private final ResponseLimits limits;
  private final int statusLineLimit;
  private final ControlFields control = new ControlFields();
  private final FieldLines fieldLines;

  private boolean headRequest;
  private boolean connectRequest;

  private int before; // octets of empty lines before the status line

  /** Octets up to the end of the status line that were read; the fixed part's state. */
  private int taken;

  private boolean carriageReturn; // the last octet taken was one
  private int statusLineEnd; // relative to the head's first octet; 0: not reached
  private int minorVersion;
  private int status;
  private Framing framing = Framing.EMPTY;

  /**
   * Creates a parser.
   *
   * @param limits checked also while a head is incomplete
   */
  public ResponseParser(ResponseLimits limits) {
    this.limits = limits;
    this.statusLineLimit = Math.min(limits.statusLine(), limits.headBytes());
    this.fieldLines = FieldLines.ofHead(limits, control);
  }

  /**
   * Starts anew with another response.
   *
   * @param headRequest whether the request's method is HEAD
   * @param connectRequest whether it is CONNECT
   */
  public void reset(boolean headRequest, boolean connectRequest) {
    this.headRequest = headRequest;
    this.connectRequest = connectRequest;
    before = 0;
    taken = 0;
    carriageReturn = false;
    statusLineEnd = 0;
    control.reset();
  }

  /**
   * Reads on.
   *
   * @param bytes the octets; may be another array than in the last call
   * @param from index of the first octet: everything is given again each time, though nothing is
   *     read twice
   * @param to index after the last octet received
   * @return the index after the head's last octet, or -1 if more octets are needed
   * @throws MalformedMessageException at the first octet that cannot be part of a valid head, or
   *     that exceeds a limit
   */
  public int parse(byte[] bytes, int from, int to) throws MalformedMessageException {
    if (statusLineEnd == 0) {
      if (!statusLine(bytes, from, to)) return -1;
      fieldLines.reset(statusLineEnd);
    }
    int end = fieldLines.scan(bytes, from, to);
    if (end >= 0) framing = control.framing(status, minorVersion, headRequest, connectRequest);
    return end;
  }

  /**
   * The head that {@link #parse} has come to the end of.
   *
   * @param bytes as given to {@code parse}
   * @param from as given to {@code parse}
   * @param end what {@code parse} returned
   * @return with a copy of the octets
   */
  public ResponseHead head(byte[] bytes, int from, int end) {
    byte[] octets = Arrays.copyOfRange(bytes, from + statusLineEnd, end);
    FieldSection fields = new FieldSection(octets, 0, octets.length);
    return new ResponseHead(status, minorVersion, framing, control, fields);
  }

  /**
   * How far an unfinished head came. Whatever came is the beginning of a valid response, or {@link
   * #parse} would have thrown.
   *
   * @return meaningful after {@code parse} returned -1, or before it was called
   */
  public Progress progress() {
    if (taken == 0) return Progress.NOTHING;
    return statusLineEnd == 0 ? Progress.STATUS_LINE : Progress.HEADER;
  }

  /** Reads on up to the end of the status line (RFC 9112 section 4); whether it was reached. */
  private boolean statusLine(byte[] bytes, int head, int to) throws MalformedMessageException {
    int stop = (int) Math.min(to, (long) head + statusLineLimit);
    if (taken == before) emptyLines(bytes, head, stop);
    int from = head + before;
    int i = head + taken;
    while (i < stop && i - from < AFTER_DIGITS) fixedPart(bytes, from, i++, to);
    if (i < stop && i - from == AFTER_DIGITS) {
      // The reason phrase may be missing, and then in practice the blank before it too.
      if (bytes[i] != ' ' && bytes[i] != '\r' && bytes[i] != '\n')
        throw bad("status code is not three digits", bytes, from, i, to);
    }
    while (i < stop) {
      byte octet = bytes[i++];
      if (octet == '\n') {
        taken = i - head;
        statusLineEnd = taken;
        return true;
      }
      if (carriageReturn)
        throw bad("carriage return without line feed in the status line", bytes, from, i - 2, to);
      if (octet == '\r') carriageReturn = true;
      else if (!Syntax.isValueOctet(octet))
        throw bad(
            "control octet " + MalformedMessageException.octet(octet) + " in the reason phrase",
            bytes,
            from,
            i - 1,
            to);
    }
    if (i < to) throw tooLong();
    taken = i - head;
    return false;
  }

  /** Line ends before the status line belong to no answer; RFC 9112 section 9.2 drops them. */
  private void emptyLines(byte[] bytes, int head, int stop) throws MalformedMessageException {
    int i = head + taken;
    for (; i < stop && (bytes[i] == '\r' || bytes[i] == '\n' || carriageReturn); i++) {
      if (carriageReturn && bytes[i] != '\n')
        throw MalformedMessageException.of(
            "carriage return without line feed before the status line");
      carriageReturn = bytes[i] == '\r';
    }
    before = i - head;
    taken = before;
  }

  /** One octet of {@code HTTP/1.x SP 3DIGIT}, where the position says what is allowed. */
  private void fixedPart(byte[] bytes, int from, int i, int to) throws MalformedMessageException {
    int position = i - from;
    byte octet = bytes[i];
    if (position < MINOR) {
      if (octet != PREFIX[position]) throw NotHttp1.found(bytes, from, i, to);
    } else if (position == MINOR) {
      if (!isDigit(octet)) throw bad("malformed HTTP version", bytes, from, i, to);
      minorVersion = octet == '0' ? 0 : 1;
    } else if (position < FIRST_DIGIT) {
      if (octet != ' ') throw bad("no blank after the HTTP version", bytes, from, i, to);
      status = 0;
    } else {
      if (!isDigit(octet)) throw bad("status code is not three digits", bytes, from, i, to);
      if (position == FIRST_DIGIT && octet == '0')
        throw bad("status code below 100", bytes, from, i, to);
      status = 10 * status + (octet - '0');
    }
  }

  private MalformedMessageException tooLong() {
    if (statusLineLimit < limits.statusLine())
      return MalformedMessageException.limit("the head", "headBytes", statusLineLimit, "octets");
    return MalformedMessageException.limit(
        "the status line", "statusLine", statusLineLimit, "octets");
  }

  private static boolean isDigit(byte octet) {
    return octet >= '0' && octet <= '9';
  }

  private static MalformedMessageException bad(String what, byte[] bytes, int from, int i, int to) {
    return MalformedMessageException.at(i - from, what, bytes, from, to);
  }
}
