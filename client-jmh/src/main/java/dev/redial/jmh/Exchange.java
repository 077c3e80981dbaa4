package dev.redial.jmh;

import dev.redial.jmh.peer.Call;
import dev.redial.jmh.peer.Peer;
import dev.redial.jmh.server.Resource;
import dev.redial.jmh.server.ServerProcess;
import java.net.URI;
import java.nio.file.Path;

/** What the callers do. */
public enum Exchange {
  /** GET, 100 octets as a byte array, on kept-alive connections to one origin. */
  GET("GET 100 B", Resource.SMALL_LENGTH),
  /** The same through TLS. */
  TLS("GET 100 B through TLS", Resource.SMALL_LENGTH),
  /** POST of 1 KiB; the answer is short. */
  POST("POST 1 KB", 4),
  /** GET of 1 MiB as a byte array. */
  BYTES("1 MB as byte[]", Resource.BIG_LENGTH),
  /** GET of 1 MiB into a file. */
  FILE("1 MB to a file", Resource.BIG_LENGTH),
  /** GET of 1 MiB, read as it comes and thrown away. */
  STREAM("1 MB streamed", Resource.BIG_LENGTH),
  /** GET, with a new connection each time, as the server closes it after its answer. */
  CONNECT("GET 100 B, new connection each", Resource.SMALL_LENGTH),
  /** GET from 200 origins in turn. */
  ORIGINS("GET 100 B from 200 origins in turn", Resource.SMALL_LENGTH),
  /** GET from 2,000 origins in turn. */
  MANY_ORIGINS("GET 100 B from 2,000 origins in turn", Resource.SMALL_LENGTH),
  /** GET, each caller with a connection of its own, an origin for each 1,000 of them. */
  SPREAD("GET 100 B, one connection per caller", Resource.SMALL_LENGTH);

  private static final int CALLERS_PER_ORIGIN = 1_000;
  private static final byte[] KILOBYTE = new byte[1024];

  private final String title;
  private final long length;

  Exchange(String title, long length) {
    this.title = title;
    this.length = length;
  }

  /**
   * What it is called in tables.
   *
   * @return a short description
   */
  public String title() {
    return title;
  }

  /** How long the answer's body has to be. */
  long length() {
    return length;
  }

  boolean keepsAlive() {
    return this != CONNECT;
  }

  /**
   * How many origins so many callers call.
   *
   * @param callers how many
   * @return at least one
   */
  public int origins(int callers) {
    return switch (this) {
      case GET, TLS, POST, BYTES, FILE, STREAM, CONNECT -> 1;
      case ORIGINS -> 200;
      case MANY_ORIGINS -> 2_000;
      case SPREAD -> Math.ceilDiv(callers, CALLERS_PER_ORIGIN);
    };
  }

  /** How many connections a client may open for them. */
  int connections(int callers) {
    return switch (this) {
      case GET, TLS, POST, BYTES, FILE, STREAM, CONNECT -> CallBenchmark.MAX_CONNECTIONS;
      case ORIGINS, MANY_ORIGINS -> origins(callers);
      case SPREAD -> callers;
    };
  }

  /** What the caller with this number does. */
  Call call(Peer peer, ServerProcess server, int caller, Path folder) {
    return switch (this) {
      case GET -> peer.get(server.uri(0, Resource.SMALL.path()));
      case TLS -> peer.get(server.tlsUri(Resource.SMALL.path()));
      case POST -> peer.post(server.uri(0, Resource.LENGTH.path()), KILOBYTE);
      case BYTES -> peer.get(server.uri(0, Resource.BIG.path()));
      case FILE -> peer.download(server.uri(0, Resource.BIG.path()), folder.resolve("" + caller));
      case STREAM -> peer.stream(server.uri(0, Resource.BIG.path()));
      case CONNECT -> peer.get(server.uri(0, Resource.CLOSING.path()));
      case ORIGINS, MANY_ORIGINS -> inTurn(peer, server, origins(1));
      case SPREAD -> peer.get(server.uri(caller / CALLERS_PER_ORIGIN, Resource.SMALL.path()));
    };
  }

  private static Call inTurn(Peer peer, ServerProcess server, int origins) {
    Call[] calls = new Call[origins];
    for (int i = 0; i < origins; i++) {
      URI uri = server.uri(i, Resource.SMALL.path());
      calls[i] = peer.get(uri);
    }
    return new Call() {
      private int next;

      @Override
      public long run() throws Exception {
        if (next == origins) next = 0;
        return calls[next++].run();
      }
    };
  }
}
