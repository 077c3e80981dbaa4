package dev.redial.internal.policy;

import java.io.IOException;
import java.net.CookieHandler;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Which cookies a request carries and which of an answer are kept: the caller's {@link
 * CookieHandler} decides.
 */
public final class CookieRule {
  private CookieRule() {}

  /**
   * The one {@code Cookie} field of a request.
   *
   * @param handler the caller's
   * @param uri the target
   * @param own the caller's headers; cookies named there come first
   * @return the value, empty if there is none
   * @throws IOException from the handler
   */
  public static String cookies(CookieHandler handler, URI uri, HttpHeaders own) throws IOException {
    List<String> cookies = new ArrayList<>(own.allValues("cookie"));
    for (Map.Entry<String, List<String>> field : asked(handler, uri, own).entrySet()) {
      if (!"Cookie".equalsIgnoreCase(field.getKey()) || field.getValue() == null) continue;
      for (String value : field.getValue()) {
        if (value != null && isSendable(value)) cookies.add(value);
      }
    }
    return String.join("; ", cookies);
  }

  /** Callers of send expect an IOException whatever a handler of theirs throws. */
  private static Map<String, List<String>> asked(CookieHandler handler, URI uri, HttpHeaders own)
      throws IOException {
    try {
      return Objects.requireNonNullElse(handler.get(uri, own.map()), Map.of());
    } catch (RuntimeException e) {
      throw new IOException("the cookie handler failed: " + e.getMessage(), e);
    }
  }

  /**
   * A cookie that cannot be written is left out: the cookies of a jar are not the caller's doing.
   */
  private static boolean isSendable(String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c > 0xFF || (c < 0x20 && c != 0x09) || c == 0x7F) return false;
    }
    return !value.isEmpty();
  }

  /**
   * Hands the cookies of an answer to the handler.
   *
   * @param handler the caller's
   * @param uri the target that was asked
   * @param headers of the answer
   * @throws IOException from the handler
   */
  public static void store(CookieHandler handler, URI uri, HttpHeaders headers) throws IOException {
    try {
      handler.put(uri, headers.map());
    } catch (RuntimeException e) {
      throw new IOException("the cookie handler failed: " + e.getMessage(), e);
    }
  }
}
