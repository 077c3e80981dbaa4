package dev.redial.internal.http1;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A growing array of octets into which request heads and chunk heads are encoded.
 *
 * <p>Confined to one thread. {@link #array()} changes whenever octets are added.
 */
public final class Octets {
  /** A larger array is let go when cleared, so that one large request does not stay in memory. */
  private static final int KEPT = 64 << 10;

  private static final int LARGEST = Integer.MAX_VALUE - 8;

  private static final int FIRST = 512;
  private static final byte[] NONE = new byte[0];

  private byte[] array = NONE;
  private @Nullable ByteBuffer view; // of the present array
  private int length;

  /** Creates an empty one; memory is taken when the first octet is added. */
  public Octets() {}

  /**
   * The octets, from index 0 to {@link #length()}.
   *
   * @return the array itself, until more is added
   */
  public byte[] array() {
    return array;
  }

  /**
   * A copy of what was added.
   *
   * @return of its very length
   */
  public byte[] toArray() {
    return Arrays.copyOf(array, length);
  }

  /**
   * How many octets were added.
   *
   * @return at most the length of the array
   */
  public int length() {
    return length;
  }

  /**
   * What was added, to be written.
   *
   * @return the same buffer as long as the array is the same; valid until more is added
   */
  public ByteBuffer written() {
    ByteBuffer present = view;
    if (present == null) view = present = ByteBuffer.wrap(array);
    return present.clear().limit(length);
  }

  /** Forgets what was added. */
  public void clear() {
    length = 0;
    if (array.length <= KEPT) return;
    array = NONE;
    view = null;
  }

  /**
   * Makes room, so that the next octets are added without growing.
   *
   * @param more how many
   */
  public void ensure(int more) {
    if (more > array.length - length) grow(more);
  }

  /**
   * Adds one octet.
   *
   * @param octet its lower eight bits
   */
  public void octet(int octet) {
    ensure(1);
    array[length++] = (byte) octet;
  }

  /** Adds a line end. */
  public void crlf() {
    ensure(2);
    array[length++] = '\r';
    array[length++] = '\n';
  }

  /**
   * Adds a text in US-ASCII.
   *
   * @param text refused with an {@link IllegalArgumentException} if there is anything else in it
   */
  public void ascii(String text) {
    encode(text, 0x7f);
  }

  /**
   * Adds a text in ISO-8859-1.
   *
   * @param text refused with an {@link IllegalArgumentException} if there is anything else in it
   */
  public void latin1(String text) {
    encode(text, 0xff);
  }

  /**
   * Adds a number in decimal digits.
   *
   * @param number zero or more
   */
  public void decimal(long number) {
    notNegative(number);
    int digits = 1;
    for (long rest = number / 10; rest > 0; rest /= 10) digits++;
    ensure(digits);
    long rest = number;
    for (int i = length + digits - 1; i >= length; i--, rest /= 10)
      array[i] = (byte) ('0' + rest % 10);
    length += digits;
  }

  /**
   * Adds a number in hexadecimal digits, lower case, without leading zeros.
   *
   * @param number zero or more
   */
  public void hex(long number) {
    notNegative(number);
    int digits = Math.max(1, (64 - Long.numberOfLeadingZeros(number) + 3) / 4);
    ensure(digits);
    for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4)
      array[length++] = (byte) Character.forDigit((int) (number >>> shift) & 0xf, 16);
  }

  /**
   * Adds octets of an array.
   *
   * @param bytes the array
   * @param from the first one's index
   * @param count how many
   */
  public void bytes(byte[] bytes, int from, int count) {
    ensure(count);
    System.arraycopy(bytes, from, array, length, count);
    length += count;
  }

  /**
   * Takes octets out of a buffer.
   *
   * @param buffer its position advances
   * @param count how many, at most what remains
   */
  public void get(ByteBuffer buffer, int count) {
    ensure(count);
    buffer.get(array, length, count);
    length += count;
  }

  private void encode(String text, int highest) {
    int count = text.length();
    ensure(count);
    byte[] into = array;
    int at = length;
    int all = 0;
    for (int i = 0; i < count; i++) {
      char c = text.charAt(i);
      all |= c;
      into[at + i] = (byte) c;
    }
    // Cutting a character down to eight bits could make a line end of it.
    if (all > highest)
      throw new IllegalArgumentException("A character above U+00" + Integer.toHexString(highest));
    length = at + count;
  }

  private static void notNegative(long number) {
    if (number < 0) throw new IllegalArgumentException("Negative: " + number);
  }

  private void grow(int more) {
    long needed = (long) length + more;
    if (needed > LARGEST) throw new OutOfMemoryError("More than " + LARGEST + " octets: " + needed);
    long doubled = Math.max(FIRST, 2L * array.length);
    array = Arrays.copyOf(array, (int) Math.min(LARGEST, Math.max(needed, doubled)));
    view = null;
  }
}
