package dev.redial.internal.call;

import dev.redial.ExchangeEvidence;
import dev.redial.ExchangeFailure;
import dev.redial.ExchangeStage;
import dev.redial.ResponseTimeoutException;
import dev.redial.ServerActed;
import dev.redial.internal.connection.Answer;
import dev.redial.internal.connection.Exchange;
import dev.redial.internal.connection.OutgoingRequest;
import dev.redial.internal.connection.TunnelRefusedException;
import dev.redial.internal.policy.CookieRule;
import dev.redial.internal.policy.RedirectRule;
import dev.redial.internal.policy.Repeatability;
import dev.redial.internal.policy.RetryRule;
import dev.redial.internal.route.Route;
import java.io.IOException;
import java.net.CookieHandler;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
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

  // Where the call stands; confined to the thread that runs it.
  private HttpRequest request;
  private @Nullable HttpResponse<T> previous;
  private @Nullable Route route;
  private @Nullable Authentication authentication;
  private int attempts;
  private int redirects;
  private boolean retried;
  private boolean expectContinue;
  private @Nullable IOException firstFailure;

  private volatile @Nullable Exchange delivered; // for whoever abandons the call

  Call(Engine engine, HttpRequest request, BodyHandler<T> handler) {
    this.engine = engine;
    this.request = request;
    this.handler = handler;
    this.deadline = Deadline.of(request);
    this.expectContinue = request.expectContinue();
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
  private Route route() {
    Route planned = route;
    if (planned == null) route = planned = engine.planner().plan(request.uri());
    return planned;
  }

  private Authentication authentication() {
    Authentication known = authentication;
    if (known == null) authentication = known = engine.authentication();
    return known;
  }

  /** One exchange and what follows from it; empty if there is another one to come. */
  private Optional<HttpResponse<T>> hop() throws IOException, InterruptedException {
    Route route = route();
    Repeatability repeatability = repeatability();
    OutgoingRequest outgoing = outgoing(route);
    checkDeadline(outgoing);
    attempts++;
    Attempt attempt =
        new Attempt(engine, outgoing, route, attempts, deadline, () -> tunnelFields(route));
    Exchange exchange;
    try {
      exchange = attempt.run(repeatability.repeatable() && repeatability.replayable(), retried);
    } catch (TunnelRefusedException e) {
      return tunnelRefused(e, route);
    } catch (IOException e) {
      sendAgainOrThrow(e, repeatability);
      return Optional.empty();
    }
    try {
      return answered(exchange, attempt, repeatability, route);
    } catch (Throwable thrown) {
      exchange.abort(); // whoever failed, the answer's connection is in nobody's hands any more
      throw thrown;
    }
  }

  private Repeatability repeatability() {
    Repeatability found = Repeatability.of(request, request.method());
    return engine.settings().properties().retriesAllMethods() ? found.forAnyMethod() : found;
  }

  private void sendAgainOrThrow(IOException e, Repeatability repeatability) throws IOException {
    if (!(e instanceof ExchangeFailure failure)) throw reported(e);
    if (!RetryRule.sendsAgainAfter(failure, repeatability, retried)) throw reported(e);
    retried = true;
    firstFailure = e;
  }

  /**
   * Of two failures the one that says more of what the server may have done is thrown, so that
   * nobody sends again what may have been acted upon; of equal ones the first, which tells why the
   * request was in trouble at all, unless the second is the deadline. The other goes along.
   */
  private IOException reported(IOException last) {
    IOException first = firstFailure;
    if (first == null) return last;
    int more = acted(last).compareTo(acted(first));
    boolean lastTells = more > 0 || (more == 0 && last instanceof ResponseTimeoutException);
    IOException thrown = lastTells ? last : first;
    thrown.addSuppressed(lastTells ? first : last);
    return thrown;
  }

  private static ServerActed acted(IOException e) {
    return e instanceof ExchangeFailure failure ? failure.serverActed() : ServerActed.NO;
  }

  private Optional<HttpResponse<T>> answered(
      Exchange exchange, Attempt attempt, Repeatability repeatability, Route route)
      throws IOException, InterruptedException {
    Answer answer = exchange.answer();
    int status = answer.statusCode();
    storeCookies(answer);
    if (status == 408 && attempt.reused()) attempt.lostTheRace();
    if (RetryRule.sendsAgainAfter(
        status, attempt.reused(), repeatability, exchange.requestSent(), retried)) {
      retried = true;
      exchange.discardBody();
      return Optional.empty();
    }
    if (status == 417 && expectContinue && repeatability.replayable()) {
      expectContinue = false; // RFC 9110, section 10.1.1: repeat it without the expectation
      exchange.discardBody();
      return Optional.empty();
    }
    boolean unauthorized = status == 401 || status == 407;
    if ((unauthorized || authentication != null)
        && authentication().answers(request, route, answer)) {
      exchange.discardBody();
      previous = Answered.withoutBody(request, answer, previous);
      return Optional.empty();
    }
    Optional<RedirectRule.Next> next = next(answer, status);
    if (next.isPresent()) {
      follow(exchange, answer, next.get());
      return Optional.empty();
    }
    delivered = exchange;
    T body = exchange.deliver(subscriber(exchange, answer));
    return Optional.of(new Answered<>(request, request.uri(), answer, body, previous));
  }

  /**
   * A proxy that wants credentials answers CONNECT with 407, which is the caller's if nobody has
   * any (RFC 9110, section 9.3.6).
   */
  private Optional<HttpResponse<T>> tunnelRefused(TunnelRefusedException e, Route route)
      throws IOException {
    if (e.answer().statusCode() != 407) throw reported(e);
    if (authentication().answersTunnel(request, route, e.answer())) {
      previous = Answered.withoutBody(request, e.answer(), previous);
      return Optional.empty();
    }
    return Optional.of(Answered.withoutBody(request, e.answer(), previous));
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
    previous = Answered.withoutBody(request, answer, previous);
    request = new FollowedRequest(request, next);
    route = null;
    redirects++;
    retried = false;
    firstFailure = null;
  }

  private BodySubscriber<T> subscriber(Exchange exchange, Answer answer) throws IOException {
    try {
      return Objects.requireNonNull(
          handler.apply(answer), "the body handler returned no subscriber");
    } catch (RuntimeException | Error thrown) {
      throw exchange.subscriberFailure(thrown);
    }
  }

  private OutgoingRequest outgoing(Route route) throws IOException {
    return new OutgoingRequest(
        request.method(),
        request.uri(),
        route.origin().authority(),
        route.forwarded(),
        request.headers(),
        addedHeaders(route),
        request.bodyPublisher().orElse(null),
        engine.settings().keepAlive().enabled(),
        expectContinue);
  }

  private Map<String, List<String>> addedHeaders(Route route) throws IOException {
    if (!engine.addsHeaders() && !Authentication.hasProxyCredentials(request)) return Map.of();
    Map<String, List<String>> added = authentication().fields(request, route);
    CookieHandler jar = engine.settings().cookies();
    if (jar != null) {
      String cookies = CookieRule.cookies(jar, request.uri(), request.headers());
      if (!cookies.isEmpty()) added.put("Cookie", List.of(cookies));
    }
    return added;
  }

  private Map<String, List<String>> tunnelFields(Route route) {
    return authentication().tunnelFields(request, route);
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
            attempts == 0 ? ServerActed.NO : ServerActed.MAYBE);
    throw reported(new ResponseTimeoutException("request timed out; " + evidence, evidence));
  }

  /** Gives the body of the response up, as nobody gets it; from any thread. */
  void abandon() {
    Exchange current = delivered;
    if (current != null) current.abort();
  }
}
