package dev.redial.jmh.peer;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.redial.jmh.server.Resource;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;

/**
 * What no client can be faster than: octets prepared beforehand are written to a blocking channel,
 * and as many are read as the answer is known to have. Every caller has a connection of its own;
 * only where there are more callers than connections, they share them through a queue.
 */
final class FloorPeer implements Peer {
  private interface Exchange {
    long on(Line line) throws IOException;
  }

  private final int connections;
  private final boolean shared;
  private final SSLContext tls;
  private final AtomicInteger opened = new AtomicInteger();
  private final BlockingQueue<Line> free = new LinkedBlockingQueue<>();
  private final Queue<Line> all = new ConcurrentLinkedQueue<>();

  FloorPeer(int connections, boolean shared, SSLContext tls) {
    this.connections = connections;
    this.shared = shared;
    this.tls = tls;
  }

  @Override
  public Call get(URI uri) {
    byte[] request = head("GET", uri, "");
    if (uri.getPath().equals(Resource.CLOSING.path())) return () -> onNewLine(uri, request);
    return call(uri, line -> line.exchange(request));
  }

  @Override
  public Call post(URI uri, byte[] body) {
    byte[] head = head("POST", uri, "Content-Length: " + body.length + "\r\n");
    byte[] request = new byte[head.length + body.length];
    System.arraycopy(head, 0, request, 0, head.length);
    System.arraycopy(body, 0, request, head.length, body.length);
    return call(uri, line -> line.exchange(request));
  }

  @Override
  public Call download(URI uri, Path file) {
    byte[] request = head("GET", uri, "");
    return call(
        uri,
        line -> {
          try (OutputStream out = Files.newOutputStream(file)) {
            return line.exchange(request, out);
          }
        });
  }

  @Override
  public Call stream(URI uri) {
    byte[] request = head("GET", uri, "");
    return call(uri, line -> line.exchange(request, OutputStream.nullOutputStream()));
  }

  @Override
  public void close() {
    for (Line line : all) line.close();
  }

  private Call call(URI uri, Exchange exchange) {
    if (shared) return () -> onSharedLine(uri, exchange);
    return new Call() {
      private Line line;

      @Override
      public long run() throws IOException {
        if (line == null) line = open(uri);
        return exchange.on(line);
      }
    };
  }

  private long onNewLine(URI uri, byte[] request) throws IOException {
    Line line = Line.to(uri, tls);
    try {
      return line.exchange(request);
    } finally {
      line.close();
    }
  }

  private long onSharedLine(URI uri, Exchange exchange) throws IOException, InterruptedException {
    Line line = free.poll();
    if (line == null) line = opened.getAndIncrement() < connections ? open(uri) : free.take();
    long length = exchange.on(line);
    free.add(line);
    return length;
  }

  private Line open(URI uri) throws IOException {
    Line line = Line.to(uri, tls);
    all.add(line);
    return line;
  }

  /** As long as what the clients send. */
  private static byte[] head(String method, URI uri, String moreFields) {
    return (method
            + " "
            + uri.getPath()
            + " HTTP/1.1\r\nHost: "
            + uri.getAuthority()
            + "\r\nUser-Agent: Java-http-client/25.0.3\r\n"
            + "Accept: */*\r\nConnection: keep-alive\r\n"
            + moreFields
            + "\r\n")
        .getBytes(US_ASCII);
  }
}
