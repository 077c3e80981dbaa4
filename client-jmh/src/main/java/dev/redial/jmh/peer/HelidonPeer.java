package dev.redial.jmh.peer;

import io.helidon.common.tls.Tls;
import io.helidon.webclient.api.ClientResponseTyped;
import io.helidon.webclient.api.HttpClientResponse;
import io.helidon.webclient.http1.Http1Client;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import javax.net.ssl.SSLContext;

/** Helidon's WebClient 4. */
final class HelidonPeer implements Peer {
  private final Http1Client client;

  HelidonPeer(int connections, SSLContext tls) {
    this.client =
        Http1Client.builder()
            .connectionCacheSize(connections)
            .tls(Tls.builder().sslContext(tls).build())
            .shareConnectionCache(false)
            .followRedirects(false)
            .build();
  }

  @Override
  public Call get(URI uri) {
    return () -> length(client.get().uri(uri).request(byte[].class));
  }

  @Override
  public Call post(URI uri, byte[] body) {
    return () -> length(client.post().uri(uri).submit(body, byte[].class));
  }

  @Override
  public Call download(URI uri, Path file) {
    return () -> {
      try (HttpClientResponse response = client.get().uri(uri).request();
          InputStream body = body(response)) {
        return Files.copy(body, file, StandardCopyOption.REPLACE_EXISTING);
      }
    };
  }

  @Override
  public Call stream(URI uri) {
    return () -> {
      try (HttpClientResponse response = client.get().uri(uri).request();
          InputStream body = body(response)) {
        return Received.drain(body);
      }
    };
  }

  @Override
  public void close() {
    client.closeResource();
  }

  private static InputStream body(HttpClientResponse response) throws IOException {
    Received.checkStatus(response.status().code());
    return response.inputStream();
  }

  private static long length(ClientResponseTyped<byte[]> response) throws IOException {
    Received.checkStatus(response.status().code());
    return response.entity().length;
  }
}
