package dev.redial.internal.connection;

import dev.redial.internal.http1.FieldLine;
import dev.redial.internal.http1.Octets;
import dev.redial.internal.http1.RequestWriter;
import java.util.List;
import java.util.Map;

/**
 * Writes the head of a request: which fields go out, in which order, and which of the caller's give
 * way.
 */
final class RequestEncoder {
  /**
   * The product token that names this library where the caller names none (RFC 9110, section
   * 10.1.5).
   */
  static final String USER_AGENT = "Redial";

  private static final FieldLine NAMES_ITSELF = new FieldLine("User-Agent", USER_AGENT);
  private static final FieldLine KEEP_ALIVE = new FieldLine("Connection", "keep-alive");
  private static final FieldLine CLOSE = new FieldLine("Connection", "close");

  private RequestEncoder() {}

  /** Writes the whole head. */
  static void head(Octets out, OutgoingRequest request) {
    target(out, request);
    Map<String, List<String>> own = request.headers().map();
    if (!own.containsKey("host")) RequestWriter.field(out, "Host", request.authority());
    (request.keepAlive() && !asksToClose(request) ? KEEP_ALIVE : CLOSE).writeTo(out);
    if (!own.containsKey("user-agent")) NAMES_ITSELF.writeTo(out);
    framing(out, request);
    if (request.expectContinue() && request.contentLength() != 0)
      RequestWriter.field(out, "Expect", "100-continue");
    if (!own.isEmpty()) own(out, request);
    if (!request.added().isEmpty()) {
      for (Map.Entry<String, List<String>> field : request.added().entrySet()) fields(out, field);
    }
    RequestWriter.endHead(out);
  }

  private static void own(Octets out, OutgoingRequest request) {
    for (Map.Entry<String, List<String>> field : request.headers().map().entrySet()) {
      if (givesWay(field.getKey(), request)) continue;
      if (isHost(field.getKey()))
        RequestWriter.field(out, field.getKey(), field.getValue().getFirst());
      else fields(out, field);
    }
  }

  /** RFC 9112, section 3.2: there is exactly one, however many the caller gave. */
  private static boolean isHost(String name) {
    return name.length() == 4 && name.equalsIgnoreCase("host");
  }

  private static void target(Octets out, OutgoingRequest request) {
    String target =
        request.absoluteForm()
            ? RequestTarget.absolute(request.uri(), request.authority())
            : RequestTarget.origin(request.uri());
    RequestWriter.requestLine(out, request.method(), target);
  }

  private static void framing(Octets out, OutgoingRequest request) {
    long contentLength = request.contentLength();
    if (contentLength < 0) {
      RequestWriter.field(out, "Transfer-Encoding", "chunked");
    } else if (contentLength > 0 || announcesEmptyBody(request)) {
      RequestWriter.field(out, "Content-Length", Long.toString(contentLength));
    }
  }

  /** RFC 9110, section 8.6: only methods that give a body a meaning say that they have none. */
  private static boolean announcesEmptyBody(OutgoingRequest request) {
    return switch (request.method()) {
      case "GET", "HEAD", "DELETE", "OPTIONS", "TRACE" -> false;
      case "POST", "PUT", "PATCH" -> true;
      default -> request.body() != null;
    };
  }

  static boolean asksToClose(OutgoingRequest request) {
    if (request.headers().map().isEmpty()) return false;
    for (String value : request.headers().allValues("connection")) {
      for (String token : value.split(",", -1)) {
        if (token.strip().equalsIgnoreCase("close")) return true;
      }
    }
    return false;
  }

  /**
   * Framing and persistence are the transport's: two sources for them would be a request smuggling
   * hole.
   */
  private static boolean givesWay(String name, OutgoingRequest request) {
    for (String added : request.added().keySet()) {
      if (added.equalsIgnoreCase(name)) return true;
    }
    return switch (name.length()) {
      case 6 -> name.equalsIgnoreCase("expect") && request.expectContinue();
      case 10 -> name.equalsIgnoreCase("connection") || name.equalsIgnoreCase("keep-alive");
      case 14 -> name.equalsIgnoreCase("content-length");
      case 17 -> name.equalsIgnoreCase("transfer-encoding");
      default -> false;
    };
  }

  private static void fields(Octets out, Map.Entry<String, List<String>> field) {
    List<String> values = field.getValue();
    for (int i = 0; i < values.size(); i++) RequestWriter.field(out, field.getKey(), values.get(i));
  }
}
