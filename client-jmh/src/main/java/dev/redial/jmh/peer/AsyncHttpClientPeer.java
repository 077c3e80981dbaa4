package dev.redial.jmh.peer;

import io.netty.handler.codec.http.HttpHeaders;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import org.asynchttpclient.AsyncHandler;
import org.asynchttpclient.AsyncHttpClient;
import org.asynchttpclient.BoundRequestBuilder;
import org.asynchttpclient.DefaultAsyncHttpClientConfig;
import org.asynchttpclient.Dsl;
import org.asynchttpclient.HttpResponseBodyPart;
import org.asynchttpclient.HttpResponseStatus;
import org.asynchttpclient.Response;

/**
 * AsyncHttpClient 3, waited for. Its own limit of connections is not used: whoever waits for one is
 * not told of those that become idle, but only of those that are closed.
 */
final class AsyncHttpClientPeer implements Peer {
  private final AsyncHttpClient client;

  AsyncHttpClientPeer(SSLContext tls) {
    DefaultAsyncHttpClientConfig.Builder config =
        Dsl.config()
            .setShutdownQuietPeriod(Duration.ZERO)
            .setMaxRequestRetry(0)
            .setFollowRedirect(false)
            .setCompressionEnforced(false)
            .setCookieStore(null)
            .setSslContext(NettyTls.of(tls));
    this.client = Dsl.asyncHttpClient(config);
  }

  @Override
  public Call get(URI uri) {
    String url = uri.toString();
    return () -> length(client.prepareGet(url));
  }

  @Override
  public Call post(URI uri, byte[] body) {
    String url = uri.toString();
    return () -> length(client.preparePost(url).setBody(body));
  }

  @Override
  public Call download(URI uri, Path file) {
    String url = uri.toString();
    return () -> {
      try (OutputStream out = Files.newOutputStream(file)) {
        return client.prepareGet(url).execute(new Parts(out)).get();
      }
    };
  }

  @Override
  public Call stream(URI uri) {
    String url = uri.toString();
    return () -> client.prepareGet(url).execute(new Parts(OutputStream.nullOutputStream())).get();
  }

  @Override
  public void close() {
    try {
      client.close();
    } catch (IOException e) {
      throw new IllegalStateException("AsyncHttpClient does not close", e);
    }
  }

  private static long length(BoundRequestBuilder request) throws Exception {
    Response response = request.execute().get();
    Received.checkStatus(response.getStatusCode());
    return response.getResponseBodyAsBytes().length;
  }

  /** Hands on the parts of a body as they come; its result is their length. */
  private static final class Parts implements AsyncHandler<Long> {
    private final OutputStream out;
    private long length;

    Parts(OutputStream out) {
      this.out = out;
    }

    @Override
    public State onStatusReceived(HttpResponseStatus status) throws Exception {
      Received.checkStatus(status.getStatusCode());
      return State.CONTINUE;
    }

    @Override
    public State onHeadersReceived(HttpHeaders headers) {
      return State.CONTINUE;
    }

    @Override
    public State onBodyPartReceived(HttpResponseBodyPart part) throws Exception {
      out.write(part.getBodyPartBytes());
      length += part.length();
      return State.CONTINUE;
    }

    @Override
    public void onThrowable(Throwable failure) {
      // The future of the call fails with it.
    }

    @Override
    public Long onCompleted() {
      return length;
    }
  }
}
