package dev.redial.internal.wire;

import static dev.redial.internal.wire.Parked.soon;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redial.internal.wire.Parked.Kind;
import dev.redial.internal.wire.TlsPair.Setting;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
@ExtendWith(OpenSockets.class)
class TlsWireClosingTest {
  private static final String TLS12 = "TLSv1.2";
  private static final String TLS13 = "TLSv1.3";

  private static final SSLContext SERVER = Certificates.server();
  private static final SSLContext CLIENT = Certificates.client();

  private static Setting setting(String protocol) {
    return new Setting(SERVER, CLIENT, protocol, "localhost");
  }

  @ParameterizedTest
  @ValueSource(strings = {TLS12, TLS13})
  void closingEndsTlsBeforeTheConnection(String protocol) throws Exception {
    try (TlsPair pair = TlsPair.relayed(setting(protocol), 65536)) {
      settle(pair);
      long before = pair.relay().writesFromClient();
      pair.wire().close();
      assertThat(pair.peer().getInputStream().read()).isEqualTo(-1);
      assertThat(pair.relay().writesFromClient()).isEqualTo(before + 1); // close_notify
      assertThat(pair.wire().isOpen()).isFalse();
      pair.wire().close();
      assertThat(pair.wire().probe()).isEqualTo(Probe.RST);
      assertThatThrownBy(() -> pair.wire().write(ByteBuffer.allocate(1)))
          .isInstanceOf(ClosedChannelException.class);
      assertThatThrownBy(() -> pair.wire().read(ByteBuffer.allocate(1)))
          .isInstanceOf(ClosedChannelException.class);
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void closingEndsAParkedReader(Kind kind) throws Exception {
    try (TlsPair pair = TlsPair.open(setting(TLS13))) {
      Parked reader = Parked.on(kind, () -> pair.wire().read(ByteBuffer.allocate(10))).awaitStuck();
      closeSoon(pair);
      assertThat(reader.outcomeSoon()).isExactlyInstanceOf(AsynchronousCloseException.class);
      assertThat(pair.beneath().getInputStream().readAllBytes()).isNotNull();
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void closingEndsAParkedWriter(Kind kind) throws Exception {
    try (TlsPair pair = TlsPair.open(setting(TLS13))) {
      Parked writer = Parked.on(kind, () -> pair.wire().write(ByteBuffer.allocate(50_000_000)));
      Parked.awaitStalled(pair.wire());
      closeSoon(pair);
      assertThat(writer.outcomeSoon()).isInstanceOf(ClosedChannelException.class);
      assertThat(pair.wire().sent()).isPositive().isLessThan(50_000_000);
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void closingEndsAReaderAndAWriter(Kind kind) throws Exception {
    try (TlsPair pair = TlsPair.open(setting(TLS12))) {
      Parked reader = Parked.on(kind, () -> pair.wire().read(ByteBuffer.allocate(10))).awaitStuck();
      Parked writer = Parked.on(kind, () -> pair.wire().write(ByteBuffer.allocate(50_000_000)));
      Parked.awaitStalled(pair.wire());
      closeSoon(pair);
      assertThat(writer.outcomeSoon()).isInstanceOf(ClosedChannelException.class);
      assertThat(reader.outcomeSoon()).isExactlyInstanceOf(AsynchronousCloseException.class);
    }
  }

  @Test
  void closingWithAFullSendBufferDoesNotBlock() throws Exception {
    try (TlsPair pair = TlsPair.open(setting(TLS13))) {
      PlainWire beneath = pair.beneathWire();
      beneath.beginGlimpse();
      long before;
      do {
        before = beneath.sent();
        beneath.writeNow(ByteBuffer.allocate(1 << 20));
      } while (beneath.sent() > before);
      closeSoon(pair);
      assertThat(pair.wire().isOpen()).isFalse();
    }
  }

  private static void closeSoon(TlsPair pair) throws Exception {
    Parked closing = Parked.on(Kind.PLATFORM, () -> pair.wire().close());
    assertThat(closing.outcomeSoon()).hasMessage("returned");
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void anInterruptEndsAParkedReaderAndStaysSet(Kind kind) throws Exception {
    try (TlsPair pair = TlsPair.open(setting(TLS13))) {
      Parked reader = Parked.on(kind, () -> pair.wire().read(ByteBuffer.allocate(10))).awaitStuck();
      reader.thread().interrupt();
      assertThat(reader.outcomeSoon()).isInstanceOf(ClosedByInterruptException.class);
      assertThat(reader.interrupted()).isTrue();
      assertThat(pair.wire().isOpen()).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void closingTheWireBelowEndsAHandshake(Kind kind) throws Exception {
    try (Peer.Pair pair = Peer.Pair.open()) {
      Parked handshake =
          Parked.on(kind, () -> setting(TLS13).handshake(pair.wire())).awaitStuckReading();
      pair.wire().close();
      assertThat(handshake.outcomeSoon()).isExactlyInstanceOf(AsynchronousCloseException.class);
    }
  }

  @Test
  void afterThePeerHasEndedTls12NothingCanBeWritten() throws Exception {
    try (TlsPair pair = TlsPair.open(setting(TLS12))) {
      pair.peer().close();
      assertThat(pair.wire().read(ByteBuffer.allocate(1))).isEqualTo(-1);
      assertThatThrownBy(() -> pair.wire().write(ascii("x")))
          .isInstanceOf(EOFException.class)
          .satisfies(e -> assertThat(WireFailure.of((IOException) e)).isEqualTo(WireFailure.FIN));
    }
  }

  @Test
  void afterThePeerHasEndedTls13ItMayStillBeListening() throws Exception {
    try (TlsPair pair = TlsPair.open(setting(TLS13))) {
      pair.peer().shutdownOutput();
      assertThat(pair.wire().read(ByteBuffer.allocate(1))).isEqualTo(-1);
      pair.wire().write(ascii("x"));
      assertThat(pair.peer().getInputStream().read()).isEqualTo('x');
    }
  }

  @Test
  void aWriteCutShortCountsWholeRecords() throws Exception {
    try (TlsPair pair = TlsPair.open(setting(TLS13))) {
      Parked writer =
          Parked.on(Kind.VIRTUAL, () -> pair.wire().write(ByteBuffer.allocate(50_000_000)));
      Parked.awaitStalled(pair.wire());
      Peer.reset(pair.beneath());
      assertThat(WireFailure.of((IOException) writer.outcomeSoon())).isEqualTo(WireFailure.RST);
      assertThat(pair.wire().sent()).isPositive().isLessThan(pair.beneathWire().sent());
      assertThatThrownBy(() -> pair.wire().write(ascii("x"))).isInstanceOf(IOException.class);
    }
  }

  @Test
  void whatCameBeforeABadRecordIsReadFirst() throws Exception {
    try (TlsPair pair = TlsPair.open(setting(TLS13))) {
      pair.peer().getOutputStream().write("good".getBytes(US_ASCII));
      pair.beneath().getOutputStream().write(badRecord());
      assertThat(readSome(pair)).isEqualTo("good");
      for (int i = 0; i < 2; i++)
        assertThatThrownBy(() -> pair.wire().read(ByteBuffer.allocate(10)))
            .isInstanceOf(SSLException.class)
            .satisfies(e -> assertThat(WireFailure.of((IOException) e)).isEqualTo(WireFailure.TLS));
      assertThat(pair.wire().probe()).isEqualTo(Probe.RST);
    }
  }

  @Test
  void aBadRecordIsSeenByTheProbe() throws Exception {
    try (TlsPair pair = TlsPair.open(setting(TLS13))) {
      pair.beneath().getOutputStream().write(badRecord());
      soon().until(() -> pair.wire().probe() == Probe.RST);
    }
  }

  @Test
  void aRecordTooLargeIsRefusedBeforeItHasCome() throws Exception {
    try (TlsPair pair = TlsPair.open(setting(TLS13))) {
      pair.beneath().getOutputStream().write(new byte[] {23, 3, 3, (byte) 0xFF, (byte) 0xFF});
      assertThatThrownBy(() -> pair.wire().read(ByteBuffer.allocate(10)))
          .isInstanceOf(SSLException.class)
          .hasMessageContaining("too big");
    }
  }

  @Test
  void aFloodOfKeyUpdatesOnAnIdleWireEndsThePatience() throws Exception {
    try (TlsPair pair = TlsPair.open(setting(TLS13))) {
      for (int i = 0; i < 4_000; i++) pair.peer().startHandshake();
      soon().until(() -> pair.wire().probe() == Probe.OCTETS);
    }
  }

  /** Takes everything that comes by itself. */
  private static void settle(TlsPair pair) throws Exception {
    pair.peer().getOutputStream().write("settled".getBytes(US_ASCII));
    ByteBuffer into = ByteBuffer.allocate(7);
    while (into.hasRemaining()) assertThat(pair.wire().read(into)).isPositive();
  }

  private static String readSome(TlsPair pair) throws IOException {
    ByteBuffer into = ByteBuffer.allocate(100);
    int octets = pair.wire().read(into);
    return new String(into.array(), 0, octets, US_ASCII);
  }

  private static byte[] badRecord() {
    byte[] record = new byte[5 + 40];
    record[0] = 23;
    record[1] = 3;
    record[2] = 3;
    record[4] = 40;
    return record;
  }

  private static ByteBuffer ascii(String text) {
    return ByteBuffer.wrap(text.getBytes(US_ASCII));
  }
}
