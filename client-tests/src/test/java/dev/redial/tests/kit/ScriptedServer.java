package dev.redial.tests.kit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * A server on loopback that does on each connection what a script says, and remembers everything
 * that happened.
 *
 * <p>The first connection gets the first script, and so on; the last script serves all further
 * connections. Each script runs on a virtual thread of its own. An I/O failure ends a script, as it
 * ends a connection; anything else a script throws fails {@link #close()}.
 */
public final class ScriptedServer implements AutoCloseable {
  private final ServerSocket listener;
  private final int port;
  private final CountDownLatch acceptorEnded = new CountDownLatch(1);
  private volatile boolean closing;
  private final Optional<SSLContext> tls;
  private final boolean remembers;
  private final List<Script> scripts;
  private final EventLog events = new EventLog();
  private final Map<String, AtomicInteger> executions = new ConcurrentHashMap<>();
  private final ConcurrentLinkedQueue<RequestSeen> requests = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<Throwable> scriptFailures = new ConcurrentLinkedQueue<>();
  private final Map<Integer, Socket> open = new ConcurrentHashMap<>();
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("scripted-server-", 0).factory());

  /** What a server does on one connection. */
  @FunctionalInterface
  public interface Script {
    /**
     * Runs from acceptance (over TLS: from the end of the handshake) to the end of the script's
     * interest.
     */
    void run(ServedConnection connection) throws IOException, InterruptedException;
  }

  private ScriptedServer(Optional<SSLContext> tls, int receiveBuffer, Script... scripts) {
    this(tls, receiveBuffer, 0, true, scripts);
  }

  private ScriptedServer(
      Optional<SSLContext> tls, int receiveBuffer, int port, boolean remembers, Script... scripts) {
    if (scripts.length == 0) throw new IllegalArgumentException("a server needs a script");
    this.tls = tls;
    this.remembers = remembers;
    this.scripts = List.of(scripts);
    this.listener = listening(receiveBuffer, port);
    this.port = listener.getLocalPort();
  }

  private static ServerSocket listening(int receiveBuffer, int port) {
    ServerSocket listener = null;
    try {
      listener = new ServerSocket();
      if (receiveBuffer > 0) listener.setReceiveBufferSize(receiveBuffer);
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
      return listener;
    } catch (IOException e) {
      closeAfter(e, listener);
      throw new UncheckedIOException(e);
    }
  }

  private static void closeAfter(IOException failure, ServerSocket listener) {
    if (listener == null) return;
    try {
      listener.close();
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  /** Starts a plain server. */
  public static ScriptedServer start(Script... scripts) {
    return new ScriptedServer(Optional.empty(), 0, scripts).started();
  }

  /**
   * Starts a plain server that takes few octets unread, so that a client soon feels that nobody
   * reads.
   */
  public static ScriptedServer startTight(Script... scripts) {
    return new ScriptedServer(Optional.empty(), 4096, scripts).started();
  }

  /** Starts a TLS server. */
  public static ScriptedServer startTls(SSLContext context, Script... scripts) {
    return new ScriptedServer(Optional.of(context), 0, scripts).started();
  }

  /**
   * Starts a server for a long load: it remembers nothing of what happened.
   *
   * @param port where it listens; 0 for any
   */
  public static ScriptedServer startForgetful(Optional<SSLContext> tls, int port, Script script) {
    return new ScriptedServer(tls, 0, port, false, script).started();
  }

  /** A script that answers every request alike. */
  public static Script always(String answer) {
    return c -> c.serve(answer);
  }

  /** The port. */
  public int port() {
    return port;
  }

  /** The address of a resource here, by the address 127.0.0.1. */
  public URI uri(String target) {
    return URI.create((tls.isPresent() ? "https" : "http") + "://127.0.0.1:" + port + target);
  }

  /** Everything that happened on one connection, in order. */
  public List<String> events(int connection) {
    return events.all().stream()
        .filter(e -> e.connection() == connection)
        .map(EventLog.Event::what)
        .toList();
  }

  /** How many connections are open on this side. */
  public int openConnections() {
    return open.size();
  }

  /** How many connections were accepted. */
  public int connections() {
    return (int) events.all().stream().filter(e -> e.what().equals("accepted")).count();
  }

  /** The requests that were read whole, in the order in which they were. */
  public List<RequestSeen> requests() {
    return List.copyOf(requests);
  }

  /** How often the request of that id was read whole. */
  public int executions(String requestId) {
    AtomicInteger count = executions.get(requestId);
    return count == null ? 0 : count.get();
  }

  /** Waits until that happened on that connection; fails after ten seconds. */
  public void await(int connection, String what) {
    events.await(connection + " " + what);
  }

  /** Waits until that happened that often, on whichever connections. */
  public void awaitOnAny(String what, int times) {
    events.await(what, e -> e.what().equals(what), times);
  }

  /** Waits until the client has ended that connection, orderly or not; fails after ten seconds. */
  public void awaitEndByClient(int connection) {
    events.await(
        connection + " client FIN or RST",
        e -> e.connection() == connection && e.what().startsWith("client "),
        1);
  }

  /** When the client ended that connection, on the scale of {@link System#nanoTime()}. */
  public long nanosOfEndByClient(int connection) {
    return events
        .await(
            connection + " client FIN or RST",
            e -> e.connection() == connection && e.what().startsWith("client "),
            1)
        .nanos();
  }

  /**
   * The milliseconds between the first occurrences of two things on a connection; waits for both.
   */
  public long millisBetween(int connection, String earlier, String later) {
    EventLog.Event start = events.await(connection + " " + earlier);
    return events.await(connection + " " + later).millisSince(start);
  }

  /** Stops accepting; connections go on. New connections are refused from now on. */
  public void stopListening() throws IOException, InterruptedException {
    listener.close();
    if (!acceptorEnded.await(10, TimeUnit.SECONDS)) throw new AssertionError("still accepting");
  }

  /** Ends everything and fails if a script failed by anything but I/O. */
  @Override
  public void close() throws IOException {
    closing = true;
    listener.close();
    for (Socket socket : open.values()) socket.close();
    threads.shutdownNow();
    awaitScripts();
    if (!scriptFailures.isEmpty())
      throw new AssertionError("a script failed after " + events.all(), scriptFailures.peek());
  }

  private void awaitScripts() {
    try {
      if (threads.awaitTermination(60, TimeUnit.SECONDS)) return; // thousands may have to end
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new AssertionError("a script did not end: " + events.all());
  }

  void record(int connection, String what) {
    if (remembers) events.add(connection, what);
  }

  void executed(int connection, RequestSeen request) {
    if (!remembers) return;
    executions.computeIfAbsent(request.id(), id -> new AtomicInteger()).incrementAndGet();
    requests.add(request);
    record(connection, request.method() + " " + request.target());
  }

  private ScriptedServer started() {
    threads.execute(this::acceptAll);
    return this;
  }

  private void acceptAll() {
    for (int number = 1; ; number++) {
      try {
        accepted(number, listener.accept());
      } catch (IOException | RejectedExecutionException e) {
        acceptorEnded.countDown(); // the listener was closed
        return;
      }
    }
  }

  private void accepted(int number, Socket socket) throws IOException {
    open.put(number, socket);
    record(number, "accepted");
    try {
      threads.execute(() -> serve(number, socket));
    } catch (RejectedExecutionException e) {
      open.remove(number);
      socket.close(); // close() may have looked before it was there
      throw e;
    }
  }

  private void serve(int number, Socket raw) {
    try (raw) {
      raw.setTcpNoDelay(true);
      Optional<Socket> socket = secured(number, raw);
      if (socket.isEmpty()) return;
      ServedConnection connection = new ServedConnection(number, raw, socket.get(), this);
      runScript(number, connection);
    } catch (IOException e) {
      record(number, "failed: " + e);
    } finally {
      open.remove(number);
    }
  }

  private void runScript(int number, ServedConnection connection) {
    try {
      scripts.get(Math.min(number, scripts.size()) - 1).run(connection);
      connection.watch();
    } catch (ServedConnection.ClientEnded e) {
      record(number, "client FIN");
    } catch (SocketException e) {
      if (!closing) record(number, "client RST");
    } catch (IOException e) {
      record(number, "failed: " + e);
    } catch (InterruptedException e) {
      record(number, "server closed");
    } catch (RuntimeException | Error e) {
      scriptFailures.add(e);
    }
  }

  private Optional<Socket> secured(int number, Socket raw) {
    if (tls.isEmpty()) return Optional.of(raw);
    try {
      SSLSocket socket =
          (SSLSocket)
              tls.get().getSocketFactory().createSocket(raw, "127.0.0.1", raw.getPort(), true);
      socket.setUseClientMode(false);
      socket.startHandshake();
      return Optional.of(socket);
    } catch (IOException e) {
      record(number, "TLS failed");
      return Optional.empty();
    }
  }
}
