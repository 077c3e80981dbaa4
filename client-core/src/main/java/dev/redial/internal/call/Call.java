package dev.redial.internal.call;

import dev.redial.ExchangeEvidence;
import dev.redial.ExchangeFailure;
import dev.redial.ExchangeStage;
import dev.redial.HangUpException;
import dev.redial.ResponseTimeoutException;
import dev.redial.ServerActed;
import dev.redial.internal.connection.Answer;
import dev.redial.internal.connection.Exchange;
import dev.redial.internal.connection.OutgoingRequest;
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
  private final HttpRequest original;
  private final BodyHandler<T> handler;
  private final long deadline;

  // Where the call stands; confined to the thread that runs it.
  private HttpRequest request;
  private @Nullable HttpResponse<T> previous;
  private int attempts;
  private int redirects;
  private boolean retried;
  private boolean expectContinue;
  private @Nullable IOException firstFailure;

  Call(Engine engine, HttpRequest request, BodyHandler<T> handler) {
    this.engine = engine;
    this.original = request;
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

  /** One exchange and what follows from it; empty if there is another one to come. */
  private Optional<HttpResponse<T>> hop() throws IOException, InterruptedException {
    Route route = engine.planner().plan(request.uri());
    Repeatability repeatability = Repeatability.of(request, request.method());
    OutgoingRequest outgoing = outgoing(route);
    checkDeadline(outgoing);
    attempts++;
    Attempt attempt = new Attempt(engine, outgoing, route, attempts, deadline);
    Exchange exchange;
    try {
      exchange = attempt.run(repeatability.repeatable() && repeatability.replayable(), retried);
    } catch (IOException e) {
      sendAgainOrThrow(e, repeatability, route, attempt);
      return Optional.empty();
    }
    return answered(exchange, attempt, repeatability, route);
  }

  private void sendAgainOrThrow(
      IOException e, Repeatability repeatability, Route route, Attempt attempt) throws IOException {
    if (!(e instanceof ExchangeFailure failure)) throw e;
    if (attempt.reused() && failure instanceof HangUpException) engine.learnFrom(route, attempt);
    if (!RetryRule.sendsAgainAfter(failure, repeatability, retried)) throw reported(e);
    retried = true;
    firstFailure = e;
  }

  /**
   * The first failure tells why a request was in trouble at all, so later ones go along with it;
   * but a deadline is a deadline.
   */
  private IOException reported(IOException last) {
    IOException first = firstFailure;
    if (first == null) return last;
    if (last instanceof ResponseTimeoutException) {
      last.addSuppressed(first);
      return last;
    }
    first.addSuppressed(last);
    return first;
  }

  private Optional<HttpResponse<T>> answered(
      Exchange exchange, Attempt attempt, Repeatability repeatability, Route route)
      throws IOException, InterruptedException {
    Answer answer = exchange.answer();
    int status = answer.statusCode();
    storeCookies(exchange, answer);
    if (status == 408 && attempt.reused()) engine.learnFrom(route, attempt);
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
    Optional<RedirectRule.Next> next = next(answer, status);
    if (next.isPresent()) {
      follow(exchange, answer, next.get());
      return Optional.empty();
    }
    T body = exchange.deliver(subscriber(exchange, answer));
    return Optional.of(new Answered<>(request, request.uri(), answer, body, previous));
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
    redirects++;
    retried = false;
    firstFailure = null;
  }

  private BodySubscriber<T> subscriber(Exchange exchange, Answer answer) throws IOException {
    try {
      return Objects.requireNonNull(
          handler.apply(answer), "the body handler returned no subscriber");
    } catch (RuntimeException | Error thrown) {
      exchange.abort();
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
        addedHeaders(),
        request.bodyPublisher().orElse(null),
        engine.settings().keepAlive().enabled(),
        expectContinue);
  }

  private Map<String, List<String>> addedHeaders() throws IOException {
    CookieHandler handlerOfCookies = engine.settings().cookies();
    if (handlerOfCookies == null) return Map.of();
    String cookies = CookieRule.cookies(handlerOfCookies, request.uri(), request.headers());
    return cookies.isEmpty() ? Map.of() : Map.of("Cookie", List.of(cookies));
  }

  private void storeCookies(Exchange exchange, Answer answer) throws IOException {
    CookieHandler handlerOfCookies = engine.settings().cookies();
    if (handlerOfCookies == null) return;
    boolean stored = false;
    try {
      CookieRule.store(handlerOfCookies, request.uri(), answer.headers());
      stored = true;
    } finally {
      if (!stored) exchange.abort();
    }
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

  HttpRequest original() {
    return original;
  }
}
