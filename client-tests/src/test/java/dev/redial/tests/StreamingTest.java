package dev.redial.tests;

import static dev.redial.tests.kit.Requests.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redial.RedialClient;
import dev.redial.TruncatedBodyException;
import dev.redial.tests.kit.Answers;
import dev.redial.tests.kit.Gate;
import dev.redial.tests.kit.Rig;
import dev.redial.tests.kit.ScriptedServer;
import dev.redial.tests.kit.ServedConnection;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Bodies that are read and written while they are on their way. */
class StreamingTest {
  private static final String OK = Answers.ok("ok");
  private static final int BLOCK = 64 * 1024;
  private static final int BLOCKS = 1024;
  private static final long TOTAL = (long) BLOCK * BLOCKS;

  @RegisterExtension final Rig rig = new Rig();

  @Test
  void sendReturnsWithTheHeadAndTheBodyIsReadAfterwards() throws Exception {
    Gate rest = new Gate();
    ScriptedServer server =
        inTwoParts("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", rest, " done");
    RedialClient client = rig.client();
    HttpResponse<InputStream> answer =
        client.send(get(server.uri("/")), BodyHandlers.ofInputStream());
    try (InputStream body = answer.body()) {
      assertThat(new String(body.readNBytes(4), StandardCharsets.US_ASCII)).isEqualTo("half");
      assertThat(client.stats().active()).isEqualTo(1);
      rest.open();
      assertThat(new String(body.readAllBytes(), StandardCharsets.US_ASCII)).isEqualTo(" done");
    }
    Awaitility.await().until(() -> client.stats().idle() == 1);
    assertThat(client.send(get(server.uri("/")), BodyHandlers.ofString()).body()).isEqualTo("ok");
    assertThat(server.connections()).isEqualTo(1);
  }

  @Test
  void linesAreHandedOutAsTheyCome() throws Exception {
    Gate second = new Gate();
    ScriptedServer server =
        inTwoParts(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nfirst\n\r\n",
            second,
            "7\r\nsecond\n\r\n0\r\n\r\n");
    try (Stream<String> lines =
        rig.client().send(get(server.uri("/")), BodyHandlers.ofLines()).body()) {
      Iterator<String> each = lines.iterator();
      assertThat(each.next()).isEqualTo("first");
      second.open();
      assertThat(each.next()).isEqualTo("second");
      assertThat(each.hasNext()).isFalse();
    }
  }

  @Test
  void aSlowReaderStopsTheServer() throws Exception {
    CompletableFuture<ServedConnection> connection = new CompletableFuture<>();
    ScriptedServer server =
        rig.server(c -> {
          connection.complete(c);
          c.readRequest();
          c.send("HTTP/1.1 200 OK\r\nContent-Length: " + TOTAL + "\r\n\r\n");
          c.sendAtMost(new byte[BLOCK], BLOCKS);
          c.serve(OK);
        });
    RedialClient client = rig.client();
    try (InputStream body =
        client.send(get(server.uri("/")), BodyHandlers.ofInputStream()).body()) {
      assertThat(awaitStandstill(connection.join()::octetsSent)).isLessThan(TOTAL / 2);
      long received = 0;
      byte[] block = new byte[BLOCK];
      for (int count = body.read(block); count >= 0; count = body.read(block)) received += count;
      assertThat(received).isEqualTo(TOTAL);
    }
    assertThat(client.send(get(server.uri("/")), BodyHandlers.ofString()).body()).isEqualTo("ok");
    assertThat(server.connections()).isEqualTo(1);
  }

  @Test
  void aSlowServerStopsTheUpload() throws Exception {
    Gate go = new Gate();
    AtomicLong taken = new AtomicLong();
    ScriptedServer server =
        rig.server(c -> {
          c.readHeadOnly();
          go.pass();
          for (int i = 0; i < BLOCKS; i++) c.read(BLOCK);
          c.send(OK);
        });
    RedialClient client = rig.client();
    var body =
        BodyPublishers.fromPublisher(BodyPublishers.ofInputStream(() -> new Counted(taken)), TOTAL);
    var pending =
        client.sendAsync(RequestKind.POST.to(server.uri("/"), body), BodyHandlers.ofString());
    server.await(1, "head of POST /");
    assertThat(awaitStandstill(taken::get)).isLessThan(TOTAL / 2);
    go.open();
    assertThat(pending.join().body()).isEqualTo("ok");
    assertThat(taken).hasValue(TOTAL);
  }

  @Test
  void aStreamClosedEarlyEndsTheConnection() throws Exception {
    ScriptedServer server =
        rig.server(
            c -> {
              c.readRequest();
              c.send("HTTP/1.1 200 OK\r\nContent-Length: " + TOTAL + "\r\n\r\n");
              c.sendAtMost(new byte[BLOCK], BLOCKS);
            },
            ScriptedServer.always(OK));
    RedialClient client = rig.client();
    InputStream body = client.send(get(server.uri("/")), BodyHandlers.ofInputStream()).body();
    assertThat(body.readNBytes(10)).hasSize(10);
    body.close();
    server.awaitEndByClient(1);
    Awaitility.await().until(() -> client.stats().active() == 0);
    assertThat(client.send(get(server.uri("/next")), BodyHandlers.ofString()).body())
        .isEqualTo("ok");
    assertThat(server.events(2)).containsExactly("accepted", "GET /next");
  }

  @Test
  void aBodyCutShortFailsTheReaderAfterEverythingThatCame() throws Exception {
    Gate read = new Gate();
    ScriptedServer server =
        rig.server(c -> {
          c.readRequest();
          c.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345");
          read.pass();
          c.fin();
        });
    try (InputStream body =
        rig.client().send(get(server.uri("/")), BodyHandlers.ofInputStream()).body()) {
      assertThat(new String(body.readNBytes(5), StandardCharsets.US_ASCII)).isEqualTo("12345");
      read.open();
      Throwable failure = Assertions.catchThrowable(body::read);
      assertThat(failure).isInstanceOf(IOException.class);
      assertThat(Failures.chain(failure)).anyMatch(TruncatedBodyException.class::isInstance);
    }
  }

  @Test
  void anAsynchronousAnswerIsThereBeforeItsBody() throws Exception {
    Gate rest = new Gate();
    ScriptedServer server =
        inTwoParts("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n", rest, "done");
    HttpResponse<InputStream> answer =
        rig.client().sendAsync(get(server.uri("/")), BodyHandlers.ofInputStream()).join();
    try (InputStream body = answer.body()) {
      rest.open();
      assertThat(body.readAllBytes()).isEqualTo(Answers.octets("done"));
    }
  }

  /** An answer whose second part waits for the test; later ones are whole. */
  private ScriptedServer inTwoParts(String first, Gate between, String second) {
    return rig.server(c -> {
      c.readRequest();
      c.send(first);
      between.pass();
      c.send(second);
      c.serve(OK);
    });
  }

  /** The value at which a growing number stays for a third of a second. */
  private static long awaitStandstill(LongSupplier number) {
    long[] last = {-1};
    Awaitility.await()
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(100))
        .during(Duration.ofMillis(300))
        .until(() -> {
          long before = last[0];
          last[0] = number.getAsLong();
          return last[0] == before && before > 0;
        });
    return last[0];
  }

  /** Delivers as much as the body needs, and counts it. */
  private static final class Counted extends InputStream {
    private final AtomicLong taken;

    Counted(AtomicLong taken) {
      this.taken = taken;
    }

    @Override
    public int read() {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0];
    }

    @Override
    public int read(byte[] octets, int from, int length) {
      int count = (int) Math.min(length, TOTAL - taken.get());
      if (count == 0) return -1;
      taken.addAndGet(count);
      return count;
    }
  }
}
