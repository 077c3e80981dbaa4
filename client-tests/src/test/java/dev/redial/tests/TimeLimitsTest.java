package dev.redial.tests;

import static dev.redial.tests.Failures.chain;
import static dev.redial.tests.Failures.failureOf;
import static dev.redial.tests.kit.Requests.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.redial.ConnectTimeoutException;
import dev.redial.ExchangeStage;
import dev.redial.RedialClient;
import dev.redial.ResponseTimeoutException;
import dev.redial.ServerActed;
import dev.redial.TimeLimits;
import dev.redial.tests.kit.Answers;
import dev.redial.tests.kit.Rig;
import dev.redial.tests.kit.ScriptedServer;
import dev.redial.tests.kit.ScriptedServer.Script;
import dev.redial.tests.kit.TlsMaterial;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Servers that are slow in one phase, and limits that hold for one phase. */
@Timeout(60)
class TimeLimitsTest {
  private static final TimeLimits NONE = TimeLimits.none();
  private static final Duration LIMIT = Duration.ofMillis(300);
  private static final Duration AMPLE = Duration.ofSeconds(5);
  private static final Duration DROP = Duration.ofMillis(20);

  @RegisterExtension final Rig rig = new Rig();

  private RedialClient client(TimeLimits limits) {
    return rig.client(b -> b.sslContext(TlsMaterial.forLoopback().client()).timeLimits(limits));
  }

  @Test
  void aHandshakeThatIsNotDoneInTimeIsAConnectTimeOutThatNamesItsLimit() throws Exception {
    ScriptedServer server = rig.server(c -> c.stall());
    URI uri = URI.create("https://127.0.0.1:" + server.port() + "/");

    Exception failure = failureOf(client(NONE.withTlsHandshake(LIMIT)), get(uri));

    assertThat(failure)
        .isInstanceOf(ConnectTimeoutException.class)
        .hasMessageContaining("within 300 ms (TimeLimits.tlsHandshake)");
    assertThat(((ConnectTimeoutException) failure).evidence().stage())
        .isEqualTo(ExchangeStage.TLS_HANDSHAKE);
    server.awaitEndByClient(1);
  }

  @Test
  void theLimitOfTheHandshakeHoldsForNothingElse() throws Exception {
    ScriptedServer server =
        rig.tlsServer(c -> {
          c.readRequest();
          c.idleFor(Duration.ofSeconds(3));
          c.send(Answers.ok("late"));
        });
    RedialClient client = client(NONE.withTlsHandshake(Duration.ofSeconds(2)));

    assertThat(client.send(get(server.uri("/")), BodyHandlers.ofString()).body()).isEqualTo("late");
  }

  /** A time-out of reads would never notice: there is always something to read. */
  @Test
  void aHeadThatDripsIsNotDoneInTime() throws Exception {
    ScriptedServer server =
        rig.server(drips("HTTP/1.1 200 OK\r\nX: " + "x".repeat(10_000) + "\r\n\r\n"));

    Exception failure = failureOf(client(NONE.withResponseHead(LIMIT)), get(server.uri("/")));

    assertThat(failure)
        .isInstanceOf(ResponseTimeoutException.class)
        .hasMessageContaining("within 300 ms (TimeLimits.responseHead)");
    assertThat(((ResponseTimeoutException) failure).serverActed()).isNotEqualTo(ServerActed.NO);
    server.awaitEndByClient(1);
  }

  @Test
  void interimAnswersDoNotPutTheLimitOfTheHeadOff() throws Exception {
    ScriptedServer server =
        rig.server(c -> {
          c.readRequest();
          for (int i = 0; i < 6; i++) {
            c.send("HTTP/1.1 102 Processing\r\n\r\n");
            c.idleFor(Duration.ofMillis(100));
          }
          c.stall();
        });

    assertThat(failureOf(client(NONE.withResponseHead(LIMIT)), get(server.uri("/"))))
        .isInstanceOf(ResponseTimeoutException.class)
        .hasMessageContaining("(TimeLimits.responseHead)");
  }

  @Test
  void aBodyThatDripsIsWithinTheLimitOfReads() throws Exception {
    ScriptedServer server =
        rig.server(c -> {
          c.readRequest();
          c.send(Answers.head("200 OK", "Content-Length: 300") + "\r\n");
          for (int i = 0; i < 300; i++) { // longer than the limit, all in all
            c.send("x");
            c.idleFor(DROP);
          }
        });

    assertThat(
            client(NONE.withBodyRead(AMPLE))
                .send(get(server.uri("/")), BodyHandlers.ofString())
                .body())
        .hasSize(300);
  }

  @Test
  void aBodyThatStopsIsNotWithinTheLimitOfReads() throws Exception {
    ScriptedServer server =
        rig.server(c -> {
          c.readRequest();
          c.send(Answers.head("200 OK", "Content-Length: 300") + "\r\nxxx");
          c.stall();
        });

    Exception failure = failureOf(client(NONE.withBodyRead(LIMIT)), get(server.uri("/")));

    assertThat(failure)
        .isInstanceOf(ResponseTimeoutException.class)
        .hasMessageContaining("within 300 ms (TimeLimits.bodyRead)");
    assertThat(((ResponseTimeoutException) failure).evidence().stage())
        .isEqualTo(ExchangeStage.BODY);
    server.awaitEndByClient(1);
  }

  @Test
  void theReaderOfAStreamHearsOfTheLimitToo() throws Exception {
    ScriptedServer server =
        rig.server(c -> {
          c.readRequest();
          c.send(Answers.head("200 OK", "Transfer-Encoding: chunked") + "\r\n3\r\nabc\r\n");
          c.stall();
        });
    InputStream body =
        client(NONE.withBodyRead(LIMIT))
            .send(get(server.uri("/")), BodyHandlers.ofInputStream())
            .body();
    assertThat(body.readNBytes(3)).containsExactly('a', 'b', 'c');

    Throwable failure = catchThrowable(body::read);

    assertThat(chain(failure)).anyMatch(ResponseTimeoutException.class::isInstance);
  }

  @Test
  void theTimeOutOfTheCallHoldsBesideLongerLimits() throws Exception {
    ScriptedServer server = rig.server(c -> c.stall());
    HttpRequest request = HttpRequest.newBuilder(server.uri("/")).timeout(LIMIT).build();

    Exception failure =
        failureOf(client(NONE.withResponseHead(AMPLE).withBodyRead(AMPLE)), request);

    assertThat(failure)
        .isInstanceOf(ResponseTimeoutException.class)
        .hasMessageStartingWith("request timed out; ");
  }

  @Test
  void aConnectionThatWasUsedWithinItsLimitsIsUsedAgain() throws Exception {
    ScriptedServer server = rig.server(ScriptedServer.always(Answers.ok("ok")));
    RedialClient client = client(NONE.withResponseHead(AMPLE).withBodyRead(AMPLE));
    for (int i = 0; i < 3; i++) {
      assertThat(client.send(get(server.uri("/" + i)), BodyHandlers.ofString()).body())
          .isEqualTo("ok");
    }
    assertThat(server.connections()).isEqualTo(1);
  }

  private static Script drips(String answer) {
    return c -> {
      c.readRequest();
      for (int i = 0; i < answer.length(); i++) {
        c.send(answer.substring(i, i + 1));
        c.idleFor(DROP);
      }
    };
  }
}
