package dev.redial;

/**
 * How much a server may send of each part of a response that has no natural end. One octet more,
 * and the request fails with a {@link MalformedResponseException} that names the limit and its
 * value.
 *
 * <p>A body is not among them: it goes to the caller's subscriber, which decides how much it takes.
 * Lengths are in octets and include line ends. What a connection keeps in memory is bounded by
 * {@link #headBytes()} and {@link #trailerBytes()}, whatever comes.
 *
 * <p>Immutable. Start at {@link #defaults()} and change what has to differ:
 *
 * <pre>{@code ResponseLimits.defaults().withHeadBytes(64 << 10)}</pre>
 *
 * @param statusLine the status line, with empty lines before it. Default 8 KiB: the reason phrase
 *     is ignored, and no server known sends more than some hundred octets
 * @param headerLine one field with its folded lines, in the head or the trailers. Default 64 KiB:
 *     above what the usual servers and proxies let through in a whole head (4 to 60 KiB)
 * @param headerCount fields in the head, and again in the trailers. Default 1,000: a hundred times
 *     a usual head
 * @param headBytes a whole head, status line included. Default 384 KiB, as java.net.http has it
 * @param interimResponses interim (1xx) responses before the final one. Default 8, as java.net.http
 *     has it
 * @param chunkLine the line with a chunk's size and extensions; four times that is what the
 *     extensions of a whole body may have beyond 16 octets a chunk and twice its data. Default 4
 *     KiB: a size takes 16 octets, extensions are not in use
 * @param trailerBytes the trailer section of a chunked body. Default 64 KiB: trailers carry a
 *     checksum or a status
 * @param drainBytes a body that nobody wants, such as that of a redirect, is read up to here so
 *     that its connection stays usable; what is longer, or takes longer than 50 ms, costs the
 *     connection instead, and is no failure. Default 256 KiB: more costs more than a new connection
 */
public record ResponseLimits(
    int statusLine,
    int headerLine,
    int headerCount,
    int headBytes,
    int interimResponses,
    int chunkLine,
    int trailerBytes,
    int drainBytes) {

  /** Buffers double, and arrays end at 2 GiB. */
  private static final int LONGEST_BUFFERED = 1 << 29;

  private static final ResponseLimits DEFAULTS =
      new ResponseLimits(8 << 10, 64 << 10, 1_000, 384 << 10, 8, 4 << 10, 64 << 10, 256 << 10);

  /** Checks every value; a bad one is named in the message. */
  public ResponseLimits {
    atLeast(14, "statusLine", statusLine); // "HTTP/1.1 200" and its line end
    atLeast(1, "headerLine", headerLine);
    atLeast(0, "headerCount", headerCount);
    atLeast(16, "headBytes", headBytes); // the shortest status line and the empty line
    atLeast(0, "interimResponses", interimResponses);
    atLeast(3, "chunkLine", chunkLine); // "0" and its line end
    atLeast(2, "trailerBytes", trailerBytes); // the empty line
    atLeast(0, "drainBytes", drainBytes);
    buffered("headBytes", headBytes);
    buffered("trailerBytes", trailerBytes);
  }

  /**
   * The defaults.
   *
   * @return every value as documented at its component
   */
  public static ResponseLimits defaults() {
    return DEFAULTS;
  }

  /**
   * A copy with another limit for the status line.
   *
   * @param octets at least 14
   * @return the copy
   */
  public ResponseLimits withStatusLine(int octets) {
    return new ResponseLimits(
        octets,
        headerLine,
        headerCount,
        headBytes,
        interimResponses,
        chunkLine,
        trailerBytes,
        drainBytes);
  }

  /**
   * A copy with another limit for single fields.
   *
   * @param octets at least 1
   * @return the copy
   */
  public ResponseLimits withHeaderLine(int octets) {
    return new ResponseLimits(
        statusLine,
        octets,
        headerCount,
        headBytes,
        interimResponses,
        chunkLine,
        trailerBytes,
        drainBytes);
  }

  /**
   * A copy with another limit for the number of fields.
   *
   * @param count zero or more
   * @return the copy
   */
  public ResponseLimits withHeaderCount(int count) {
    return new ResponseLimits(
        statusLine,
        headerLine,
        count,
        headBytes,
        interimResponses,
        chunkLine,
        trailerBytes,
        drainBytes);
  }

  /**
   * A copy with another limit for whole heads.
   *
   * @param octets 16 to 536,870,912
   * @return the copy
   */
  public ResponseLimits withHeadBytes(int octets) {
    return new ResponseLimits(
        statusLine,
        headerLine,
        headerCount,
        octets,
        interimResponses,
        chunkLine,
        trailerBytes,
        drainBytes);
  }

  /**
   * A copy with another limit for interim responses.
   *
   * @param count zero (none are accepted) or more
   * @return the copy
   */
  public ResponseLimits withInterimResponses(int count) {
    return new ResponseLimits(
        statusLine, headerLine, headerCount, headBytes, count, chunkLine, trailerBytes, drainBytes);
  }

  /**
   * A copy with another limit for the lines before chunks.
   *
   * @param octets at least 3
   * @return the copy
   */
  public ResponseLimits withChunkLine(int octets) {
    return new ResponseLimits(
        statusLine,
        headerLine,
        headerCount,
        headBytes,
        interimResponses,
        octets,
        trailerBytes,
        drainBytes);
  }

  /**
   * A copy with another limit for trailer sections.
   *
   * @param octets 2 to 536,870,912
   * @return the copy
   */
  public ResponseLimits withTrailerBytes(int octets) {
    return new ResponseLimits(
        statusLine,
        headerLine,
        headerCount,
        headBytes,
        interimResponses,
        chunkLine,
        octets,
        drainBytes);
  }

  /**
   * A copy with another limit for bodies that nobody wants.
   *
   * @param octets zero (every such body costs its connection, unless it is empty) or more
   * @return the copy
   */
  public ResponseLimits withDrainBytes(int octets) {
    return new ResponseLimits(
        statusLine,
        headerLine,
        headerCount,
        headBytes,
        interimResponses,
        chunkLine,
        trailerBytes,
        octets);
  }

  private static void atLeast(int least, String name, int value) {
    if (value < least)
      throw new IllegalArgumentException(name + " must be at least " + least + ": " + value);
  }

  private static void buffered(String name, int value) {
    if (value > LONGEST_BUFFERED)
      throw new IllegalArgumentException(
          name + " must not exceed " + LONGEST_BUFFERED + ": " + value);
  }
}
