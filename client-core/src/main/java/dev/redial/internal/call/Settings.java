package dev.redial.internal.call;

import dev.redial.KeepAlive;
import dev.redial.PoolLimits;
import dev.redial.RedialListener;
import dev.redial.Resolver;
import dev.redial.ResponseLimits;
import dev.redial.Retries;
import dev.redial.TimeLimits;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.InetAddress;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * What a client was built with. Checked by the builder.
 *
 * @param keepAlive how long connections are kept
 * @param pool how many there may be
 * @param retries when a request is sent again
 * @param listener hears of it
 * @param deadlineHeader carries the time that is left of the deadline, or null
 * @param timeLimits of single phases
 * @param responseLimits of what servers send
 * @param connectTimeout for opening one, or null
 * @param redirects which are followed
 * @param executor runs what depends on asynchronous sends, or null for virtual threads
 * @param cookies the caller's, or null
 * @param proxies the caller's, or null for the default selector
 * @param authenticator the caller's, or null
 * @param sslContext makes TLS engines
 * @param sslParameters as the caller gave them; copied
 * @param resolver asked for addresses
 * @param localAddress to bind sockets to, or null
 * @param version what {@link HttpClient#version()} answers
 * @param properties of the system, when the client was built
 */
public record Settings(
    KeepAlive keepAlive,
    PoolLimits pool,
    Retries retries,
    RedialListener listener,
    @Nullable String deadlineHeader,
    TimeLimits timeLimits,
    ResponseLimits responseLimits,
    @Nullable Duration connectTimeout,
    HttpClient.Redirect redirects,
    @Nullable Executor executor,
    @Nullable CookieHandler cookies,
    @Nullable ProxySelector proxies,
    @Nullable Authenticator authenticator,
    SSLContext sslContext,
    SSLParameters sslParameters,
    Resolver resolver,
    @Nullable InetAddress localAddress,
    HttpClient.Version version,
    SystemProperties properties) {}
