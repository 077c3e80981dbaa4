package dev.redial.internal.call;

import dev.redial.ClientClosedException;
import dev.redial.ExchangeEvidence;
import dev.redial.ExchangeStage;
import dev.redial.PoolStats;
import dev.redial.internal.connection.Connector;
import dev.redial.internal.pool.Pool;
import dev.redial.internal.route.AddressBook;
import dev.redial.internal.route.Origin;
import dev.redial.internal.route.Route;
import dev.redial.internal.route.RoutePlanner;
import java.io.IOException;
import java.net.ProxySelector;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * The parts of one client and their life: it starts calls, counts them, and shuts down.
 *
 * <p>It never refers to the client object, so that a client that its owner dropped can be collected
 * while calls run on.
 */
public final class Engine {
  private enum Life {
    OPEN,
    SHUTDOWN,
    CLOSED
  }

  private final Settings settings;
  private final Connector connector;
  private final Pool<Route, PooledConnection> pool;
  private final RoutePlanner planner;
  private final AddressBook addressBook;
  private final Executor dependents;

  private final Budgets budgets;
  private final Events events;

  /** Asked for at each draw, so that callers on many threads do not contend. */
  private final RandomGenerator random = () -> ThreadLocalRandom.current().nextLong();

  private final CredentialsMemory credentials = new CredentialsMemory(new SecureRandom());

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  /**
   * Counted before {@link #life} is looked at, so that no call slips past whoever ends the life.
   */
  private final AtomicLong calls = new AtomicLong();

  /**
   * Changed under the lock; volatile for whoever begins a call, or asks why a connection is closed.
   */
  private volatile Life life = Life.OPEN;

  /**
   * An engine; it has no thread and no connection yet.
   *
   * @param settings checked
   * @param tlsParameters those of the settings, to be completed by the engine
   * @param abandoned tells whether the client object was garbage collected
   */
  public Engine(Settings settings, SSLParameters tlsParameters, BooleanSupplier abandoned) {
    this.settings = settings;
    this.connector =
        new Connector(
            settings.keepAlive(),
            settings.localAddress(),
            settings.sslContext(),
            completed(tlsParameters, settings.properties()),
            new Connector.Reading(settings.responseLimits(), settings.properties().bodyBuffer()),
            new Connector.SocketBuffers(
                settings.properties().receiveBuffer(), settings.properties().sendBuffer()));
    this.pool =
        Pool.create(
            settings.pool(),
            settings.keepAlive(),
            new KnownLimits(settings.keepAlive()),
            settings.properties().maxIdle(),
            connector::wakeAt,
            abandoned);
    this.budgets = new Budgets(settings.retries(), System::nanoTime);
    this.events = new Events(settings.listener());
    this.addressBook = new AddressBook(settings.resolver());
    this.planner =
        new RoutePlanner(
            settings.proxies() == null ? ProxySelector.getDefault() : settings.proxies());
    this.dependents =
        settings.executor() == null
            ? Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("redial-dependent").factory())
            : settings.executor();
  }

  private static SSLParameters completed(SSLParameters given, SystemProperties properties) {
    if (properties.verifiesHostnames() && given.getEndpointIdentificationAlgorithm() == null)
      given.setEndpointIdentificationAlgorithm("HTTPS");
    if (given.getApplicationProtocols().length == 0)
      given.setApplicationProtocols(new String[] {"http/1.1"});
    return given;
  }

  /**
   * Sends and waits.
   *
   * @param request the caller's
   * @param handler the caller's
   * @return the response
   */
  public <T extends @Nullable Object> HttpResponse<T> send(
      HttpRequest request, BodyHandler<T> handler) throws IOException, InterruptedException {
    HttpRequest checked = RequestCheck.checked(request, settings.properties().allowedHeaders());
    enter(checked);
    try {
      return new Call<>(this, request, checked, handler).run();
    } finally {
      leave();
    }
  }

  /**
   * Sends on a virtual thread.
   *
   * @param request the caller's
   * @param handler the caller's
   * @return completes on the caller's executor
   */
  public <T extends @Nullable Object> CompletableFuture<HttpResponse<T>> sendAsync(
      HttpRequest request, BodyHandler<T> handler) {
    HttpRequest checked = RequestCheck.checked(request, settings.properties().allowedHeaders());
    Call<T> call = new Call<>(this, request, checked, handler);
    try {
      enter(checked);
    } catch (IOException e) {
      return CompletableFuture.failedFuture(e);
    }
    try {
      return new AsyncCall<>(this, call, dependents).start();
    } catch (RuntimeException | Error e) { // there is no thread to be had
      leave();
      throw e;
    }
  }

  /**
   * Waits before a repetition.
   *
   * @throws ClientClosedException if the client is shut down at once meanwhile
   */
  void pause(long nanos, HttpRequest request) throws IOException, InterruptedException {
    long left = nanos;
    lock.lockInterruptibly();
    try {
      while (left > 0 && life != Life.CLOSED) left = changed.awaitNanos(left);
      if (life != Life.CLOSED) return;
    } finally {
      lock.unlock();
    }
    throw closed(request);
  }

  private void enter(HttpRequest request) throws IOException {
    long unused = calls.incrementAndGet();
    if (life == Life.OPEN) return;
    leave();
    throw closed(request);
  }

  private static ClientClosedException closed(HttpRequest request) {
    ExchangeEvidence evidence =
        ExchangeEvidence.withoutConnection(
            request.method() + " " + Origin.of(request.uri()),
            ExchangeStage.WAITING_FOR_CONNECTION);
    return new ClientClosedException("closed: the client was shut down; " + evidence, evidence);
  }

  void leave() {
    long left = calls.decrementAndGet();
    if (left > 0 || life == Life.OPEN) return;
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** No new calls; running ones go on. Idle connections are closed. */
  public void shutdown() {
    lock.lock();
    try {
      if (life == Life.OPEN) life = Life.SHUTDOWN;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    pool.retire();
  }

  /** No new calls; running ones fail. */
  public void shutdownNow() {
    lock.lock();
    try {
      life = Life.CLOSED;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    addressBook.close();
    connector.close();
    pool.closeNow();
  }

  /**
   * Waits until a client that was shut down has no call and no body in progress.
   *
   * @param limit for how long
   * @return whether it has terminated
   */
  public boolean awaitTermination(Duration limit) throws InterruptedException {
    long deadline = System.nanoTime() + Math.min(Deadline.nanos(limit), Long.MAX_VALUE / 2);
    lock.lockInterruptibly();
    try {
      while (life == Life.OPEN || calls.get() > 0) {
        long left = deadline - System.nanoTime();
        if (left <= 0) return false;
        long unused = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
    return pool.awaitEmpty(Math.max(0, deadline - System.nanoTime()));
  }

  /**
   * Whether a client that was shut down has no call and no body in progress.
   *
   * @return false while it is open
   */
  public boolean isTerminated() {
    if (life == Life.OPEN || calls.get() > 0) return false;
    return pool.counts().active() == 0;
  }

  /**
   * The connections as they stand.
   *
   * @return a snapshot
   */
  public PoolStats stats() {
    return pool.stats();
  }

  boolean isShutDown() {
    return life != Life.OPEN;
  }

  Settings settings() {
    return settings;
  }

  Connector connector() {
    return connector;
  }

  Budgets budgets() {
    return budgets;
  }

  Events events() {
    return events;
  }

  RandomGenerator random() {
    return random;
  }

  Pool<Route, PooledConnection> pool() {
    return pool;
  }

  RoutePlanner planner() {
    return planner;
  }

  AddressBook addressBook() {
    return addressBook;
  }

  Authentication authentication() {
    return new Authentication(settings.authenticator(), settings.properties(), credentials);
  }

  /**
   * Whether requests may carry fields that their caller did not set; most clients need not look.
   */
  boolean addsHeaders() {
    return settings.cookies() != null
        || settings.authenticator() != null
        || settings.deadlineHeader() != null;
  }

  int maxRedirects() {
    return settings.properties().maxRedirects();
  }
}
