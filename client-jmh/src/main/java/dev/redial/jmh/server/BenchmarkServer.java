package dev.redial.jmh.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLContext;

/**
 * The server of the benchmarks. It does as little as it can, so that the client is what is
 * measured, and runs in a process of its own, so that neither its garbage nor its threads are
 * counted as the client's.
 *
 * <p>Its argument is the number of ports. It prints the port that speaks TLS and then the others,
 * on one line; for each line of its standard input, the connections and requests it has seen; and
 * ends with its standard input.
 */
final class BenchmarkServer {
  private static final int BACKLOG = 4_096;

  private BenchmarkServer() {}

  public static void main(String[] args) throws IOException {
    Serving serving = new Serving();
    SSLContext tls = LoopbackTls.server();
    StringBuilder ports = new StringBuilder();
    ServerSocketChannel tlsListener = listen(ports);
    serving.add(tlsListener, channel -> new Tls(channel, tls.createSSLEngine()));
    for (int i = 0; i < Integer.parseInt(args[0]); i++) serving.add(listen(ports), Plain::new);
    Thread.ofPlatform().name("serving").daemon().start(serving);
    System.out.println(ports);
    reportWhenAsked(serving);
  }

  private static ServerSocketChannel listen(StringBuilder ports) throws IOException {
    ServerSocketChannel listener = ServerSocketChannel.open();
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
    ports.append(listener.socket().getLocalPort()).append(' ');
    return listener;
  }

  private static void reportWhenAsked(Serving serving) throws IOException {
    BufferedReader questions =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    while (questions.readLine() != null)
      System.out.println(serving.connections() + " " + serving.requests());
  }
}
