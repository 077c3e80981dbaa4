package dev.redial;

import dev.redial.internal.call.Engine;
import dev.redial.internal.call.Settings;
import dev.redial.internal.call.SystemProperties;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.InetAddress;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.PushPromiseHandler;
import java.net.http.WebSocket;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * An {@link HttpClient} over HTTP/1.1 that does not lose requests to connections which the server
 * closed.
 *
 * <pre>{@code HttpClient client = RedialClient.newBuilder().build();}</pre>
 *
 * <p>It is immutable and safe for use by any number of threads, platform and virtual. {@link #send}
 * does its I/O on the calling thread; {@link #sendAsync(HttpRequest, BodyHandler) sendAsync} runs
 * the same code on a virtual thread.
 *
 * <p>Pooled connections are probed before each reuse, kept no longer than the server keeps them,
 * and where the server closes one in the very moment of its reuse, the request is sent again on a
 * fresh connection if, and only if, that is safe (RFC 9110, section 9.2.2). Everything else is
 * reported as one of the {@link ExchangeFailure}s.
 *
 * <p>{@link HttpRequest#timeout()} limits the whole call, retries, redirects and body included.
 *
 * <p>A client that is no longer used should be {@linkplain #close() closed}; one that is merely
 * dropped closes its connections once it was garbage collected.
 */
public final class RedialClient extends HttpClient {
  private final Settings settings;
  private final Engine engine;
  private final WebSockets webSockets;

  private RedialClient(Settings settings, Engine engine) {
    this.settings = settings;
    this.engine = engine;
    this.webSockets = new WebSockets(this::jdkTwin);
  }

  private static RedialClient create(Settings settings) {
    Owner owner = new Owner();
    Engine engine = new Engine(settings, Parameters.copy(settings.sslParameters()), owner::isGone);
    RedialClient client = new RedialClient(settings, engine);
    owner.client = new WeakReference<>(client);
    return client;
  }

  /** Lets the engine see that its client is gone, without holding it. */
  private static final class Owner {
    private volatile @Nullable WeakReference<RedialClient> client;

    boolean isGone() {
      WeakReference<RedialClient> held = client;
      return held != null && held.get() == null;
    }
  }

  /**
   * A client with the defaults of {@link #newBuilder()}.
   *
   * @return a new client
   * @throws UncheckedIOException if there is no default {@link SSLContext}
   */
  public static RedialClient newHttpClient() {
    return newBuilder().build();
  }

  /**
   * A builder with the defaults that {@link HttpClient#newBuilder()} has.
   *
   * @return a new builder
   */
  public static Builder newBuilder() {
    return new Builder();
  }

  @Override
  public <T> HttpResponse<T> send(HttpRequest request, BodyHandler<T> responseBodyHandler)
      throws IOException, InterruptedException {
    Objects.requireNonNull(request, "request");
    Objects.requireNonNull(responseBodyHandler, "responseBodyHandler");
    try {
      return engine.send(request, responseBodyHandler);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  @Override
  public <T> CompletableFuture<HttpResponse<T>> sendAsync(
      HttpRequest request, BodyHandler<T> responseBodyHandler) {
    Objects.requireNonNull(request, "request");
    Objects.requireNonNull(responseBodyHandler, "responseBodyHandler");
    return engine.sendAsync(request, responseBodyHandler);
  }

  /**
   * Sends on a virtual thread. HTTP/1.1 has no push promises, so the third argument is never called
   * and may be null.
   *
   * @param request the request
   * @param responseBodyHandler the handler
   * @param pushPromiseHandler unused
   * @return the future response
   */
  @Override
  public <T> CompletableFuture<HttpResponse<T>> sendAsync(
      HttpRequest request,
      BodyHandler<T> responseBodyHandler,
      PushPromiseHandler<T> pushPromiseHandler) {
    return sendAsync(request, responseBodyHandler);
  }

  /**
   * The connections of this client as they stand.
   *
   * @return a snapshot
   */
  public PoolStats stats() {
    return engine.stats();
  }

  @Override
  public Optional<CookieHandler> cookieHandler() {
    return Optional.ofNullable(settings.cookies());
  }

  @Override
  public Optional<Duration> connectTimeout() {
    return Optional.ofNullable(settings.connectTimeout());
  }

  @Override
  public Redirect followRedirects() {
    return settings.redirects();
  }

  @Override
  public Optional<ProxySelector> proxy() {
    return Optional.ofNullable(settings.proxies());
  }

  @Override
  public SSLContext sslContext() {
    return settings.sslContext();
  }

  @Override
  public SSLParameters sslParameters() {
    return Parameters.copy(settings.sslParameters());
  }

  @Override
  public Optional<Authenticator> authenticator() {
    return Optional.ofNullable(settings.authenticator());
  }

  /**
   * The preferred version as it was set, {@code HTTP_2} by default as in the JDK. It is a
   * preference: every exchange is HTTP/1.1.
   *
   * @return the preference
   */
  @Override
  public Version version() {
    return settings.version();
  }

  @Override
  public Optional<Executor> executor() {
    return Optional.ofNullable(settings.executor());
  }

  /**
   * The JDK's own WebSocket implementation, with the settings of this client. WebSockets end with
   * it: {@link #close()} waits for open ones, {@link #shutdownNow()} closes them.
   *
   * @return a new builder
   */
  @Override
  public WebSocket.Builder newWebSocketBuilder() {
    return webSockets.newBuilder();
  }

  /** The JDK's client with these settings. */
  private HttpClient jdkTwin() {
    HttpClient.Builder twin =
        HttpClient.newBuilder()
            .followRedirects(followRedirects())
            .sslContext(sslContext())
            .sslParameters(sslParameters())
            .localAddress(settings.localAddress());
    connectTimeout().ifPresent(twin::connectTimeout);
    executor().ifPresent(twin::executor);
    cookieHandler().ifPresent(twin::cookieHandler);
    proxy().ifPresent(twin::proxy);
    authenticator().ifPresent(twin::authenticator);
    return twin.build();
  }

  @Override
  public void shutdown() {
    engine.shutdown();
    webSockets.shutdown();
  }

  @Override
  public void shutdownNow() {
    engine.shutdownNow();
    webSockets.shutdownNow();
  }

  @Override
  public boolean awaitTermination(Duration duration) throws InterruptedException {
    Objects.requireNonNull(duration, "duration");
    long begun = System.nanoTime();
    return engine.awaitTermination(duration)
        && webSockets.awaitTermination(duration.minusNanos(System.nanoTime() - begun));
  }

  @Override
  public boolean isTerminated() {
    return engine.isTerminated() && webSockets.isTerminated();
  }

  /**
   * Builds clients; may be used again after {@link #build()}, also with changes.
   *
   * <p>Not safe for use by several threads at once.
   */
  public static final class Builder implements HttpClient.Builder {
    private @Nullable KeepAlive keepAlive;
    private PoolLimits pool = PoolLimits.defaults();
    private Retries retries = Retries.defaults();
    private RedialListener listener = new RedialListener() {};
    private @Nullable String deadlineHeader;
    private TimeLimits timeLimits = TimeLimits.none();
    private @Nullable ResponseLimits responseLimits;
    private @Nullable Duration connectTimeout;
    private Redirect redirects = Redirect.NEVER;
    private @Nullable Executor executor;
    private @Nullable CookieHandler cookies;
    private @Nullable ProxySelector proxies;
    private @Nullable Authenticator authenticator;
    private @Nullable SSLContext sslContext;
    private @Nullable SSLParameters sslParameters;
    private Resolver resolver = host -> List.of(InetAddress.getAllByName(host));
    private @Nullable InetAddress localAddress;
    private Version version = Version.HTTP_2;

    /** A builder with the defaults that {@link HttpClient#newBuilder()} has. */
    public Builder() {}

    /**
     * How long connections are kept. Default {@link KeepAlive#defaults()}, with the idle limit of
     * the system property {@code jdk.httpclient.keepalive.timeout} if that is set.
     *
     * @param settings the times
     * @return this builder
     */
    public Builder keepAlive(KeepAlive settings) {
      this.keepAlive = Objects.requireNonNull(settings, "keepAlive");
      return this;
    }

    /**
     * How many connections there may be. Default {@link PoolLimits#defaults()}.
     *
     * @param limits the bounds
     * @return this builder
     */
    public Builder pool(PoolLimits limits) {
      this.pool = Objects.requireNonNull(limits, "pool");
      return this;
    }

    /**
     * How long single phases of a call may take. Default {@link TimeLimits#none()}.
     *
     * @param limits the times
     * @return this builder
     */
    public Builder timeLimits(TimeLimits limits) {
      this.timeLimits = Objects.requireNonNull(limits, "timeLimits");
      return this;
    }

    /**
     * How much a server may send of each part of a response. Default {@link
     * ResponseLimits#defaults()}, with what the system properties {@code jdk.http.maxHeaderSize}
     * and {@code jdk.httpclient.maxNonFinalResponses} say; both count for nothing where this is
     * set.
     *
     * @param limits the bounds
     * @return this builder
     */
    public Builder responseLimits(ResponseLimits limits) {
      this.responseLimits = Objects.requireNonNull(limits, "responseLimits");
      return this;
    }

    /**
     * When and how often requests are sent again. Default {@link Retries#defaults()}. A single
     * request may carry its own: {@link Retries#forRequest}.
     *
     * @param settings the rules
     * @return this builder
     */
    public Builder retries(Retries settings) {
      this.retries = Objects.requireNonNull(settings, "retries");
      return this;
    }

    /**
     * Hears what the client does on its own behalf. Default: nobody.
     *
     * @param given called on the threads that run the calls
     * @return this builder
     */
    public Builder listener(RedialListener given) {
      this.listener = Objects.requireNonNull(given, "listener");
      return this;
    }

    /**
     * Tells servers how long the caller will wait: each request that has a {@link
     * HttpRequest#timeout() timeout} carries what is left of it, in whole milliseconds, so that a
     * server behind a proxy that hides disconnects can give up in time. Default: not sent.
     *
     * @param name of the header, for instance {@code X-Request-Timeout-Ms}; it replaces one of the
     *     request
     * @return this builder
     */
    public Builder deadlineHeader(String name) {
      HeaderName.require(name, "deadlineHeader");
      this.deadlineHeader = name;
      return this;
    }

    @Override
    public Builder cookieHandler(CookieHandler cookieHandler) {
      this.cookies = Objects.requireNonNull(cookieHandler, "cookieHandler");
      return this;
    }

    @Override
    public Builder connectTimeout(Duration duration) {
      Objects.requireNonNull(duration, "duration");
      if (duration.isNegative() || duration.isZero())
        throw new IllegalArgumentException("connectTimeout must be more than zero: " + duration);
      this.connectTimeout = duration;
      return this;
    }

    @Override
    public Builder sslContext(SSLContext context) {
      this.sslContext = Objects.requireNonNull(context, "sslContext");
      return this;
    }

    @Override
    public Builder sslParameters(SSLParameters parameters) {
      this.sslParameters = Parameters.copy(Objects.requireNonNull(parameters, "sslParameters"));
      return this;
    }

    /**
     * Runs what depends on the futures of {@code sendAsync}. The exchanges themselves run on
     * virtual threads whatever is given here, so that an executor of few threads cannot hold them
     * up. Default: a virtual thread for each task.
     */
    @Override
    public Builder executor(Executor given) {
      this.executor = Objects.requireNonNull(given, "executor");
      return this;
    }

    @Override
    public Builder followRedirects(Redirect policy) {
      this.redirects = Objects.requireNonNull(policy, "policy");
      return this;
    }

    /** A preference that is remembered and not acted upon: every exchange is HTTP/1.1. */
    @Override
    public Builder version(Version preferred) {
      this.version = Objects.requireNonNull(preferred, "version");
      return this;
    }

    /** Checked and not used: HTTP/1.1 has no priorities. */
    @Override
    public Builder priority(int priority) {
      if (priority < 1 || priority > 256)
        throw new IllegalArgumentException("priority must be between 1 and 256: " + priority);
      return this;
    }

    @Override
    public Builder proxy(ProxySelector selector) {
      this.proxies = Objects.requireNonNull(selector, "proxySelector");
      return this;
    }

    @Override
    public Builder authenticator(Authenticator given) {
      this.authenticator = Objects.requireNonNull(given, "authenticator");
      return this;
    }

    /**
     * Who turns the names of servers and proxies into addresses. Default: the JDK's own look-up,
     * {@link InetAddress#getAllByName(String)}. WebSockets always use that one.
     *
     * @param given asked for every new connection to a name
     * @return this builder
     */
    public Builder resolver(Resolver given) {
      this.resolver = Objects.requireNonNull(given, "resolver");
      return this;
    }

    /**
     * The address that sockets are bound to; null, the default, leaves the choice to the operating
     * system.
     */
    @Override
    public Builder localAddress(InetAddress address) {
      this.localAddress = address;
      return this;
    }

    /**
     * Builds a client.
     *
     * @throws UncheckedIOException if no {@link SSLContext} was given and there is no default one
     */
    @Override
    public RedialClient build() {
      SystemProperties properties = SystemProperties.current();
      SSLContext context = sslContext == null ? defaultContext() : sslContext;
      SSLParameters parameters =
          sslParameters == null
              ? context.getDefaultSSLParameters()
              : Parameters.copy(sslParameters);
      return create(
          new Settings(
              keepAlive == null ? keepAlive(properties.idleLimit()) : keepAlive,
              pool,
              retries,
              listener,
              deadlineHeader,
              timeLimits,
              responseLimits == null ? properties.responseLimits() : responseLimits,
              connectTimeout,
              redirects,
              executor,
              cookies,
              proxies,
              authenticator,
              context,
              parameters,
              resolver,
              localAddress,
              version,
              properties));
    }

    /** An idle time of zero means that nothing is kept. */
    private static KeepAlive keepAlive(Optional<Duration> idleLimit) {
      if (idleLimit.isEmpty()) return KeepAlive.defaults();
      return idleLimit.get().isZero()
          ? KeepAlive.off()
          : KeepAlive.defaults().withIdleLimit(idleLimit.get());
    }

    private static SSLContext defaultContext() {
      try {
        return SSLContext.getDefault();
      } catch (NoSuchAlgorithmException e) {
        throw new UncheckedIOException(new IOException(e));
      }
    }
  }
}
