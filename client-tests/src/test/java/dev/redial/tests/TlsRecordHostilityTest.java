package dev.redial.tests;

import static dev.redial.tests.Failures.failureOf;
import static dev.redial.tests.kit.Requests.post;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.redial.ExchangeEvidence;
import dev.redial.ExchangeFailure;
import dev.redial.ExchangeStage;
import dev.redial.HangUpException;
import dev.redial.MalformedResponseException;
import dev.redial.RedialClient;
import dev.redial.Retries;
import dev.redial.ServerActed;
import dev.redial.TlsFailureException;
import dev.redial.TruncatedBodyException;
import dev.redial.tests.kit.Answers;
import dev.redial.tests.kit.Rig;
import dev.redial.tests.kit.ScriptedServer;
import dev.redial.tests.kit.ServedConnection;
import dev.redial.tests.kit.TlsMaterial;
import dev.redial.tests.kit.TlsPeer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server can do wrong, or merely odd, with TLS records once the handshake is done. */
@Timeout(60)
class TlsRecordHostilityTest {
  private static final String TLS12 = "TLSv1.2";
  private static final String TLS13 = "TLSv1.3";
  private static final List<String> PROTOCOLS = List.of(TLS12, TLS13);
  private static final String HEAD = "HTTP/1.1 200 OK\r\n";
  private static final String FIXED = HEAD + "Content-Length: 10\r\n\r\n";
  private static final String CHUNKED = HEAD + "Transfer-Encoding: chunked\r\n\r\n";
  private static final String CLOSE = HEAD + "\r\n";

  @RegisterExtension final Rig rig = new Rig();

  /** How much of its answer a server gives before it does something wrong. */
  private enum Before {
    ANYTHING("", ServerActed.MAYBE, ExchangeStage.AWAITING_RESPONSE),
    THE_END_OF_THE_STATUS_LINE("HTTP/1.1 2", ServerActed.YES, ExchangeStage.STATUS_LINE),
    THE_END_OF_THE_HEAD(HEAD + "Content-Le", ServerActed.YES, ExchangeStage.HEADER),
    THE_END_OF_AN_INTERIM_HEAD(
        "HTTP/1.1 103 Early\r\nLink: x", ServerActed.YES, ExchangeStage.HEADER),
    THE_BODY(FIXED, ServerActed.YES, ExchangeStage.BODY),
    THE_END_OF_A_FIXED_BODY(FIXED + "12345", ServerActed.YES, ExchangeStage.BODY),
    THE_END_OF_A_CHUNK(CHUNKED + "a\r\n12345", ServerActed.YES, ExchangeStage.BODY),
    THE_LAST_CHUNK(CHUNKED + "5\r\n12345\r\n", ServerActed.YES, ExchangeStage.BODY),
    THE_END_OF_THE_TRAILER(CHUNKED + "5\r\n12345\r\n0\r\n", ServerActed.YES, ExchangeStage.BODY),
    THE_END_OF_A_BODY_UNTIL_CLOSE(CLOSE + "12345", ServerActed.YES, ExchangeStage.BODY);

    final String sent;
    final ServerActed acted;
    final ExchangeStage stage;

    Before(String sent, ServerActed acted, ExchangeStage stage) {
      this.sent = sent;
      this.acted = acted;
      this.stage = stage;
    }

    boolean inBody() {
      return stage == ExchangeStage.BODY;
    }
  }

  /** Something wrong. */
  private enum Wrong {
    A_FATAL_ALERT("alert") {
      @Override
      void happen(TlsPeer peer, ServedConnection c) throws IOException {
        c.send(peer.fatalAlert());
      }
    },
    A_CHANGED_OCTET("") {
      @Override
      void happen(TlsPeer peer, ServedConnection c) throws IOException {
        byte[] sealed = peer.sealed("67890");
        sealed[sealed.length - 1] ^= 1;
        c.send(sealed);
      }
    },
    A_RECORD_LEFT_OUT("") {
      @Override
      void happen(TlsPeer peer, ServedConnection c) throws IOException {
        byte[] unused = peer.sealed("67890");
        c.send(peer.sealed("67890"));
      }
    },
    A_RECORD_TOO_LARGE("") {
      @Override
      void happen(TlsPeer peer, ServedConnection c) throws IOException {
        c.send(new byte[] {23, 3, 3, -1, -1});
      }
    },
    A_RECORD_WITHOUT_ROOM_FOR_ITS_CHECK("") {
      @Override
      void happen(TlsPeer peer, ServedConnection c) throws IOException {
        c.send(new byte[] {23, 3, 3, 0, 1, 0});
      }
    },
    PLAIN_HTTP("plain text: \"HTTP/1.1 200 OK\"") {
      @Override
      void happen(TlsPeer peer, ServedConnection c) throws IOException {
        c.send(Answers.ok("planted"));
      }
    },
    PLAIN_CONTENT("") {
      @Override
      void happen(TlsPeer peer, ServedConnection c) throws IOException {
        byte[] content = Answers.octets(Answers.ok("planted"));
        c.send(new byte[] {23, 3, 3, 0, (byte) content.length});
        c.send(content);
      }
    },
    A_PLAIN_HANDSHAKE_MESSAGE("") {
      @Override
      void happen(TlsPeer peer, ServedConnection c) throws IOException {
        c.send(new byte[] {22, 3, 3, 0, 4, 0, 0, 0, 0});
      }
    };

    final String said;

    Wrong(String said) {
      this.said = said;
    }

    abstract void happen(TlsPeer peer, ServedConnection connection) throws IOException;
  }

  /** An end, before the answer is whole. */
  private enum End {
    CLOSE_NOTIFY(HangUpException.Ending.FIN) {
      @Override
      void come(TlsPeer peer, ServedConnection c) throws IOException {
        c.send(peer.closeNotify());
        c.halfClose();
        c.stall();
      }
    },
    CLOSE_NOTIFY_ALONE(HangUpException.Ending.FIN) {
      @Override
      void come(TlsPeer peer, ServedConnection c) throws IOException {
        c.send(peer.closeNotify());
        c.stall();
      }
    },
    FIN(HangUpException.Ending.FIN) {
      @Override
      void come(TlsPeer peer, ServedConnection c) throws IOException {
        c.halfClose();
        c.stall();
      }
    },
    FIN_IN_A_RECORD(HangUpException.Ending.FIN) {
      @Override
      void come(TlsPeer peer, ServedConnection c) throws IOException {
        byte[] sealed = peer.sealed("67890");
        c.send(Arrays.copyOf(sealed, sealed.length / 2));
        c.halfClose();
        c.stall();
      }
    },
    FIN_IN_A_RECORD_HEADER(HangUpException.Ending.FIN) {
      @Override
      void come(TlsPeer peer, ServedConnection c) throws IOException {
        c.send(Arrays.copyOf(peer.sealed("67890"), 4));
        c.halfClose();
        c.stall();
      }
    },
    RST(HangUpException.Ending.RST) {
      @Override
      void come(TlsPeer peer, ServedConnection c) throws IOException {
        c.rst();
      }
    };

    final HangUpException.Ending ending;

    End(HangUpException.Ending ending) {
      this.ending = ending;
    }

    abstract void come(TlsPeer peer, ServedConnection connection) throws IOException;

    boolean orderly() {
      return name().startsWith("CLOSE_NOTIFY");
    }
  }

  static Stream<Arguments> wrongs() {
    return PROTOCOLS.stream()
        .flatMap(protocol -> Stream.of(Wrong.values()).map(wrong -> arguments(protocol, wrong)));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("wrongs")
  void whatTlsCannotProveIsNeverDelivered(String protocol, Wrong wrong) throws Exception {
    for (Before before : Before.values()) {
      ScriptedServer server =
          rig.server(c -> {
            TlsPeer peer = answering(c, protocol, before.sent);
            wrong.happen(peer, c);
            c.stall();
          });
      RedialClient client = client();

      Exception failure = failureOf(client, post(uri(server), "secret"));

      assertThat(failure)
          .as("%s", before)
          .isExactlyInstanceOf(TlsFailureException.class)
          .hasMessageContaining("TLS failed: ")
          .hasMessageContaining(wrong.said)
          .hasMessageContaining("server acted: ");
      assertEvidence(failure, before);
      assertGone(client, server);
    }
  }

  static Stream<Arguments> ends() {
    return PROTOCOLS.stream()
        .flatMap(protocol -> Stream.of(End.values()).map(end -> arguments(protocol, end)));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("ends")
  void anAnswerThatIsCutIsAFailure(String protocol, End end) throws Exception {
    for (Before before : Before.values()) {
      boolean whole = end.orderly() && before == Before.THE_END_OF_A_BODY_UNTIL_CLOSE;
      if (whole) continue;
      ScriptedServer server = rig.server(c -> end.come(answering(c, protocol, before.sent), c));
      RedialClient client = client();

      Exception failure = failureOf(client, post(uri(server), "secret"));

      assertThat(failure)
          .as("%s", before)
          .isExactlyInstanceOf(
              before.inBody() ? TruncatedBodyException.class : HangUpException.class);
      assertThat(endingOf(failure)).isEqualTo(end.ending);
      assertEvidence(failure, before);
      assertGone(client, server);
    }
  }

  private static HangUpException.Ending endingOf(Exception failure) {
    return failure instanceof TruncatedBodyException cut
        ? cut.ending()
        : ((HangUpException) failure).ending();
  }

  private static void assertEvidence(Exception failure, Before before) {
    ExchangeEvidence evidence = ((ExchangeFailure) failure).evidence();
    assertThat(evidence.stage()).as("%s", before).isEqualTo(before.stage);
    assertThat(evidence.serverActed()).as("%s", before).isEqualTo(before.acted);
    assertThat(evidence.bytesReceived()).isEqualTo(before.sent.length());
    assertThat(evidence.attempt()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {TLS12, TLS13})
  void aBodyUntilCloseEndsWithCloseNotify(String protocol) throws Exception {
    ScriptedServer server =
        rig.server(c -> {
          TlsPeer peer = answering(c, protocol, CLOSE + "12345");
          c.send(peer.closeNotify());
          c.stall();
        });
    RedialClient client = client();
    assertThat(send(client, server)).isEqualTo("12345");
    assertGone(client, server);
  }

  /** They are octets of nobody, whatever they look like. */
  @ParameterizedTest
  @ValueSource(strings = {TLS12, TLS13})
  void whatComesAfterCloseNotifyIsNoAnswer(String protocol) throws Exception {
    for (String planted : List.of("garbage", Answers.ok("planted"))) {
      ScriptedServer server =
          rig.server(
              c -> {
                TlsPeer peer = answering(c, protocol, "");
                byte[] first = peer.sealed(Answers.ok("first"));
                c.send(joined(first, peer.closeNotify(), Answers.octets(planted)));
                c.stall();
              },
              c -> {
                TlsPeer peer = answering(c, protocol, "");
                c.send(peer.sealed(Answers.ok("second")));
                c.stall();
              });
      RedialClient client = client();
      assertThat(send(client, server)).isEqualTo("first");
      assertThat(send(client, server)).isEqualTo("second");
      assertThat(server.requests()).hasSize(2);
    }
  }

  /** A new handshake in TLS 1.2, a key update in TLS 1.3: before, within and behind an answer. */
  @ParameterizedTest
  @ValueSource(strings = {TLS12, TLS13})
  void newKeysAreNobodysBusiness(String protocol) throws Exception {
    ScriptedServer server =
        rig.server(c -> {
          TlsPeer peer = TlsPeer.on(c, TlsMaterial.forLoopback().server(), protocol);
          peer.handshake();
          for (int i = 0; i < 3; i++) {
            peer.readRequest();
            renew(peer, c);
            c.send(peer.sealed("HTTP/1.1 200 OK\r\nContent-"));
            renew(peer, c);
            c.send(peer.sealed("Length: 10\r\n\r\n12345"));
            renew(peer, c);
            c.send(peer.sealed("67890"));
            renew(peer, c); // while idle: nobody answers before the next request, or its probe
          }
          c.stall();
        });
    RedialClient client = client();
    for (int i = 0; i < 3; i++) assertThat(send(client, server)).isEqualTo("1234567890");
    assertThat(server.connections()).isEqualTo(1);
  }

  private static void renew(TlsPeer peer, ServedConnection c) throws IOException {
    c.send(peer.keyUpdate());
    peer.handshake();
  }

  @Test
  void aTicketMayComeLate() throws Exception {
    ScriptedServer server =
        rig.server(c -> {
          TlsPeer peer = TlsPeer.on(c, TlsMaterial.forLoopback().server(), TLS13);
          for (byte[] sent : peer.flight()) c.send(sent);
          byte[] ticket = peer.flight().getFirst();
          peer.readRequest();
          c.send(ticket);
          c.send(peer.sealed(Answers.ok("late")));
          peer.readRequest();
          c.send(peer.sealed(Answers.ok("again")));
          c.stall();
        });
    RedialClient client = client();
    assertThat(send(client, server)).isEqualTo("late");
    assertThat(send(client, server)).isEqualTo("again");
    assertThat(server.connections()).isEqualTo(1);
  }

  /** In TLS 1.3 the client is done, and may have asked, before the server misses it. */
  @Test
  void aCertificateThatTheServerMissesIsAFailureOfTls() throws Exception {
    ScriptedServer server =
        rig.server(c -> {
          TlsPeer peer =
              TlsPeer.on(
                  c,
                  TlsMaterial.forLoopback().server(),
                  TLS13,
                  engine -> engine.setNeedClientAuth(true));
          for (byte[] sent : peer.flight()) c.send(sent);
          c.send(peer.refusal());
          c.stall();
        });
    RedialClient client = client();

    Exception failure = failureOf(client, post(uri(server), "secret"));

    assertThat(failure)
        .isExactlyInstanceOf(TlsFailureException.class)
        .hasMessageContaining("certificate");
    assertThat(((TlsFailureException) failure).serverActed()).isNotEqualTo(ServerActed.YES);
    assertThat(server.requests()).isEmpty();
    assertGone(client, server);
  }

  /** The port of a TLS server, asked without TLS. */
  @Test
  void aServerThatWantsTlsIsRecognised() throws Exception {
    ScriptedServer server =
        rig.server(c -> {
          c.readHeadOnly();
          c.send(new byte[] {21, 3, 3, 0, 2, 2, 70});
          c.stall();
        });
    RedialClient client = client();

    Exception failure = failureOf(client, post(server.uri("/"), "secret"));

    assertThat(failure)
        .isExactlyInstanceOf(MalformedResponseException.class)
        .hasMessageContaining("this looks like TLS: does the port want https?");
    assertThat(((MalformedResponseException) failure).serverActed()).isEqualTo(ServerActed.MAYBE);
    assertGone(client, server);
  }

  /** Shakes hands, reads the request, and answers with so much. */
  private static TlsPeer answering(ServedConnection c, String protocol, String answer)
      throws IOException {
    TlsPeer peer = TlsPeer.on(c, TlsMaterial.forLoopback().server(), protocol);
    peer.handshake();
    peer.readRequest();
    if (!answer.isEmpty()) c.send(peer.sealed(answer));
    return peer;
  }

  private static byte[] joined(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) all.writeBytes(part);
    return all.toByteArray();
  }

  private void assertGone(RedialClient client, ScriptedServer server) throws Exception {
    assertThat(client.stats().total()).isZero();
    assertThat(server.connections()).isEqualTo(1);
    assertThat(server.requests().size()).isLessThanOrEqualTo(1);
    Awaitility.await().until(() -> rig.openSockets().isEmpty());
  }

  private static String send(RedialClient client, ScriptedServer server) throws Exception {
    HttpResponse<String> answer = client.send(post(uri(server), "secret"), BodyHandlers.ofString());
    return answer.body();
  }

  private RedialClient client() {
    return rig.client(b -> b.sslContext(TlsMaterial.forLoopback().client()).retries(Retries.off()));
  }

  private static URI uri(ScriptedServer server) {
    return URI.create("https://127.0.0.1:" + server.port() + "/");
  }
}
