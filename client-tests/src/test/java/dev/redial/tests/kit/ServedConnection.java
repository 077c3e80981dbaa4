package dev.redial.tests.kit;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A connection as a script sees it; confined to the script's thread except where noted.
 *
 * <p>A script that returns without having ended the connection leaves it open; the server then only
 * watches how the client ends it.
 */
public final class ServedConnection {
  private final int number;
  private final Socket raw;
  private final Socket socket;
  private final ScriptedServer server;
  private final InputStream in;
  private final OutputStream out;
  private final RequestReader reader;
  private final AtomicLong octetsSent = new AtomicLong();
  private volatile long lastSentNanos = System.nanoTime();
  private boolean ended;

  ServedConnection(int number, Socket raw, Socket socket, ScriptedServer server)
      throws IOException {
    this.number = number;
    this.raw = raw;
    this.socket = socket;
    this.server = server;
    this.in = new BufferedInputStream(socket.getInputStream(), 64 * 1024);
    this.out = socket.getOutputStream();
    this.reader = new RequestReader(in);
  }

  /** The connection's number, from 1 in the order of acceptance. */
  public int number() {
    return number;
  }

  /** Reads one whole request; a client that ends the connection instead ends the script. */
  public RequestSeen readRequest() throws IOException {
    awaitOctet();
    RequestSeen request = reader.body(reader.head());
    server.executed(number, request);
    return request;
  }

  /** Reads a request head and leaves the body alone. */
  public RequestSeen readHeadOnly() throws IOException {
    awaitOctet();
    RequestSeen head = reader.head();
    server.record(number, "head of " + head.method() + " " + head.target());
    return head;
  }

  /** Reads the body of a request whose head alone was read. */
  public RequestSeen readBody(RequestSeen head) throws IOException {
    RequestSeen request = reader.body(head);
    server.executed(number, request);
    return request;
  }

  /** Reads exactly that many octets. */
  public byte[] read(int count) throws IOException {
    return reader.exactly(count);
  }

  /** Sends text in one segment where it fits. */
  public void send(String text) throws IOException {
    send(Answers.octets(text));
  }

  /** Sends octets in one segment where they fit. */
  public void send(byte[] octets) throws IOException {
    sendInSegments(octets, Integer.MAX_VALUE);
  }

  /** Sends octets in segments of at most that size. */
  public void sendInSegments(byte[] octets, int size) throws IOException {
    for (int at = 0; at < octets.length; ) {
      int count = Math.min(Math.min(size, 16 * 1024), octets.length - at);
      if (size == Integer.MAX_VALUE) count = octets.length - at;
      out.write(octets, at, count);
      out.flush();
      lastSentNanos = System.nanoTime();
      octetsSent.addAndGet(count);
      at += count;
    }
  }

  /**
   * Sends octets over and over until the client stops it, counting what the operating system took.
   */
  public void sendAtMost(byte[] octets, int times) throws IOException {
    for (int i = 0; i < times; i++) sendInSegments(octets, 16 * 1024);
  }

  /**
   * Reads to nowhere until the client ends the connection, orderly or not; says how much it was.
   */
  public long drain() throws IOException {
    byte[] rest = new byte[8192];
    long drained = 0;
    try {
      for (int count = in.read(rest); count >= 0; count = in.read(rest)) drained += count;
    } catch (SocketException e) {
      // It closed with octets unread, or halfway.
    }
    return drained;
  }

  /** Reads requests and gives each the same answer, until the client ends the connection. */
  public void serve(String answer) throws IOException {
    while (true) {
      readRequest();
      send(answer);
    }
  }

  /**
   * Whether the first octet of a request came before the connection had been idle for that long.
   */
  public boolean requestComesWithin(Duration idle) throws IOException {
    long left = lastSentNanos + idle.toNanos() - System.nanoTime();
    socket.setSoTimeout((int) Math.max(1, left / 1_000_000));
    try {
      awaitOctet();
      return true;
    } catch (SocketTimeoutException e) {
      return false;
    } finally {
      socket.setSoTimeout(0);
    }
  }

  /** Waits until that much time has passed since the last octet was sent. */
  public void idleFor(Duration time) throws InterruptedException {
    long end = lastSentNanos + time.toNanos();
    for (long left = time.toNanos(); left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
      if (Thread.interrupted()) throw new InterruptedException();
    }
  }

  /** Records something of the script's own, for a test to wait for. */
  public void mark(String what) {
    server.record(number, what);
  }

  /** Does nothing until the client ends the connection or the server is closed. */
  public void stall() throws IOException {
    watch();
  }

  /** Neither reads nor sends nor closes until the server is closed. */
  public void untilServerCloses() throws InterruptedException {
    new CountDownLatch(1).await();
  }

  /**
   * Closes: over TLS with close_notify. It is a FIN as long as everything the client sent was read,
   * else a reset.
   */
  public void fin() throws IOException {
    ended = true;
    socket.close();
    server.record(number, "server FIN");
  }

  /** Closes a TLS connection without close_notify, as a truncation attack does. */
  public void finWithoutCloseNotify() throws IOException {
    ended = true;
    raw.close();
    server.record(number, "server FIN");
  }

  /** Ends the sending side and keeps on reading. */
  public void halfClose() throws IOException {
    socket.shutdownOutput();
    server.record(number, "server half-close");
  }

  /** Resets the connection. */
  public void rst() throws IOException {
    ended = true;
    raw.setSoLinger(true, 0);
    raw.close();
    server.record(number, "server RST");
  }

  /**
   * Octets that the operating system has taken from this connection's script; may be asked by any
   * thread.
   */
  public long octetsSent() {
    return octetsSent.get();
  }

  /** Watches an open connection until the client ends it; what it still sends is recorded. */
  void watch() throws IOException {
    if (ended) return;
    byte[] rest = new byte[8192];
    boolean surplus = false;
    for (int count = in.read(rest); count >= 0; count = in.read(rest)) {
      if (!surplus) server.record(number, "octets nobody reads");
      surplus = true;
    }
    throw new ClientEnded();
  }

  /** A request was read whole by whoever speaks TLS here. */
  void executed(RequestSeen request) {
    server.executed(number, request);
  }

  void closeNow() throws IOException {
    raw.close();
  }

  /** Whether the script has ended it. */
  public boolean ended() {
    return ended;
  }

  private void awaitOctet() throws IOException {
    in.mark(1);
    if (in.read() < 0) throw new ClientEnded();
    in.reset();
  }

  /** The client closed its side between two requests. */
  static final class ClientEnded extends IOException {
    private static final long serialVersionUID = 1L;
  }
}
