package dev.redial.internal.policy;

import java.net.PasswordAuthentication;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;

/** A name and a password as RFC 7617 sends them. */
final class BasicCredentials implements Credentials {
  private final String value;

  private BasicCredentials(String value) {
    this.value = value;
  }

  static BasicCredentials of(Challenge challenge, PasswordAuthentication answer) {
    String pair = answer.getUserName() + ":" + new String(answer.getPassword());
    byte[] octets = pair.getBytes(charset(challenge.parameters(), pair));
    return new BasicCredentials("Basic " + Base64.getEncoder().encodeToString(octets));
  }

  /**
   * What a name and a password are encoded with: as the server says or, where that cannot carry
   * them, UTF-8, as a question mark is right for nobody.
   */
  static Charset charset(Map<String, String> parameters, String secret) {
    Charset read = charset(parameters);
    return read.newEncoder().canEncode(secret) ? read : StandardCharsets.UTF_8;
  }

  /** RFC 7617, section 2.1: a server may say that it reads UTF-8; before, octets were all. */
  static Charset charset(Map<String, String> parameters) {
    return "UTF-8".equalsIgnoreCase(parameters.get("charset"))
        ? StandardCharsets.UTF_8
        : StandardCharsets.ISO_8859_1;
  }

  @Override
  public String fieldValue(String method, String target) {
    return value;
  }

  @Override
  public String toString() {
    return "Basic";
  }
}
