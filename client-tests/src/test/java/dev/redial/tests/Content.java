package dev.redial.tests;

import java.util.List;

/**
 * Bodies whose every octet has its place: lines of letters that do not repeat within any buffer's
 * size.
 */
final class Content {
  /** Around the sizes of usual buffers, and some that need many reads. */
  static final List<Integer> SIZES = List.of(0, 1, 8191, 8192, 8193, 1024 * 1024);

  private Content() {}

  /** Content of that size. */
  static byte[] of(int size) {
    byte[] content = new byte[size];
    for (int i = 0; i < size; i++) {
      content[i] = (byte) (i % 61 == 60 ? '\n' : 'a' + (i + i / 61 + i / 4099) % 26);
    }
    return content;
  }
}
