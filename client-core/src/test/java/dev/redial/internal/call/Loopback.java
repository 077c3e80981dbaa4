package dev.redial.internal.call;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A server on loopback that hands each request head to a test and sends what that makes of it. */
final class Loopback implements AutoCloseable {
  interface Script {
    /** Answers; returning false, or throwing, ends the connection. */
    boolean answer(String head, OutputStream out) throws IOException;
  }

  static final String HELLO = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

  final AtomicInteger requests = new AtomicInteger();
  private final ServerSocket listener;
  private final Script script;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  Loopback(Script script) {
    this.script = script;
    try {
      listener = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread unused = Thread.ofVirtual().start(this::accept);
  }

  static Loopback saying(String answer) {
    return new Loopback((head, out) -> {
      say(out, answer);
      return true;
    });
  }

  static void say(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(ISO_8859_1));
    out.flush();
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + listener.getLocalPort() + "/x");
  }

  /** Connections that the client has not closed yet. */
  int open() {
    return open.size();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket socket = listener.accept();
        open.add(socket);
        Thread unused = Thread.ofVirtual().start(() -> serve(socket));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      InputStream in = new BufferedInputStream(socket.getInputStream());
      String head = head(in);
      while (!head.isEmpty()) {
        requests.incrementAndGet();
        if (!script.answer(head, socket.getOutputStream())) return;
        head = head(in);
      }
    } catch (IOException e) {
      // The client went away, or the test is over.
    } finally {
      open.remove(socket);
    }
  }

  private static String head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int octet = in.read();
      if (octet < 0) return "";
      head.append((char) octet);
    }
    return head.toString();
  }

  @Override
  public void close() {
    try {
      listener.close();
      for (Socket socket : open) socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
