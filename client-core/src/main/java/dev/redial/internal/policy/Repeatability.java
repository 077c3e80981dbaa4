package dev.redial.internal.policy;

import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.util.Optional;

/**
 * Whether sending a request a second time can do harm, and whether it is possible at all.
 *
 * @param repeatable idempotent by its method (RFC 9110, section 9.2.2), by a key that the server
 *     checks, or by its caller's word
 * @param keyed whether it is the key that makes it so
 * @param replayable whether the body can be published again
 */
public record Repeatability(boolean repeatable, boolean keyed, boolean replayable) {

  /**
   * Looks at a request.
   *
   * @param request the caller's
   * @param method its method, which a redirect may have changed
   * @param contentLength of its body
   * @return what may be done with it
   */
  public static Repeatability of(HttpRequest request, String method, long contentLength) {
    boolean keyed = hasKey(request);
    return new Repeatability(
        keyed || isIdempotent(method), keyed, isReplayable(request.bodyPublisher(), contentLength));
  }

  /**
   * The same where the caller has said that every method may be repeated.
   *
   * @return a copy; a body that cannot be published again still cannot
   */
  public Repeatability forAnyMethod() {
    return new Repeatability(true, keyed, replayable);
  }

  /**
   * The same where nothing of the body was asked for yet, so that it need not be published again.
   *
   * @return a copy
   */
  public Repeatability untouched() {
    return new Repeatability(repeatable, keyed, true);
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

  private static boolean isReplayable(Optional<BodyPublisher> body, long contentLength) {
    if (body.isEmpty() || contentLength == 0) return true;
    return BodyKind.of(body.get()).publishesAgain();
  }
}
