package dev.redial.internal.call;

import dev.redial.ConnectFailedException;
import dev.redial.ExchangeEvidence;
import dev.redial.ExchangeFailure;
import dev.redial.ExchangeStage;
import dev.redial.RequestBodyException;
import dev.redial.ResponseTimeoutException;
import dev.redial.Retries;
import dev.redial.internal.connection.Answer;
import dev.redial.internal.connection.Exchange;
import dev.redial.internal.connection.OutgoingRequest;
import dev.redial.internal.connection.TunnelRefusedException;
import dev.redial.internal.policy.BodyKind;
import dev.redial.internal.policy.CookieRule;
import dev.redial.internal.policy.Outcome;
import dev.redial.internal.policy.RedirectRule;
import dev.redial.internal.policy.Repeatability;
import dev.redial.internal.policy.RetryAfter;
import dev.redial.internal.policy.RetryRule;
import dev.redial.internal.route.Origin;
import dev.redial.internal.route.Route;
import java.io.IOException;
import java.net.CookieHandler;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One request of a caller, from the first connection to the last hop: plan, lend, exchange, decide.
 *
 * <p>It runs on one thread, top to bottom; an asynchronous send runs the same on a virtual thread.
 *
 * @param <T> the type of the response body
 */
final class Call<T extends @Nullable Object> {
  private final Engine engine;
  private final BodyHandler<T> handler;
  private final long deadline;
  private final Retries retries;
  private final Resending resending;

  // Where the call stands; confined to the thread that runs it.
  private HttpRequest request;
  private HttpRequest shown; // the caller's own object, until a redirect makes another request
  private @Nullable HttpResponse<T> previous;
  private @Nullable Route route;
  private @Nullable Authentication authentication;
  private int attempts;
  private int redirects;
  private boolean expectContinue;

  private volatile @Nullable Exchange delivered; // for whoever abandons the call
  private volatile boolean cancelled;

  /**
   * A call.
   *
   * @param request the caller's, which responses show
   * @param checked what is sent of it, and cannot change
   */
  Call(Engine engine, HttpRequest request, HttpRequest checked, BodyHandler<T> handler) {
    this.engine = engine;
    this.shown = request;
    this.request = checked;
    this.handler = handler;
    this.deadline = Deadline.of(checked);
    this.expectContinue = checked.expectContinue();
    this.retries = Retries.of(request).orElse(engine.settings().retries());
    this.resending = new Resending(engine, retries, deadline);
  }

  HttpResponse<T> run() throws IOException, InterruptedException {
    if (Thread.interrupted())
      throw new InterruptedException("interrupted before " + request.method() + " was sent");
    while (true) {
      Optional<HttpResponse<T>> response = hop();
      if (response.isPresent()) return response.get();
    }
  }

  /**
   * Planned once for each target: proxy selectors are asked once for a request, not for its
   * retries.
   */
  private Route route() throws IOException {
    Route planned = route;
    if (planned == null) route = planned = planned();
    return planned;
  }

  /** What the selector throws is the caller's as it is, until something was sent. */
  private Route planned() throws IOException {
    try {
      return engine.planner().plan(request.uri());
    } catch (RuntimeException e) {
      if (attempts == 0) throw e;
      throw new IOException("the proxy selector failed: " + e, e);
    }
  }

  private Authentication authentication() {
    Authentication known = authentication;
    if (known == null) authentication = known = engine.authentication();
    return known;
  }

  /** One exchange and what follows from it; empty if there is another one to come. */
  private Optional<HttpResponse<T>> hop() throws IOException, InterruptedException {
    Route route = route();
    long contentLength = contentLength();
    Repeatability repeatability = repeatability(contentLength);
    OutgoingRequest outgoing = prepared(route, contentLength);
    checkDeadline(outgoing);
    if (cancelled) throw new InterruptedException("cancelled: " + outgoing.label());
    attempts++;
    if (resending.isFirst()) engine.budgets().of(route.origin()).earn();
    Attempt attempt = new Attempt(engine, outgoing, route, attempts, deadline, tunnelFields(route));
    Exchange exchange;
    try {
      exchange =
          attempt.run(
              repeatability.repeatable() && repeatability.replayable(),
              resending.wantsFreshConnection());
    } catch (TunnelRefusedException e) {
      return tunnelRefused(e, attempt, now(repeatability, attempt), route);
    } catch (IOException e) {
      sendAgainOrThrow(e, now(repeatability, attempt), route);
      return Optional.empty();
    }
    try {
      return answered(exchange, attempt, outgoing, now(repeatability, attempt), route);
    } catch (Throwable thrown) {
      exchange.abort(); // whoever failed, the answer's connection is in nobody's hands any more
      throw thrown;
    }
  }

  /** A body that nobody asked for need not be published again. */
  private static Repeatability now(Repeatability repeatability, Attempt attempt) {
    if (repeatability.replayable() || attempt.bodyTouched()) return repeatability;
    return repeatability.untouched();
  }

  /** Asked for once in each attempt, so that what is sent is what was decided upon. */
  private long contentLength() throws IOException {
    Optional<BodyPublisher> body = request.bodyPublisher();
    if (body.isEmpty()) return 0;
    try {
      return body.get().contentLength();
    } catch (RuntimeException | Error thrown) {
      ExchangeEvidence evidence =
          ExchangeEvidence.withoutConnection(
              request.method() + " " + Origin.of(request.uri()),
              ExchangeStage.WAITING_FOR_CONNECTION);
      throw resending.reported(
          new RequestBodyException(
              "the request body does not tell its length: " + thrown + "; " + evidence,
              evidence,
              thrown));
    }
  }

  private Repeatability repeatability(long contentLength) {
    Repeatability found = Repeatability.of(request, request.method(), contentLength);
    if (found.repeatable()) return found;
    boolean allowed =
        engine.settings().properties().retriesAllMethods() || retries.repeatable().test(shown);
    return allowed ? found.forAnyMethod() : found;
  }

  private void sendAgainOrThrow(IOException e, Repeatability repeatability, Route route)
      throws IOException, InterruptedException {
    if (!(e instanceof ExchangeFailure failure)) throw resending.reported(e);
    engine.events().attemptFailed(failure);
    if (failure instanceof ConnectFailedException
        && !engine.settings().properties().retriesConnects()) throw resending.reported(e);
    OptionalLong delay = resending.after(failure, route.origin(), repeatability);
    if (delay.isEmpty()) throw resending.reported(e);
    pause(delay.getAsLong());
  }

  private void pause(long nanos) throws IOException, InterruptedException {
    if (nanos <= 0) return;
    try {
      engine.pause(nanos, request);
    } catch (IOException e) {
      throw resending.reported(e);
    }
  }

  private Optional<HttpResponse<T>> answered(
      Exchange exchange,
      Attempt attempt,
      OutgoingRequest outgoing,
      Repeatability repeatability,
      Route route)
      throws IOException, InterruptedException {
    Answer answer = exchange.answer();
    int status = answer.statusCode();
    storeCookies(answer);
    if (status == 408 && attempt.reused() && exchange.evidence().mayPrecedeRequest())
      attempt.lostTheRace();
    if (status >= 400) {
      OptionalLong delay =
          resending.after(
              outcome(answer, attempt, exchange), route.origin(), outgoing.label(), repeatability);
      if (delay.isPresent()) {
        exchange.discardBody();
        pause(delay.getAsLong());
        return Optional.empty();
      }
    }
    if (status == 417 && expectContinue && repeatability.replayable()) {
      expectContinue = false; // RFC 9110, section 10.1.1: repeat it without the expectation
      exchange.discardBody();
      return Optional.empty();
    }
    boolean unauthorized = status == 401 || status == 407;
    if ((unauthorized || authentication != null) && authenticates(answer, route, false)) {
      exchange.discardBody();
      previous = Answered.withoutBody(shown, answer, previous);
      return Optional.empty();
    }
    Optional<RedirectRule.Next> next = next(answer, status);
    if (next.isPresent()) {
      follow(exchange, answer, next.get());
      return Optional.empty();
    }
    delivered = exchange;
    T body = deliver(exchange, answer);
    return Optional.of(new Answered<>(shown, request.uri(), answer, body, previous));
  }

  private boolean authenticates(Answer answer, Route route, boolean tunnel) throws IOException {
    try {
      return tunnel
          ? authentication().answersTunnel(request, route, answer)
          : authentication().answers(request, route, answer);
    } catch (IOException e) {
      throw resending.reported(e);
    }
  }

  private T deliver(Exchange exchange, Answer answer) throws IOException, InterruptedException {
    try {
      return exchange.deliver(handler, answer);
    } catch (IOException e) {
      if (!(e instanceof ExchangeFailure failure)) throw e; // the caller's own
      engine.events().attemptFailed(failure);
      throw resending.reported(e);
    }
  }

  private static Outcome.Answered outcome(Answer answer, Attempt attempt, Exchange exchange) {
    Optional<Duration> retryAfter =
        answer.header("retry-after").flatMap(value -> RetryAfter.parse(value, Instant.now()));
    return new Outcome.Answered(
        answer.statusCode(), attempt.reused(), exchange.requestSent(), retryAfter);
  }

  /**
   * A proxy that wants credentials answers CONNECT with 407, which is the caller's if nobody has
   * any (RFC 9110, section 9.3.6). With any other refusal there is no connection.
   */
  private Optional<HttpResponse<T>> tunnelRefused(
      TunnelRefusedException e, Attempt attempt, Repeatability repeatability, Route route)
      throws IOException, InterruptedException {
    int status = e.answer().statusCode();
    if (status != 407) {
      ConnectFailedException failure = attempt.withoutTunnel(e);
      if (!RetryRule.mayOpenLater(status)) {
        engine.events().attemptFailed(failure);
        throw resending.reported(failure);
      }
      sendAgainOrThrow(failure, repeatability, route);
      return Optional.empty();
    }
    if (authenticates(e.answer(), route, true)) {
      previous = Answered.withoutBody(shown, e.answer(), previous);
      return Optional.empty();
    }
    return Optional.of(Answered.withoutBody(shown, e.answer(), previous));
  }

  private Optional<RedirectRule.Next> next(Answer answer, int status) {
    if (status < 300 || status > 399 || redirects >= engine.maxRedirects()) return Optional.empty();
    return RedirectRule.decide(
        engine.settings().redirects(),
        status,
        answer.header("location"),
        request.uri(),
        request.method());
  }

  private void follow(Exchange exchange, Answer answer, RedirectRule.Next next)
      throws InterruptedException {
    exchange.discardBody();
    previous = Answered.withoutBody(shown, answer, previous);
    // What is asked for next is the result of what was asked for (RFC 9110, section 15.4.4).
    boolean done = !next.method().equals(request.method());
    request = PlainRequest.following(request, next);
    shown = request;
    route = null;
    redirects++;
    resending.startAnew(done);
  }

  /** Also where a handler of the caller's fails, what became of earlier attempts is told. */
  private OutgoingRequest prepared(Route route, long contentLength) throws IOException {
    try {
      return outgoing(route, contentLength);
    } catch (IOException e) {
      throw resending.reported(e);
    }
  }

  private OutgoingRequest outgoing(Route route, long contentLength) throws IOException {
    return new OutgoingRequest(
        request.method(),
        request.uri(),
        route.origin().authority(),
        route.forwarded(),
        request.headers(),
        addedHeaders(route),
        request.bodyPublisher().orElse(null),
        contentLength,
        request.bodyPublisher().map(BodyKind::of).orElse(null) == BodyKind.IN_MEMORY,
        engine.settings().keepAlive().enabled(),
        expectContinue);
  }

  private Map<String, List<String>> addedHeaders(Route route) throws IOException {
    Optional<String> attemptHeader = retries.attemptHeader();
    if (!engine.addsHeaders()
        && attemptHeader.isEmpty()
        && !Authentication.hasProxyCredentials(request)) return Map.of();
    Map<String, List<String>> added = authentication().fields(request, route);
    attemptHeader.ifPresent(name -> added.put(name, List.of("" + resending.attempt())));
    String deadlineHeader = engine.settings().deadlineHeader();
    if (deadlineHeader != null && deadline != Deadline.NONE)
      added.put(deadlineHeader, new TimeLeft(deadline));
    CookieHandler jar = engine.settings().cookies();
    if (jar != null) {
      String cookies = CookieRule.cookies(jar, request.uri(), request.headers());
      if (!cookies.isEmpty()) added.put("Cookie", List.of(cookies));
    }
    return added;
  }

  private Supplier<Map<String, List<String>>> tunnelFields(Route route) {
    return route.tunnelled() ? () -> authentication().tunnelFields(request, route) : Map::of;
  }

  private void storeCookies(Answer answer) throws IOException {
    CookieHandler jar = engine.settings().cookies();
    if (jar != null) CookieRule.store(jar, request.uri(), answer.headers());
  }

  private void checkDeadline(OutgoingRequest outgoing) throws IOException {
    if (!Deadline.passed(deadline)) return;
    ExchangeEvidence evidence =
        new ExchangeEvidence(
            outgoing.label(),
            attempts + 1,
            ExchangeStage.WAITING_FOR_CONNECTION,
            false,
            Duration.ZERO,
            Duration.ZERO,
            0,
            0,
            resending.acted());
    throw resending.reported(
        new ResponseTimeoutException("request timed out; " + evidence, evidence));
  }

  /**
   * Has the call send nothing more; from any thread. To interrupt it is not enough: code of the
   * caller's that runs in it, such as an authenticator or a cookie handler, may swallow that.
   */
  void cancel() {
    cancelled = true;
  }

  /** Gives the body of the response up, as nobody gets it; from any thread. */
  void abandon() {
    Exchange current = delivered;
    if (current != null) current.abort();
  }
}
