package dev.redial.jmh.peer;

import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.X509TrustManager;
import okhttp3.ConnectionPool;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.BufferedSink;
import okio.Okio;

/** OkHttp 5, with blocking calls. */
final class OkHttpPeer implements Peer {
  private final OkHttpClient client;

  OkHttpPeer(int connections, SSLContext tls, X509TrustManager trust) {
    this.client =
        new OkHttpClient.Builder()
            .protocols(List.of(Protocol.HTTP_1_1))
            .connectionPool(new ConnectionPool(connections, 5, TimeUnit.MINUTES))
            .sslSocketFactory(tls.getSocketFactory(), trust)
            .retryOnConnectionFailure(false)
            .followRedirects(false)
            .build();
  }

  @Override
  public Call get(URI uri) {
    URL url = url(uri);
    return () -> execute(getRequest(url), response -> response.body().bytes().length);
  }

  @Override
  public Call post(URI uri, byte[] body) {
    URL url = url(uri);
    return () ->
        execute(
            new Request.Builder().url(url).post(RequestBody.create(body)).build(),
            response -> response.body().bytes().length);
  }

  @Override
  public Call download(URI uri, Path file) {
    URL url = url(uri);
    return () ->
        execute(
            getRequest(url),
            response -> {
              try (BufferedSink sink = Okio.buffer(Okio.sink(file))) {
                return sink.writeAll(response.body().source());
              }
            });
  }

  @Override
  public Call stream(URI uri) {
    URL url = url(uri);
    return () -> execute(getRequest(url), response -> Received.drain(response.body().byteStream()));
  }

  @Override
  public void close() {
    client.dispatcher().executorService().shutdown();
    client.connectionPool().evictAll();
  }

  private interface Body {
    long read(Response response) throws IOException;
  }

  private long execute(Request request, Body body) throws IOException {
    try (Response response = client.newCall(request).execute()) {
      Received.checkStatus(response.code());
      return body.read(response);
    }
  }

  /** Asks for the body as it is; OkHttp would decompress it otherwise. */
  private static Request getRequest(URL url) {
    return new Request.Builder().url(url).header("Accept-Encoding", "identity").build();
  }

  private static URL url(URI uri) {
    try {
      return uri.toURL();
    } catch (IOException e) {
      throw new IllegalArgumentException("no URL: " + uri, e);
    }
  }
}
