package dev.redial.tests.kit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** HAProxy. */
public final class HaProxy extends RealServer {

  private HaProxy(LaunchedProcess process, int port, Path executionLog) {
    super(process, port, executionLog);
  }

  /** Skips the test unless HAProxy is installed. */
  public static void assumeInstalled() {
    LaunchedProcess.assumeInstalled("haproxy");
  }

  /** Starts it with these lines in the defaults and in the only front end. */
  public static HaProxy start(Path folder, String defaults, String frontend) throws IOException {
    return start(folder, LaunchedProcess.freePort(), defaults, frontend);
  }

  /** The same on a given port. */
  public static HaProxy start(Path folder, int port, String defaults, String frontend)
      throws IOException {
    Path program = LaunchedProcess.assumeInstalled("haproxy");
    Path config = folder.resolve("haproxy.cfg");
    Files.writeString(config, config(port, defaults, frontend));
    List<String> command = List.of(program.toString(), "-db", "-f", config.toString());
    return new HaProxy(
        LaunchedProcess.start(folder, port, command), port, folder.resolve("output.log"));
  }

  private static String config(int port, String defaults, String frontend) {
    return """
    global
      log stdout format raw local0
      nbthread 1 # with more of them, lines of the log are dropped where two write at once
    defaults
      mode http
      log global
      timeout connect 5s
      timeout client 10s
      timeout server 10s
      log-format "id %%[capture.req.hdr(0)] %%[sc_conn_cnt(0)]"
      %s
    frontend test
      bind 127.0.0.1:%d
      capture request header X-Request-Id len 64
      stick-table type ip size 1k expire 1h store conn_cnt
      tcp-request connection track-sc0 src
      %s
    """
        .formatted(defaults, port, frontend);
  }
}
