package dev.redial.tests.servers;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.stubbing.ServeEvent;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import dev.redial.tests.kit.RequestSeen;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** WireMock, which answers when it has read the whole request, whatever it says. */
final class WireMockServing implements RunningServer {
  private final WireMockServer server;

  WireMockServing(int port, Duration idle) {
    server =
        new WireMockServer(
            options().bindAddress("127.0.0.1").port(port).jettyIdleTimeout(idle.toMillis()));
    server.start();
    byte[] small = Site.SMALL.getBytes(StandardCharsets.US_ASCII);
    serve("/small", fixed(200, small));
    serve("/chunked", aResponse().withBody(small));
    serve("/large", fixed(200, Site.LARGE));
    serve("/large-chunked", aResponse().withBody(Site.LARGE));
    serve("/204", aResponse().withStatus(204));
    serve("/304", aResponse().withStatus(304));
    serve("/refused", fixed(413, small));
  }

  private void serve(String path, ResponseDefinitionBuilder answer) {
    server.stubFor(any(urlEqualTo(path)).willReturn(answer));
  }

  private static ResponseDefinitionBuilder fixed(int status, byte[] body) {
    return aResponse()
        .withStatus(status)
        .withHeader("Content-Length", Integer.toString(body.length))
        .withBody(body);
  }

  @Override
  public void stop() {
    server.stop();
  }

  @Override
  public Map<String, Integer> executions(Site site) {
    Map<String, Integer> executions = new HashMap<>();
    for (ServeEvent event : server.getAllServeEvents()) {
      LoggedRequest request = event.getRequest();
      if (request.containsHeader(RequestSeen.ID_FIELD))
        executions.merge(request.getHeader(RequestSeen.ID_FIELD), 1, Integer::sum);
    }
    return executions;
  }
}
