package dev.redial.internal.policy;

import java.io.ByteArrayOutputStream;
import java.net.PasswordAuthentication;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A name and the hash of a password, bound to one nonce of a server (RFC 7616). Each field value
 * counts the nonce's uses. Safe for use by any number of threads.
 *
 * <p>The body is not protected: {@code auth-int} would have to publish it twice.
 */
final class DigestCredentials implements Credentials {
  private final String username;
  private final String passwordHash;
  private final Charset charset;
  private final Map<String, String> challenge;
  private final DigestAlgorithm algorithm;
  private final String clientNonce;
  private final AtomicInteger uses = new AtomicInteger();

  private DigestCredentials(
      String username,
      String passwordHash,
      Charset charset,
      Challenge challenge,
      DigestAlgorithm algorithm,
      String clientNonce) {
    this.username = username;
    this.passwordHash = passwordHash;
    this.charset = charset;
    this.challenge = challenge.parameters();
    this.algorithm = algorithm;
    this.clientNonce = clientNonce;
  }

  /** Whether a challenge can be answered: all it needs is there, and known. */
  static Optional<DigestAlgorithm> supported(Challenge challenge) {
    Map<String, String> parameters = challenge.parameters();
    boolean complete = parameters.containsKey("realm") && parameters.containsKey("nonce");
    if (!complete || !offersAuth(parameters.get("qop"))) return Optional.empty();
    return DigestAlgorithm.of(challenge);
  }

  /** RFC 2069 servers do not name a quality of protection. */
  private static boolean offersAuth(@Nullable String qop) {
    if (qop == null) return true;
    for (String offer : qop.split(",", -1)) {
      if (offer.strip().equalsIgnoreCase("auth")) return true;
    }
    return false;
  }

  static DigestCredentials of(
      Challenge challenge,
      DigestAlgorithm algorithm,
      PasswordAuthentication answer,
      Supplier<String> clientNonces) {
    String username = answer.getUserName();
    String password = new String(answer.getPassword());
    Charset charset = BasicCredentials.charset(challenge.parameters(), username + password);
    ByteArrayOutputStream secret = new ByteArrayOutputStream();
    secret.writeBytes(username.getBytes(charset));
    secret.write(':');
    secret.writeBytes(octets(challenge.realm()));
    secret.write(':');
    secret.writeBytes(password.getBytes(charset));
    return new DigestCredentials(
        username,
        algorithm.hash(secret.toByteArray()),
        charset,
        challenge,
        algorithm,
        clientNonces.get());
  }

  /**
   * The same secret for a new nonce, if the server says that only the old one was bad.
   *
   * @return empty if the password is to be asked for again
   */
  Optional<DigestCredentials> renewed(Challenge fresh, Supplier<String> clientNonces) {
    boolean stale = "true".equalsIgnoreCase(fresh.parameters().get("stale"));
    boolean sameRealm = fresh.realm().equals(challenge.get("realm"));
    boolean sameKey =
        sameRealm
            && supported(fresh).filter(algorithm::equals).isPresent()
            && BasicCredentials.charset(fresh.parameters())
                .equals(BasicCredentials.charset(challenge));
    if (!stale || !sameKey) return Optional.empty();
    return Optional.of(
        new DigestCredentials(
            username, passwordHash, charset, fresh, algorithm, clientNonces.get()));
  }

  @Override
  public String fieldValue(String method, String target) {
    boolean counted = challenge.containsKey("qop");
    String count = String.format(Locale.ROOT, "%08x", uses.incrementAndGet());
    StringBuilder field = new StringBuilder(256).append("Digest ").append(username());
    field.append(", realm=").append(quoted("realm"));
    field.append(", uri=").append(quotedString(target));
    if (challenge.containsKey("algorithm")) field.append(", algorithm=").append(algorithmAsNamed());
    field.append(", nonce=").append(quoted("nonce"));
    if (counted) field.append(", nc=").append(count);
    if (counted || algorithm.session()) field.append(", cnonce=").append(quotedString(clientNonce));
    if (counted) field.append(", qop=auth");
    field.append(", response=\"").append(response(method, target, counted ? count : null));
    field.append('"');
    if (challenge.containsKey("opaque")) field.append(", opaque=").append(quoted("opaque"));
    return field.toString();
  }

  /** RFC 7616, section 3.4.1. */
  private String response(String method, String target, @Nullable String count) {
    String nonce = challenge.getOrDefault("nonce", "");
    String key =
        algorithm.session() ? hash(passwordHash + ":" + nonce + ":" + clientNonce) : passwordHash;
    String request = hash(method + ":" + target);
    return count == null
        ? hash(key + ":" + nonce + ":" + request)
        : hash(key + ":" + nonce + ":" + count + ":" + clientNonce + ":auth:" + request);
  }

  private String hash(String text) {
    return algorithm.hash(octets(text));
  }

  /** What came in a field is hashed as the octets that came. */
  private static byte[] octets(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private String algorithmAsNamed() {
    return algorithm.name() + (algorithm.session() ? "-sess" : "");
  }

  /** RFC 7616, section 3.4: what a quoted string cannot carry goes out as RFC 8187 has it. */
  private String username() {
    return isPlain(username)
        ? "username=" + quotedString(username)
        : "username*=UTF-8''" + extended(username);
  }

  private boolean isPlain(String text) {
    int most = charset.equals(StandardCharsets.UTF_8) ? 0x7E : 0xFF;
    return text.chars().allMatch(c -> c >= ' ' && c <= most && c != 0x7F);
  }

  private static String extended(String text) {
    StringBuilder extended = new StringBuilder();
    for (byte octet : text.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (octet & 0xFF);
      if (c < 0x7F && (Character.isLetterOrDigit(c) || "!#$&+-.^_`|~".indexOf(c) >= 0)) {
        extended.append(c);
      } else {
        extended.append(String.format(Locale.ROOT, "%%%02X", (int) c));
      }
    }
    return extended.toString();
  }

  private String quoted(String parameter) {
    return quotedString(challenge.getOrDefault(parameter, ""));
  }

  private static String quotedString(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  @Override
  public String toString() {
    return "Digest";
  }
}
