package dev.redial.internal.call;

import dev.redial.internal.connection.Answer;
import dev.redial.internal.connection.RequestTarget;
import dev.redial.internal.policy.AuthRule;
import dev.redial.internal.policy.AuthRule.Asker;
import dev.redial.internal.policy.Challenge;
import dev.redial.internal.policy.Credentials;
import dev.redial.internal.route.Route;
import java.io.IOException;
import java.net.Authenticator;
import java.net.InetSocketAddress;
import java.net.http.HttpRequest;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The authentication of one call: which credentials go out, and whether a 401 or 407 is answered.
 *
 * <p>Credentials that were accepted once are kept for the life of the client and sent without being
 * asked for, until they are refused.
 */
final class Authentication {
  private final @Nullable Authenticator authenticator;
  private final SystemProperties properties;
  private final CredentialsMemory memory;
  private final Map<Asker, Integer> tries = new EnumMap<>(Asker.class);
  private final Map<Asker, Given> given = new EnumMap<>(Asker.class);
  private final Map<Asker, Credentials> sent = new EnumMap<>(Asker.class);

  /** Credentials of this call that nobody has accepted yet, and for whom they are. */
  private record Given(Object authority, Credentials credentials) {}

  Authentication(
      @Nullable Authenticator authenticator,
      SystemProperties properties,
      CredentialsMemory memory) {
    this.authenticator = authenticator;
    this.properties = properties;
    this.memory = memory;
  }

  /**
   * The credentials that a request to a server, or to a forwarding proxy, carries; to be added to
   * by the caller. An empty list takes the caller's field of that name away.
   */
  Map<String, List<String>> fields(HttpRequest request, Route route) {
    Map<String, List<String>> fields = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    String target = RequestTarget.origin(request.uri());
    add(fields, Asker.SERVER, request, route, request.method(), target);
    if (route.forwarded()) {
      String absolute = RequestTarget.absolute(request.uri(), route.origin().authority());
      add(fields, Asker.PROXY, request, route, request.method(), absolute);
    }
    String name = Asker.PROXY.credentialsField();
    List<String> own = request.headers().allValues(name);
    List<String> kept = // what is meant for a proxy reaches no server, not through a tunnel either
        route.forwarded() ? AuthRule.allowed(own, properties.disabledForwarding()) : List.of();
    if (!own.isEmpty() && !own.equals(kept)) fields.put(name, kept);
    return fields;
  }

  /** Whether a request may need {@link #fields} although its client has no authenticator. */
  static boolean hasProxyCredentials(HttpRequest request) {
    return !request.headers().map().isEmpty() && isGivenBy(request, Asker.PROXY);
  }

  /** The credentials that ask a proxy for a tunnel; for one CONNECT. */
  Map<String, List<String>> tunnelFields(HttpRequest request, Route route) {
    String name = Asker.PROXY.credentialsField();
    List<String> own = request.headers().allValues(name);
    if (!own.isEmpty()) return Map.of(name, AuthRule.allowed(own, properties.disabledTunneling()));
    Map<String, List<String>> fields = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    add(fields, Asker.PROXY, request, route, "CONNECT", route.origin().hostAndPort());
    fields.computeIfPresent(
        name, (field, values) -> AuthRule.allowed(values, properties.disabledTunneling()));
    return fields;
  }

  private void add(
      Map<String, List<String>> fields,
      Asker asker,
      HttpRequest request,
      Route route,
      String method,
      String target) {
    sent.remove(asker);
    if (authenticator == null || isGivenBy(request, asker)) return;
    Optional<Credentials> credentials = credentials(asker, request, route);
    if (credentials.isEmpty()) return;
    sent.put(asker, credentials.get());
    fields.put(asker.credentialsField(), List.of(credentials.get().fieldValue(method, target)));
  }

  private Optional<Credentials> credentials(Asker asker, HttpRequest request, Route route) {
    Given own = given.get(asker);
    if (own != null && own.authority().equals(CredentialsMemory.authority(asker, route)))
      return Optional.of(own.credentials());
    return memory.find(asker, route, request.uri());
  }

  private static boolean isGivenBy(HttpRequest request, Asker asker) {
    return request.headers().firstValue(asker.credentialsField()).isPresent();
  }

  /**
   * Whether the request is to be sent again with (other) credentials; takes note of those that were
   * accepted.
   *
   * @throws IOException if the answer has no challenge, nobody knows credentials, or they were
   *     refused too often
   */
  boolean answers(HttpRequest request, Route route, Answer answer) throws IOException {
    int status = answer.statusCode();
    if (status != 407) accepted(Asker.PROXY, request, route);
    if (status != 407 && status != 401) accepted(Asker.SERVER, request, route);
    // Behind a tunnel, or without one, whoever asks as a proxy is none of the caller's proxies.
    boolean fromProxy = route.forwarded();
    return answers(request, route, answer, properties.disabledForwarding(), fromProxy);
  }

  /** The same for a proxy's answer to CONNECT. */
  boolean answersTunnel(HttpRequest request, Route route, Answer answer) throws IOException {
    return answers(request, route, answer, properties.disabledTunneling(), true);
  }

  private boolean answers(
      HttpRequest request, Route route, Answer answer, Set<String> disabled, boolean fromProxy)
      throws IOException {
    Optional<Asker> asking = Asker.of(answer.statusCode());
    if (authenticator == null || asking.isEmpty()) return false;
    Asker asker = asking.get();
    if (isGivenBy(request, asker))
      return false; // the caller's own credentials win, and so does the answer to them
    List<Challenge> challenges = AuthRule.challenges(asker, answer.headers());
    if (asker == Asker.PROXY && !fromProxy) return false;
    Optional<Challenge> challenge =
        AuthRule.strongest(challenges, asker == Asker.PROXY ? disabled : Set.of());
    if (challenge.isEmpty()) return false;
    answer(authenticator, asker, challenge.get(), request, route);
    return true;
  }

  private void answer(
      Authenticator whom, Asker asker, Challenge challenge, HttpRequest request, Route route)
      throws IOException {
    Credentials refused = sent.get(asker);
    if (refused != null) {
      memory.forget(refused);
      given.remove(asker);
      tries.putIfAbsent(asker, 1); // those of an earlier call count, as in the JDK
    } else if (memory.find(asker, route, request.uri()).isPresent()) {
      return; // another call has learned them meanwhile
    }
    int before = tries.getOrDefault(asker, 0);
    if (before > properties.maxAuthTries()) // the first try, and so many more
    throw new IOException("too many authentication attempts. Limit: " + properties.maxAuthTries());
    tries.put(asker, before + 1);
    Optional<Credentials> renewed =
        refused == null
            ? Optional.empty()
            : AuthRule.renewed(refused, challenge, memory::clientNonce);
    InetSocketAddress proxy = asker == Asker.PROXY ? route.proxy() : null;
    Credentials credentials =
        renewed.isPresent()
            ? renewed.get()
            : AuthRule.credentials(
                whom, asker, challenge, request.uri(), proxy, memory::clientNonce);
    given.put(asker, new Given(CredentialsMemory.authority(asker, route), credentials));
  }

  private void accepted(Asker asker, HttpRequest request, Route route) {
    Given own = given.get(asker);
    if (own == null || !own.authority().equals(CredentialsMemory.authority(asker, route))) return;
    given.remove(asker);
    memory.keep(asker, route, request.uri(), own.credentials());
  }
}
