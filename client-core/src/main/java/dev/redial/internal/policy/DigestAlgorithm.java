package dev.redial.internal.policy;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;

/**
 * A hash function of RFC 7616, and whether it is used with a session key.
 *
 * @param name as the registry has it, in upper case, without the suffix for sessions
 * @param session whether the server's and the client's nonce go into the key
 */
record DigestAlgorithm(String name, boolean session) {
  private static final String SESSION = "-SESS";

  /** RFC 7616, section 3.3: MD5 if a challenge names none. Empty if this Java has it not. */
  static Optional<DigestAlgorithm> of(Challenge challenge) {
    String named = challenge.parameters().getOrDefault("algorithm", "MD5").toUpperCase(Locale.ROOT);
    boolean session = named.endsWith(SESSION);
    String name = session ? named.substring(0, named.length() - SESSION.length()) : named;
    DigestAlgorithm algorithm = new DigestAlgorithm(name, session);
    return algorithm.isAvailable() ? Optional.of(algorithm) : Optional.empty();
  }

  /** A greater number is harder to break. */
  int strength() {
    return name.equals("MD5") ? 1 : 2;
  }

  String hash(byte[] octets) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance(javaName()).digest(octets));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("it was there when it was chosen: " + name, e);
    }
  }

  private boolean isAvailable() {
    try {
      return !javaName().isEmpty() && MessageDigest.getInstance(javaName()).getDigestLength() > 0;
    } catch (NoSuchAlgorithmException e) {
      return false; // not every provider has every function; another challenge may do
    }
  }

  private String javaName() {
    return switch (name) {
      case "MD5", "SHA-256" -> name;
      case "SHA-512-256" -> "SHA-512/256";
      default -> "";
    };
  }
}
