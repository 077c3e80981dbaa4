package dev.redial.tests.kit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The HTTP server of Node.js. */
public final class NodeServer extends RealServer {

  private NodeServer(LaunchedProcess process, int port, Path executionLog) {
    super(process, port, executionLog);
  }

  /** Skips the test unless Node.js is installed. */
  public static void assumeInstalled() {
    LaunchedProcess.assumeInstalled("node");
  }

  /**
   * Starts a server that answers {@code ok} to everything; the settings are statements about {@code
   * server}.
   */
  public static NodeServer start(Path folder, String settings) throws IOException {
    int port = LaunchedProcess.freePort();
    return run(folder, port, source(port, settings));
  }

  /** Runs a program of the test's own, which listens on that port and logs what it executes. */
  public static NodeServer run(Path folder, int port, String program) throws IOException {
    Path node = LaunchedProcess.assumeInstalled("node");
    Path script = folder.resolve("server.js");
    Files.writeString(script, program);
    List<String> command = List.of(node.toString(), script.toString());
    return new NodeServer(
        LaunchedProcess.start(folder, port, command), port, folder.resolve("output.log"));
  }

  private static String source(int port, String settings) {
    return """
    const http = require('http');
    let connections = 0;
    const server = http.createServer((request, response) => {
      request.resume();
      request.on('end', () => {
        console.log('id ' + (request.headers['x-request-id'] || '-') + ' ' + connections);
        response.end('ok');
      });
    });
    server.on('connection', () => connections++);
    %s
    server.listen(%d, '127.0.0.1', 1024);
    """
        .formatted(settings, port);
  }
}
