package dev.redial.jmh.guard;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;

/** A server that answers so late that nobody looks for the answer in vain before it comes. */
final class LateServer implements AutoCloseable {
  private static final int DELAY_MILLIS = 3;
  private static final byte[] ANSWER =
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".getBytes(US_ASCII);

  private final ServerSocket listener;

  private LateServer(ServerSocket listener) {
    this.listener = listener;
  }

  static LateServer start() throws IOException {
    LateServer server = new LateServer(new ServerSocket(0, 10, InetAddress.getLoopbackAddress()));
    Thread.ofPlatform().name("late server").daemon().start(server::serve);
    return server;
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + listener.getLocalPort() + "/");
  }

  /** One connection after the other. */
  private void serve() {
    while (!listener.isClosed()) {
      try (Socket connection = listener.accept()) {
        answer(connection);
      } catch (IOException e) {
        if (!listener.isClosed()) throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        throw new IllegalStateException("nobody interrupts it", e);
      }
    }
  }

  private static void answer(Socket connection) throws IOException, InterruptedException {
    BufferedReader requests =
        new BufferedReader(new InputStreamReader(connection.getInputStream(), US_ASCII));
    for (String line = requests.readLine(); line != null; line = requests.readLine()) {
      if (!line.isEmpty()) continue; // a head ends with an empty line
      Thread.sleep(DELAY_MILLIS); // the delay is what this server is for
      connection.getOutputStream().write(ANSWER);
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
