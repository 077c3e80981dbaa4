package dev.redial.internal.connection;

import java.net.URI;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest.BodyPublisher;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request that has been checked and is ready to be written.
 *
 * @param method a token
 * @param uri where it goes; its path and query are written as they are
 * @param authority the value of {@code Host}, and what failures name as the origin
 * @param absoluteForm whether the target is written in absolute form, for a forwarding proxy (RFC
 *     9112, section 3.2.2)
 * @param headers the caller's
 * @param added headers that the client adds, such as cookies and credentials; they replace the
 *     caller's of the same name
 * @param body the publisher, or null
 * @param contentLength of the body; zero without one, negative if nobody knows
 * @param bodyAtHand whether the publisher is known to publish at once, without ever blocking
 *     whoever asks it
 * @param keepAlive whether to ask for a persistent connection
 * @param expectContinue whether to wait for {@code 100 (Continue)} before the body
 */
public record OutgoingRequest(
    String method,
    URI uri,
    String authority,
    boolean absoluteForm,
    HttpHeaders headers,
    Map<String, List<String>> added,
    @Nullable BodyPublisher body,
    long contentLength,
    boolean bodyAtHand,
    boolean keepAlive,
    boolean expectContinue) {

  /** Method and origin: what failures may name. */
  public String label() {
    return method + " " + uri.getScheme() + "://" + authority;
  }
}
