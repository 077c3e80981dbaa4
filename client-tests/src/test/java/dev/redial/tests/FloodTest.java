package dev.redial.tests;

import static dev.redial.tests.Failures.failureOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.sun.management.ThreadMXBean;
import dev.redial.ExchangeFailure;
import dev.redial.MalformedResponseException;
import dev.redial.RedialClient;
import dev.redial.ResponseLimits;
import dev.redial.tests.kit.Answers;
import dev.redial.tests.kit.Requests;
import dev.redial.tests.kit.Rig;
import dev.redial.tests.kit.ScriptedServer;
import dev.redial.tests.kit.ServedConnection;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Servers that send 64 MiB of what should be short: they meet a limit, and memory stays small. */
class FloodTest {
  private static final int FLOOD = 64 << 20;

  /**
   * Buffers that double up to the longest head's come to a mebibyte; the rest is everything else.
   */
  private static final long ALLOCATED_AT_MOST = 8 << 20;

  private static final String OK = "HTTP/1.1 200 OK\r\n";
  private static final String CHUNKED = OK + "Transfer-Encoding: chunked\r\n\r\n";

  @RegisterExtension final Rig rig = new Rig();

  /** What it is, how it begins, what is repeated, and the limit that it meets. */
  static Stream<Arguments> floods() {
    return Stream.of(
        arguments("reason", "HTTP/1.1 200 ", "x", "8192 octets (statusLine)"),
        arguments("empty lines first", "", "\r\n", "8192 octets (statusLine)"),
        arguments("field name", OK, "x", "65536 octets (headerLine)"),
        arguments("field value", OK + "A: ", "x", "65536 octets (headerLine)"),
        arguments("folds", OK + "A: ", "x\r\n ", "65536 octets (headerLine)"),
        arguments("fields", OK, "A: x\r\n", "1000 fields (headerCount)"),
        arguments("long fields", OK, "A: " + "x".repeat(999) + "\r\n", "393216 octets (headBytes)"),
        arguments("interim responses", "", "HTTP/1.1 103 x\r\n\r\n", "8 responses (interimRespon"),
        arguments("chunk size", CHUNKED, "0", "4096 octets (chunkLine)"),
        arguments("chunk extension", CHUNKED + "5;", "x", "4096 octets (chunkLine)"),
        arguments("blanks behind a chunk's size", CHUNKED + "5", " ", "4096 octets (chunkLine)"),
        arguments(
            "chunks that are mostly extension",
            CHUNKED,
            "1;" + "x".repeat(999) + "\r\ny\r\n",
            "16384 octets (4 x chunkLine)"),
        arguments("trailer", CHUNKED + "0\r\nA: ", "x", "65536 octets (trailerBytes)"),
        arguments("trailers", CHUNKED + "0\r\n", "A: x\r\n", "1000 fields (headerCount)"),
        arguments(
            "long trailers",
            CHUNKED + "0\r\n",
            "A: " + "x".repeat(999) + "\r\n",
            "65536 octets (trailerBytes)"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("floods")
  void aFloodMeetsItsLimit(String comment, String start, String repeated, String limit)
      throws Exception {
    ScriptedServer server = rig.server(c -> flood(c, start, repeated));
    RedialClient client = rig.client();
    long before = allocated();
    Exception failure = failureOf(client, Requests.get(server.uri("/")));
    assertThat(allocated() - before).isLessThan(ALLOCATED_AT_MOST);
    assertThat(failure)
        .isExactlyInstanceOf(MalformedResponseException.class)
        .hasMessageContaining("exceeds the limit of " + limit);
    assertThat(((ExchangeFailure) failure).evidence().bytesReceived()).isLessThan(1 << 20);
    server.awaitEndByClient(1);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("floods")
  void eachLimitCanBeSet(String comment, String start, String repeated, String limit)
      throws Exception {
    ScriptedServer server = rig.server(c -> flood(c, start, repeated));
    ResponseLimits small = new ResponseLimits(800, 6000, 90, 30_000, 3, 400, 6000, 0);
    String value =
        switch (limit.substring(limit.indexOf('('))) {
          case "(statusLine)" -> "800 octets (statusLine)";
          case "(headerLine)" -> "6000 octets (headerLine)";
          case "(headerCount)" -> "90 fields (headerCount)";
          case "(headBytes)" -> "30000 octets (headBytes)";
          case "(chunkLine)" -> "400 octets (chunkLine)";
          case "(4 x chunkLine)" -> "1600 octets (4 x chunkLine)";
          case "(trailerBytes)" -> "6000 octets (trailerBytes)";
          default -> "3 responses (interimResponses)";
        };
    // Extensions of a thousand octets would meet the limit of one line first.
    boolean wide = limit.endsWith("(4 x chunkLine)");
    RedialClient client =
        rig.client(b -> b.responseLimits(wide ? small.withChunkLine(1010) : small));
    assertThat(failureOf(client, Requests.get(server.uri("/"))))
        .isExactlyInstanceOf(MalformedResponseException.class)
        .hasMessageContaining(
            "exceeds the limit of " + (wide ? "4040 octets (4 x chunkLine)" : value));
    server.awaitEndByClient(1);
  }

  @Test
  void higherLimitsLetMoreThrough() throws Exception {
    String interim = "HTTP/1.1 102 Processing\r\n\r\n".repeat(100);
    String head = "HTTP/1.1 200 " + "x".repeat(10_000) + "\r\n" + "A: b\r\n".repeat(5_000);
    String field = "B: " + "y".repeat(500_000) + "\r\n";
    String body = "1;" + "z".repeat(6_000) + "\r\n!\r\n0\r\nC: " + "t".repeat(70_000);
    String answer =
        interim + head + field + "Transfer-Encoding: chunked\r\n\r\n" + body + "\r\n\r\n";
    ScriptedServer server = rig.server(ScriptedServer.always(answer));
    ResponseLimits large =
        ResponseLimits.defaults()
            .withInterimResponses(100)
            .withStatusLine(11_000)
            .withHeaderCount(6_000)
            .withHeaderLine(600_000)
            .withHeadBytes(600_000)
            .withChunkLine(7_000)
            .withTrailerBytes(80_000);
    RedialClient client = rig.client(b -> b.responseLimits(large));
    HttpResponse<String> received =
        client.send(Requests.get(server.uri("/")), BodyHandlers.ofString());
    assertThat(received.body()).isEqualTo("!");
    assertThat(received.headers().allValues("a")).hasSize(5_000);
  }

  @Test
  void whatTheBuilderSaysGoesBeforeTheSystemProperties() throws Exception {
    ScriptedServer server =
        rig.server(ScriptedServer.always(Answers.ok("ok", "A: " + "x".repeat(500))));
    String name = "jdk.http.maxHeaderSize";
    System.setProperty(name, "400");
    try {
      RedialClient given = rig.client(b -> b.responseLimits(ResponseLimits.defaults()));
      RedialClient silent = rig.client();
      assertThat(given.send(Requests.get(server.uri("/")), BodyHandlers.ofString()).body())
          .isEqualTo("ok");
      assertThat(failureOf(silent, Requests.get(server.uri("/"))))
          .hasMessageContaining("exceeds the limit of 400 octets (headBytes)");
    } finally {
      System.clearProperty(name);
    }
  }

  @Test
  void aBodyThatNobodyReadsStaysWithTheServer() throws Exception {
    AtomicReference<ServedConnection> served = new AtomicReference<>();
    ScriptedServer server =
        rig.server(c -> {
          served.set(c);
          flood(c, OK + "Content-Length: " + FLOOD + "\r\n\r\n", "x");
        });
    RedialClient client = rig.client();
    HttpResponse<InputStream> answer =
        client.send(Requests.get(server.uri("/")), BodyHandlers.ofInputStream());
    try (InputStream body = answer.body()) {
      assertThat(body.read()).isEqualTo('x');
      AtomicReference<Long> last = new AtomicReference<>(-1L);
      Awaitility.await("the server is stopped by a full window")
          .pollInterval(Duration.ofMillis(200))
          .until(() -> served.get().octetsSent() == last.getAndSet(served.get().octetsSent()));
      assertThat(served.get().octetsSent()).isLessThan(FLOOD / 2);
    }
    server.awaitEndByClient(1);
  }

  @Test
  void theBodyOfARedirectIsNotReadToItsEnd() throws Exception {
    String head = "HTTP/1.1 302 Found\r\nLocation: /there\r\n";
    ScriptedServer server =
        rig.server(
            c -> flood(c, head + "Content-Length: " + FLOOD + "\r\n\r\n", "x"),
            ScriptedServer.always(Answers.ok("there")));
    RedialClient client = rig.client(b -> b.followRedirects(HttpClient.Redirect.NORMAL));
    long before = allocated();
    assertThat(client.send(Requests.get(server.uri("/")), BodyHandlers.ofString()).body())
        .isEqualTo("there");
    assertThat(allocated() - before).isLessThan(ALLOCATED_AT_MOST);
    server.awaitEndByClient(1);
  }

  @ParameterizedTest
  @MethodSource("drained")
  void aBodyThatNobodyWantsIsReadUpToItsLimit(int octets, int limit, boolean kept)
      throws Exception {
    String redirect = Answers.status("302 Found", "x".repeat(octets), "Location: /there", "A: b");

    ScriptedServer server =
        rig.server(
            c -> {
              c.readRequest();
              c.send(redirect);
              if (kept) c.serve(Answers.ok("there"));
            },
            ScriptedServer.always(Answers.ok("there")));
    RedialClient client =
        rig.client(b ->
            b.followRedirects(HttpClient.Redirect.NORMAL)
                .responseLimits(ResponseLimits.defaults().withDrainBytes(limit)));
    assertThat(client.send(Requests.get(server.uri("/")), BodyHandlers.ofString()).body())
        .isEqualTo("there");
    assertThat(server.connections()).isEqualTo(kept ? 1 : 2);
  }

  static Stream<Arguments> drained() {
    return Stream.of(
        arguments(0, 0, true),
        arguments(1, 0, false),
        arguments(100, 100, true),
        arguments(101, 100, false));
  }

  private static void flood(ServedConnection connection, String start, String repeated)
      throws IOException {
    connection.readRequest();
    connection.send(start);
    String piece = repeated.repeat((64 << 10) / repeated.length());
    connection.sendAtMost(Answers.octets(piece), FLOOD / piece.length());
  }

  /** By the calling thread, which is the one that reads the answer. */
  private static long allocated() {
    return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
  }
}
