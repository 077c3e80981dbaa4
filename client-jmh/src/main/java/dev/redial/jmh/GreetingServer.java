package dev.redial.jmh;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.LongAdder;

/**
 * The server of the benchmarks: it answers every request with the same small greeting and never
 * closes a connection.
 *
 * <p>It does so little that the client is what is measured, and runs in a process of its own so
 * that neither its garbage nor its threads are counted as the client's. It prints its port, serves
 * until its standard input ends, then prints how many connections and requests it has seen.
 */
final class GreetingServer {
  private static final byte[] GREETING =
      """
      HTTP/1.1 200 OK\r
      Content-Type: text/plain\r
      Content-Length: 13\r
      \r
      Hello, world!\
      """
          .getBytes(StandardCharsets.US_ASCII);

  private final LongAdder connections = new LongAdder();
  private final LongAdder requests = new LongAdder();
  private final ServerSocket listener;

  private GreetingServer(ServerSocket listener) {
    this.listener = listener;
  }

  public static void main(String[] args) throws IOException {
    try (ServerSocket listener = new ServerSocket(0, 1_024, InetAddress.getLoopbackAddress())) {
      GreetingServer server = new GreetingServer(listener);
      Thread.ofVirtual().name("accept").start(server::accept);
      System.out.println(listener.getLocalPort());
      System.in.transferTo(OutputStream.nullOutputStream());
      System.out.println(server.connections.sum() + " " + server.requests.sum());
    }
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket connection = listener.accept();
        connections.increment();
        Thread.ofVirtual().start(() -> serve(connection));
      } catch (IOException e) {
        if (!listener.isClosed()) throw new UncheckedIOException(e);
      }
    }
  }

  private void serve(Socket connection) {
    try (connection) {
      connection.setTcpNoDelay(true);
      InputStream in = new BufferedInputStream(connection.getInputStream());
      while (readHead(in)) {
        connection.getOutputStream().write(GREETING);
        requests.increment();
      }
    } catch (SocketException e) {
      // The client ended the connection its own way; that it did so is no concern of the greeting.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads up to the empty line that ends a request without body; false at the end of input. */
  private static boolean readHead(InputStream in) throws IOException {
    int lineLength = 0;
    for (int octet = in.read(); octet >= 0; octet = in.read()) {
      if (octet == '\r') continue;
      if (octet != '\n') lineLength++;
      else if (lineLength == 0) return true;
      else lineLength = 0;
    }
    return false;
  }
}
