package dev.redial.internal.call;

import dev.redial.ResponseLimits;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The system properties that java.net.http documents, as they stood when a client was built. What
 * the builder sets goes before them; a value that makes no sense counts as absent.
 *
 * @param idleLimit {@code jdk.httpclient.keepalive.timeout}, in seconds; zero means no reuse
 * @param maxIdle {@code jdk.httpclient.connectionPoolSize}: idle connections kept in all
 * @param maxRedirects {@code jdk.httpclient.redirects.retrylimit}
 * @param maxAuthTries {@code jdk.httpclient.auth.retrylimit}
 * @param maxInterimResponses {@code jdk.httpclient.maxNonFinalResponses}
 * @param maxHeadOctets {@code jdk.http.maxHeaderSize}, or by its other name {@code
 *     jdk.httpclient.maxResponseHeaderSize}
 * @param bodyBuffer {@code jdk.httpclient.bufsize}: the most octets of a body in one buffer
 * @param receiveBuffer {@code jdk.httpclient.receiveBufferSize} of each socket; 0 for the system's
 *     own choice
 * @param sendBuffer {@code jdk.httpclient.sendBufferSize}, the same
 * @param retriesConnects not {@code jdk.httpclient.disableRetryConnect}
 * @param retriesAllMethods {@code jdk.httpclient.enableAllMethodRetry}
 * @param verifiesHostnames false by {@code jdk.internal.httpclient.disableHostnameVerification}
 * @param allowedHeaders {@code jdk.httpclient.allowRestrictedHeaders}, in lower case
 * @param disabledTunneling {@code jdk.http.auth.tunneling.disabledSchemes}, in lower case: what the
 *     proxy's password must not be told with on the way to where the caller expects TLS
 * @param disabledForwarding {@code jdk.http.auth.proxying.disabledSchemes}, in lower case
 */
public record SystemProperties(
    Optional<Duration> idleLimit,
    int maxIdle,
    int maxRedirects,
    int maxAuthTries,
    int maxInterimResponses,
    int maxHeadOctets,
    int bodyBuffer,
    int receiveBuffer,
    int sendBuffer,
    boolean retriesConnects,
    boolean retriesAllMethods,
    boolean verifiesHostnames,
    Set<String> allowedHeaders,
    Set<String> disabledTunneling,
    Set<String> disabledForwarding) {

  /** Where zero, or less, means that there is no limit. */
  static final int UNLIMITED = Integer.MAX_VALUE;

  private static final int SHORTEST_HEAD = 16;
  private static final int LONGEST_HEAD = 1 << 29;
  private static final int SHORTEST_OF_MANY_FIELDS = 64;
  private static final int MAX_BUFFER = 16 << 20;

  /** Copies the sets. */
  public SystemProperties {
    allowedHeaders = Set.copyOf(allowedHeaders);
    disabledTunneling = Set.copyOf(disabledTunneling);
    disabledForwarding = Set.copyOf(disabledForwarding);
  }

  /**
   * The properties as they stand now.
   *
   * @return a snapshot
   */
  public static SystemProperties current() {
    return read(System::getProperty);
  }

  static SystemProperties read(Function<String, @Nullable String> source) {
    Reader reader = new Reader(source);
    return new SystemProperties(
        reader.number("jdk.httpclient.keepalive.timeout", 0).map(Duration::ofSeconds),
        limit(reader.number("jdk.httpclient.connectionPoolSize", 0), UNLIMITED),
        reader.number("jdk.httpclient.redirects.retrylimit", 0).orElse(5),
        reader.number("jdk.httpclient.auth.retrylimit", 0).orElse(3),
        limit(
            reader.number("jdk.httpclient.maxNonFinalResponses", Integer.MIN_VALUE),
            ResponseLimits.defaults().interimResponses()),
        limit(
            reader
                .number("jdk.http.maxHeaderSize", Integer.MIN_VALUE)
                .or(() -> reader.number("jdk.httpclient.maxResponseHeaderSize", Integer.MIN_VALUE)),
            ResponseLimits.defaults().headBytes()),
        reader
            .number("jdk.httpclient.bufsize", 1)
            .filter(octets -> octets <= MAX_BUFFER)
            .orElse(16 << 10),
        reader.number("jdk.httpclient.receiveBufferSize", 0).orElse(0),
        reader.number("jdk.httpclient.sendBufferSize", 0).orElse(0),
        !reader.flag("jdk.httpclient.disableRetryConnect"),
        reader.flag("jdk.httpclient.enableAllMethodRetry"),
        !reader.flag("jdk.internal.httpclient.disableHostnameVerification"),
        reader.names("jdk.httpclient.allowRestrictedHeaders", ""),
        reader.names("jdk.http.auth.tunneling.disabledSchemes", "Basic"),
        reader.names("jdk.http.auth.proxying.disabledSchemes", ""));
  }

  /**
   * What servers may send. Who allows longer heads allows longer and more fields, too.
   *
   * @return the defaults but for what the properties say
   */
  public ResponseLimits responseLimits() {
    ResponseLimits usual = ResponseLimits.defaults();
    int head = Math.clamp(maxHeadOctets, SHORTEST_HEAD, LONGEST_HEAD);
    ResponseLimits limits = usual.withHeadBytes(head).withInterimResponses(maxInterimResponses);
    if (head <= usual.headBytes()) return limits;
    return limits
        .withHeaderLine(head)
        .withHeaderCount(Math.max(usual.headerCount(), head / SHORTEST_OF_MANY_FIELDS));
  }

  private static int limit(Optional<Integer> given, int otherwise) {
    return given.map(number -> number <= 0 ? UNLIMITED : number).orElse(otherwise);
  }

  /** Reads values of each kind. */
  private record Reader(Function<String, @Nullable String> source) {

    Optional<Integer> number(String name, int least) {
      String value = source.apply(name);
      if (value == null) return Optional.empty();
      try {
        int number = Integer.parseInt(value.strip());
        return number < least ? Optional.empty() : Optional.of(number);
      } catch (NumberFormatException e) {
        return Optional.empty(); // documented: the default is used
      }
    }

    /** Set to nothing means true, as in the JDK. */
    boolean flag(String name) {
      String value = source.apply(name);
      return value != null && (value.isBlank() || value.strip().equalsIgnoreCase("true"));
    }

    Set<String> names(String name, String otherwise) {
      String value = source.apply(name);
      Set<String> names = new TreeSet<>();
      for (String one : (value == null ? otherwise : value).split(",", -1)) {
        if (!one.isBlank()) names.add(one.strip().toLowerCase(Locale.ROOT));
      }
      return names;
    }
  }
}
