package dev.redial.tests.servers;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.redial.tests.kit.RequestSeen;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The server that comes with the JDK. */
final class JdkServer implements RunningServer {
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  JdkServer(Site site, int port) throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 100);
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            site.serve(
                exchange.getRequestURI().getPath(),
                exchange.getRequestHeaders().getFirst(RequestSeen.ID_FIELD),
                exchange.getRequestBody(),
                (status, length) -> begin(exchange, status, length));
          }
        });
    server.start();
  }

  int port() {
    return server.getAddress().getPort();
  }

  /** It wants to hear -1 for no body, and 0 for chunks. */
  private static OutputStream begin(HttpExchange exchange, int status, OptionalLong length)
      throws IOException {
    boolean head = exchange.getRequestMethod().equals("HEAD");
    if (head && length.isPresent())
      exchange.getResponseHeaders().set("Content-Length", Long.toString(length.getAsLong()));
    boolean empty = head || length.equals(OptionalLong.of(0));
    exchange.sendResponseHeaders(status, empty ? -1 : length.orElse(0));
    return empty ? OutputStream.nullOutputStream() : exchange.getResponseBody();
  }

  @Override
  public void stop() {
    server.stop(0);
    threads.shutdownNow();
  }
}
