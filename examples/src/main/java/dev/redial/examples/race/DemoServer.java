package dev.redial.examples.race;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.component.LifeCycle;

/**
 * An ordinary Jetty on the loopback interface that ends idle connections after {@link #KEEP_ALIVE},
 * without announcing that time, as most servers do.
 *
 * <p>It answers every request with the request's id, and records what it executed. It can be
 * replaced by a new Jetty while it serves: the listening socket outlives the servers, as it does
 * under a service manager that holds it for them. Confined to one thread, but for its record.
 */
final class DemoServer implements AutoCloseable {
  static final Duration KEEP_ALIVE = Duration.ofSeconds(1);

  /** Once replaced, a server ends the connections that are this long idle. */
  private static final Duration IDLE_WHEN_REPLACED = Duration.ofMillis(250);

  private static final Duration DRAIN_LIMIT = Duration.ofSeconds(2);

  private static final int BACKLOG = 1024;

  private final ServerRecord seen = new ServerRecord();
  private final ServerSocketChannel listener;
  private final Thread acceptor;
  private Optional<Replaced> replaced = Optional.empty();

  /** Written by the confining thread, read by the acceptor. */
  private volatile ServerConnector current;

  private DemoServer() throws IOException {
    listener = ServerSocketChannel.open();
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
    current = start(seen);
    acceptor = Thread.ofVirtual().name("demo-acceptor").unstarted(this::acceptAll);
  }

  /** Starts a server on a free port. */
  static DemoServer start() throws IOException {
    DemoServer server = new DemoServer();
    server.acceptor.start();
    return server;
  }

  URI uri() {
    int port = listener.socket().getLocalPort();
    return URI.create(
        "http://" + InetAddress.getLoopbackAddress().getHostAddress() + ":" + port + "/");
  }

  ServerRecord seen() {
    return seen;
  }

  /**
   * Replaces the server by a new one, as services are rolled: new connections go to the new one;
   * the old one finishes the exchanges that run and closes its connections.
   *
   * <p>No connection is refused or dropped unseen, so that calls fail for one reason only: the
   * server closed a kept connection at the moment a request was sent on it.
   */
  void restart() {
    ServerConnector old = current;
    current = start(seen);
    // A connection may be on its way into the old server, so that one runs on until the next
    // restart.
    replaced.ifPresent(Replaced::stop);
    replaced = Optional.of(new Replaced(old.getServer(), old.shutdown()));
  }

  @Override
  public void close() throws IOException {
    listener.close();
    LifeCycle.stop(current.getServer());
    replaced.ifPresent(Replaced::stop);
  }

  /**
   * A server that gets no new connections.
   *
   * @param drained completes when its last connection has ended
   */
  private record Replaced(Server server, CompletableFuture<Void> drained) {
    void stop() {
      drained.completeOnTimeout(null, DRAIN_LIMIT.toMillis(), MILLISECONDS).join();
      LifeCycle.stop(server);
    }
  }

  private void acceptAll() {
    try {
      while (true) hand(listener.accept(), current);
    } catch (AsynchronousCloseException e) {
      // closed: nobody is to be accepted any more
    } catch (IOException e) {
      throw new UncheckedIOException("the demonstration's server cannot accept", e);
    }
  }

  private static void hand(SocketChannel connection, ServerConnector server) throws IOException {
    connection.configureBlocking(false);
    connection.setOption(StandardSocketOptions.TCP_NODELAY, true);
    server.getSelectorManager().accept(connection);
  }

  private static ServerConnector start(ServerRecord seen) {
    Server server = new Server();
    HttpConfiguration http = new HttpConfiguration();
    http.setSendServerVersion(false);
    // Jetty wants a port of its own; nobody knows it, and the connections come from the acceptor.
    ServerConnector connector = new ServerConnector(server, new HttpConnectionFactory(http));
    connector.setHost(InetAddress.getLoopbackAddress().getHostAddress());
    connector.setIdleTimeout(KEEP_ALIVE.toMillis());
    connector.setShutdownIdleTimeout(IDLE_WHEN_REPLACED.toMillis());
    server.addConnector(connector);
    server.setHandler(new RecordingHandler(seen));
    LifeCycle.start(server);
    return connector;
  }

  /** Records a request once it is read to its end, and answers with its id. */
  private static final class RecordingHandler extends Handler.Abstract {
    private static final String KNOWN = RecordingHandler.class.getName();
    private final ServerRecord seen;

    RecordingHandler(ServerRecord seen) {
      this.seen = seen;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback)
        throws IOException {
      String header = request.getHeaders().get(RequestId.HEADER);
      RequestId id = RequestId.parse(header);
      ConnectionMetaData connection = request.getConnectionMetaData();
      if (connection.setAttribute(KNOWN, id) == null) seen.connected(id.client());
      Content.Source.consumeAll(request);
      seen.executed(id);
      Content.Sink.write(response, true, header, callback);
      return true;
    }
  }
}
