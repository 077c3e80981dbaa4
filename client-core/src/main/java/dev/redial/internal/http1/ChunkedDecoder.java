package dev.redial.internal.http1;

import dev.redial.ResponseLimits;
import java.net.http.HttpHeaders;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the frame of a chunked body (RFC 9112 section 7.1), in pieces of any size; the data itself
 * does not pass through it.
 *
 * <p>Use: {@link #advance} over the octets received. At {@link Step#DATA} take up to {@link
 * #chunkRemaining()} octets, which begin at {@link #position()} and go on in the connection, say
 * how many with {@link #took}, and advance again. Every line ends in CR LF, and so does every
 * chunk's data: what another reader might see differently is refused.
 *
 * <p>Reusable, confined to one thread.
 */
public final class ChunkedDecoder {
  /** What the caller has to do next. */
  public enum Step {
    /** All octets were consumed: bring more. */
    NEED_OCTETS,
    /** The next octets, if there are any yet, are data of a chunk. */
    DATA,
    /** The body is complete; octets that are left do not belong to it. */
    END
  }

  private enum State {
    SIZE, // before the first digit
    MORE_SIZE,
    BLANKS, // after the digits
    EXTENSION,
    QUOTED, // in an extension's quoted value
    ESCAPED, // after a backslash in one
    SIZE_LINE_FEED,
    DATA,
    DATA_CARRIAGE_RETURN,
    DATA_LINE_FEED,
    TRAILERS,
    END
  }

  /** What a chunk's line may cost beyond twice its data before it counts as padding. */
  private static final int FREE = 16;

  private static final HttpHeaders NONE = HttpHeaders.of(Map.of(), (name, value) -> true);

  private final int lineLimit;
  private final int paddingLimit;
  private final FieldLines trailerLines;
  private final Octets trailerOctets = new Octets();

  private State state = State.SIZE;
  private long remaining;
  private long chunk; // counts from 1
  private int line; // octets of the present size line
  private long padding;
  private int position;
  private @Nullable HttpHeaders trailers;
  private @Nullable MalformedMessageException failure;

  /**
   * Creates a decoder at the beginning of a body.
   *
   * @param limits checked also while a line is incomplete
   */
  public ChunkedDecoder(ResponseLimits limits) {
    this.lineLimit = limits.chunkLine();
    this.paddingLimit = (int) Math.min(4L * limits.chunkLine(), Integer.MAX_VALUE);
    this.trailerLines = FieldLines.ofTrailers(limits);
    start();
  }

  /** Starts anew with another body. */
  public void reset() {
    start();
  }

  private void start() {
    state = State.SIZE;
    remaining = 0;
    chunk = 1;
    line = 0;
    padding = 0;
    position = 0;
    trailers = null;
    failure = null;
    trailerOctets.clear();
    trailerLines.reset(0);
  }

  /**
   * Consumes octets of the frame, up to the next data or the end of the body.
   *
   * @param bytes the octets
   * @param from index of the first octet that was neither consumed nor taken before
   * @param to index after the last octet received
   * @return what to do next; at data and after the end nothing is consumed
   * @throws MalformedMessageException at the first octet that cannot be part of a valid frame, or
   *     that exceeds a limit; from then on always
   */
  public Step advance(byte[] bytes, int from, int to) throws MalformedMessageException {
    if (failure != null) throw failure;
    try {
      position = consume(bytes, from, to);
    } catch (MalformedMessageException e) {
      failure = e;
      throw e;
    }
    return switch (state) {
      case DATA -> Step.DATA;
      case END -> Step.END;
      default -> Step.NEED_OCTETS;
    };
  }

  /**
   * Where the octets begin that the last {@link #advance} did not consume.
   *
   * @return an index into the array that was given to it
   */
  public int position() {
    return position;
  }

  /**
   * How many octets of the present chunk's data are still to be taken.
   *
   * @return zero outside of data
   */
  public long chunkRemaining() {
    return remaining;
  }

  /**
   * The caller took data of the present chunk, from the array or from the connection behind it.
   *
   * @param octets how many, at most {@link #chunkRemaining()}
   */
  public void took(long octets) {
    if (octets < 0 || octets > remaining)
      throw new IllegalArgumentException("took " + octets + " octets of " + remaining);
    remaining -= octets;
    if (remaining == 0 && state == State.DATA) state = State.DATA_CARRIAGE_RETURN;
  }

  /**
   * The trailer fields. They are kept apart from the header fields, as RFC 9110 section 6.5.1 asks.
   *
   * @return empty before {@link Step#END}
   */
  public HttpHeaders trailers() {
    if (state != State.END) return NONE;
    HttpHeaders built = trailers;
    if (built == null) {
      built = new FieldSection(trailerOctets.array(), 0, trailerOctets.length()).headers();
      trailers = built;
    }
    return built;
  }

  private int consume(byte[] bytes, int from, int to) throws MalformedMessageException {
    int i = from;
    while (i < to) {
      switch (state) {
        case DATA, END -> {
          return i;
        }
        case TRAILERS -> i = trailerLine(bytes, i, to);
        case DATA_CARRIAGE_RETURN -> {
          if (bytes[i++] != '\r') throw bad(bytes[i - 1], "after the data of chunk ");
          state = State.DATA_LINE_FEED;
        }
        case DATA_LINE_FEED -> {
          if (bytes[i++] != '\n') throw bad(bytes[i - 1], "after the data of chunk ");
          state = State.SIZE;
          line = 0;
          chunk++;
        }
        case SIZE, MORE_SIZE, BLANKS, EXTENSION, QUOTED, ESCAPED, SIZE_LINE_FEED ->
            sizeLine(bytes[i++]);
      }
    }
    return i;
  }

  /** One octet of {@code chunk-size [ chunk-ext ] CRLF}. */
  private void sizeLine(byte octet) throws MalformedMessageException {
    if (line++ == lineLimit)
      throw MalformedMessageException.limit(
          "the line before chunk " + chunk, "chunkLine", lineLimit, "octets");
    int digit = state == State.SIZE || state == State.MORE_SIZE ? digit(octet) : -1;
    if (digit >= 0) {
      if (remaining > Long.MAX_VALUE >> 4)
        throw MalformedMessageException.of("size of chunk " + chunk + " above 2^63 - 1");
      remaining = remaining << 4 | digit;
      state = State.MORE_SIZE;
      return;
    }
    state =
        switch (state) {
          case MORE_SIZE, BLANKS -> afterSize(octet);
          case EXTENSION, QUOTED, ESCAPED -> inExtension(octet);
          case SIZE_LINE_FEED -> afterSizeLine(octet);
          default -> throw bad(octet, "instead of the size of chunk ");
        };
  }

  private State afterSize(byte octet) throws MalformedMessageException {
    return switch (octet) {
      case ' ', '\t' -> State.BLANKS; // RFC 9112 section 7.1.1 allows them before an extension only
      case ';' -> State.EXTENSION;
      case '\r' -> State.SIZE_LINE_FEED;
      default -> throw bad(octet, "in the size of chunk ");
    };
  }

  private State inExtension(byte octet) throws MalformedMessageException {
    // Within quotes a line end is refused too: who minds them looks for the line's end behind them.
    if (octet == '\r' && state == State.EXTENSION) return State.SIZE_LINE_FEED;
    if (!Syntax.isValueOctet(octet)) throw bad(octet, "in the extension of chunk ");
    return switch (state) {
      case QUOTED -> octet == '"' ? State.EXTENSION : octet == '\\' ? State.ESCAPED : State.QUOTED;
      case ESCAPED -> State.QUOTED;
      default -> octet == '"' ? State.QUOTED : State.EXTENSION;
    };
  }

  private State afterSizeLine(byte octet) throws MalformedMessageException {
    if (octet != '\n') throw bad(octet, "after a carriage return in the size line of chunk ");
    countPadding();
    return remaining == 0 ? State.TRAILERS : State.DATA;
  }

  /** Chunks that are mostly extension are a way to keep a client busy with nothing. */
  private void countPadding() throws MalformedMessageException {
    padding += line - FREE - 2 * Math.min(remaining, Integer.MAX_VALUE);
    if (padding < 0) padding = 0;
    if (padding > paddingLimit)
      throw MalformedMessageException.limit(
          "extensions of the chunks up to " + chunk, "4 x chunkLine", paddingLimit, "octets");
  }

  /** Octets up to the end of a line, or all; whole lines are kept until the section is complete. */
  private int trailerLine(byte[] bytes, int from, int to) throws MalformedMessageException {
    int i = from;
    while (i < to && bytes[i] != '\n') i++;
    if (i < to) i++;
    trailerOctets.bytes(bytes, from, i - from);
    if (trailerLines.scan(trailerOctets.array(), 0, trailerOctets.length()) >= 0) state = State.END;
    return i;
  }

  private static int digit(byte octet) {
    if (octet >= '0' && octet <= '9') return octet - '0';
    if (octet >= 'a' && octet <= 'f') return octet - 'a' + 10;
    if (octet >= 'A' && octet <= 'F') return octet - 'A' + 10;
    return -1;
  }

  private MalformedMessageException bad(byte octet, String where) {
    return MalformedMessageException.of(
        MalformedMessageException.octet(octet) + " " + where + chunk);
  }
}
