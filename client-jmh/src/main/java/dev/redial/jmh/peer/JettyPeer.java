package dev.redial.jmh.peer;

import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.eclipse.jetty.client.BytesRequestContent;
import org.eclipse.jetty.client.ContentResponse;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.InputStreamResponseListener;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.transport.HttpClientTransportOverHTTP;
import org.eclipse.jetty.http.HttpCookieStore;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/** Jetty's HttpClient 12.1, called so that it blocks. */
final class JettyPeer implements Peer {
  private final HttpClient client;

  JettyPeer(int connections, SSLContext tls) {
    ClientConnector connector = new ClientConnector();
    SslContextFactory.Client ssl = new SslContextFactory.Client();
    ssl.setSslContext(tls);
    connector.setSslContextFactory(ssl);
    client = new HttpClient(new HttpClientTransportOverHTTP(connector));
    client.setMaxConnectionsPerDestination(connections);
    client.setMaxRequestsQueuedPerDestination(Integer.MAX_VALUE);
    client.setFollowRedirects(false);
    client.setHttpCookieStore(new HttpCookieStore.Empty());
    start();
    client.getContentDecoderFactories().clear();
  }

  @Override
  public Call get(URI uri) {
    return () -> length(client.newRequest(uri).send());
  }

  @Override
  public Call post(URI uri, byte[] body) {
    return () -> length(client.POST(uri).body(new BytesRequestContent(body)).send());
  }

  @Override
  public Call download(URI uri, Path file) {
    return () -> {
      try (InputStream body = open(client.newRequest(uri))) {
        return Files.copy(body, file, StandardCopyOption.REPLACE_EXISTING);
      }
    };
  }

  @Override
  public Call stream(URI uri) {
    return () -> {
      try (InputStream body = open(client.newRequest(uri))) {
        return Received.drain(body);
      }
    };
  }

  @Override
  public void close() {
    try {
      client.stop();
    } catch (Exception e) {
      throw new IllegalStateException("Jetty's client does not stop", e);
    }
  }

  private void start() {
    try {
      client.start();
    } catch (Exception e) {
      throw new IllegalStateException("Jetty's client does not start", e);
    }
  }

  private static InputStream open(Request request) throws Exception {
    InputStreamResponseListener listener = new InputStreamResponseListener();
    request.send(listener);
    Received.checkStatus(listener.get(1, TimeUnit.MINUTES).getStatus());
    return listener.getInputStream();
  }

  private static long length(ContentResponse response) throws Exception {
    Received.checkStatus(response.getStatus());
    return response.getContent().length;
  }
}
