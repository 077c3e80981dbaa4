package dev.redial.tests;

import static dev.redial.tests.Failures.failing;
import static dev.redial.tests.Failures.failureOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.redial.ConnectTimeoutException;
import dev.redial.ExchangeEvidence;
import dev.redial.ExchangeFailure;
import dev.redial.ExchangeStage;
import dev.redial.MalformedResponseException;
import dev.redial.RedialClient;
import dev.redial.ResponseTimeoutException;
import dev.redial.Retries;
import dev.redial.ServerActed;
import dev.redial.TimeLimits;
import dev.redial.tests.kit.Answers;
import dev.redial.tests.kit.Rig;
import dev.redial.tests.kit.ScriptedServer;
import dev.redial.tests.kit.ScriptedServer.Script;
import dev.redial.tests.kit.ServedConnection;
import dev.redial.tests.kit.TlsMaterial;
import dev.redial.tests.kit.TlsPeer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Servers that always have one octet more, so that no time-out of single reads would ever expire,
 * and servers that never come to an end.
 */
@Timeout(60)
class SlowServerTest {
  private static final Duration TIME = Duration.ofSeconds(1);
  private static final Duration DROP = Duration.ofMillis(20);
  private static final String TLS12 = "TLSv1.2";
  private static final String TLS13 = "TLSv1.3";
  private static final String LONG = "x".repeat(100_000);
  private static final String HEAD = "HTTP/1.1 200 OK\r\n";
  private static final String CHUNKED = HEAD + "Transfer-Encoding: chunked\r\n\r\n";

  @RegisterExtension final Rig rig = new Rig();

  /** Where in an answer the octets begin to drip. */
  private enum Drip {
    THE_STATUS_LINE("", "HTTP/1.1 200 " + LONG, ExchangeStage.STATUS_LINE),
    A_FIELD(HEAD, "X: " + LONG, ExchangeStage.HEADER),
    FIELDS(HEAD, "X: x\r\n".repeat(20_000), ExchangeStage.HEADER),
    THE_HEAD_OF_AN_INTERIM_ANSWER("HTTP/1.1 103 X\r\n", "X: " + LONG, ExchangeStage.HEADER),
    INTERIM_ANSWERS("", "HTTP/1.1 103 X\r\n\r\n".repeat(1_000), null),
    A_FIXED_BODY(HEAD + "Content-Length: 100000\r\n\r\n", LONG, ExchangeStage.BODY),
    A_BODY_UNTIL_CLOSE(HEAD + "\r\n", LONG, ExchangeStage.BODY),
    THE_SIZE_OF_A_CHUNK(CHUNKED, "0".repeat(100_000), ExchangeStage.BODY),
    THE_EXTENSION_OF_A_CHUNK(CHUNKED + "5;", LONG, ExchangeStage.BODY),
    A_CHUNK(CHUNKED + "10000\r\n", LONG, ExchangeStage.BODY),
    CHUNKS(CHUNKED, "1\r\nx\r\n".repeat(10_000), ExchangeStage.BODY),
    A_TRAILER(CHUNKED + "1\r\nx\r\n0\r\n", "X: " + LONG, ExchangeStage.BODY),
    TRAILERS(CHUNKED + "1\r\nx\r\n0\r\n", "X: x\r\n".repeat(20_000), ExchangeStage.BODY);

    final String before;
    final String dripping;

    /** At which the time is up; null if that is luck. */
    final ExchangeStage stage;

    Drip(String before, String dripping, ExchangeStage stage) {
      this.before = before;
      this.dripping = dripping;
      this.stage = stage;
    }

    boolean inHead() {
      return stage != ExchangeStage.BODY;
    }
  }

  /** All of them at the same time, as each takes its time. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void anAnswerThatDripsIsEndedByTheTimeOutOfTheRequest(boolean tls) throws Exception {
    Map<Drip, CompletableFuture<Exception>> failing = new EnumMap<>(Drip.class);
    RedialClient client = client(TimeLimits.none());
    for (Drip drip : Drip.values())
      failing.put(
          drip, failing(client, post(warm(client, dripping(tls, drip))).timeout(TIME).build()));

    for (Map.Entry<Drip, CompletableFuture<Exception>> each : failing.entrySet())
      assertDripped(each.getValue().get(), each.getKey(), "request timed out; ");
    assertGone(client);
  }

  @Test
  void aHeadThatDripsIsEndedByItsLimit() throws Exception {
    Map<Drip, CompletableFuture<Exception>> failing = new EnumMap<>(Drip.class);
    RedialClient client = client(TimeLimits.none().withResponseHead(TIME));
    for (Drip drip : Drip.values())
      if (drip.inHead())
        failing.put(drip, failing(client, post(warm(client, dripping(false, drip))).build()));

    for (Map.Entry<Drip, CompletableFuture<Exception>> each : failing.entrySet())
      assertDripped(each.getValue().get(), each.getKey(), "(TimeLimits.responseHead)");
    assertGone(client);
  }

  private ScriptedServer dripping(boolean tls, Drip drip) {
    return server(
        tls,
        c -> {
          c.readRequest();
          c.send(Answers.ok("warm"));
          c.readRequest();
          c.send(drip.before);
          drip(c, Answers.octets(drip.dripping));
        });
  }

  /** Connects, so that the time that takes does not count. */
  private static URI warm(RedialClient client, ScriptedServer server) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(server.uri("/")).build();
    assertThat(client.send(request, BodyHandlers.ofString()).body()).isEqualTo("warm");
    return server.uri("/");
  }

  private static void assertDripped(Exception failure, Drip drip, String said) {
    ExchangeEvidence evidence = assertEnded(failure, ResponseTimeoutException.class, said);
    if (drip == Drip.INTERIM_ANSWERS) {
      assertThat(evidence.serverActed()).isNotEqualTo(ServerActed.NO);
    } else {
      assertThat(evidence.serverActed()).as("%s", drip).isEqualTo(ServerActed.YES);
      assertThat(evidence.stage()).as("%s", drip).isEqualTo(drip.stage);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {TLS12, TLS13})
  void aHandshakeThatDripsIsEndedByEitherLimit(String protocol) throws Exception {
    ScriptedServer server =
        server(
            false,
            c -> {
              for (byte[] sent : peer(c, protocol).flight()) drip(c, sent);
            });
    assertEndedByEither(
        TimeLimits.none().withTlsHandshake(TIME), server, SlowServerTest::assertNothingSent);
  }

  /** By the time-out of one request, and by the limit of a phase for another. */
  private void assertEndedByEither(
      TimeLimits phase, ScriptedServer server, Consumer<Exception> expected) throws Exception {
    RedialClient byRequest = client(TimeLimits.none());
    RedialClient byPhase = client(phase);
    CompletableFuture<Exception> first =
        failing(byRequest, post(tls(server)).timeout(TIME).build());
    expected.accept(failureOf(byPhase, post(tls(server)).build()));
    expected.accept(first.get());
    assertGone(byRequest);
    assertGone(byPhase);
  }

  private static URI tls(ScriptedServer server) {
    return URI.create("https://127.0.0.1:" + server.port() + "/");
  }

  private static void assertNothingSent(Exception failure) {
    ExchangeEvidence evidence =
        assertEnded(failure, ConnectTimeoutException.class, "HTTP connect timed out");
    assertThat(evidence.serverActed()).isEqualTo(ServerActed.NO);
    assertThat(evidence.stage()).isEqualTo(ExchangeStage.TLS_HANDSHAKE);
  }

  /** Not one octet of it can be told before it is whole. */
  @ParameterizedTest
  @ValueSource(strings = {TLS12, TLS13})
  void aRecordThatDripsIsEndedByEitherLimit(String protocol) throws Exception {
    ScriptedServer server =
        server(
            false,
            c -> {
              TlsPeer peer = peer(c, protocol);
              peer.handshake();
              peer.readRequest();
              drip(c, peer.sealed(HEAD + "X: " + "x".repeat(5_000) + "\r\n\r\n"));
            });
    assertEndedByEither(
        TimeLimits.none().withResponseHead(TIME), server, SlowServerTest::assertUnanswered);
  }

  private static void assertUnanswered(Exception failure) {
    ExchangeEvidence evidence =
        assertEnded(failure, ResponseTimeoutException.class, "request timed out");
    assertThat(evidence.serverActed()).isEqualTo(ServerActed.MAYBE);
    assertThat(evidence.stage()).isEqualTo(ExchangeStage.AWAITING_RESPONSE);
    assertThat(evidence.bytesReceived()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"HTTP/1.1 200 OK\r\nX: ", "HTTP/1.1 503 ", "HTTP/1.1 103 X\r\nX: "})
  void theAnswerOfAProxyThatDripsIsEndedByTheTimeOutOfTheRequest(String before) throws Exception {
    ScriptedServer proxy =
        server(
            false,
            c -> {
              c.readHeadOnly();
              c.send(before);
              drip(c, Answers.octets(LONG));
            });
    RedialClient client =
        rig.client(b ->
            b.retries(Retries.off())
                .proxy(ProxySelector.of(new InetSocketAddress("127.0.0.1", proxy.port()))));

    Exception failure =
        failureOf(client, post(URI.create("https://host.invalid/")).timeout(TIME).build());

    ExchangeEvidence evidence =
        assertEnded(failure, ConnectTimeoutException.class, "HTTP connect timed out");
    assertThat(evidence.serverActed()).isEqualTo(ServerActed.NO);
    assertGone(client);
  }

  /** The kernels' buffers are full, and there is no answer either. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aServerThatNeverReadsTheBodyIsLeftWhenTheTimeIsUp(boolean tls) throws Exception {
    ScriptedServer server =
        server(
            tls,
            c -> {
              c.readHeadOnly();
              c.untilServerCloses();
            });
    RedialClient client = client(TimeLimits.none());
    HttpRequest request =
        HttpRequest.newBuilder(server.uri("/"))
            .POST(BodyPublishers.ofByteArray(new byte[64 * 1024 * 1024]))
            .timeout(TIME)
            .build();

    Exception failure = failureOf(client, request);

    ExchangeEvidence evidence =
        assertEnded(failure, ResponseTimeoutException.class, "request timed out; ");
    assertThat(evidence.serverActed()).isEqualTo(ServerActed.MAYBE);
    assertThat(evidence.stage()).isEqualTo(ExchangeStage.SENDING);
    assertThat(evidence.bytesReceived()).isZero();
    assertGone(client);
  }

  /** What a server can say for ever, and which limit it runs into. */
  private enum Flood {
    THE_STATUS_LINE("HTTP/1.1 200 ", "x".repeat(1_000), "the status line"),
    A_FIELD(HEAD + "X: ", "x".repeat(1_000), "(headerLine)"),
    FIELDS(HEAD, "X: x\r\n".repeat(100), "header"),
    INTERIM_ANSWERS("", "HTTP/1.1 103 X\r\nX: x\r\n\r\n", "(interimResponses)"),
    THE_SIZE_OF_A_CHUNK(CHUNKED, "0".repeat(1_000), "chunk"),
    THE_EXTENSION_OF_A_CHUNK(CHUNKED + "5;", "x".repeat(1_000), "chunk"),
    A_TRAILER(CHUNKED + "0\r\nX: ", "x".repeat(1_000), "trailer"),
    TRAILERS(CHUNKED + "0\r\n", "X: x\r\n".repeat(100), "trailer");

    final String before;
    final String again;
    final String limit;

    Flood(String before, String again, String limit) {
      this.before = before;
      this.again = again;
      this.limit = limit;
    }
  }

  static Stream<Arguments> floods() {
    return Stream.of(Flood.values())
        .flatMap(flood -> Stream.of(false, true).map(tls -> arguments(flood, tls)));
  }

  @ParameterizedTest(name = "{0}, TLS {1}")
  @MethodSource("floods")
  void whatNeverEndsRunsIntoALimit(Flood flood, boolean tls) throws Exception {
    ScriptedServer server =
        server(
            tls,
            c -> {
              c.readRequest();
              c.send(flood.before);
              c.sendAtMost(Answers.octets(flood.again), 100_000);
            });
    RedialClient client = client(TimeLimits.none());

    Exception failure = failureOf(client, post(server.uri("/")).build());

    ExchangeEvidence evidence = assertEnded(failure, MalformedResponseException.class, flood.limit);
    assertThat(evidence.serverActed())
        .isEqualTo(flood == Flood.THE_STATUS_LINE ? ServerActed.MAYBE : ServerActed.YES);
    assertGone(client);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aBodyThatNeverEndsIsEndedByTheTimeOutOfTheRequest(boolean tls) throws Exception {
    ScriptedServer server =
        server(
            tls,
            c -> {
              c.readRequest();
              c.send(HEAD + "\r\n");
              c.sendAtMost(new byte[64 * 1024], 1_000_000);
            });
    RedialClient client = client(TimeLimits.none());

    Exception failure =
        failureOf(client, post(server.uri("/")).timeout(TIME).build(), BodyHandlers.discarding());

    ExchangeEvidence evidence =
        assertEnded(failure, ResponseTimeoutException.class, "request timed out; ");
    assertThat(evidence.serverActed()).isEqualTo(ServerActed.YES);
    assertThat(evidence.stage()).isEqualTo(ExchangeStage.BODY);
    assertGone(client);
  }

  /** Records without any content, each of which wants an answer that the server never reads. */
  @ParameterizedTest
  @ValueSource(strings = {"", "HTTP/1.1 200 OK\r\nX: ", "HTTP/1.1 200 OK\r\n\r\n12345"})
  void keyUpdatesWithoutAnEndAreEndedByTheTimeOutOfTheRequest(String before) throws Exception {
    ScriptedServer server =
        server(
            false,
            c -> {
              TlsPeer peer = peer(c, TLS13);
              peer.handshake();
              peer.readRequest();
              if (!before.isEmpty()) c.send(peer.sealed(before));
              for (int i = 0; i < 1_000_000; i++) c.send(peer.keyUpdate());
            });
    RedialClient client = client(TimeLimits.none());

    Exception failure = failureOf(client, post(tls(server)).timeout(TIME).build());

    ExchangeEvidence evidence =
        assertEnded(failure, ResponseTimeoutException.class, "request timed out; ");
    assertThat(evidence.bytesReceived()).isEqualTo(before.length());
    assertGone(client);
  }

  private static ExchangeEvidence assertEnded(
      Exception failure, Class<? extends Exception> type, String said) {
    assertThat(failure).isExactlyInstanceOf(type).hasMessageContaining(said);
    ExchangeEvidence evidence = ((ExchangeFailure) failure).evidence();
    assertThat(evidence.attempt()).isEqualTo(1);
    return evidence;
  }

  private void assertGone(RedialClient client) {
    assertThat(client.stats().total()).isZero();
    Awaitility.await().until(() -> rig.openSockets().isEmpty());
  }

  /** Until the client has had enough. */
  private static void drip(ServedConnection c, byte[] octets)
      throws IOException, InterruptedException {
    for (byte octet : octets) {
      c.send(new byte[] {octet});
      c.idleFor(DROP);
    }
  }

  private static TlsPeer peer(ServedConnection c, String protocol) throws IOException {
    return TlsPeer.on(c, TlsMaterial.forLoopback().server(), protocol);
  }

  private ScriptedServer server(boolean tls, Script script) {
    return tls ? rig.tlsServer(script) : rig.watch(ScriptedServer.startTight(script));
  }

  private RedialClient client(TimeLimits limits) {
    return rig.client(b ->
        b.sslContext(TlsMaterial.forLoopback().client()).retries(Retries.off()).timeLimits(limits));
  }

  private static HttpRequest.Builder post(URI uri) {
    return HttpRequest.newBuilder(uri).POST(BodyPublishers.ofString("content"));
  }
}
