package dev.redial.tests.servers;

import dev.redial.tests.kit.RequestSeen;
import java.io.IOException;
import java.time.Duration;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;

/** Jetty. */
final class JettyServer implements RunningServer {
  private final Server server = new Server();

  JettyServer(Site site, int port, Duration idle) throws Exception {
    ServerConnector connector = new ServerConnector(server, 1, 1);
    connector.setHost("127.0.0.1");
    connector.setPort(port);
    connector.setIdleTimeout(idle.toMillis());
    server.addConnector(connector);
    server.setHandler(
        new Handler.Abstract() {
          @Override
          public boolean handle(Request request, Response response, Callback done)
              throws IOException {
            site.serve(
                request.getHttpURI().getPath(),
                request.getHeaders().get(RequestSeen.ID_FIELD),
                Content.Source.asInputStream(request),
                (status, length) -> {
                  response.setStatus(status);
                  length.ifPresent(octets -> response.getHeaders().put("Content-Length", octets));
                  return Content.Sink.asOutputStream(response);
                });
            done.succeeded();
            return true;
          }
        });
    server.start();
  }

  @Override
  public void stop() throws Exception {
    server.stop();
  }
}
