package dev.redial.internal.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import javax.net.ssl.SSLException;

/**
 * Refuses octets that cannot begin a TLS record, and tells what they are.
 *
 * <p>The JDK's engine looks at the first record only, and would wait for the rest of any other.
 */
final class NotTls {
  private static final int FIRST_TYPE = 20; // change_cipher_spec
  private static final int LAST_TYPE = 24; // heartbeat
  private static final int EXCERPT = 40;

  private NotTls() {}

  /**
   * Looks at the next record.
   *
   * @param ciphertext ready to be drained, with a whole record header at least; is left as it is
   * @throws SSLException if that is none
   */
  static void refuse(ByteBuffer ciphertext) throws SSLException {
    int type = ciphertext.get(ciphertext.position());
    if (type < FIRST_TYPE || type > LAST_TYPE) throw new SSLException(told(ciphertext));
  }

  private static String told(ByteBuffer ciphertext) {
    int length = Math.min(EXCERPT, ciphertext.remaining());
    byte[] octets = new byte[length];
    ciphertext.get(ciphertext.position(), octets);
    String line = firstLine(octets);
    if (line.isEmpty())
      return "the server sent no TLS record: "
          + HexFormat.ofDelimiter(" ").formatHex(octets, 0, Math.min(length, 8));
    String guess = line.startsWith("HTTP/") ? "; does the port want http?" : "";
    return "the server answered in plain text: \"" + line + "\"" + guess;
  }

  /** Empty if it is no text. */
  private static String firstLine(byte[] octets) {
    String text = new String(octets, StandardCharsets.ISO_8859_1);
    int end = 0;
    while (end < text.length() && text.charAt(end) != '\r' && text.charAt(end) != '\n') {
      if (text.charAt(end) < ' ' || text.charAt(end) > '~') return "";
      end++;
    }
    return text.substring(0, end);
  }
}
