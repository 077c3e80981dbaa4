package dev.redial.tests;

import static dev.redial.tests.Failures.failureOf;
import static dev.redial.tests.kit.Requests.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redial.ExchangeStage;
import dev.redial.HangUpException;
import dev.redial.RedialClient;
import dev.redial.ServerActed;
import dev.redial.tests.kit.Answers;
import dev.redial.tests.kit.Rig;
import dev.redial.tests.kit.ScriptedServer;
import dev.redial.tests.kit.ScriptedServer.Script;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The server ends the connection before it has the whole request. */
class UnfinishedRequestTest {
  private static final String OK = Answers.ok("");
  private static final byte[] LARGE = new byte[6 * 1024 * 1024];
  private static final String LONG_VALUE = "v".repeat(6 * 1024 * 1024);

  @RegisterExtension final Rig rig = new Rig();

  @ParameterizedTest(name = "{0}")
  @EnumSource(
      value = RequestKind.class,
      names = {"PUT", "POST_WITH_KEY", "PATCH_WITH_KEY"})
  void aBodyCutOnAReusedConnectionIsSentAgainIfTheRequestMayBeRepeated(RequestKind kind)
      throws Exception {
    ScriptedServer server = rig.server(warmThenResetAfterTheHead(), ScriptedServer.always(OK));
    RedialClient client = warm(server);
    HttpRequest request = kind.to(server.uri("/x"), BodyPublishers.ofByteArray(LARGE));
    assertThat(client.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
    assertThat(server.events(1))
        .startsWith("accepted", "GET /warm", "head of " + kind.method + " /x", "server RST");
    assertThat(server.events(2)).containsExactly("accepted", kind.method + " /x");
    assertThat(server.requests().getLast().body()).hasSize(LARGE.length);
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(
      value = RequestKind.class,
      names = {"POST", "PATCH", "UNKNOWN"})
  void aBodyCutOnAReusedConnectionFailsIfTheRequestMustNotBeRepeated(RequestKind kind)
      throws Exception {
    ScriptedServer server = rig.server(warmThenResetAfterTheHead(), ScriptedServer.always(OK));
    RedialClient client = warm(server);
    Exception failure =
        failureOf(client, kind.to(server.uri("/x"), BodyPublishers.ofByteArray(LARGE)));
    assertCut(failure, true, ServerActed.MAYBE);
    assertThat(server.connections()).isEqualTo(1);
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(
      value = RequestKind.class,
      names = {"PUT", "POST_WITH_KEY", "POST"})
  void aBodyCutOnEveryFreshConnectionFailsAfterAsManyAttemptsAsTheRequestMayHave(RequestKind kind)
      throws Exception {
    ScriptedServer server =
        rig.server(c -> {
          c.readHeadOnly();
          c.rst();
        });
    Exception failure =
        failureOf(rig.client(), kind.to(server.uri("/x"), BodyPublishers.ofByteArray(LARGE)));
    assertCut(failure, false, ServerActed.MAYBE);
    assertThat(server.connections()).isEqualTo(kind.repeatable ? 3 : 1);
    assertThat(failure.getSuppressed()).hasSize(kind.repeatable ? 2 : 0);
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(
      value = RequestKind.class,
      names = {"GET", "PUT", "POST_WITH_KEY", "POST"})
  void aHeadCutOnAReusedConnectionIsSentAgainWhateverTheMethodAsNobodyCanHaveActedOnIt(
      RequestKind kind) throws Exception {
    ScriptedServer server =
        rig.server(
            c -> {
              c.readRequest();
              c.send(OK);
              c.read(10);
              c.rst();
            },
            ScriptedServer.always(OK));
    RedialClient client = warm(server);
    assertThat(client.send(withLongHead(kind, server), BodyHandlers.ofString()).statusCode())
        .isEqualTo(200);
    assertThat(server.events(2)).containsExactly("accepted", kind.method + " /x");
  }

  @Test
  void aHeadThatIsCutAgainFailsAndSaysThatTheServerDidNotAct() throws Exception {
    ScriptedServer server =
        rig.server(c -> {
          c.read(10);
          c.rst();
        });
    Exception failure = failureOf(rig.client(), withLongHead(RequestKind.POST, server));
    assertCut(failure, false, ServerActed.NO);
    assertThat(((HangUpException) failure).evidence().bytesSent()).isLessThan(LONG_VALUE.length());
    assertThat(failure.getSuppressed()).hasSize(2);
    assertThat(server.connections()).isEqualTo(3);
  }

  @Test
  void aBodyThatCannotBeHadTwiceIsNotSentTwice() throws Exception {
    ScriptedServer server =
        rig.server(
            c -> {
              c.readRequest();
              c.send(OK);
              c.readHeadOnly();
              c.read(1); // before then the body may be unpublished, and could be sent
              c.rst();
            },
            ScriptedServer.always(OK));
    RedialClient client = warm(server);
    Exception failure = failureOf(client, RequestKind.PUT.to(server.uri("/x"), new OneShot()));
    assertThat(failure).isInstanceOf(HangUpException.class);
    assertThat(((HangUpException) failure).evidence().attempt()).isEqualTo(1);
    assertThat(server.executions("")).isEqualTo(1);
  }

  private static HttpRequest withLongHead(RequestKind kind, ScriptedServer server) {
    HttpRequest plain = kind.to(server.uri("/x"));
    return HttpRequest.newBuilder(plain, (name, value) -> true)
        .header("X-Long", LONG_VALUE)
        .build();
  }

  private static Script warmThenResetAfterTheHead() {
    return c -> {
      c.readRequest();
      c.send(OK);
      c.readHeadOnly();
      c.rst();
    };
  }

  private RedialClient warm(ScriptedServer server) throws Exception {
    RedialClient client = rig.client();
    assertThat(client.send(get(server.uri("/warm")), BodyHandlers.ofString()).statusCode())
        .isEqualTo(200);
    return client;
  }

  private static void assertCut(Exception failure, boolean reused, ServerActed serverActed) {
    assertThat(failure).isExactlyInstanceOf(HangUpException.class);
    HangUpException hangUp = (HangUpException) failure;
    assertThat(hangUp.ending()).isEqualTo(HangUpException.Ending.RST);
    assertThat(hangUp.serverActed()).isEqualTo(serverActed);
    assertThat(hangUp.evidence().stage()).isEqualTo(ExchangeStage.SENDING);
    assertThat(hangUp.evidence().reused()).isEqualTo(reused);
    assertThat(hangUp.evidence().bytesReceived()).isZero();
    assertThat(hangUp.evidence().bytesSent()).isPositive().isLessThan(LARGE.length);
    assertThat(hangUp.evidence().attempt()).isEqualTo(1);
  }

  /** Publishes 6 MiB to its first subscriber and refuses every other. */
  private static final class OneShot implements BodyPublisher {
    private final AtomicBoolean used = new AtomicBoolean();
    private final BodyPublisher bytes = BodyPublishers.ofByteArray(LARGE);

    @Override
    public long contentLength() {
      return bytes.contentLength();
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
      if (used.getAndSet(true)) throw new IllegalStateException("the body is gone");
      bytes.subscribe(subscriber);
    }
  }
}
