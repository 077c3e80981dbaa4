package dev.redial.tests.kit;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * A proxy on loopback that forwards requests and opens tunnels, and changes nothing but the request
 * target; what it was asked is remembered.
 */
public final class RelayingProxy implements AutoCloseable {
  private static final String REFUSAL =
      Answers.status(
          "407 Proxy Authentication Required", "who?", "Proxy-Authenticate: Basic realm=\"proxy\"");

  private final Optional<String> credentials;
  private final ServerSocket listener;
  private final Queue<RequestSeen> requests = new ConcurrentLinkedQueue<>();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("relaying-proxy-", 0).factory());

  private RelayingProxy(Optional<String> credentials) {
    this.credentials = credentials;
    try {
      listener = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts a proxy that lets everybody through. */
  public static RelayingProxy start() {
    return new RelayingProxy(Optional.empty()).started();
  }

  /** Starts a proxy that lets those through who send this Proxy-Authorization. */
  public static RelayingProxy guarded(String credentials) {
    return new RelayingProxy(Optional.of(credentials)).started();
  }

  /** The port. */
  public int port() {
    return listener.getLocalPort();
  }

  /** Chooses this proxy for everything. */
  public ProxySelector selector() {
    return ProxySelector.of(new InetSocketAddress("127.0.0.1", port()));
  }

  /** The heads of the requests it got itself, in order; what goes through a tunnel is not seen. */
  public List<RequestSeen> requests() {
    return List.copyOf(requests);
  }

  /** Connections that are open, to clients and to servers. */
  public int connections() {
    return open.size();
  }

  /** Ends everything and fails if a client sent what no client should. */
  @Override
  public void close() throws IOException, InterruptedException {
    listener.close();
    for (Socket socket : open) socket.close();
    threads.shutdownNow();
    if (!threads.awaitTermination(10, TimeUnit.SECONDS))
      throw new AssertionError("a thread of the proxy did not end");
    if (!failures.isEmpty()) throw new AssertionError("the proxy failed", failures.peek());
  }

  private RelayingProxy started() {
    threads.execute(() -> {
      try {
        while (true) {
          Socket client = watched(listener.accept());
          threads.execute(() -> serve(client));
        }
      } catch (IOException | RejectedExecutionException e) {
        return; // the listener was closed
      }
    });
    return this;
  }

  private Socket watched(Socket socket) throws IOException {
    socket.setTcpNoDelay(true);
    open.add(socket);
    if (listener.isClosed()) socket.close();
    return socket;
  }

  private void serve(Socket client) {
    try (client;
        Client served = new Client(client)) {
      served.serve();
    } catch (IOException e) {
      return; // either end has gone
    } catch (RuntimeException | Error e) {
      failures.add(e);
    } finally {
      open.remove(client);
    }
  }

  /** One connection of a client; it leads to one server at a time. */
  private final class Client implements AutoCloseable {
    private final Socket socket;
    private final InputStream in;
    private final RequestReader reader;
    private String authority = "";
    private Optional<Upstream> upstream = Optional.empty();

    Client(Socket socket) throws IOException {
      this.socket = socket;
      this.in = new BufferedInputStream(socket.getInputStream());
      this.reader = new RequestReader(in);
    }

    void serve() throws IOException {
      while (true) {
        RequestSeen head = reader.head();
        requests.add(head);
        if (refused(head) && head.field("Expect").isPresent()) {
          answer(REFUSAL.replaceFirst("\r\n", "\r\nConnection: close\r\n"));
          return; // no body comes after a final answer
        } else if (refused(head)) {
          RequestSeen unused = reader.body(head);
          answer(REFUSAL);
        } else if (head.method().equals("CONNECT")) {
          tunnel(head.target());
          return;
        } else {
          forward(head);
        }
      }
    }

    private boolean refused(RequestSeen head) {
      return credentials.isPresent() && !head.field("Proxy-Authorization").equals(credentials);
    }

    private void answer(String octets) throws IOException {
      socket.getOutputStream().write(Answers.octets(octets));
    }

    private void tunnel(String target) throws IOException {
      Upstream server = leadTo(target);
      answer(Answers.head("200 Connected") + "\r\n");
      long unused = in.transferTo(server.out);
    }

    private void forward(RequestSeen head) throws IOException {
      URI uri = URI.create(head.target());
      Upstream server = leadTo(uri.getRawAuthority());
      StringBuilder lines = new StringBuilder();
      String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
      lines.append(head.method()).append(' ').append(uri.getRawPath()).append(query);
      lines.append(" HTTP/1.1\r\n");
      for (RequestSeen.Field field : head.fields()) {
        if (!field.name().equalsIgnoreCase("Proxy-Authorization"))
          lines.append(field.name()).append(": ").append(field.value()).append("\r\n");
      }
      server.out.write(Answers.octets(lines.append("\r\n").toString()));
      reader.copyBody(head, server.out);
    }

    private Upstream leadTo(String target) throws IOException {
      if (upstream.isPresent() && target.equals(authority)) return upstream.get();
      close();
      URI address = URI.create("http://" + target);
      Upstream opened =
          new Upstream(watched(new Socket(address.getHost(), address.getPort())), socket);
      authority = target;
      upstream = Optional.of(opened);
      threads.execute(opened::answerAll);
      return opened;
    }

    @Override
    public void close() throws IOException {
      if (upstream.isPresent()) upstream.get().close();
    }
  }

  /** A connection to a server, on behalf of a client. */
  private final class Upstream {
    private final Socket socket;
    private final Socket client;
    private final OutputStream out;
    private volatile boolean left;

    Upstream(Socket socket, Socket client) throws IOException {
      this.socket = socket;
      this.client = client;
      this.out = socket.getOutputStream();
    }

    /** Ends with the server's connection, and then ends the client's, too. */
    void answerAll() {
      try {
        long unused = socket.getInputStream().transferTo(client.getOutputStream());
      } catch (IOException e) {
        // An end that is no orderly one is an end all the same.
      }
      open.remove(socket);
      if (left) return;
      try {
        client.close();
      } catch (IOException e) {
        failures.add(e);
      }
    }

    void close() throws IOException {
      left = true;
      socket.close();
    }
  }
}
