package dev.redial;

import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * How long connections are kept for reuse, and which requests may ride on them.
 *
 * <p>Immutable. Start at {@link #defaults()} or {@link #off()} and change what has to differ:
 *
 * <pre>{@code KeepAlive.defaults().withIdleLimit(Duration.ofSeconds(10))}</pre>
 *
 * @param enabled whether connections are reused at all; if not, {@code Connection: close} is sent
 * @param idleLimit how long a connection may be idle before a request that is safe to repeat rides
 *     on it. Default 30 s, the shortest of the usual silent server defaults; a lost race costs such
 *     a request one more attempt, no failure. More than 230 s counts as 230 s, as there are load
 *     balancers that forget a connection after 4 min without telling anybody
 * @param unrepeatableIdleLimit the same for a request that must not be sent twice, where the server
 *     has announced nothing and taught nothing. Default 1 s: the shortest server default in the
 *     field is 2 s (gunicorn)
 * @param lifetimeLimit how long a connection may live. Default 10 min, shortened by up to 10 % at
 *     random for each connection, so that changes of DNS are seen and connections do not all end at
 *     once
 * @param tcpIdle idle time after which TCP keep-alive probes start. Default 60 s: below the 4 min
 *     after which the hastiest load balancers forget a connection without telling anybody. The
 *     kernel is asked for them once a connection has lived for a second or two
 * @param tcpInterval time between TCP keep-alive probes. Default 15 s
 * @param tcpProbes unanswered TCP keep-alive probes after which the connection is dead. Default 4
 * @param knownLimits how long servers keep an idle connection, by origin, for those of which that
 *     is known beforehand. Default empty: the client honours what is announced and learns the rest
 */
public record KeepAlive(
    boolean enabled,
    Duration idleLimit,
    Duration unrepeatableIdleLimit,
    Duration lifetimeLimit,
    Duration tcpIdle,
    Duration tcpInterval,
    int tcpProbes,
    Map<URI, Duration> knownLimits) {

  private static final KeepAlive DEFAULTS =
      new KeepAlive(
          true,
          Duration.ofSeconds(30),
          Duration.ofSeconds(1),
          Duration.ofMinutes(10),
          Duration.ofSeconds(60),
          Duration.ofSeconds(15),
          4,
          Map.of());

  /** Checks every value; a bad one is named in the message. */
  public KeepAlive {
    requirePositive(idleLimit, "idleLimit");
    Objects.requireNonNull(unrepeatableIdleLimit, "unrepeatableIdleLimit");
    if (unrepeatableIdleLimit.isNegative())
      throw new IllegalArgumentException(
          "unrepeatableIdleLimit must not be negative: " + unrepeatableIdleLimit);
    if (unrepeatableIdleLimit.compareTo(idleLimit) > 0)
      throw new IllegalArgumentException(
          "unrepeatableIdleLimit must not exceed idleLimit: "
              + unrepeatableIdleLimit
              + " > "
              + idleLimit);
    requirePositive(lifetimeLimit, "lifetimeLimit");
    requireWholeSeconds(tcpIdle, "tcpIdle");
    requireWholeSeconds(tcpInterval, "tcpInterval");
    if (tcpProbes < 1 || tcpProbes > 127)
      throw new IllegalArgumentException("tcpProbes must be 1 to 127: " + tcpProbes);
    knownLimits = checked(knownLimits);
  }

  /**
   * The defaults.
   *
   * @return reuse on, every value as documented at its component
   */
  public static KeepAlive defaults() {
    return DEFAULTS;
  }

  /**
   * No reuse: every request opens a connection and sends {@code Connection: close}.
   *
   * @return the defaults with reuse off
   */
  public static KeepAlive off() {
    return new KeepAlive(
        false,
        DEFAULTS.idleLimit,
        DEFAULTS.unrepeatableIdleLimit,
        DEFAULTS.lifetimeLimit,
        DEFAULTS.tcpIdle,
        DEFAULTS.tcpInterval,
        DEFAULTS.tcpProbes,
        DEFAULTS.knownLimits);
  }

  /**
   * A copy with another idle limit; {@link #unrepeatableIdleLimit()} is lowered to it where it
   * would exceed it.
   *
   * @param limit more than zero
   * @return the copy
   */
  public KeepAlive withIdleLimit(Duration limit) {
    requirePositive(limit, "idleLimit");
    Duration unrepeatable =
        unrepeatableIdleLimit.compareTo(limit) > 0 ? limit : unrepeatableIdleLimit;
    return new KeepAlive(
        enabled, limit, unrepeatable, lifetimeLimit, tcpIdle, tcpInterval, tcpProbes, knownLimits);
  }

  /**
   * A copy with another idle limit for requests that must not be sent twice.
   *
   * @param limit zero (they always get a fresh connection unless the server's own limit is known)
   *     up to {@link #idleLimit()}
   * @return the copy
   */
  public KeepAlive withUnrepeatableIdleLimit(Duration limit) {
    return new KeepAlive(
        enabled, idleLimit, limit, lifetimeLimit, tcpIdle, tcpInterval, tcpProbes, knownLimits);
  }

  /**
   * A copy with another lifetime limit.
   *
   * @param limit more than zero
   * @return the copy
   */
  public KeepAlive withLifetimeLimit(Duration limit) {
    return new KeepAlive(
        enabled,
        idleLimit,
        unrepeatableIdleLimit,
        limit,
        tcpIdle,
        tcpInterval,
        tcpProbes,
        knownLimits);
  }

  /**
   * A copy with other TCP keep-alive times.
   *
   * @param idle whole seconds, at least one
   * @param interval whole seconds, at least one
   * @param probes 1 to 127
   * @return the copy
   */
  public KeepAlive withTcpKeepAlive(Duration idle, Duration interval, int probes) {
    return new KeepAlive(
        enabled,
        idleLimit,
        unrepeatableIdleLimit,
        lifetimeLimit,
        idle,
        interval,
        probes,
        knownLimits);
  }

  /**
   * A copy that knows how long a server keeps an idle connection, so that nothing has to be learned
   * at the cost of a request: for a server that announces nothing and whose configuration you know,
   * or for a load balancer on the way that forgets idle connections without telling anybody. No
   * request rides on a connection that has been idle for longer. It shortens what the server
   * announces, and what is learned still shortens it. It does not hold for requests that a proxy
   * forwards, as the connections are the proxy's then.
   *
   * <pre>{@code
   * KeepAlive.defaults().withKnownLimit(URI.create("http://inventory:8080"), Duration.ofSeconds(5))
   * }</pre>
   *
   * @param origin scheme http or https, host and port, nothing else
   * @param limit as the server is configured, without any margin; zero if it keeps none
   * @return the copy
   */
  public KeepAlive withKnownLimit(URI origin, Duration limit) {
    Objects.requireNonNull(limit, "limit");
    Map<URI, Duration> limits = new HashMap<>(knownLimits);
    limits.put(normal(origin), limit);
    return new KeepAlive(
        enabled,
        idleLimit,
        unrepeatableIdleLimit,
        lifetimeLimit,
        tcpIdle,
        tcpInterval,
        tcpProbes,
        limits);
  }

  private static Map<URI, Duration> checked(Map<URI, Duration> given) {
    Objects.requireNonNull(given, "knownLimits");
    Map<URI, Duration> limits = new HashMap<>();
    for (Map.Entry<URI, Duration> entry : given.entrySet()) {
      URI origin = normal(entry.getKey());
      Duration limit = Objects.requireNonNull(entry.getValue(), "limit");
      if (limit.isNegative())
        throw new IllegalArgumentException(
            "the known limit of " + origin + " must not be negative: " + limit);
      if (limits.put(origin, limit) != null)
        throw new IllegalArgumentException("two known limits for " + origin);
    }
    return Map.copyOf(limits);
  }

  /** In lower case and without the scheme's own port, so that equal origins are equal. */
  private static URI normal(URI origin) {
    Objects.requireNonNull(origin, "origin");
    String scheme = String.valueOf(origin.getScheme()).toLowerCase(Locale.ROOT);
    boolean http = scheme.equals("http") || scheme.equals("https");
    String path = origin.getRawPath();
    boolean more =
        origin.getRawUserInfo() != null
            || (path != null && !path.isEmpty() && !path.equals("/"))
            || origin.getRawQuery() != null
            || origin.getRawFragment() != null;
    boolean port = origin.getPort() == -1 || (origin.getPort() > 0 && origin.getPort() < 65_536);
    if (!http || origin.getHost() == null || !port || more)
      throw new IllegalArgumentException(
          "a known limit is for an origin such as https://example.com:8443, nothing else: "
              + origin);
    int own = scheme.equals("https") ? 443 : 80;
    boolean named = origin.getPort() != -1 && origin.getPort() != own;
    String host = origin.getHost();
    String lower = host.indexOf('%') < 0 ? host.toLowerCase(Locale.ROOT) : host;
    return URI.create(scheme + "://" + lower + (named ? ":" + origin.getPort() : ""));
  }

  private static void requirePositive(Duration value, String name) {
    Objects.requireNonNull(value, name);
    if (value.isNegative() || value.isZero())
      throw new IllegalArgumentException(name + " must be more than zero: " + value);
  }

  private static void requireWholeSeconds(Duration value, String name) {
    Objects.requireNonNull(value, name);
    if (value.getNano() != 0 || value.getSeconds() < 1 || value.getSeconds() > 32767)
      throw new IllegalArgumentException(name + " must be 1 to 32767 whole seconds: " + value);
  }
}
