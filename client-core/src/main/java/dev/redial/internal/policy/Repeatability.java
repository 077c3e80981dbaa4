package dev.redial.internal.policy;

import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.util.Optional;

/**
 * Whether sending a request a second time can do harm, and whether it is possible at all.
 *
 * @param safe GET and HEAD, which much code relies on being sent again even on a fresh connection
 * @param repeatable idempotent by its method (RFC 9110, section 9.2.2) or by a key that the server
 *     checks
 * @param replayable whether the body can be published again
 */
public record Repeatability(boolean safe, boolean repeatable, boolean replayable) {

  /**
   * Looks at a request.
   *
   * @param request the caller's
   * @param method its method, which a redirect may have changed
   * @return what may be done with it
   */
  public static Repeatability of(HttpRequest request, String method) {
    return new Repeatability(
        isSafe(method),
        isIdempotent(method) || hasKey(request),
        isReplayable(request.bodyPublisher()));
  }

  /**
   * The same where the caller has said that every method may be repeated.
   *
   * @return a copy; a body that cannot be published again still cannot
   */
  public Repeatability forAnyMethod() {
    return new Repeatability(true, true, replayable);
  }

  private static boolean isSafe(String method) {
    return method.equals("GET") || method.equals("HEAD");
  }

  private static boolean isIdempotent(String method) {
    return switch (method) {
      case "GET", "HEAD", "OPTIONS", "TRACE", "QUERY", "PUT", "DELETE" -> true;
      default -> false;
    };
  }

  private static boolean hasKey(HttpRequest request) {
    if (request.headers().map().isEmpty()) return false;
    return request.headers().map().containsKey("Idempotency-Key")
        || request.headers().map().containsKey("X-Idempotency-Key");
  }

  private static boolean isReplayable(Optional<BodyPublisher> body) {
    if (body.isEmpty() || body.get().contentLength() == 0) return true;
    return BodyKind.of(body.get()).publishesAgain();
  }
}
