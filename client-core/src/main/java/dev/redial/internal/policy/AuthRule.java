package dev.redial.internal.policy;

import java.io.IOException;
import java.net.Authenticator;
import java.net.InetSocketAddress;
import java.net.MalformedURLException;
import java.net.PasswordAuthentication;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpHeaders;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Which challenge is answered, and with what: Basic (RFC 7617), for servers and proxies. */
public final class AuthRule {
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
   * The Basic challenge among those of an answer.
   *
   * @param asker who sent it
   * @param headers of the answer
   * @return empty if every scheme is an unknown one
   * @throws IOException if there is no challenge at all, which RFC 9110, section 15.5.2, forbids
   */
  public static Optional<Challenge> basicChallenge(Asker asker, HttpHeaders headers)
      throws IOException {
    List<String> lines = headers.allValues(asker.challengeField());
    if (lines.isEmpty())
      throw new IOException(
          asker.challengeField() + " header missing for response code " + asker.status);
    for (Challenge challenge : Challenge.parse(lines)) {
      if (challenge.scheme().equals("basic")) return Optional.of(challenge);
    }
    return Optional.empty();
  }

  /**
   * Asks the caller's authenticator and encodes what it says.
   *
   * @param authenticator the caller's
   * @param asker who wants to know
   * @param challenge the Basic challenge
   * @param uri the target
   * @param proxy its address if a proxy asks, else null
   * @return the value of the credentials field, or empty if the authenticator does not know
   */
  public static Optional<String> basicCredentials(
      Authenticator authenticator,
      Asker asker,
      Challenge challenge,
      URI uri,
      @Nullable InetSocketAddress proxy)
      throws IOException {
    PasswordAuthentication answer =
        authenticator.requestPasswordAuthenticationInstance(
            proxy == null ? uri.getHost() : proxy.getHostString(),
            proxy == null ? null : proxy.getAddress(),
            proxy == null ? uri.getPort() : proxy.getPort(),
            uri.getScheme(),
            challenge.realm(),
            "Basic",
            url(uri),
            asker == Asker.PROXY
                ? Authenticator.RequestorType.PROXY
                : Authenticator.RequestorType.SERVER);
    if (answer == null) return Optional.empty();
    return Optional.of(encode(answer, charset(challenge)));
  }

  private static URL url(URI uri) throws MalformedURLException {
    return uri.toURL();
  }

  /**
   * RFC 7617, section 2.1: the server may say that it reads UTF-8; before, octets were all there
   * was.
   */
  private static Charset charset(Challenge challenge) {
    return "UTF-8".equalsIgnoreCase(challenge.parameters().get("charset"))
        ? StandardCharsets.UTF_8
        : StandardCharsets.ISO_8859_1;
  }

  private static String encode(PasswordAuthentication answer, Charset charset) {
    String pair = answer.getUserName() + ":" + new String(answer.getPassword());
    return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(charset));
  }
}
