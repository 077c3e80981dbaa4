package dev.redial.tests.equality;

import dev.redial.tests.equality.Combination.Credentials;
import dev.redial.tests.equality.Combination.Framing;
import dev.redial.tests.equality.Combination.Hop;
import dev.redial.tests.kit.RequestSeen;
import dev.redial.tests.kit.TlsMaterial;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.AbstractHandler;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/**
 * A Jetty that is four origins, two of them over TLS, and gives every run the answers of its row.
 */
final class Origins implements AutoCloseable {
  static final String WARM = "/warm";
  static final String START = "/start?q=%41%2F";
  static final String AFTER = "/after";
  static final String PASSWORD = "good";

  private static final String FINAL = "/final?f=1";

  private final Server server = new Server();
  private final ServerConnector plain = connector("plain");
  private final ServerConnector otherPlain = connector("other plain");
  private final ServerConnector tls = tlsConnector("tls");
  private final ServerConnector otherTls = tlsConnector("other tls");
  private final Map<String, Run> runs = new ConcurrentHashMap<>();

  /** What is to be answered to one run of the program, and what it has asked. */
  private record Run(Combination row, Queue<Seen> seen) {}

  /** One request as Jetty understood it. */
  record Seen(
      String origin, String method, String target, Map<String, List<String>> headers, byte[] body) {
    @Override
    public String toString() {
      return method + " " + target + " at " + origin;
    }
  }

  static Origins start() throws Exception {
    Origins origins = new Origins();
    origins.server.setHandler(
        new AbstractHandler() {
          @Override
          public void handle(
              String path, Request base, HttpServletRequest request, HttpServletResponse response)
              throws IOException {
            base.setHandled(true);
            origins.serve(base, response);
          }
        });
    origins.server.start();
    return origins;
  }

  /** Where a row's first request goes. */
  URI uri(Combination row, String target) {
    return uri(row.way().secure() ? tls : plain, target);
  }

  void expect(String run, Combination row) {
    runs.put(run, new Run(row, new ConcurrentLinkedQueue<>()));
  }

  /** What a run has asked, in order; it is forgotten. */
  List<Seen> seen(String run) {
    return List.copyOf(runs.remove(run).seen());
  }

  /** A text in which the ports, which are different each time, have names. */
  String named(String text) {
    String named = text;
    for (ServerConnector one : List.of(plain, otherPlain, tls, otherTls))
      named = named.replace(":" + one.getLocalPort(), ":(" + one.getName() + ")");
    return named;
  }

  static String basic(String password) {
    byte[] pair = ("user:" + password).getBytes(StandardCharsets.UTF_8);
    return "Basic " + Base64.getEncoder().encodeToString(pair);
  }

  @Override
  public void close() throws Exception {
    server.stop();
  }

  private static URI uri(ServerConnector origin, String target) {
    String scheme = origin.getName().endsWith("tls") ? "https" : "http";
    return URI.create(scheme + "://127.0.0.1:" + origin.getLocalPort() + target);
  }

  private static HttpConfiguration configuration() {
    HttpConfiguration configuration = new HttpConfiguration();
    configuration.setSendServerVersion(false);
    SecureRequestCustomizer secure = new SecureRequestCustomizer();
    secure.setSniHostCheck(false);
    configuration.addCustomizer(secure);
    return configuration;
  }

  private ServerConnector connector(String name) {
    return named(
        new ServerConnector(server, 1, 1, new HttpConnectionFactory(configuration())), name);
  }

  private ServerConnector tlsConnector(String name) {
    SslContextFactory.Server context = new SslContextFactory.Server();
    context.setSslContext(TlsMaterial.forLoopback().server());
    return named(
        new ServerConnector(server, context, new HttpConnectionFactory(configuration())), name);
  }

  private ServerConnector named(ServerConnector connector, String name) {
    connector.setName(name);
    connector.setHost("127.0.0.1");
    server.addConnector(connector);
    return connector;
  }

  private void serve(Request request, HttpServletResponse response) throws IOException {
    Run run = runs.get(request.getHeader(RequestSeen.ID_FIELD));
    byte[] body = request.getInputStream().readAllBytes();
    run.seen.add(seen(request, body));
    String target = request.getOriginalURI();
    if (target.equals(WARM)) {
      answer(response, 200, Framing.FIXED);
    } else if (refused(run.row.credentials(), request)) {
      response.setHeader("WWW-Authenticate", "Basic realm=\"r\"");
      answer(response, 401, Framing.FIXED);
    } else if (target.equals(AFTER)) {
      answer(response, 200, Framing.FIXED);
    } else if (target.equals(START) && run.row.hop() != Hop.NONE) {
      lead(run.row, response);
    } else {
      finalAnswer(run, request, response);
    }
  }

  private static Seen seen(Request request, byte[] body) {
    Map<String, List<String>> headers = new TreeMap<>();
    for (String name : Collections.list(request.getHeaderNames()))
      headers.put(name.toLowerCase(Locale.ROOT), Collections.list(request.getHeaders(name)));
    String origin = request.getHttpChannel().getConnector().getName();
    return new Seen(origin, request.getMethod(), request.getOriginalURI(), headers, body);
  }

  private static boolean refused(Credentials credentials, Request request) {
    String sent = request.getHeader("Authorization");
    return switch (credentials) {
      case NONE, OWN -> false;
      case KNOWN, WRONG, UNKNOWN -> !basic(PASSWORD).equals(sent);
      case OWN_REFUSED -> true;
    };
  }

  private void lead(Combination row, HttpServletResponse response) throws IOException {
    if (row.hop() != Hop.NO_LOCATION) response.setHeader("Location", location(row));
    answer(response, row.hop().status, Framing.FIXED);
  }

  private String location(Combination row) {
    if (row.hop() == Hop.LOOP) return START;
    return switch (row.destination()) {
      case RELATIVE -> FINAL;
      case PLAIN_ORIGIN -> uri(otherPlain, FINAL).toString();
      case TLS_ORIGIN -> uri(otherTls, FINAL).toString();
    };
  }

  private static void finalAnswer(Run run, Request request, HttpServletResponse response)
      throws IOException {
    Combination row = run.row;
    String target = request.getOriginalURI();
    boolean first = run.seen.stream().filter(seen -> seen.target.equals(target)).count() == 1;
    switch (row.framing()) {
      case HANG_UP -> request.getHttpChannel().getEndPoint().close();
      case HANG_UP_ONCE -> {
        if (first) request.getHttpChannel().getEndPoint().close();
        else answer(response, row.status().code, Framing.FIXED);
      }
      case CUT_FIXED, CUT_CHUNKED -> {
        answer(response, row.status().code, row.framing());
        response.flushBuffer();
        request.getHttpChannel().getEndPoint().close();
      }
      default -> answer(response, row.status().code, row.framing());
    }
  }

  private static void answer(HttpServletResponse response, int status, Framing framing)
      throws IOException {
    response.setStatus(status);
    response.addHeader("X-Twice", "a");
    response.addHeader("X-Twice", "b");
    if (status == 204 || status == 304) return;
    byte[] body = ("body of " + status + "\nin two lines").getBytes(StandardCharsets.UTF_8);
    switch (framing) {
      case FIXED -> {
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
      }
      case CUT_FIXED -> {
        response.setContentLength(body.length + 10);
        response.getOutputStream().write(body);
      }
      case CHUNKED, CUT_CHUNKED -> {
        response.getOutputStream().write(body);
        response.flushBuffer();
        response.getOutputStream().write(body);
      }
      case LARGE_CHUNKED -> {
        for (int i = 0; i < 3_000; i++) response.getOutputStream().write(body);
      }
      case UNTIL_CLOSE -> {
        response.setHeader("Connection", "close");
        response.flushBuffer();
        response.getOutputStream().write(body);
      }
      case EMPTY, HANG_UP, HANG_UP_ONCE -> {}
    }
  }
}
