package dev.redial.internal.connection;

import dev.redial.internal.http1.ChunkedDecoder;
import dev.redial.internal.http1.Framing;
import dev.redial.internal.http1.MalformedMessageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The octets of one response body, taken out of its framing. Confined to the thread that reads it.
 */
final class ResponseBody {
  /** Reads with at least so much room go past the connection's buffer. */
  private static final int DIRECT = 4 * 1024;

  private final Connection connection;
  private final Framing framing;
  private final @Nullable ChunkedDecoder chunks;
  private long remaining; // unless it is chunked; until the close nobody counts it
  private boolean over;

  ResponseBody(Connection connection, Framing framing) {
    this.connection = connection;
    this.framing = framing;
    this.chunks = framing instanceof Framing.Chunked ? connection.chunkedDecoder() : null;
    this.remaining =
        switch (framing) {
          case Framing.Empty empty -> 0;
          case Framing.Fixed fixed -> fixed.length();
          case Framing.Chunked chunked -> 0;
          case Framing.UntilClose untilClose -> Long.MAX_VALUE;
        };
    this.over = chunks == null && remaining == 0;
  }

  /** Whether its end has been seen. */
  boolean isOver() {
    return over;
  }

  /** Whether its end has been seen, and was that of the wire. */
  boolean endedWithWire() {
    return over && framing instanceof Framing.UntilClose;
  }

  /** Whether it is known to be longer than that. */
  boolean isLongerThan(long octets) {
    return remaining > octets;
  }

  /** Whether {@link #next} will not wait for the server; takes no data. */
  boolean arrived() {
    if (over) return true;
    if (chunks == null) return connection.buffered() > 0;
    try {
      return switch (chunkStep(chunks)) {
        case END -> true;
        case DATA -> connection.buffered() > 0; // the buffer may end behind the chunk's size
        case NEED_OCTETS -> false;
      };
    } catch (MalformedMessageException e) {
      return true; // next() meets it again
    }
  }

  /** How long it is in all, if that is known from the start, or -1. */
  long length() {
    return switch (framing) {
      case Framing.Empty empty -> 0;
      case Framing.Fixed fixed -> fixed.length();
      case Framing.Chunked chunked -> -1;
      case Framing.UntilClose untilClose -> -1;
    };
  }

  /** How much of it is still to be read, if that is known, or -1. */
  long remaining() {
    return chunks != null || framing instanceof Framing.UntilClose ? -1 : remaining;
  }

  /** How much can be read without waiting, as far as it is buffered; may meet the end. */
  int available() throws MalformedMessageException {
    if (chunks == null) return (int) Math.min(remaining, connection.buffered());
    ChunkedDecoder.Step step = chunkStep(chunks);
    over = step == ChunkedDecoder.Step.END;
    if (step != ChunkedDecoder.Step.DATA) return 0;
    return (int) Math.min(chunks.chunkRemaining(), connection.buffered());
  }

  /**
   * The wire has come to its orderly end, and nothing is buffered.
   *
   * @throws EndOfStream unless that is how the body ends
   */
  void wireEnded() throws EndOfStream {
    if (!(framing instanceof Framing.UntilClose)) throw new EndOfStream();
    over = true;
  }

  /**
   * Reads on, waiting for the first octet only.
   *
   * @param into has room for at least one octet
   * @param from where the room begins
   * @param to where it ends
   * @return how many octets were read, or -1 at the end
   * @throws EndOfStream if the wire ended first
   */
  int read(byte[] into, int from, int to) throws IOException, MalformedMessageException {
    if (over) return -1;
    return chunks == null ? readPlain(into, from, to) : readChunked(chunks, into, from, to);
  }

  private int readPlain(byte[] into, int from, int to) throws IOException {
    int octets = readSome(into, from, (int) Math.min(to - from, remaining), remaining);
    if (octets < 0) {
      wireEnded();
    } else if (isFixed()) {
      remaining -= octets;
      over = remaining == 0;
    }
    return octets;
  }

  /** Reads from the buffer, or past it where nothing is gained by a stay there. */
  private int readSome(byte[] into, int from, int most, long left) throws IOException {
    if (connection.buffered() == 0) {
      if (most >= DIRECT || most == left)
        return connection.wire.read(ByteBuffer.wrap(into, from, most));
      if (!connection.fill()) return -1;
    }
    int octets = Math.min(most, connection.buffered());
    System.arraycopy(connection.buffer(), connection.from(), into, from, octets);
    connection.take(octets);
    return octets;
  }

  private int readChunked(ChunkedDecoder decoder, byte[] into, int from, int to)
      throws IOException, MalformedMessageException {
    int at = from;
    ChunkedDecoder.Step step = chunkStep(decoder);
    while (step != ChunkedDecoder.Step.END && at < to) {
      boolean data = step == ChunkedDecoder.Step.DATA;
      if (at > from && (!data || connection.buffered() == 0)) break;
      if (data) {
        int most = (int) Math.min(to - at, decoder.chunkRemaining());
        int octets = readSome(into, at, most, Long.MAX_VALUE);
        if (octets < 0) throw new EndOfStream();
        decoder.took(octets);
        at += octets;
      } else if (!connection.fill()) {
        throw new EndOfStream();
      }
      step = at == from ? chunkStep(decoder) : stepBehindData(decoder);
    }
    over = step == ChunkedDecoder.Step.END;
    return over && at == from ? -1 : at - from;
  }

  /** What is wrong behind good data is met again by whoever reads on. */
  private ChunkedDecoder.Step stepBehindData(ChunkedDecoder decoder) {
    try {
      return chunkStep(decoder);
    } catch (MalformedMessageException e) {
      return ChunkedDecoder.Step.NEED_OCTETS;
    }
  }

  /**
   * Reads on.
   *
   * @return a buffer that nobody else uses, or null at the end
   * @throws EndOfStream if the wire ended first
   */
  @Nullable ByteBuffer next() throws IOException, MalformedMessageException {
    if (over) return null;
    return chunks == null ? nextPlain() : nextChunked(chunks);
  }

  private @Nullable ByteBuffer nextPlain() throws IOException {
    ByteBuffer buffer =
        connection.buffered() > 0 ? takeBuffered(remaining) : readDirectly(remaining);
    if (buffer == null) {
      wireEnded();
      return null;
    }
    if (isFixed()) {
      remaining -= buffer.remaining();
      over = remaining == 0;
    }
    return buffer;
  }

  private boolean isFixed() {
    return framing instanceof Framing.Fixed;
  }

  private ByteBuffer takeBuffered(long most) {
    int length = (int) Math.min(most, connection.buffered());
    byte[] octets = new byte[length];
    System.arraycopy(connection.buffer(), connection.from(), octets, 0, length);
    connection.take(length);
    return ByteBuffer.wrap(octets).asReadOnlyBuffer();
  }

  /** Reads past the connection's buffer; null at the orderly end. */
  private @Nullable ByteBuffer readDirectly(long most) throws IOException {
    byte[] octets = new byte[(int) Math.min(most, connection.bodyBuffer)];
    int length = connection.wire.read(ByteBuffer.wrap(octets));
    if (length < 0) return null;
    return exact(octets, length);
  }

  /** A subscriber may keep what it gets, so a few octets must not keep a large array. */
  private static ByteBuffer exact(byte[] octets, int length) {
    if (length == octets.length) return ByteBuffer.wrap(octets).asReadOnlyBuffer();
    if (length >= octets.length / 2)
      return ByteBuffer.wrap(octets, 0, length).slice().asReadOnlyBuffer();
    return ByteBuffer.wrap(Arrays.copyOf(octets, length)).asReadOnlyBuffer();
  }

  private @Nullable ByteBuffer nextChunked(ChunkedDecoder decoder)
      throws IOException, MalformedMessageException {
    while (true) {
      switch (chunkStep(decoder)) {
        case END -> {
          over = true;
          return null;
        }
        case DATA -> {
          if (connection.buffered() > 0) return takeBufferedChunks(decoder);
          ByteBuffer buffer = readDirectly(decoder.chunkRemaining());
          if (buffer == null) throw new EndOfStream();
          decoder.took(buffer.remaining());
          return buffer;
        }
        case NEED_OCTETS -> {
          if (!connection.fill()) throw new EndOfStream();
        }
      }
    }
  }

  /** The data of all chunks that are in the buffer, as one. */
  private ByteBuffer takeBufferedChunks(ChunkedDecoder decoder) throws MalformedMessageException {
    byte[] octets = new byte[connection.buffered()];
    int length = 0;
    while (connection.buffered() > 0) {
      int part = (int) Math.min(decoder.chunkRemaining(), connection.buffered());
      System.arraycopy(connection.buffer(), connection.from(), octets, length, part);
      length += part;
      connection.take(part);
      decoder.took(part);
      if (chunkStep(decoder) != ChunkedDecoder.Step.DATA) break;
    }
    return exact(octets, length);
  }

  private ChunkedDecoder.Step chunkStep(ChunkedDecoder decoder) throws MalformedMessageException {
    ChunkedDecoder.Step step =
        decoder.advance(connection.buffer(), connection.from(), connection.to());
    connection.takeUpTo(decoder.position());
    return step;
  }

  /** How much of it came, for a failure. */
  @Override
  public String toString() {
    return switch (framing) {
      case Framing.Fixed fixed ->
          "fixed content-length: "
              + fixed.length()
              + ", bytes received: "
              + (fixed.length() - remaining);
      case Framing.Chunked chunked -> "chunked transfer encoding, without its last chunk";
      case Framing.UntilClose untilClose -> "until close, but it did not end in an orderly way";
      case Framing.Empty empty -> "no body";
    };
  }
}
