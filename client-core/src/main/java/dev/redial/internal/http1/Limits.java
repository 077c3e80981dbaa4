package dev.redial.internal.http1;

/**
 * How much a server may send of each part of a response that has no natural end.
 *
 * <p>A body is not among them: it goes to the caller's subscriber, which decides how much it takes.
 * Lengths are in octets and include line ends.
 *
 * @param statusLine the status line. Default 8 KiB: the reason phrase is ignored, and no server
 *     known sends more than some hundred octets
 * @param headerLine one field with its folded lines, in the head or the trailers. Default 64 KiB:
 *     above what the usual servers and proxies let through in a whole head (4 to 60 KiB)
 * @param headerCount fields in the head, and again in the trailers. Default 1,000: a hundred times
 *     a usual head
 * @param headBytes a whole head, status line included. Default 384 KiB, as java.net.http has it
 * @param interimResponses interim (1xx) responses before the final one. Default 8, as java.net.http
 *     has it
 * @param chunkLine the line with a chunk's size and extensions. Default 4 KiB: a size takes 16
 *     octets, extensions are not in use
 * @param trailerBytes the trailer section of a chunked body. Default 64 KiB: trailers carry a
 *     checksum or a status
 */
public record Limits(
    int statusLine,
    int headerLine,
    int headerCount,
    int headBytes,
    int interimResponses,
    int chunkLine,
    int trailerBytes) {

  /** Every value as documented at its component. */
  public static final Limits DEFAULT =
      new Limits(8 << 10, 64 << 10, 1_000, 384 << 10, 8, 4 << 10, 64 << 10);

  /** Checks every value; a bad one is named in the message. */
  public Limits {
    atLeast(14, "statusLine", statusLine); // "HTTP/1.1 200" and its line end
    atLeast(1, "headerLine", headerLine);
    atLeast(0, "headerCount", headerCount);
    atLeast(16, "headBytes", headBytes); // the shortest status line and the empty line
    atLeast(0, "interimResponses", interimResponses);
    atLeast(3, "chunkLine", chunkLine); // "0" and its line end
    atLeast(2, "trailerBytes", trailerBytes); // the empty line
  }

  /**
   * A copy with another limit for whole heads.
   *
   * @param octets at least 16
   * @return the copy
   */
  public Limits withHeadBytes(int octets) {
    return new Limits(
        statusLine, headerLine, headerCount, octets, interimResponses, chunkLine, trailerBytes);
  }

  /**
   * A copy with another limit for interim responses.
   *
   * @param count zero (none are accepted) or more
   * @return the copy
   */
  public Limits withInterimResponses(int count) {
    return new Limits(
        statusLine, headerLine, headerCount, headBytes, count, chunkLine, trailerBytes);
  }

  private static void atLeast(int least, String name, int value) {
    if (value < least)
      throw new IllegalArgumentException(name + " must be at least " + least + ": " + value);
  }
}
