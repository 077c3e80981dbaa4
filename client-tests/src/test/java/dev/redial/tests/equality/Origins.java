package dev.redial.tests.equality;

import dev.redial.tests.equality.Combination.Credentials;
import dev.redial.tests.equality.Combination.Framing;
import dev.redial.tests.equality.Combination.Hop;
import dev.redial.tests.kit.RequestSeen;
import dev.redial.tests.kit.TlsMaterial;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
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
        new Handler.Abstract() {
          @Override
          public boolean handle(Request request, Response response, Callback done)
              throws IOException {
            origins.serve(request, response);
            done.succeeded();
            return true;
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

  private void serve(Request request, Response response) throws IOException {
    Run run = runs.get(request.getHeaders().get(RequestSeen.ID_FIELD));
    byte[] body = Content.Source.asInputStream(request).readAllBytes();
    run.seen.add(seen(request, body));
    String target = target(request);
    if (target.equals(WARM)) {
      answer(response, 200, Framing.FIXED);
    } else if (refused(run.row.credentials(), request)) {
      response.getHeaders().put("WWW-Authenticate", "Basic realm=\"r\"");
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
    for (String name : request.getHeaders().getFieldNamesCollection())
      headers.put(name.toLowerCase(Locale.ROOT), request.getHeaders().getValuesList(name));
    String origin = request.getConnectionMetaData().getConnector().getName();
    return new Seen(origin, request.getMethod(), target(request), headers, body);
  }

  private static boolean refused(Credentials credentials, Request request) {
    String sent = request.getHeaders().get("Authorization");
    return switch (credentials) {
      case NONE, OWN -> false;
      case KNOWN, WRONG, UNKNOWN -> !basic(PASSWORD).equals(sent);
      case OWN_REFUSED -> true;
    };
  }

  private void lead(Combination row, Response response) throws IOException {
    if (row.hop() != Hop.NO_LOCATION) response.getHeaders().put("Location", location(row));
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

  private static void finalAnswer(Run run, Request request, Response response) throws IOException {
    Combination row = run.row;
    String target = target(request);
    boolean first = run.seen.stream().filter(seen -> seen.target.equals(target)).count() == 1;
    switch (row.framing()) {
      case HANG_UP -> hangUp(request);
      case HANG_UP_ONCE -> {
        if (first) hangUp(request);
        else answer(response, row.status().code, Framing.FIXED);
      }
      case CUT_FIXED, CUT_CHUNKED -> {
        answer(response, row.status().code, row.framing());
        hangUp(request);
      }
      default -> answer(response, row.status().code, row.framing());
    }
  }

  private static void answer(Response response, int status, Framing framing) throws IOException {
    response.setStatus(status);
    response.getHeaders().add("X-Twice", "a");
    response.getHeaders().add("X-Twice", "b");
    if (status == 204 || status == 304) return;
    byte[] body = ("body of " + status + "\nin two lines").getBytes(StandardCharsets.UTF_8);
    OutputStream out = Content.Sink.asOutputStream(response);
    switch (framing) {
      case FIXED -> {
        response.getHeaders().put("Content-Length", body.length);
        out.write(body);
      }
      case CUT_FIXED -> {
        response.getHeaders().put("Content-Length", body.length + 10);
        out.write(body);
      }
      case CHUNKED, CUT_CHUNKED -> {
        out.write(body);
        out.write(body);
      }
      case LARGE_CHUNKED -> {
        for (int i = 0; i < 3_000; i++) out.write(body);
      }
      case UNTIL_CLOSE -> {
        response.getHeaders().put("Connection", "close");
        out.write(body);
        out.write(body);
      }
      case EMPTY, HANG_UP, HANG_UP_ONCE -> {}
    }
  }

  private static String target(Request request) {
    return request.getHttpURI().getPathQuery();
  }

  private static void hangUp(Request request) {
    request.getConnectionMetaData().getConnection().getEndPoint().close();
  }
}
