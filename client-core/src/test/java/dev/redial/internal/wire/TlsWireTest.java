package dev.redial.internal.wire;

import static dev.redial.internal.wire.Parked.soon;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redial.internal.wire.TlsPair.Setting;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
@ExtendWith(OpenSockets.class)
class TlsWireTest {
  private static final String TLS12 = "TLSv1.2";
  private static final String TLS13 = "TLSv1.3";

  private static final SSLContext SERVER = Certificates.server();
  private static final SSLContext CLIENT = Certificates.client();

  private static Setting setting(String protocol) {
    return new Setting(SERVER, CLIENT, protocol, "localhost");
  }

  @ParameterizedTest
  @ValueSource(strings = {TLS12, TLS13})
  void carriesOctetsBothWaysAndCountsThem(String protocol) throws Exception {
    try (TlsPair pair = TlsPair.open(setting(protocol))) {
      pair.wire().write(ascii("question"));
      assertThat(pair.peer().getInputStream().readNBytes(8))
          .asString(US_ASCII)
          .isEqualTo("question");
      pair.peer().getOutputStream().write("answer".getBytes(US_ASCII));
      assertThat(readText(pair.wire(), 6)).isEqualTo("answer");
      assertThat(pair.wire().sent()).isEqualTo(8);
      assertThat(pair.wire().received()).isEqualTo(6);
      assertThat(pair.wire().session()).map(SSLSession::getProtocol).contains(protocol);
      assertThat(pair.wire().probe()).isEqualTo(Probe.ALIVE);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {TLS12, TLS13})
  void aPeerThatEndsTlsIsAtItsOrderlyEnd(String protocol) throws Exception {
    try (TlsPair pair = TlsPair.open(setting(protocol))) {
      pair.peer().getOutputStream().write("last".getBytes(US_ASCII));
      pair.peer().close();
      assertThat(readText(pair.wire(), 4)).isEqualTo("last");
      assertThat(pair.wire().read(ByteBuffer.allocate(10))).isEqualTo(-1);
      assertThat(pair.wire().read(ByteBuffer.allocate(10))).isEqualTo(-1);
      assertThat(pair.wire().probe()).isEqualTo(Probe.FIN);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {TLS12, TLS13})
  void aFinWithoutEndOfTlsIsATruncation(String protocol) throws Exception {
    try (TlsPair pair = TlsPair.open(setting(protocol))) {
      pair.peer().getOutputStream().write("part".getBytes(US_ASCII));
      pair.beneath().shutdownOutput();
      assertThat(readText(pair.wire(), 4)).isEqualTo("part");
      for (int i = 0; i < 2; i++)
        assertThatThrownBy(() -> pair.wire().read(ByteBuffer.allocate(10)))
            .isInstanceOf(TlsTruncatedException.class)
            .satisfies(e -> assertThat(WireFailure.of((IOException) e)).isEqualTo(WireFailure.FIN));
      assertThat(pair.wire().probe()).isEqualTo(Probe.FIN);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {TLS12, TLS13})
  void aResetIsAFailedReadAndAFailedProbe(String protocol) throws Exception {
    try (TlsPair pair = TlsPair.open(setting(protocol))) {
      Peer.reset(pair.beneath());
      soon().until(() -> pair.wire().probe() != Probe.ALIVE);
    }
    try (TlsPair pair = TlsPair.open(setting(protocol))) {
      Peer.reset(pair.beneath());
      assertThatThrownBy(() -> pair.wire().read(ByteBuffer.allocate(10)))
          .isInstanceOf(IOException.class)
          .satisfies(e -> assertThat(WireFailure.of((IOException) e)).isEqualTo(WireFailure.RST));
    }
  }

  @Test
  void aTicketIsNoReasonToThrowAConnectionAway() throws Exception {
    for (int i = 0; i < 20; i++) {
      // The ticket follows the handshake, so it is here or on its way; nothing has been read since.
      try (TlsPair pair = TlsPair.open(setting(TLS13))) {
        if (i % 2 == 0) pair.wire().rest();
        for (int look = 0; look < 5; look++) assertThat(pair.wire().probe()).isEqualTo(Probe.ALIVE);
        pair.wire().rest();
        pair.peer().getOutputStream().write("after".getBytes(US_ASCII));
        assertThat(readText(pair.wire(), 5)).isEqualTo("after");
        pair.wire().write(ascii("so"));
        assertThat(pair.peer().getInputStream().readNBytes(2)).asString(US_ASCII).isEqualTo("so");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {TLS12, TLS13})
  void strayContentIsSeenByTheProbe(String protocol) throws Exception {
    try (TlsPair pair = TlsPair.open(setting(protocol))) {
      assertThat(pair.wire().probe()).isEqualTo(Probe.ALIVE);
      pair.peer().getOutputStream().write('!');
      soon().until(() -> pair.wire().probe() != Probe.ALIVE);
      assertThat(pair.wire().probe()).isEqualTo(Probe.OCTETS);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {TLS12, TLS13})
  void contentThatIsThereCanBeReadWithoutWaiting(String protocol) throws Exception {
    try (TlsPair pair = TlsPair.open(setting(protocol))) {
      ByteBuffer into = ByteBuffer.allocate(2);
      assertThat(pair.wire().readAvailable(into)).isZero(); // tickets are no content
      pair.peer().getOutputStream().write("abc".getBytes(US_ASCII));
      soon().until(() -> pair.wire().readAvailable(into) == 2);
      assertThat(pair.wire().received()).isEqualTo(2);
      assertThat(pair.wire().readAvailable(into.flip())).isEqualTo(1);
      assertThat(into.flip()).isEqualTo(ascii("c"));
      pair.peer().close();
      soon().until(() -> pair.wire().readAvailable(ByteBuffer.allocate(2)) == -1);
    }
  }

  @Test
  void aBrokenRecordIsTheFailureOfAReadThatDoesNotWait() throws Exception {
    try (TlsPair pair = TlsPair.open(setting(TLS13))) {
      pair.beneath().getOutputStream().write(new byte[] {23, 3, 3, 0, 20, 1, 2, 3, 4, 5});
      pair.beneath().getOutputStream().write(new byte[15]);
      soon()
          .untilAsserted(() ->
              assertThatThrownBy(() -> pair.wire().readAvailable(ByteBuffer.allocate(2)))
                  .isInstanceOf(SSLException.class));
    }
  }

  @Test
  void contentThatCameWithTheLastAnswerIsSeenByTheProbe() throws Exception {
    try (TlsPair pair = TlsPair.open(setting(TLS13))) {
      pair.peer().getOutputStream().write("answer+stray".getBytes(US_ASCII));
      ByteBuffer small = ByteBuffer.allocate(6);
      while (small.hasRemaining()) pair.wire().read(small);
      assertThat(pair.wire().probe()).isEqualTo(Probe.OCTETS);
    }
  }

  @Test
  void theEndThatCameWithTheLastAnswerIsSeenByTheProbe() throws Exception {
    try (TlsPair pair = TlsPair.relayed(setting(TLS13), 65536)) {
      Relay relay = pair.relay();
      soon()
          .until(() ->
              pair.wire().probe() == Probe.ALIVE
                  && relay.client().getInputStream().available() == 0);
      relay.forbid();
      pair.peer().getOutputStream().write("answer".getBytes(US_ASCII));
      pair.peer().close();
      relay.allowEverything();
      assertThat(readText(pair.wire(), 6)).isEqualTo("answer");
      soon().until(() -> pair.wire().probe() == Probe.FIN);
    }
  }

  @Test
  void aKeyUpdateIsAnsweredByTheProbeAndByARead() throws Exception {
    try (TlsPair pair = TlsPair.relayed(setting(TLS13), 65536)) {
      Relay relay = Objects.requireNonNull(pair.relay());
      pair.wire().write(ascii("x"));
      assertThat(pair.peer().getInputStream().read()).isEqualTo('x');
      for (int i = 0; i < 5; i++) {
        long before = relay.writesFromClient();
        pair.peer().startHandshake();
        soon()
            .until(
                () -> pair.wire().probe() == Probe.ALIVE && relay.writesFromClient() == before + 1);
        pair.wire().write(ascii("y"));
        assertThat(pair.peer().getInputStream().read()).isEqualTo('y');
        pair.peer().startHandshake();
        pair.peer().getOutputStream().write("updated".getBytes(US_ASCII));
        assertThat(readText(pair.wire(), 7)).isEqualTo("updated");
        soon().until(() -> relay.writesFromClient() == before + 3);
        pair.wire().write(ascii("z"));
        assertThat(pair.peer().getInputStream().read()).isEqualTo('z');
      }
      assertThat(pair.wire().sent()).isEqualTo(11);
    }
  }

  @Test
  void aRenegotiationIsFollowed() throws Exception {
    try (TlsPair pair = TlsPair.open(setting(TLS12))) {
      pair.wire().write(ascii("x"));
      assertThat(pair.peer().getInputStream().read()).isEqualTo('x');
      Thread peer =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  pair.peer().startHandshake();
                  pair.peer().getOutputStream().write("renewed".getBytes(US_ASCII));
                } catch (IOException e) {
                  throw new java.io.UncheckedIOException(e);
                }
              });
      assertThat(readText(pair.wire(), 7)).isEqualTo("renewed");
      peer.join();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {TLS12, TLS13})
  void aPartOfARecordIsNotLostAtTheProbe(String protocol) throws Exception {
    try (TlsPair pair = TlsPair.relayed(setting(protocol), 65536)) {
      Relay relay = pair.relay();
      pair.peer().getOutputStream().write("first".getBytes(US_ASCII));
      assertThat(readText(pair.wire(), 5)).isEqualTo("first");
      relay.forbid();
      pair.peer().getOutputStream().write("second".getBytes(US_ASCII));
      for (int i = 0; i < 20; i++) {
        relay.allow(1);
        assertThat(pair.wire().probe()).isEqualTo(Probe.ALIVE);
        if (i % 5 == 0) pair.wire().rest();
      }
      relay.allowEverything();
      assertThat(readText(pair.wire(), 6)).isEqualTo("second");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {TLS12, TLS13})
  void drippingRecordsAreReadWhole(String protocol) throws Exception {
    try (TlsPair pair = TlsPair.relayed(setting(protocol), 1)) {
      byte[] expected = random(3_000);
      Thread.ofPlatform().daemon().start(() -> writeAll(pair, expected, 500));
      assertThat(read(pair.wire(), expected.length, 7)).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 100, 16 * 1024, 1_000_000})
  void manySmallRecordsAreReadIntoBuffersOfAnySize(int room) throws Exception {
    try (TlsPair pair = TlsPair.open(setting(TLS13))) {
      byte[] expected = random(50_000);
      Thread.ofPlatform().daemon().start(() -> writeAll(pair, expected, 11));
      assertThat(read(pair.wire(), expected.length, room)).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {TLS12, TLS13})
  void largeAmountsGoBothWaysAtOnce(String protocol) throws Exception {
    byte[] there = random(5_000_001);
    byte[] back = random(5_000_003);
    try (TlsPair pair = TlsPair.open(setting(protocol))) {
      CompletableFuture<byte[]> peerReads =
          CompletableFuture.supplyAsync(
              () -> readAll(pair, there.length), TlsWireTest::onItsOwnThread);
      CompletableFuture<Void> peerWrites =
          CompletableFuture.runAsync(
              () -> writeAll(pair, back, 100_000), TlsWireTest::onItsOwnThread);
      CompletableFuture<Void> writes =
          CompletableFuture.runAsync(() -> write(pair.wire(), there), TlsWireTest::onItsOwnThread);
      assertThat(read(pair.wire(), back.length, 100_000)).isEqualTo(back);
      assertThat(peerReads.get(20, TimeUnit.SECONDS)).isEqualTo(there);
      peerWrites.get(20, TimeUnit.SECONDS);
      writes.get(20, TimeUnit.SECONDS);
      assertThat(pair.wire().sent()).isEqualTo(there.length);
      assertThat(pair.wire().received()).isEqualTo(back.length);
    }
  }

  @Test
  void keyUpdatesInTheMiddleOfATransferBothWaysHurtNothing() throws Exception {
    byte[] there = random(2_000_000);
    byte[] back = random(2_000_000);
    try (TlsPair pair = TlsPair.open(setting(TLS13))) {
      CompletableFuture<byte[]> peerReads =
          CompletableFuture.supplyAsync(
              () -> readAll(pair, there.length), TlsWireTest::onItsOwnThread);
      CompletableFuture<Void> peerWrites =
          CompletableFuture.runAsync(
              () -> writeWithKeyUpdates(pair, back), TlsWireTest::onItsOwnThread);
      CompletableFuture<Void> writes =
          CompletableFuture.runAsync(() -> write(pair.wire(), there), TlsWireTest::onItsOwnThread);
      assertThat(read(pair.wire(), back.length, 10_000)).isEqualTo(back);
      assertThat(peerReads.get(20, TimeUnit.SECONDS)).isEqualTo(there);
      peerWrites.get(20, TimeUnit.SECONDS);
      writes.get(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void aSmallWriteIsOneWriteBelow() throws Exception {
    try (TlsPair pair = TlsPair.relayed(setting(TLS13), 65536)) {
      Relay relay = pair.relay();
      assertThat(relay).isNotNull();
      long before = relay.writesFromClient();
      for (int i = 0; i < 10; i++) {
        pair.wire().write(ByteBuffer.allocate(1_000));
        assertThat(pair.peer().getInputStream().readNBytes(1_000)).hasSize(1_000);
      }
      assertThat(relay.writesFromClient() - before).isEqualTo(10);
    }
  }

  private static void onItsOwnThread(Runnable work) {
    Thread.ofVirtual().start(work);
  }

  private static byte[] random(int size) {
    byte[] octets = new byte[size];
    new Random(size).nextBytes(octets);
    return octets;
  }

  private static byte[] readAll(TlsPair pair, int size) {
    try {
      return pair.peer().getInputStream().readNBytes(size);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static void writeAll(TlsPair pair, byte[] octets, int piece) {
    try {
      for (int i = 0; i < octets.length; i += piece)
        pair.peer().getOutputStream().write(octets, i, Math.min(piece, octets.length - i));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static void writeWithKeyUpdates(TlsPair pair, byte[] octets) {
    try {
      for (int i = 0; i < octets.length; i += 50_000) {
        pair.peer().getOutputStream().write(octets, i, Math.min(50_000, octets.length - i));
        pair.peer().startHandshake();
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static void write(Wire wire, byte[] octets) {
    try {
      wire.write(ByteBuffer.wrap(octets));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static byte[] read(Wire wire, int size, int room) throws IOException {
    ByteBuffer all = ByteBuffer.allocate(size);
    while (all.hasRemaining()) {
      ByteBuffer some = all.slice(all.position(), Math.min(room, all.remaining()));
      int octets = wire.read(some);
      assertThat(octets).isPositive().isEqualTo(some.position());
      all.position(all.position() + octets);
    }
    return all.array();
  }

  private static String readText(Wire wire, int size) throws IOException {
    return new String(read(wire, size, size), US_ASCII);
  }

  private static ByteBuffer ascii(String text) {
    return ByteBuffer.wrap(text.getBytes(US_ASCII));
  }
}
