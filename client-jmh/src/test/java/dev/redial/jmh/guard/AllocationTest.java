package dev.redial.jmh.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redial.PoolLimits;
import dev.redial.RedialClient;
import dev.redial.internal.pool.Pool;
import dev.redial.jmh.Weightless;
import dev.redial.jmh.server.LoopbackTls;
import dev.redial.jmh.server.Resource;
import dev.redial.jmh.server.ServerProcess;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** That no change makes calls allocate more than they do. */
final class AllocationTest {
  private static final byte[] KILOBYTE = new byte[1024];

  private static ServerProcess server;
  private static HttpClient client;

  @BeforeAll
  static void start() throws IOException {
    server = ServerProcess.start(1);
    client = RedialClient.newBuilder().sslContext(LoopbackTls.client()).build();
  }

  @AfterAll
  static void stop() {
    client.close();
    server.close();
  }

  @Test
  void aGetOfTheSameRequest() throws Exception {
    HttpRequest request = HttpRequest.newBuilder(uri(Resource.SMALL)).build();
    check("allocated.get-same-request", 500, 1, () -> send(request, Resource.SMALL_LENGTH));
  }

  @Test
  void aGetOfANewRequest() throws Exception {
    URI uri = uri(Resource.SMALL);
    check("allocated.get", 500, 1, () -> get(uri, Resource.SMALL_LENGTH));
  }

  @Test
  void aGetOnANewConnection() throws Exception {
    URI uri = uri(Resource.CLOSING);
    check("allocated.get-new-connection", 200, 1, () -> get(uri, Resource.SMALL_LENGTH));
  }

  @Test
  void aPostOfAKilobyte() throws Exception {
    URI uri = uri(Resource.LENGTH);
    check(
        "allocated.post-1-kb",
        500,
        1,
        () ->
            send(
                HttpRequest.newBuilder(uri).POST(BodyPublishers.ofByteArray(KILOBYTE)).build(), 4));
  }

  @Test
  void anOctetOfALargeBody() throws Exception {
    URI uri = uri(Resource.BIG);
    check(
        "allocated.get-1-mb-per-octet",
        10,
        Resource.BIG_LENGTH,
        () -> get(uri, Resource.BIG_LENGTH));
  }

  @Test
  void aLargeBodyThatIsReadAsAStream() throws Exception {
    URI uri = uri(Resource.BIG);
    byte[] part = new byte[16 * 1024];
    check("allocated.stream-1-mb", 10, 1, () -> stream(uri, part, Resource.BIG_LENGTH));
  }

  @Test
  void aGetThroughTls() throws Exception {
    URI uri = server.tlsUri(Resource.SMALL.path());
    check("allocated.get-tls", 500, 1, () -> get(uri, Resource.SMALL_LENGTH));
  }

  @Test
  void lendingAndGivingBack() throws Exception {
    Pool<String, Weightless> pool = Weightless.pool(PoolLimits.defaults());
    check("allocated.lend-and-give-back", 10_000, 1, () -> Weightless.lendAndGiveBack(pool));
  }

  private static void check(String name, int batch, int divisor, Allocation.Action action)
      throws Exception {
    double bound = Bounds.of(name);
    double measured = Allocation.perAction(batch, bound * divisor, action) / divisor;
    System.out.printf("%s: %.2f%n", name, measured);
    assertThat(measured).as(name).isLessThanOrEqualTo(bound);
  }

  private static void get(URI uri, int length) throws Exception {
    send(HttpRequest.newBuilder(uri).build(), length);
  }

  private static void stream(URI uri, byte[] part, int length) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(uri).build();
    try (InputStream body = client.send(request, BodyHandlers.ofInputStream()).body()) {
      int total = 0;
      for (int read = body.read(part); read >= 0; read = body.read(part)) total += read;
      if (total != length) throw new IOException("unexpected length: " + total);
    }
  }

  private static void send(HttpRequest request, int length) throws Exception {
    HttpResponse<byte[]> response = client.send(request, BodyHandlers.ofByteArray());
    if (response.body().length != length) throw new IOException("unexpected answer: " + response);
  }

  private static URI uri(Resource resource) {
    return server.uri(0, resource.path());
  }
}
