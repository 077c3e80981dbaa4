package dev.redial.tests;

import static dev.redial.tests.Failures.failureOf;
import static dev.redial.tests.kit.Requests.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redial.ExchangeFailure;
import dev.redial.ExchangeStage;
import dev.redial.HangUpException;
import dev.redial.MalformedResponseException;
import dev.redial.RedialClient;
import dev.redial.ServerActed;
import dev.redial.tests.kit.Answers;
import dev.redial.tests.kit.Rig;
import dev.redial.tests.kit.ScriptedServer;
import dev.redial.tests.kit.ScriptedServer.Script;
import dev.redial.tests.kit.ServedConnection;
import java.io.IOException;
import java.net.ProtocolException;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The four faults that WireMock injects, on fresh and reused connections, octet for octet. */
class FaultTest {
  private static final String OK = Answers.ok("ok");
  private static final String GARBAGE = "lskdu018973t09sylgasjkfg1][]'./.sdlv";

  @RegisterExtension final Rig rig = new Rig();

  enum Fault {
    CONNECTION_RESET_BY_PEER,
    EMPTY_RESPONSE,
    MALFORMED_RESPONSE_CHUNK,
    RANDOM_DATA_THEN_CLOSE;

    void inject(ServedConnection c) throws IOException {
      switch (this) {
        case CONNECTION_RESET_BY_PEER -> c.rst();
        case EMPTY_RESPONSE -> c.fin();
        case MALFORMED_RESPONSE_CHUNK -> {
          c.send(Answers.head("200 OK", "Transfer-Encoding: chunked") + "\r\n" + GARBAGE);
          c.fin();
        }
        case RANDOM_DATA_THEN_CLOSE -> {
          c.send(GARBAGE);
          c.fin();
        }
      }
    }

    boolean hangsUp() {
      return this == CONNECTION_RESET_BY_PEER || this == EMPTY_RESPONSE;
    }
  }

  static Stream<Arguments> everything() {
    return Stream.of(Fault.values())
        .flatMap(fault ->
            Stream.of(RequestKind.GET, RequestKind.PUT, RequestKind.POST_WITH_KEY, RequestKind.POST)
                .flatMap(kind ->
                    Stream.of(false, true).map(reused -> Arguments.of(fault, kind, reused))));
  }

  @ParameterizedTest(name = "{0}, {1}, reused {2}")
  @MethodSource("everything")
  void eachFaultIsASafeRetryOrItsOwnException(Fault fault, RequestKind kind, boolean reused)
      throws Exception {
    Script faulty =
        c -> {
          if (reused) {
            c.readRequest();
            c.send(OK);
          }
          c.readRequest();
          fault.inject(c);
        };
    ScriptedServer server = rig.server(faulty, ScriptedServer.always(OK));
    RedialClient client = rig.client();
    int before = reused ? 1 : 0;
    if (reused)
      assertThat(client.send(get(server.uri("/warm")), BodyHandlers.ofString()).body())
          .isEqualTo("ok");

    if (fault.hangsUp() && (reused ? kind.repeatable : kind.repeatedWhenFresh)) {
      assertThat(client.send(kind.to(server.uri("/x")), BodyHandlers.ofString()).body())
          .isEqualTo("ok");
      assertThat(server.requests()).hasSize(before + 2);
      return;
    }
    Exception failure = failureOf(client, kind.to(server.uri("/x")));
    if (fault.hangsUp()) assertHangUp(failure, fault);
    else assertMalformed(failure, fault);
    assertThat(((ExchangeFailure) failure).evidence().reused()).isEqualTo(reused);
    assertThat(server.requests()).hasSize(before + 1);
    assertThat(client.send(kind.to(server.uri("/after")), BodyHandlers.ofString()).body())
        .isEqualTo("ok");
    assertThat(server.events(2)).containsExactly("accepted", kind.method + " /after");
  }

  private static void assertHangUp(Exception failure, Fault fault) {
    assertThat(failure).isExactlyInstanceOf(HangUpException.class);
    HangUpException hangUp = (HangUpException) failure;
    assertThat(hangUp.serverActed()).isEqualTo(ServerActed.MAYBE);
    assertThat(hangUp.ending())
        .isEqualTo(
            fault == Fault.EMPTY_RESPONSE
                ? HangUpException.Ending.FIN
                : HangUpException.Ending.RST);
  }

  private static void assertMalformed(Exception failure, Fault fault) {
    assertThat(failure)
        .isExactlyInstanceOf(MalformedResponseException.class)
        .isInstanceOf(ProtocolException.class);
    MalformedResponseException malformed = (MalformedResponseException) failure;
    // Garbage in place of a status line need not be an answer to this request at all.
    assertThat(malformed.serverActed())
        .isEqualTo(fault == Fault.MALFORMED_RESPONSE_CHUNK ? ServerActed.YES : ServerActed.MAYBE);
    assertThat(malformed.code()).isEqualTo("EPROTO");
    assertThat(malformed.evidence().stage())
        .isEqualTo(
            fault == Fault.MALFORMED_RESPONSE_CHUNK
                ? ExchangeStage.BODY
                : ExchangeStage.STATUS_LINE);
    assertThat(malformed.evidence().bytesReceived()).isPositive();
  }
}
