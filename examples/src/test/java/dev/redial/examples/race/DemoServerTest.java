package dev.redial.examples.race;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class DemoServerTest {

  @Test
  void anIdleConnectionEndsByFinAfterTheKeepAliveWithoutAWordAboutIt() throws Exception {
    try (DemoServer server = DemoServer.start();
        Socket socket = connect(server)) {
      long asked = System.nanoTime();
      socket.getOutputStream().write(rawGet("a-GET-1"));
      String response = readAnswer(socket.getInputStream(), "a-GET-1");

      // A reset would be an exception, not the end of the stream.
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
      Duration kept = Duration.ofNanos(System.nanoTime() - asked);

      // The upper bound only tells it from Jetty's default of 30 s; a loaded machine may be late.
      assertThat(kept).isBetween(Duration.ofMillis(990), Duration.ofSeconds(15));
      assertThat(response).doesNotContainIgnoringCase("keep-alive");
    }
  }

  @Test
  void executionsAreCountedByRequestId() throws Exception {
    try (DemoServer server = DemoServer.start();
        HttpClient client = HttpClient.newHttpClient()) {
      assertThat(post(client, server.uri(), "a-POST-1")).isEqualTo("a-POST-1");
      assertThat(post(client, server.uri(), "a-POST-2")).isEqualTo("a-POST-2");
      assertThat(server.seen().repeated("a", "POST")).isZero();

      post(client, server.uri(), "a-POST-2");
      post(client, server.uri(), "a-POST-2");
      post(client, server.uri(), "b-POST-1");

      assertThat(server.seen().repeated("a", "POST")).isEqualTo(1);
      assertThat(server.seen().repeated("a", "GET")).isZero();
      assertThat(server.seen().repeated("b", "POST")).isZero();
    }
  }

  @Test
  void connectionsAreCountedPerClientAndOnce() throws Exception {
    try (DemoServer server = DemoServer.start();
        Socket first = connect(server);
        Socket second = connect(server)) {
      exchange(first, "a-GET-1");
      exchange(first, "a-GET-2");
      exchange(second, "a-GET-3");

      assertThat(server.seen().connections("a")).isEqualTo(2);
      assertThat(server.seen().connections("b")).isZero();
    }
  }

  @Test
  void aRestartEndsIdleConnectionsAndKeepsThePortOpenAndTheRecord() throws Exception {
    try (DemoServer server = DemoServer.start();
        Socket idle = connect(server)) {
      exchange(idle, "a-GET-1");
      URI before = server.uri();

      server.restart();

      assertThat(idle.getInputStream().read()).isEqualTo(-1);
      assertThat(server.uri()).isEqualTo(before);
      try (Socket fresh = connect(server)) {
        exchange(fresh, "a-GET-1");
      }
      assertThat(server.seen().repeated("a", "GET")).isEqualTo(1);
      assertThat(server.seen().connections("a")).isEqualTo(2);
    }
  }

  @Test
  void nobodyIsRefusedOrDroppedInARestart() throws Exception {
    try (DemoServer server = DemoServer.start();
        ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      URI uri = server.uri();
      AtomicBoolean end = new AtomicBoolean();
      Semaphore answered = new Semaphore(0);
      List<Future<?>> calls = new ArrayList<>();
      for (int i = 0; i < 4; i++) calls.add(callers.submit(() -> callUntil(end, uri, answered)));
      try {
        assertThat(answered.tryAcquire(100, 10, SECONDS)).isTrue();
        server.restart();
        assertThat(answered.tryAcquire(100, 10, SECONDS)).isTrue();
      } finally {
        end.set(true);
      }
      for (Future<?> caller : calls) caller.get();
    }
  }

  /** Calls on fresh connections; a call that is not answered ends it. */
  private static @Nullable Void callUntil(AtomicBoolean end, URI uri, Semaphore answered)
      throws IOException {
    while (!end.get()) {
      try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
        exchange(socket, "a-GET-1");
        answered.release();
      }
    }
    return null;
  }

  private static Socket connect(DemoServer server) throws IOException {
    return new Socket(server.uri().getHost(), server.uri().getPort());
  }

  private static String exchange(Socket socket, String id) throws IOException {
    socket.getOutputStream().write(rawGet(id));
    return readAnswer(socket.getInputStream(), id);
  }

  private static byte[] rawGet(String id) {
    return ("GET / HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: " + id + "\r\n\r\n")
        .getBytes(US_ASCII);
  }

  /** Reads up to the id, which ends the answer. */
  private static String readAnswer(InputStream in, String id) throws IOException {
    StringBuilder text = new StringBuilder();
    while (!text.toString().endsWith("\r\n\r\n" + id)) {
      int octet = in.read();
      if (octet < 0) throw new IOException("ended after: " + text);
      text.append((char) octet);
    }
    return text.toString();
  }

  private static String post(HttpClient client, URI uri, String id) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(uri)
            .header(RequestId.HEADER, id)
            .POST(BodyPublishers.ofString("x"))
            .build();
    return client.send(request, BodyHandlers.ofString()).body();
  }
}
