package dev.redial;

import java.util.Locale;
import java.util.Objects;
import java.util.Set;

/** The name of a header field that the client adds by itself because its owner named it. */
final class HeaderName {
  private static final Set<String> TAKEN =
      Set.of(
          "authorization",
          "connection",
          "content-length",
          "cookie",
          "expect",
          "host",
          "keep-alive",
          "proxy-authorization",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade",
          "user-agent");

  private HeaderName() {}

  /** Checks that it is a token (RFC 9110, section 5.6.2) and none that the client itself writes. */
  static void require(String name, String what) {
    Objects.requireNonNull(name, what);
    if (name.isEmpty() || !name.chars().allMatch(HeaderName::isTokenCharacter))
      throw new IllegalArgumentException(what + " is not a header name: \"" + visible(name) + "\"");
    if (TAKEN.contains(name.toLowerCase(Locale.ROOT)))
      throw new IllegalArgumentException(what + " is a header of the client's own: " + name);
  }

  private static boolean isTokenCharacter(int c) {
    return Character.isLetterOrDigit(c) ? c < 128 : "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
  }

  private static String visible(String text) {
    return text.replaceAll("\\p{Cntrl}", "?");
  }
}
