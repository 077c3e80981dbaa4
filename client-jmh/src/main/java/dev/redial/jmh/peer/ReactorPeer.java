package dev.redial.jmh.peer;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientResponse;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.resources.LoopResources;

/** Reactor Netty, on the transport that it chooses by itself, blocked for. */
final class ReactorPeer implements Peer {
  private final ConnectionProvider connections;
  private final LoopResources loops = LoopResources.create("bench");
  private final HttpClient client;

  ReactorPeer(int limit, SSLContext tls) {
    connections =
        ConnectionProvider.builder("bench")
            .maxConnections(limit)
            .pendingAcquireMaxCount(-1)
            .build();
    SslContext ssl = NettyTls.of(tls);
    client =
        HttpClient.create(connections)
            .runOn(loops)
            .secure(spec -> spec.sslContext(ssl))
            .compress(false)
            .followRedirect(false)
            .disableRetry(true);
  }

  @Override
  public Call get(URI uri) {
    HttpClient.ResponseReceiver<?> receiver = client(uri).get().uri(uri);
    return () -> receiver.responseSingle(ReactorPeer::bytes).block().length;
  }

  @Override
  public Call post(URI uri, byte[] body) {
    HttpClient.RequestSender sender = client(uri).post().uri(uri);
    return () ->
        sender
            .send(Mono.fromSupplier(() -> Unpooled.wrappedBuffer(body)))
            .responseSingle(ReactorPeer::bytes)
            .block()
            .length;
  }

  @Override
  public Call download(URI uri, Path file) {
    HttpClient.ResponseReceiver<?> receiver = client(uri).get().uri(uri);
    return () -> {
      try (OutputStream out = Files.newOutputStream(file)) {
        return receiver
            .response((response, body) -> checked(response, body).map(part -> write(part, out)))
            .reduce(0L, Long::sum)
            .block();
      }
    };
  }

  @Override
  public Call stream(URI uri) {
    HttpClient.ResponseReceiver<?> receiver = client(uri).get().uri(uri);
    return () ->
        receiver
            .response((response, body) ->
                checked(response, body).map(part -> (long) part.readableBytes()))
            .reduce(0L, Long::sum)
            .block();
  }

  @Override
  public void close() {
    connections.dispose();
    loops.disposeLater(Duration.ZERO, Duration.ofSeconds(10)).block();
  }

  private HttpClient client(URI uri) {
    return uri.getScheme().equals("https") ? client : client.noSSL();
  }

  private static Mono<byte[]> bytes(HttpClientResponse response, reactor.netty.ByteBufMono body) {
    if (response.status().code() != 200)
      return Mono.error(new IOException("unexpected status: " + response.status()));
    return body.asByteArray();
  }

  private static ByteBufFlux checked(HttpClientResponse response, ByteBufFlux body) {
    if (response.status().code() == 200) return body;
    return ByteBufFlux.fromInbound(
        Mono.error(new IOException("unexpected status: " + response.status())));
  }

  private static long write(ByteBuf part, OutputStream out) {
    int length = part.readableBytes();
    try {
      part.readBytes(out, length);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return length;
  }
}
