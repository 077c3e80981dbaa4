package dev.redial.jmh.peer;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import javax.net.ssl.SSLContext;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.HttpClientResponseHandler;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.io.entity.HttpEntities;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.TimeValue;

/** Apache HttpClient 5, the classic (blocking) one. */
final class ApachePeer implements Peer {
  private final CloseableHttpClient client;

  ApachePeer(int connections, SSLContext tls) {
    this.client =
        HttpClients.custom()
            .setConnectionManager(
                PoolingHttpClientConnectionManagerBuilder.create()
                    .setMaxConnTotal(connections)
                    .setMaxConnPerRoute(connections)
                    .setTlsSocketStrategy(new DefaultClientTlsStrategy(tls))
                    .setDefaultConnectionConfig(
                        ConnectionConfig.custom()
                            .setValidateAfterInactivity(TimeValue.ofSeconds(2))
                            .build())
                    .build())
            .disableAutomaticRetries()
            .disableContentCompression()
            .disableCookieManagement()
            .disableRedirectHandling()
            .disableAuthCaching()
            .build();
  }

  @Override
  public Call get(URI uri) {
    return () -> execute(new HttpGet(uri), ApachePeer::length);
  }

  @Override
  public Call post(URI uri, byte[] body) {
    return () -> {
      HttpPost request = new HttpPost(uri);
      request.setEntity(HttpEntities.create(body, ContentType.APPLICATION_OCTET_STREAM));
      return execute(request, ApachePeer::length);
    };
  }

  @Override
  public Call download(URI uri, Path file) {
    return () ->
        execute(
            new HttpGet(uri),
            response -> {
              try (InputStream body = response.getEntity().getContent()) {
                return Files.copy(body, file, StandardCopyOption.REPLACE_EXISTING);
              }
            });
  }

  @Override
  public Call stream(URI uri) {
    return () ->
        execute(
            new HttpGet(uri),
            response -> {
              try (InputStream body = response.getEntity().getContent()) {
                return Received.drain(body);
              }
            });
  }

  @Override
  public void close() {
    client.close(CloseMode.IMMEDIATE);
  }

  private long execute(ClassicHttpRequest request, HttpClientResponseHandler<Long> body)
      throws IOException {
    return client.execute(
        request,
        response -> {
          Received.checkStatus(response.getCode());
          return body.handleResponse(response);
        });
  }

  private static long length(ClassicHttpResponse response) throws IOException {
    return EntityUtils.toByteArray(response.getEntity()).length;
  }
}
