package dev.redial.internal.call;

import dev.redial.ExchangeFailure;
import dev.redial.Resend;
import dev.redial.ResponseTimeoutException;
import dev.redial.Retries;
import dev.redial.ServerActed;
import dev.redial.internal.connection.Rethrown;
import dev.redial.internal.policy.Backoff;
import dev.redial.internal.policy.Decision;
import dev.redial.internal.policy.Outcome;
import dev.redial.internal.policy.Repeatability;
import dev.redial.internal.policy.RetryBudget;
import dev.redial.internal.policy.RetryRule;
import dev.redial.internal.policy.Tries;
import dev.redial.internal.route.Origin;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The repetitions of one request: the rule, the budget and the time that is left. Confined to the
 * thread that runs the call.
 */
final class Resending {
  private final Engine engine;
  private final Retries retries;
  private final long deadline;

  private Tries tries = Tries.ONE;
  private boolean fresh;
  private List<IOException> earlier = List.of();

  /**
   * What servers may have done for this call before the present request, or for an answer to it.
   */
  private ServerActed before = ServerActed.NO;

  /**
   * Repetitions of a request that was not sent yet.
   *
   * @param engine has the budgets
   * @param retries what is configured
   * @param deadline of the whole call
   */
  Resending(Engine engine, Retries retries, long deadline) {
    this.engine = engine;
    this.retries = retries;
    this.deadline = deadline;
  }

  /**
   * The call goes to another target: that is another request.
   *
   * @param done whether the redirection says that the one before was acted upon
   */
  void startAnew(boolean done) {
    reckonWith(acted());
    if (done) reckonWith(ServerActed.YES);
    tries = Tries.ONE;
    fresh = false;
    earlier = List.of();
  }

  private void reckonWith(ServerActed acted) {
    if (acted.compareTo(before) > 0) before = acted;
  }

  /** What servers may have done for this call up to now. */
  ServerActed acted() {
    ServerActed most = before;
    for (IOException failure : earlier)
      if (acted(failure).compareTo(most) > 0) most = acted(failure);
    return most;
  }

  /** The number of the present attempt, from 1. */
  int attempt() {
    return tries.made();
  }

  boolean isFirst() {
    return tries.made() == 1;
  }

  /** Whether only a new connection will do for the present attempt. */
  boolean wantsFreshConnection() {
    return fresh;
  }

  /**
   * After a failed attempt.
   *
   * @return how long to wait before the next one, in nanoseconds; empty if there is none
   */
  OptionalLong after(ExchangeFailure failure, Origin origin, Repeatability request) {
    Outcome.Failed outcome = new Outcome.Failed(failure);
    OptionalLong delay =
        delay(
            RetryRule.decide(outcome, request, tries, retries),
            origin,
            failure.evidence().request(),
            Optional.of(failure),
            OptionalInt.empty());
    if (delay.isPresent()) {
      fresh = true;
      if (earlier.isEmpty()) earlier = new ArrayList<>(2);
      earlier.add((IOException) failure);
    }
    return delay;
  }

  /**
   * After an answer.
   *
   * @return how long to wait before the next attempt, in nanoseconds; empty if there is none
   */
  OptionalLong after(Outcome.Answered answer, Origin origin, String label, Repeatability request) {
    Decision decision = RetryRule.decide(answer, request, tries, retries);
    OptionalLong delay =
        delay(decision, origin, label, Optional.empty(), OptionalInt.of(answer.status()));
    if (delay.isPresent()) {
      fresh = decision instanceof Decision.SendAgainNow;
      if (!RetryRule.deniesAction(answer)) reckonWith(ServerActed.MAYBE);
    }
    return delay;
  }

  private OptionalLong delay(
      Decision decision,
      Origin origin,
      String label,
      Optional<ExchangeFailure> failure,
      OptionalInt status) {
    Duration wait;
    boolean now = false;
    switch (decision) {
      case Decision.Keep keep -> {
        return OptionalLong.empty();
      }
      case Decision.SendAgainNow atOnce -> {
        wait = Duration.ZERO;
        now = true;
      }
      case Decision.SendAgainLater later ->
          wait = Backoff.before(later, tries.made(), retries, engine.random());
    }
    Resend resend = new Resend(label, tries.made() + 1, wait, failure, status);
    String obstacle = obstacle(decision, wait, origin);
    if (obstacle != null) {
      engine.events().notSentAgain(resend, obstacle);
      return OptionalLong.empty();
    }
    tries = now ? tries.now() : tries.later();
    engine.events().sentAgain(resend);
    return OptionalLong.of(wait.toNanos());
  }

  private @Nullable String obstacle(Decision decision, Duration wait, Origin origin) {
    if (decision instanceof Decision.SendAgainLater later
        && later.atLeast().compareTo(retries.maxRetryAfter()) > 0)
      return "the server asks to wait for "
          + later.atLeast().toSeconds()
          + " s, more than maxRetryAfter: "
          + retries.maxRetryAfter();
    if (deadline != Deadline.NONE && deadline - System.nanoTime() <= wait.toNanos())
      return "the deadline leaves no time for it";
    Budgets.Pair budgets = engine.budgets().of(origin);
    RetryBudget budget =
        decision instanceof Decision.SendAgainNow ? budgets.race() : budgets.policy();
    return budget.spend(System.nanoTime()) ? null : "the retry budget of " + origin + " is empty";
  }

  /**
   * Of several failures the one that says most of what the server may have done is thrown, so that
   * nobody sends again what may have been acted upon; of equal ones the first, which tells why the
   * request was in trouble at all, unless the last is the deadline. The others go along. If
   * requests of this call that were answered say more than all of them, the failure says so.
   */
  IOException reported(IOException last) {
    IOException told = last;
    for (IOException failure : earlier.reversed()) {
      int more = acted(failure).compareTo(acted(told));
      if (more > 0 || (more == 0 && !(told instanceof ResponseTimeoutException))) told = failure;
    }
    IOException thrown = told;
    if (told instanceof ExchangeFailure failure && failure.serverActed().compareTo(before) < 0)
      thrown = Rethrown.afterOthers(failure, before);
    for (IOException failure : earlier) if (!told.equals(failure)) thrown.addSuppressed(failure);
    if (!told.equals(last)) thrown.addSuppressed(last);
    return thrown;
  }

  private static ServerActed acted(IOException e) {
    return e instanceof ExchangeFailure failure ? failure.serverActed() : ServerActed.NO;
  }
}
