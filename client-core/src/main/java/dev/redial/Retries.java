package dev.redial;

import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * When and how often a request is sent again.
 *
 * <p>Immutable. Start at {@link #defaults()}, {@link #raceOnly()} or {@link #off()} and change what
 * has to differ:
 *
 * <pre>{@code
 * RedialClient.newBuilder()
 *     .retries(Retries.defaults().withMaxAttempts(5).withStatuses(Retries.TRANSIENT_STATUSES))
 *     .build();
 * }</pre>
 *
 * <p>Two kinds of repetition exist. The keep-alive race, a used connection that the server ended
 * just as it was used again, is made good at once on a fresh connection, one time. Everything else
 * waits for a back-off with full jitter first: a random time between zero and {@code base x 2^n}.
 * Both take place only while the call's deadline ({@link HttpRequest#timeout()}) leaves time for
 * them, while the origin's retry budget lasts, and while the body can be published again. The race
 * has a budget of its own, of half a repetition for each request and a large reserve, so that the
 * end of a whole pool is absorbed.
 *
 * <p>Never repeated, whatever is set: a request that the server may have acted on (of which {@link
 * #resetsAsUnread()} is the user's word) and that is not idempotent by its method (RFC 9110,
 * section 9.2.2), by an {@code Idempotency-Key} or {@code X-Idempotency-Key}, by {@link
 * #repeatable()}, or by the system property {@code jdk.httpclient.enableAllMethodRetry}; a response
 * of which the caller has seen the head; a bad certificate; a failure of the caller's own body.
 *
 * @param maxAttempts how many times a request may be sent in all. Default 3: with one request in
 *     twenty lost, three in 25,000 calls fail
 * @param failures whether connections that could not be opened, and hang-ups beyond the keep-alive
 *     race, are repeated after a back-off. Default true
 * @param statuses answers that are repeated after a back-off. Default none: a response is the
 *     caller's, as with {@code java.net.http}. Besides these, with which the server speaks of the
 *     connection and not of the request, are made good like the race: 408 and 421 on a used one,
 *     and 425; and 409 is repeated where it speaks of an earlier attempt with the same key
 * @param timeouts whether connect time-outs, and for idempotent requests limits on the response
 *     head, are repeated. Default false: the server may be at work still, and a time limit should
 *     hold
 * @param cutHeads whether an idempotent request is repeated although its answer had begun, but
 *     ended within its head (RFC 9112, section 8). Default false, as with {@code java.net.http}
 * @param resetsAsUnread whether a reset (RST) before any octet of an answer is taken for the
 *     server's word that it has not read the request, so that any request is sent again. Default
 *     false: see {@link #withResetsAsUnread}
 * @param backoff base of the back-off after hang-ups and gateway errors. Default 50 ms
 * @param throttledBackoff the same after 429. Default 1 s
 * @param maxBackoff longest back-off. Default 10 s
 * @param maxRetryAfter longest {@code Retry-After} that is waited for (RFC 9110, section 10.2.3); a
 *     server that asks for more gets no repetition and the caller gets its answer at once. Default
 *     30 s
 * @param budgetRatio how many repetitions after a back-off each request to an origin earns. Default
 *     0.2: an origin at which everything fails gets a fifth more load, no multiple of it
 * @param budgetReserve how many repetitions an origin has without having earned them; it grows back
 *     by one a second. Default 10: callers with few requests have repetitions, too
 * @param repeatable tells that a request with a method that is not idempotent may be acted on
 *     twice. Default none
 * @param attemptHeader name of a request header that carries the number of the attempt, from 1, as
 *     {@code maxAttempts} counts: anew for the target of a redirect. Default none
 */
public record Retries(
    int maxAttempts,
    boolean failures,
    Set<Integer> statuses,
    boolean timeouts,
    boolean cutHeads,
    boolean resetsAsUnread,
    Duration backoff,
    Duration throttledBackoff,
    Duration maxBackoff,
    Duration maxRetryAfter,
    double budgetRatio,
    int budgetReserve,
    Predicate<HttpRequest> repeatable,
    Optional<String> attemptHeader) {

  /** Answers that say that another try may do better: 408, 421, 425, 429, 502, 503 and 504. */
  public static final Set<Integer> TRANSIENT_STATUSES = Set.of(408, 421, 425, 429, 502, 503, 504);

  private static final Retries DEFAULTS =
      new Retries(
          3,
          true,
          Set.of(),
          false,
          false,
          false,
          Duration.ofMillis(50),
          Duration.ofSeconds(1),
          Duration.ofSeconds(10),
          Duration.ofSeconds(30),
          0.2,
          10,
          request -> false,
          Optional.empty());

  private static final Retries RACE_ONLY = DEFAULTS.withMaxAttempts(2).withFailures(false);
  private static final Retries OFF = DEFAULTS.withMaxAttempts(1);

  /** Checks every value; a bad one is named in the message. */
  public Retries {
    if (maxAttempts < 1)
      throw new IllegalArgumentException("maxAttempts must be at least 1: " + maxAttempts);
    statuses = Set.copyOf(Objects.requireNonNull(statuses, "statuses"));
    for (int status : new TreeSet<>(statuses))
      if (status < 400 || status > 599)
        throw new IllegalArgumentException("statuses must be 400 to 599: " + status);
    requirePositive(backoff, "backoff");
    requirePositive(throttledBackoff, "throttledBackoff");
    requirePositive(maxBackoff, "maxBackoff");
    if (maxBackoff.compareTo(backoff) < 0)
      throw new IllegalArgumentException(
          "maxBackoff must not be shorter than backoff: " + maxBackoff + " < " + backoff);
    if (maxBackoff.compareTo(throttledBackoff) < 0)
      throw new IllegalArgumentException(
          "maxBackoff must not be shorter than throttledBackoff: "
              + maxBackoff
              + " < "
              + throttledBackoff);
    Objects.requireNonNull(maxRetryAfter, "maxRetryAfter");
    if (maxRetryAfter.isNegative())
      throw new IllegalArgumentException("maxRetryAfter must not be negative: " + maxRetryAfter);
    if (!(budgetRatio >= 0 && budgetRatio <= 10))
      throw new IllegalArgumentException("budgetRatio must be between 0 and 10: " + budgetRatio);
    if (budgetReserve < 0)
      throw new IllegalArgumentException("budgetReserve must not be negative: " + budgetReserve);
    Objects.requireNonNull(repeatable, "repeatable");
    Objects.requireNonNull(attemptHeader, "attemptHeader");
    attemptHeader.ifPresent(name -> HeaderName.require(name, "attemptHeader"));
  }

  private static void requirePositive(Duration time, String name) {
    Objects.requireNonNull(time, name);
    if (time.isNegative() || time.isZero())
      throw new IllegalArgumentException(name + " must be more than zero: " + time);
  }

  /**
   * The defaults.
   *
   * @return every value as documented at its component
   */
  public static Retries defaults() {
    return DEFAULTS;
  }

  /**
   * Nothing but the keep-alive race is made good, one time, and what is like it among the answers;
   * for layers above that repeat by themselves.
   *
   * @return at most two attempts
   */
  public static Retries raceOnly() {
    return RACE_ONLY;
  }

  /**
   * No request is sent a second time because it failed or because of the status of its answer;
   * redirects, challenges and a refused expectation are followed as ever.
   *
   * @return one attempt
   */
  public static Retries off() {
    return OFF;
  }

  /**
   * What a request carries of its own.
   *
   * @param request any request
   * @return what {@link #forRequest} gave it
   */
  public static Optional<Retries> of(HttpRequest request) {
    return request instanceof RequestWithRetries carrier
        ? Optional.of(carrier.retries())
        : Optional.empty();
  }

  /**
   * A request to which this applies instead of what the client was built with. The retry budget
   * stays the client's.
   *
   * <p>A copy that is made of it by {@link HttpRequest#newBuilder(HttpRequest,
   * java.util.function.BiPredicate)} does not carry it on.
   *
   * @param request any request
   * @return the same request, with this
   */
  public HttpRequest forRequest(HttpRequest request) {
    return new RequestWithRetries(RequestWithRetries.bare(request), this);
  }

  /**
   * A copy with another number of attempts.
   *
   * @param attempts at least 1
   * @return the copy
   */
  public Retries withMaxAttempts(int attempts) {
    return changed(draft -> draft.maxAttempts = attempts);
  }

  /**
   * A copy that repeats failures beyond the keep-alive race, or does not.
   *
   * @param repeated whether they are repeated
   * @return the copy
   */
  public Retries withFailures(boolean repeated) {
    return changed(draft -> draft.failures = repeated);
  }

  /**
   * A copy that repeats other answers.
   *
   * @param repeated for instance {@link #TRANSIENT_STATUSES}; each 400 to 599
   * @return the copy
   */
  public Retries withStatuses(Set<Integer> repeated) {
    return changed(draft -> draft.statuses = repeated);
  }

  /**
   * A copy that repeats time-outs, or does not.
   *
   * @param repeated whether connect time-outs and, for idempotent requests, limits on the response
   *     head are repeated
   * @return the copy
   */
  public Retries withTimeouts(boolean repeated) {
    return changed(draft -> draft.timeouts = repeated);
  }

  /**
   * A copy that repeats answers that ended within their head, or does not.
   *
   * @param repeated whether they are, for requests that may be repeated
   * @return the copy
   */
  public Retries withCutHeads(boolean repeated) {
    return changed(draft -> draft.cutHeads = repeated);
  }

  /**
   * A copy that takes a reset for the server's word that it has not read the request, or does not.
   *
   * <p>A server that closes a connection on which octets wait that it has not read answers with a
   * reset (RST) instead of an orderly end (FIN): Linux and most other systems do so by themselves.
   * That is how servers drop requests when they are reloaded, or killed: nginx, for instance,
   * closes a connection that it holds for idle without looking whether a request has just come. A
   * request that was read and is being worked on ends with a FIN then, and stays lost.
   *
   * <p>It proves nothing where something else may reset connections: a load balancer or firewall
   * that gives one up, a server that sets {@code SO_LINGER} to zero or ({@code
   * reset_timedout_connection} of nginx) ends slow requests so, one that acts on a request before
   * it has read all of it. So switch this on only for servers that are known not to, talked to
   * without such boxes between; then a POST survives their restarts, too. Only what was sent
   * completely, and of whose answer nothing had come, is sent again.
   *
   * @param unread whether a reset means that
   * @return the copy
   */
  public Retries withResetsAsUnread(boolean unread) {
    return changed(draft -> draft.resetsAsUnread = unread);
  }

  /**
   * A copy with other back-offs.
   *
   * @param usual base after hang-ups and gateway errors, more than zero
   * @param throttled base after 429, more than zero
   * @param longest no shorter than either
   * @return the copy
   */
  public Retries withBackoff(Duration usual, Duration throttled, Duration longest) {
    return changed(draft -> {
      draft.backoff = usual;
      draft.throttledBackoff = throttled;
      draft.maxBackoff = longest;
    });
  }

  /**
   * A copy that waits longer, or less long, where the server asks for it.
   *
   * @param longest zero or more
   * @return the copy
   */
  public Retries withMaxRetryAfter(Duration longest) {
    return changed(draft -> draft.maxRetryAfter = longest);
  }

  /**
   * A copy with another budget for each origin; that of the race stays as it is.
   *
   * @param ratio repetitions earned by each request, 0 to 10
   * @param reserve repetitions that need not be earned, zero or more
   * @return the copy
   */
  public Retries withBudget(double ratio, int reserve) {
    return changed(draft -> {
      draft.budgetRatio = ratio;
      draft.budgetReserve = reserve;
    });
  }

  /**
   * A copy that holds other requests for repeatable, besides those that are idempotent by
   * themselves.
   *
   * @param test called on the thread that runs the call, with the caller's request; what it throws
   *     leaves {@code send}
   * @return the copy
   */
  public Retries withRepeatable(Predicate<HttpRequest> test) {
    return changed(draft -> draft.repeatable = test);
  }

  /**
   * A copy that tells the server the number of the attempt.
   *
   * @param name of the header, for instance {@code X-Attempt}; it replaces one of the request
   * @return the copy
   */
  public Retries withAttemptHeader(String name) {
    Objects.requireNonNull(name, "attemptHeader");
    return changed(draft -> draft.attemptHeader = Optional.of(name));
  }

  private Retries changed(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.checked();
  }

  /** The components while one of them is being changed. */
  private static final class Draft {
    int maxAttempts;
    boolean failures;
    Set<Integer> statuses;
    boolean timeouts;
    boolean cutHeads;
    boolean resetsAsUnread;
    Duration backoff;
    Duration throttledBackoff;
    Duration maxBackoff;
    Duration maxRetryAfter;
    double budgetRatio;
    int budgetReserve;
    Predicate<HttpRequest> repeatable;
    Optional<String> attemptHeader;

    Draft(Retries given) {
      maxAttempts = given.maxAttempts;
      failures = given.failures;
      statuses = given.statuses;
      timeouts = given.timeouts;
      cutHeads = given.cutHeads;
      resetsAsUnread = given.resetsAsUnread;
      backoff = given.backoff;
      throttledBackoff = given.throttledBackoff;
      maxBackoff = given.maxBackoff;
      maxRetryAfter = given.maxRetryAfter;
      budgetRatio = given.budgetRatio;
      budgetReserve = given.budgetReserve;
      repeatable = given.repeatable;
      attemptHeader = given.attemptHeader;
    }

    Retries checked() {
      return new Retries(
          maxAttempts,
          failures,
          statuses,
          timeouts,
          cutHeads,
          resetsAsUnread,
          backoff,
          throttledBackoff,
          maxBackoff,
          maxRetryAfter,
          budgetRatio,
          budgetReserve,
          repeatable,
          attemptHeader);
    }
  }
}
