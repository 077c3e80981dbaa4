package dev.redial.internal.http1;

import java.net.http.HttpHeaders;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The head of a response: its status, how its body ends, and its fields.
 *
 * <p>Immutable and safe to share. Holds the octets as received; fields are decoded when asked for.
 */
public final class ResponseHead {
  private final int status;
  private final int minorVersion;
  private final Framing framing;
  private final boolean persistent;
  private final long keepAliveSeconds;
  private final long keepAliveMax;
  private final FieldSection fields;

  /** Built when first asked for; several threads may build it at once, with equal outcome. */
  private @Nullable HttpHeaders headers;

  ResponseHead(
      int status, int minorVersion, Framing framing, ControlFields control, FieldSection fields) {
    this.status = status;
    this.minorVersion = minorVersion;
    this.framing = framing;
    this.persistent = control.persistent(status, minorVersion, framing);
    this.keepAliveSeconds = control.keepAliveSeconds();
    this.keepAliveMax = control.keepAliveMax();
    this.fields = fields;
  }

  /**
   * The status code.
   *
   * @return 100 to 999; what is above 599 is as good as 599 (RFC 9110 section 15)
   */
  public int status() {
    return status;
  }

  /**
   * The minor version of HTTP/1.
   *
   * @return 0 or 1; anything higher is 1, which is how RFC 9110 section 2.5 wants it read
   */
  public int minorVersion() {
    return minorVersion;
  }

  /**
   * Whether another response to the same request follows.
   *
   * @return true for 1xx, also for 101, after which another protocol follows instead if the request
   *     asked for one, and nothing valid if it did not
   */
  public boolean isInterim() {
    return status < 200;
  }

  /**
   * How the end of the body is found.
   *
   * @return for the method that was given to {@link ResponseParser#reset}
   */
  public Framing framing() {
    return framing;
  }

  /**
   * Whether the server lets the connection go on after this response, once its body is read (RFC
   * 9112 section 9.3).
   *
   * @return false in any doubt; without meaning for a 2xx to CONNECT, after which the connection is
   *     a tunnel
   */
  public boolean persistent() {
    return persistent;
  }

  /**
   * How long the server says it keeps the connection idle: {@code Keep-Alive: timeout=N}.
   *
   * @return seconds, the least if there are several; -1 if it does not say
   */
  public long keepAliveSeconds() {
    return keepAliveSeconds;
  }

  /**
   * For how many more requests the server says it keeps the connection: {@code Keep-Alive: max=N}.
   *
   * @return the number, the least if there are several; -1 if it does not say
   */
  public long keepAliveMax() {
    return keepAliveMax;
  }

  /**
   * The value of a field.
   *
   * @param lowerCaseName the field's name in lower case
   * @return the first one's if there are several
   */
  public Optional<String> first(String lowerCaseName) {
    return fields.first(lowerCaseName);
  }

  /**
   * The values of all fields of a name, one per field line.
   *
   * @param lowerCaseName the fields' name in lower case
   * @return unmodifiable, in the order received
   */
  public List<String> all(String lowerCaseName) {
    return fields.all(lowerCaseName);
  }

  /**
   * All fields, one value per field line, decoded as ISO-8859-1.
   *
   * @return the same object each time
   */
  public HttpHeaders headers() {
    HttpHeaders built = headers;
    if (built == null) {
      built = fields.headers();
      headers = built;
    }
    return built;
  }
}
