package dev.redial.tests.kit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** nginx. */
public final class Nginx extends RealServer {

  private Nginx(LaunchedProcess process, int port, Path executionLog) {
    super(process, port, executionLog);
  }

  /** Skips the test unless nginx is installed. */
  public static void assumeInstalled() {
    LaunchedProcess.assumeInstalled("nginx");
  }

  /** Starts it with these lines in the {@code http} and in the {@code server} block. */
  public static Nginx start(Path folder, String http, String server) throws IOException {
    return start(folder, LaunchedProcess.freePort(), http, server);
  }

  /** The same on a given port. */
  public static Nginx start(Path folder, int port, String http, String server) throws IOException {
    Path program = LaunchedProcess.assumeInstalled("nginx");
    Path config = folder.resolve("nginx.conf");
    Files.writeString(config, config(port, http, server));
    List<String> command =
        List.of(
            program.toString(),
            "-p",
            folder.toString(),
            "-c",
            config.toString(),
            "-e",
            "error.log");
    return new Nginx(
        LaunchedProcess.start(folder, port, command), port, folder.resolve("executions.log"));
  }

  /** Loads its configuration again: new workers start, the old ones end their idle connections. */
  public void reload() throws IOException, InterruptedException {
    process().signal("HUP");
  }

  private static String config(int port, String http, String server) {
    return """
    daemon off;
    worker_processes 1;
    pid nginx.pid;
    error_log error.log;
    events { worker_connections 2048; }
    http {
      log_format executions 'id $http_x_request_id $connection';
      access_log executions.log executions;
      client_body_temp_path body;
      proxy_temp_path proxy;
      fastcgi_temp_path fastcgi;
      uwsgi_temp_path uwsgi;
      scgi_temp_path scgi;
      %s
      server {
        listen 127.0.0.1:%d;
        %s
      }
    }
    """
        .formatted(http, port, server);
  }
}
