package dev.redial.internal.call;

import dev.redial.internal.connection.Answer;
import dev.redial.internal.policy.AuthRule;
import dev.redial.internal.policy.AuthRule.Asker;
import dev.redial.internal.policy.Challenge;
import dev.redial.internal.route.Route;
import java.io.IOException;
import java.net.Authenticator;
import java.net.http.HttpRequest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The authentication of one call: which credentials go out, and whether a 401 or 407 is answered.
 *
 * <p>Credentials that were given once are kept for the life of the client and sent without being
 * asked for, until they are refused.
 */
final class Authentication {
  /** What all calls of a client know. */
  static final class Memory {
    private final Map<Object, String> credentials = new ConcurrentHashMap<>();
  }

  /** The JDK's default of {@code jdk.httpclient.auth.retrylimit}. */
  private static final int MAX_TRIES = 3;

  private final @Nullable Authenticator authenticator;
  private final boolean basicThroughTunnels;
  private final Memory memory;
  private final Map<Asker, Integer> tries = new HashMap<>();

  Authentication(
      @Nullable Authenticator authenticator, boolean basicThroughTunnels, Memory memory) {
    this.authenticator = authenticator;
    this.basicThroughTunnels = basicThroughTunnels;
    this.memory = memory;
  }

  /**
   * The credentials that a request to a server, or to a forwarding proxy, carries; to be added to
   * by the caller.
   */
  Map<String, List<String>> fields(HttpRequest request, Route route) {
    Map<String, List<String>> fields = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    if (authenticator != null) {
      add(fields, Asker.SERVER, request, route);
      if (route.forwarded()) add(fields, Asker.PROXY, request, route);
    }
    // What is meant for a proxy never travels through its tunnel.
    if (route.tunnelled()) fields.put(Asker.PROXY.credentialsField(), List.of());
    return fields;
  }

  /** The credentials that ask a proxy for a tunnel. */
  Map<String, List<String>> tunnelFields(HttpRequest request, Route route) {
    String name = Asker.PROXY.credentialsField();
    List<String> own = request.headers().allValues(name);
    if (!own.isEmpty()) return Map.of(name, own);
    Map<String, List<String>> fields = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    if (authenticator != null && basicThroughTunnels) add(fields, Asker.PROXY, request, route);
    return fields;
  }

  private void add(
      Map<String, List<String>> fields, Asker asker, HttpRequest request, Route route) {
    if (isGivenBy(request, asker)) return;
    String known = memory.credentials.get(space(asker, route));
    if (known != null) fields.put(asker.credentialsField(), List.of(known));
  }

  private static boolean isGivenBy(HttpRequest request, Asker asker) {
    return request.headers().firstValue(asker.credentialsField()).isPresent();
  }

  private static Object space(Asker asker, Route route) {
    return asker == Asker.PROXY ? String.valueOf(route.proxy()) : route.origin();
  }

  /**
   * Whether the request is to be sent again with (other) credentials.
   *
   * @throws IOException if the answer has no challenge, or credentials were refused too often
   */
  boolean answers(HttpRequest request, Route route, Answer answer) throws IOException {
    Optional<Asker> asking = Asker.of(answer.statusCode());
    if (authenticator == null || asking.isEmpty()) return false;
    Asker asker = asking.get();
    if (isGivenBy(request, asker))
      return false; // the caller's own credentials win, and so does the answer to them
    if (asker == Asker.PROXY && route.tunnelled() && !basicThroughTunnels) return false;
    Optional<Challenge> challenge = AuthRule.basicChallenge(asker, answer.headers());
    if (challenge.isEmpty()) return false;
    return ask(authenticator, asker, challenge.get(), request, route);
  }

  private boolean ask(
      Authenticator whom, Asker asker, Challenge challenge, HttpRequest request, Route route)
      throws IOException {
    Object space = space(asker, route);
    memory.credentials.remove(space);
    if (tries.merge(asker, 1, Integer::sum) > MAX_TRIES)
      throw new IOException("too many authentication attempts. Limit: " + MAX_TRIES);
    Optional<String> credentials =
        AuthRule.basicCredentials(
            whom, asker, challenge, request.uri(), asker == Asker.PROXY ? route.proxy() : null);
    credentials.ifPresent(given -> memory.credentials.put(space, given));
    return credentials.isPresent();
  }
}
