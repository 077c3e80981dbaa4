package dev.redial.internal.connection;

import java.io.IOException;
import java.util.Arrays;

/**
 * A response body, or the rest of one, of known length, read straight into the array that its
 * caller gets. Confined to the thread that reads it.
 */
final class WholeBody {
  /** The longest array that every virtual machine can make. */
  static final int LONGEST = Integer.MAX_VALUE - 8;

  /** For so much the server's word is taken; memory for more is taken as the octets arrive. */
  private static final int ON_TRUST = 1024 * 1024;

  private static final int GROWTH = 8;
  private static final byte[] NOTHING = new byte[0];

  private final Exchange exchange;
  private final int length;

  WholeBody(Exchange exchange, int length) {
    this.exchange = exchange;
    this.length = length;
  }

  byte[] read() throws IOException, InterruptedException {
    return read(NOTHING, 0, 0);
  }

  /** Begins with what has been read already. */
  byte[] read(byte[] begun, int from, int to) throws IOException, InterruptedException {
    byte[] octets = new byte[capacity(to - from, length)];
    System.arraycopy(begun, from, octets, 0, to - from);
    int filled = fill(octets, to - from);
    while (filled < length) {
      octets = Arrays.copyOf(octets, capacity(filled, length));
      filled = fill(octets, filled);
    }
    exchange.finish();
    return octets;
  }

  /** For how many octets there is room once so many have arrived. */
  static int capacity(int arrived, int length) {
    return (int) Math.min(length, Math.max(ON_TRUST, (long) GROWTH * arrived));
  }

  private int fill(byte[] octets, int from) throws IOException, InterruptedException {
    int filled = from;
    while (filled < octets.length) filled += exchange.read(octets, filled, octets.length);
    return filled;
  }
}
