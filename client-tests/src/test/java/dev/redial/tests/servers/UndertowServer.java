package dev.redial.tests.servers;

import dev.redial.tests.kit.RequestSeen;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.BlockingHandler;
import java.io.IOException;
import java.time.Duration;

/** Undertow. */
final class UndertowServer implements RunningServer {
  private final Undertow undertow;

  UndertowServer(Site site, int port, Duration idle) {
    undertow =
        Undertow.builder()
            .addHttpListener(port, "127.0.0.1", new BlockingHandler(e -> serve(site, e)))
            .setIoThreads(1)
            .setWorkerThreads(4)
            .setDirectBuffers(false)
            .setServerOption(UndertowOptions.MAX_ENTITY_SIZE, 2L * Site.LARGE_SIZE)
            .setServerOption(UndertowOptions.NO_REQUEST_TIMEOUT, (int) idle.toMillis())
            .build();
    undertow.start();
  }

  private static void serve(Site site, HttpServerExchange exchange) throws IOException {
    site.serve(
        exchange.getRequestPath(),
        exchange.getRequestHeaders().getFirst(RequestSeen.ID_FIELD),
        exchange.getInputStream(),
        (status, length) -> {
          exchange.setStatusCode(status);
          length.ifPresent(exchange::setResponseContentLength);
          return exchange.getOutputStream();
        });
  }

  @Override
  public void stop() {
    undertow.stop();
  }
}
