package dev.redial.tests.servers;

import dev.redial.tests.kit.ApacheHttpd;
import dev.redial.tests.kit.HaProxy;
import dev.redial.tests.kit.Nginx;
import dev.redial.tests.kit.NodeServer;
import dev.redial.tests.kit.RealServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * A server in a process of its own. Those that are proxies by trade pass everything on to a server
 * inside this process.
 */
final class ProcessServer implements RunningServer {
  private final RealServer server;

  private ProcessServer(RealServer server) {
    this.server = server;
  }

  static ProcessServer nginx(int port, int behind, Path folder, Duration idle) throws IOException {
    String http =
        """
        keepalive_timeout %ds;
        client_max_body_size 20m;
        proxy_request_buffering off;
        proxy_max_temp_file_size 0;
        """
            .formatted(idle.toSeconds());
    String pass = "proxy_http_version 1.1; proxy_pass http://127.0.0.1:" + behind + ";";
    String server =
        "location / { " + pass + " } location /refused { client_max_body_size 1m; " + pass + " }";
    return new ProcessServer(Nginx.start(folder, port, http, server));
  }

  static ProcessServer apache(int port, int behind, Path folder, Duration idle) throws IOException {
    String lines =
        ApacheHttpd.loading("proxy")
            + ApacheHttpd.loading("proxy_http")
            + ApacheHttpd.loading("alias")
            + """
            KeepAliveTimeout %d
            ProxyPass "/refused" "!"
            Redirect 413 "/refused"
            ProxyPass "/" "http://127.0.0.1:%d/" disablereuse=On
            """
                .formatted(idle.toSeconds(), behind);
    return new ProcessServer(ApacheHttpd.start(folder, port, lines));
  }

  static ProcessServer haProxy(int port, int behind, Path folder, Duration idle)
      throws IOException {
    String defaults = "timeout http-keep-alive " + idle.toSeconds() + "s\n  http-reuse never";
    String frontend =
        """
        http-request deny deny_status 413 if { path /refused }
          default_backend site
        backend site
          server site 127.0.0.1:%d
        """
            .formatted(behind);
    return new ProcessServer(HaProxy.start(folder, port, defaults, frontend));
  }

  /** The same site as {@link Site}, told once more. */
  static ProcessServer node(int port, Path folder, Duration idle) throws IOException {
    String program =
        """
        const http = require('http');
        const large = Buffer.alloc(%d);
        for (let i = 0; i < large.length; i++)
          large[i] = 97 + (i + Math.floor(i / 4099)) %% 26;
        const fixed = (response, status, content) => {
          response.writeHead(status, { 'Content-Length': content.length });
          response.end(content);
        };
        const serve = (request, response) => {
          console.log('id ' + (request.headers['x-request-id'] || '-'));
          switch (request.url) {
            case '/small': return fixed(response, 200, 'ok');
            case '/chunked': response.write('o'); return response.end('k');
            case '/large': return fixed(response, 200, large);
            case '/large-chunked': response.write(large); return response.end();
            case '/204': response.writeHead(204); return response.end();
            case '/304': response.writeHead(304); return response.end();
            case '/refused': return fixed(response, 413, 'too large');
            default: return fixed(response, 404, request.url);
          }
        };
        const server = http.createServer((request, response) => {
          if (request.url === '/refused') return serve(request, response);
          request.resume();
          request.on('end', () => serve(request, response));
        });
        server.keepAliveTimeout = %d;
        server.listen(%d, '127.0.0.1', 1024);
        """
            .formatted(Site.LARGE_SIZE, idle.toMillis(), port);
    return new ProcessServer(NodeServer.run(folder, port, program));
  }

  @Override
  public void stop() {
    server.close();
  }

  @Override
  public Map<String, Integer> executions(Site site) throws IOException {
    return server instanceof NodeServer ? server.executions() : site.executions();
  }
}
