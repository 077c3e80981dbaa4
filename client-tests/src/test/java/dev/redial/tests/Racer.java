package dev.redial.tests;

import dev.redial.RedialClient;
import dev.redial.tests.kit.RequestSeen;
import dev.redial.tests.kit.Requests;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.TimeUnit;
import okhttp3.ConnectionPool;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.io.entity.StringEntity;

/**
 * A client in the idle race. Those whose pools are small by default get one that is large enough
 * for all threads; everything else is as they come.
 */
interface Racer extends AutoCloseable {

  /** Enough for all threads of a load. */
  int CONNECTIONS = 200;

  /** Sends a GET, or a POST with a body, reads the answer to its end, and returns its status. */
  int send(boolean post, URI uri, String id) throws IOException, InterruptedException;

  @Override
  void close() throws IOException;

  /** Redial, which its owner closes. */
  static Racer redial(RedialClient client) {
    return over(client, () -> {});
  }

  /** The JDK's client. */
  static Racer jdk() {
    HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    return over(client, client::close);
  }

  private static Racer over(HttpClient client, Runnable end) {
    return new Racer() {
      @Override
      public int send(boolean post, URI uri, String id) throws IOException, InterruptedException {
        HttpRequest.Builder request = Requests.of("GET", uri).header(RequestSeen.ID_FIELD, id);
        if (post) request.POST(BodyPublishers.ofString("content"));
        return client.send(request.build(), BodyHandlers.ofString()).statusCode();
      }

      @Override
      public void close() {
        end.run();
      }
    };
  }

  /** OkHttp. */
  static Racer okHttp() {
    OkHttpClient client =
        new OkHttpClient.Builder()
            .connectionPool(new ConnectionPool(CONNECTIONS, 5, TimeUnit.MINUTES))
            .build();
    return new Racer() {
      @Override
      public int send(boolean post, URI uri, String id) throws IOException {
        Request.Builder request =
            new Request.Builder().url(uri.toString()).header(RequestSeen.ID_FIELD, id);
        if (post) request.post(RequestBody.create(new byte[] {'c'}));
        try (Response response = client.newCall(request.build()).execute()) {
          response.body().bytes();
          return response.code();
        }
      }

      @Override
      public void close() {
        client.dispatcher().executorService().shutdown();
        client.connectionPool().evictAll();
      }
    };
  }

  /** Apache HttpClient 5. */
  static Racer apache() {
    PoolingHttpClientConnectionManager connections =
        PoolingHttpClientConnectionManagerBuilder.create()
            .setMaxConnPerRoute(CONNECTIONS)
            .setMaxConnTotal(CONNECTIONS)
            .build();
    CloseableHttpClient client = HttpClients.custom().setConnectionManager(connections).build();
    return new Racer() {
      @Override
      public int send(boolean post, URI uri, String id) throws IOException {
        HttpUriRequestBase request = new HttpUriRequestBase(post ? "POST" : "GET", uri);
        request.setHeader(RequestSeen.ID_FIELD, id);
        if (post) request.setEntity(new StringEntity("content", ContentType.TEXT_PLAIN));
        return client.execute(request, Racer::statusOf);
      }

      @Override
      public void close() throws IOException {
        client.close();
      }
    };
  }

  private static int statusOf(ClassicHttpResponse response) throws IOException {
    EntityUtils.consume(response.getEntity());
    return response.getCode();
  }
}
