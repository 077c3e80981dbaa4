package dev.redial.internal.policy;

import java.io.IOException;
import java.net.Authenticator;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Which challenge is answered, and with what: Digest (RFC 7616) or Basic (RFC 7617), for servers
 * and proxies.
 */
public final class AuthRule {
  private static final int NONE = 0;
  private static final int BASIC = 1;

  private AuthRule() {}

  /** Who asks for credentials. */
  public enum Asker {
    /** The origin server, with 401. */
    SERVER(401, "WWW-Authenticate", "Authorization"),
    /** A proxy, with 407. */
    PROXY(407, "Proxy-Authenticate", "Proxy-Authorization");

    private final int status;
    private final String challengeField;
    private final String credentialsField;

    Asker(int status, String challengeField, String credentialsField) {
      this.status = status;
      this.challengeField = challengeField;
      this.credentialsField = credentialsField;
    }

    /**
     * The field that carries its challenges.
     *
     * @return a field name
     */
    public String challengeField() {
      return challengeField;
    }

    /**
     * The field that answers it.
     *
     * @return a field name
     */
    public String credentialsField() {
      return credentialsField;
    }

    /**
     * Who asks with a status.
     *
     * @param status of an answer
     * @return empty if nobody does
     */
    public static Optional<Asker> of(int status) {
      for (Asker asker : values()) {
        if (asker.status == status) return Optional.of(asker);
      }
      return Optional.empty();
    }
  }

  /**
   * The challenges of an answer.
   *
   * @param asker who sent it
   * @param headers of the answer
   * @return those that could be read
   * @throws IOException if there is no challenge at all, which RFC 9110, section 15.5.2, forbids
   */
  public static List<Challenge> challenges(Asker asker, HttpHeaders headers) throws IOException {
    List<String> lines = headers.allValues(asker.challengeField());
    if (lines.isEmpty())
      throw new IOException(
          asker.challengeField() + " header missing for response code " + asker.status);
    return Challenge.parse(lines);
  }

  /**
   * The challenge to answer: the strongest that is known, allowed and complete; of equal ones the
   * first (RFC 7616, section 3.7).
   *
   * @param challenges of one answer
   * @param disabled schemes in lower case
   * @return empty if there is none
   */
  public static Optional<Challenge> strongest(List<Challenge> challenges, Set<String> disabled) {
    Challenge best = null;
    int bestStrength = NONE;
    for (Challenge challenge : challenges) {
      int strength = disabled.contains(challenge.scheme()) ? NONE : strength(challenge);
      if (strength <= bestStrength) continue;
      best = challenge;
      bestStrength = strength;
    }
    return Optional.ofNullable(best);
  }

  private static int strength(Challenge challenge) {
    return switch (challenge.scheme()) {
      case "basic" -> BASIC;
      case "digest" ->
          DigestCredentials.supported(challenge)
              .map(found -> BASIC + found.strength())
              .orElse(NONE);
      default -> NONE;
    };
  }

  /**
   * Asks the caller's authenticator.
   *
   * @param authenticator the caller's
   * @param asker who wants to know
   * @param challenge the {@linkplain #strongest strongest} one
   * @param uri the target
   * @param proxy its address if a proxy asks, else null
   * @param clientNonces makes a text that nobody can guess
   * @return what it says
   * @throws IOException if it does not know, or fails, as callers of send expect whatever a handler
   *     of theirs throws
   */
  public static Credentials credentials(
      Authenticator authenticator,
      Asker asker,
      Challenge challenge,
      URI uri,
      @Nullable InetSocketAddress proxy,
      Supplier<String> clientNonces)
      throws IOException {
    try {
      return credentials(ask(authenticator, asker, challenge, uri, proxy), challenge, clientNonces);
    } catch (RuntimeException e) {
      throw new IOException("the authenticator failed: " + e, e);
    }
  }

  private static @Nullable PasswordAuthentication ask(
      Authenticator authenticator,
      Asker asker,
      Challenge challenge,
      URI uri,
      @Nullable InetSocketAddress proxy)
      throws IOException {
    return authenticator.requestPasswordAuthenticationInstance(
        proxy == null ? uri.getHost() : proxy.getHostString(),
        proxy == null ? null : proxy.getAddress(),
        proxy == null ? uri.getPort() : proxy.getPort(),
        proxy == null ? uri.getScheme() : "http",
        challenge.parameters().get("realm"),
        challenge.scheme(), // in lower case, as the JDK tells it
        uri.toURL(),
        asker == Asker.PROXY
            ? Authenticator.RequestorType.PROXY
            : Authenticator.RequestorType.SERVER);
  }

  private static Credentials credentials(
      @Nullable PasswordAuthentication answer, Challenge challenge, Supplier<String> clientNonces)
      throws IOException {
    if (answer == null) throw new IOException("No credentials provided");
    return challenge.scheme().equals("digest")
        ? DigestCredentials.of(
            challenge, DigestAlgorithm.of(challenge).orElseThrow(), answer, clientNonces)
        : BasicCredentials.of(challenge, answer);
  }

  /**
   * Refused credentials made good without asking anybody: the server only wants another nonce.
   *
   * @param refused those that were sent
   * @param challenge the answer to them
   * @param clientNonces makes a text that nobody can guess
   * @return empty if the authenticator has to be asked
   */
  public static Optional<Credentials> renewed(
      Credentials refused, Challenge challenge, Supplier<String> clientNonces) {
    return switch (refused) {
      case BasicCredentials basic -> Optional.empty();
      case DigestCredentials digest ->
          challenge.scheme().equals("digest")
              ? digest.renewed(challenge, clientNonces).map(Credentials.class::cast)
              : Optional.empty();
    };
  }

  /**
   * The caller's own credentials without those of schemes that must not be used.
   *
   * @param values of a credentials field
   * @param disabled schemes in lower case
   * @return what may be sent
   */
  public static List<String> allowed(List<String> values, Set<String> disabled) {
    return values.stream().filter(value -> !disabled.contains(scheme(value))).toList();
  }

  private static String scheme(String value) {
    String bare = value.strip();
    int end = bare.indexOf(' ');
    return (end < 0 ? bare : bare.substring(0, end)).toLowerCase(Locale.ROOT);
  }
}
