package dev.redial.internal.call;

import java.net.URI;

/**
 * A URI as messages and {@code toString} show it: without user information, which may be a
 * password.
 */
final class ShownUri {
  private ShownUri() {}

  static String of(URI uri) {
    String authority = uri.getRawAuthority();
    int at = authority == null ? -1 : authority.lastIndexOf('@');
    return at < 0 ? uri.toString() : uri.toString().replace(authority, authority.substring(at + 1));
  }
}
