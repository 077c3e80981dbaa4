package dev.redial.jmh.peer;

import dev.redial.PoolLimits;
import dev.redial.RedialClient;
import dev.redial.jmh.server.LoopbackTls;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.X509TrustManager;

/** The clients that are compared. */
public enum PeerName {
  /** No client at all: what the sockets and the virtual threads cost by themselves. */
  FLOOR("bare SocketChannel", SSLContext.class),
  /** This project's. */
  REDIAL("Redial", RedialClient.class),
  /** The one that Redial stands in for. */
  JDK("JDK", HttpClient.class),
  /** Apache's, version 5, classic. */
  APACHE("Apache HttpClient", org.apache.hc.client5.http.classic.HttpClient.class),
  /** Square's. */
  OKHTTP("OkHttp", okhttp3.OkHttpClient.class),
  /** Eclipse Jetty's. */
  JETTY("Jetty HttpClient", org.eclipse.jetty.client.HttpClient.class),
  /** Project Reactor's, on Netty. */
  REACTOR("Reactor Netty", reactor.netty.http.client.HttpClient.class),
  /** Helidon's. */
  HELIDON("Helidon WebClient", io.helidon.webclient.http1.Http1Client.class),
  /** AsyncHttpClient, on Netty. */
  AHC("AsyncHttpClient", org.asynchttpclient.AsyncHttpClient.class);

  private static final Pattern VERSION_IN_JAR = Pattern.compile("-(\\d[^/]*)\\.jar$");

  private final String title;
  private final Class<?> entry;

  PeerName(String title, Class<?> entry) {
    this.title = title;
    this.entry = entry;
  }

  /**
   * What it is called in tables.
   *
   * @return its name
   */
  public String title() {
    return title;
  }

  /**
   * Which version is on the class path.
   *
   * @return its version; Java's own for what comes with the JDK
   */
  public String version() {
    if (this == REDIAL) return "this";
    if (this == FLOOR || this == JDK) return System.getProperty("java.version");
    String jar =
        Path.of(entry.getProtectionDomain().getCodeSource().getLocation().getPath()).toString();
    Matcher version = VERSION_IN_JAR.matcher(jar);
    return version.find() ? version.group(1) : "unknown";
  }

  /**
   * Builds the client.
   *
   * @param connections how many it may open to one origin, and in all
   * @param callers how many will call it at once
   * @return the client; nothing is connected yet
   */
  public Peer open(int connections, int callers) {
    SSLContext tls = Tls.CONTEXT;
    return switch (this) {
      case FLOOR -> new FloorPeer(connections, callers > connections, tls);
      case REDIAL -> new JavaNetHttpPeer(redial(connections));
      case JDK -> capped(new JavaNetHttpPeer(jdk()), connections, callers);
      case APACHE -> new ApachePeer(connections, tls);
      case OKHTTP -> capped(new OkHttpPeer(connections, tls, Tls.TRUST), connections, callers);
      case JETTY -> new JettyPeer(connections, tls);
      case REACTOR -> new ReactorPeer(connections, tls);
      case HELIDON -> capped(new HelidonPeer(connections, tls), connections, callers);
      case AHC -> capped(new AsyncHttpClientPeer(tls), connections, callers);
    };
  }

  private static HttpClient redial(int connections) {
    PoolLimits limits =
        PoolLimits.defaults().withMaxConnections(connections).withMaxPerOrigin(connections);
    return RedialClient.newBuilder().pool(limits).sslContext(Tls.CONTEXT).build();
  }

  private static HttpClient jdk() {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .sslContext(Tls.CONTEXT)
        .build();
  }

  private static Peer capped(Peer peer, int connections, int callers) {
    return callers > connections ? new CappedPeer(peer, connections) : peer;
  }

  /** Made once, as a program would. */
  private static final class Tls {
    static final SSLContext CONTEXT = LoopbackTls.client();
    static final X509TrustManager TRUST = LoopbackTls.trust();
  }
}
