package dev.redial.tests.equality;

import java.net.http.HttpClient.Redirect;
import java.util.Arrays;
import java.util.List;

/**
 * One row of the table: what the program asks for, by which way, and what it meets there.
 *
 * @param method the request's
 * @param content the request's body
 * @param status the final one
 * @param framing how the final answer's body comes, if it does
 * @param hop what comes before the final answer
 * @param destination where a redirect leads
 * @param policy the client's
 * @param credentials what the server wants and the program knows
 * @param way what is between the program and the server
 * @param reading how the program takes the body
 * @param sending by which method it sends
 * @param connection whether the client has a connection already
 */
record Combination(
    Method method,
    Content content,
    Status status,
    Framing framing,
    Hop hop,
    Destination destination,
    Redirect policy,
    Credentials credentials,
    Way way,
    Reading reading,
    Sending sending,
    Connection connection) {

  /** The values of every dimension, in the order of the components. */
  static final List<List<?>> DIMENSIONS =
      List.of(
          Arrays.asList(Method.values()),
          Arrays.asList(Content.values()),
          Arrays.asList(Status.values()),
          Arrays.asList(Framing.values()),
          Arrays.asList(Hop.values()),
          Arrays.asList(Destination.values()),
          Arrays.asList(Redirect.values()),
          Arrays.asList(Credentials.values()),
          Arrays.asList(Way.values()),
          Arrays.asList(Reading.values()),
          Arrays.asList(Sending.values()),
          Arrays.asList(Connection.values()));

  enum Method {
    GET,
    HEAD,
    POST,
    PUT,
    DELETE,
    PATCH,
    OPTIONS,
    FROBNICATE
  }

  enum Content {
    /** None, said in the way that is usual for the method. */
    NONE,
    /** None, by a publisher of nothing. */
    EMPTY,
    TEXT,
    LARGE,
    /** Of unknown length. */
    STREAM,
    /** Sent only when the server asks for it. */
    EXPECTED
  }

  enum Status {
    OK(200),
    CREATED(201),
    NO_CONTENT(204),
    PARTIAL(206),
    NOT_MODIFIED(304),
    BAD_REQUEST(400),
    NOT_FOUND(404),
    REQUEST_TIMEOUT(408),
    EXPECTATION_FAILED(417),
    MISDIRECTED(421),
    TOO_MANY(429),
    SERVER_ERROR(500),
    UNAVAILABLE(503);

    final int code;

    Status(int code) {
      this.code = code;
    }
  }

  enum Framing {
    EMPTY,
    FIXED,
    CHUNKED,
    LARGE_CHUNKED,
    UNTIL_CLOSE,
    CUT_FIXED,
    CUT_CHUNKED,
    /** No answer, but to the second try. */
    HANG_UP_ONCE,
    HANG_UP
  }

  enum Hop {
    NONE(0),
    MULTIPLE_CHOICES(300),
    MOVED(301),
    FOUND(302),
    SEE_OTHER(303),
    TEMPORARY(307),
    PERMANENT(308),
    /** To itself, for ever. */
    LOOP(302),
    NO_LOCATION(302);

    final int status;

    Hop(int status) {
      this.status = status;
    }
  }

  enum Destination {
    RELATIVE,
    PLAIN_ORIGIN,
    TLS_ORIGIN
  }

  enum Credentials {
    NONE,
    /** Asked for and known. */
    KNOWN,
    /** Asked for, and the program has others. */
    WRONG,
    /** Asked for, and the program has no authenticator. */
    UNKNOWN,
    /** In a header field that the program sets itself. */
    OWN,
    /** The same, and refused. */
    OWN_REFUSED
  }

  enum Way {
    PLAIN,
    TLS,
    PROXY,
    /** A proxy that wants credentials, which the program has. */
    GUARDED_PROXY,
    /** A proxy that wants credentials, and the program has no authenticator for it. */
    CLOSED_PROXY,
    TUNNEL,
    GUARDED_TUNNEL;

    boolean secure() {
      return this == TLS || this == TUNNEL || this == GUARDED_TUNNEL;
    }

    boolean proxied() {
      return this != PLAIN && this != TLS;
    }

    boolean guarded() {
      return this == GUARDED_PROXY || this == CLOSED_PROXY || this == GUARDED_TUNNEL;
    }
  }

  enum Reading {
    STRING,
    BYTES,
    STREAM,
    LINES,
    PUBLISHER,
    DISCARDING
  }

  enum Sending {
    SEND,
    SEND_ASYNC
  }

  enum Connection {
    FRESH,
    REUSED
  }

  /** The row of these indices, one for each dimension. */
  static Combination of(int... indices) {
    return new Combination(
        value(Method.class, 0, indices),
        value(Content.class, 1, indices),
        value(Status.class, 2, indices),
        value(Framing.class, 3, indices),
        value(Hop.class, 4, indices),
        value(Destination.class, 5, indices),
        value(Redirect.class, 6, indices),
        value(Credentials.class, 7, indices),
        value(Way.class, 8, indices),
        value(Reading.class, 9, indices),
        value(Sending.class, 10, indices),
        value(Connection.class, 11, indices));
  }

  private static <T> T value(Class<T> type, int dimension, int... indices) {
    return type.cast(DIMENSIONS.get(dimension).get(indices[dimension]));
  }

  /** Whether there can be such an exchange at all. */
  boolean possible() {
    boolean cut = framing == Framing.CUT_FIXED || framing == Framing.CUT_CHUNKED;
    boolean bodiless = status == Status.NO_CONTENT || status == Status.NOT_MODIFIED;
    boolean hasBody = framing != Framing.EMPTY && !hangsUp();
    if (bodiless && hasBody) return false;
    if (method == Method.HEAD && cut) return false;
    boolean leadsSomewhere = hop != Hop.NONE && hop != Hop.LOOP && hop != Hop.NO_LOCATION;
    return leadsSomewhere || destination == Destination.RELATIVE;
  }

  boolean hangsUp() {
    return framing == Framing.HANG_UP_ONCE || framing == Framing.HANG_UP;
  }

  /** Whether the hop is one that the client makes; it has a target, and the policy allows it. */
  boolean isFollowed() {
    boolean leads = hop.status > 300 && hop != Hop.NO_LOCATION;
    boolean downgrade = way.secure() && destination == Destination.PLAIN_ORIGIN;
    return leads && (policy == Redirect.ALWAYS || (policy == Redirect.NORMAL && !downgrade));
  }

  /** The method with which the final answer is asked for. */
  Method lastMethod() {
    if (!isFollowed()) return method;
    return switch (hop.status) {
      case 303 -> method == Method.HEAD ? method : Method.GET;
      case 301, 302 -> method == Method.POST ? Method.GET : method;
      default -> method;
    };
  }

  /** Whether the final answer may come on a connection that had an answer before. */
  boolean usesItsConnectionAgain() {
    boolean challenged = way.guarded() || credentials != Credentials.NONE;
    return connection == Connection.REUSED || challenged || isFollowed();
  }

  boolean hasContent() {
    return content != Content.NONE && content != Content.EMPTY;
  }
}
