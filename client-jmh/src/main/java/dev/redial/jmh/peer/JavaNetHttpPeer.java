package dev.redial.jmh.peer;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;

/** Any {@link HttpClient}: Redial and the one of the JDK. */
final class JavaNetHttpPeer implements Peer {
  private final HttpClient client;

  JavaNetHttpPeer(HttpClient client) {
    this.client = client;
  }

  @Override
  public Call get(URI uri) {
    return () -> send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofByteArray()).length;
  }

  @Override
  public Call post(URI uri, byte[] body) {
    return () -> {
      HttpRequest request =
          HttpRequest.newBuilder(uri).POST(BodyPublishers.ofByteArray(body)).build();
      return send(request, BodyHandlers.ofByteArray()).length;
    };
  }

  @Override
  public Call download(URI uri, Path file) {
    return () -> Files.size(send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofFile(file)));
  }

  @Override
  public Call stream(URI uri) {
    return () -> {
      HttpRequest request = HttpRequest.newBuilder(uri).build();
      try (InputStream body = send(request, BodyHandlers.ofInputStream())) {
        return Received.drain(body);
      }
    };
  }

  @Override
  public void close() {
    client.shutdownNow();
    client.close();
  }

  private <T> T send(HttpRequest request, BodyHandler<T> handler)
      throws IOException, InterruptedException {
    HttpResponse<T> response = client.send(request, handler);
    Received.checkStatus(response.statusCode());
    return response.body();
  }
}
