package dev.redial.internal.wire;

import static dev.redial.internal.wire.Parked.soon;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.redial.internal.wire.Parked.Kind;
import dev.redial.internal.wire.Peer.BlackHole;
import dev.redial.internal.wire.Peer.Pair;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
@ExtendWith(OpenSockets.class)
class PlainWireTest {

  @Test
  void carriesOctetsBothWaysAndCountsThem() throws Exception {
    try (Pair pair = Pair.open()) {
      pair.wire().write(ascii("question"));
      assertThat(pair.peer().getInputStream().readNBytes(8))
          .asString(US_ASCII)
          .isEqualTo("question");
      pair.peer().getOutputStream().write("answer".getBytes(US_ASCII));
      ByteBuffer into = ByteBuffer.allocate(100);
      while (into.position() < 6) assertThat(pair.wire().read(into)).isPositive();
      assertThat(new String(into.array(), 0, 6, US_ASCII)).isEqualTo("answer");
      assertThat(pair.wire().sent()).isEqualTo(8);
      assertThat(pair.wire().received()).isEqualTo(6);
      assertThat(pair.wire().session()).isEmpty();
      assertThat(pair.wire().remote()).contains(pair.peer().getLocalSocketAddress());
      assertThat(pair.wire().local()).contains(pair.peer().getRemoteSocketAddress());
      pair.wire().rest();
      assertThat(pair.wire().probe()).isEqualTo(Probe.ALIVE);
    }
  }

  @Test
  void setsUpTheSocket() throws Exception {
    SocketSettings settings =
        new SocketSettings(
            Duration.ofSeconds(7),
            Duration.ofSeconds(3),
            2,
            InetAddress.getByAddress(new byte[] {127, 0, 0, 1}),
            8192,
            16384);
    try (Pair pair = Pair.open(settings)) {
      assertThat(pair.peer().getInetAddress().getHostAddress()).isEqualTo("127.0.0.1");
      // Linux doubles what it is asked for.
      assertThat(SocketOptions.of(pair.wire(), StandardSocketOptions.SO_RCVBUF))
          .isBetween(8192, 2 * 8192);
      assertThat(SocketOptions.of(pair.wire(), StandardSocketOptions.SO_SNDBUF))
          .isBetween(16384, 2 * 16384);
      assertThat(pair.wire().isOpen()).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource({"1, false", "512, false", "513, true", "6000, true"})
  void theKernelMustNotHoldBackTheRestOfAWrite(int octets, boolean told) throws Exception {
    try (Pair pair = Pair.open()) {
      pair.wire().write(ByteBuffer.allocate(octets));
      assertThat(SocketOptions.of(pair.wire(), StandardSocketOptions.TCP_NODELAY)).isEqualTo(told);
      pair.wire().write(ascii("x"));
      assertThat(SocketOptions.of(pair.wire(), StandardSocketOptions.TCP_NODELAY)).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1"})
  void connectsWithEitherProtocol(String host) throws Exception {
    InetAddress loopback = InetAddress.getByName(host);
    assumeTrue(NetworkInterface.getByInetAddress(loopback) != null, () -> "no " + host + " here");
    for (InetAddress local : new InetAddress[] {null, loopback}) {
      SocketSettings settings =
          new SocketSettings(Duration.ofSeconds(7), Duration.ofSeconds(3), 2, local, 0, 0);
      try (ServerSocket listener = new ServerSocket(0, 1, loopback)) {
        InetSocketAddress address = (InetSocketAddress) listener.getLocalSocketAddress();
        PlainWire wire = PlainWire.unconnected(settings, address);
        wire.connect(address);
        assertThat(wire.remote()).contains(address);
        assertThat(((InetSocketAddress) wire.local().orElseThrow()).getAddress())
            .isEqualTo(loopback);
        listener.accept().close();
        wire.close();
      }
    }
  }

  @Test
  void aLocalAddressOfTheOtherProtocolLeadsNowhere() throws Exception {
    InetAddress six = InetAddress.getByName("::1");
    assumeTrue(NetworkInterface.getByInetAddress(six) != null, "no ::1 here");
    try (Peer peer = new Peer()) {
      PlainWire wire =
          PlainWire.unconnected(
              new SocketSettings(Duration.ofSeconds(7), Duration.ofSeconds(3), 2, six, 0, 0),
              peer.address());
      assertThatThrownBy(() -> wire.connect(peer.address())).isInstanceOf(SocketException.class);
      assertThat(wire.isOpen()).isFalse();
    }
  }

  @Test
  void aLocalAddressOfAnotherMachineIsRefused() {
    assertThatThrownBy(() ->
            PlainWire.unconnected(
                new SocketSettings(
                    Duration.ofSeconds(7),
                    Duration.ofSeconds(3),
                    2,
                    InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, 1}),
                    0,
                    0),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 9)))
        .isInstanceOf(BindException.class)
        .satisfies(e ->
            assertThat(WireFailure.of((IOException) e)).isEqualTo(WireFailure.NO_LOCAL_ADDRESS));
  }

  @Test
  void aFullBufferIsAMistake() throws Exception {
    try (Pair pair = Pair.open()) {
      assertThatThrownBy(() -> pair.wire().read(ByteBuffer.allocate(0)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("cap=0");
    }
  }

  @Test
  void theOrderlyEndIsReadAfterWhatCameBefore() throws Exception {
    try (Pair pair = Pair.open()) {
      pair.peer().getOutputStream().write('x');
      pair.peer().close();
      ByteBuffer into = ByteBuffer.allocate(10);
      assertThat(pair.wire().read(into)).isEqualTo(1);
      assertThat(pair.wire().read(into)).isEqualTo(-1);
      assertThat(pair.wire().received()).isEqualTo(1);
    }
  }

  @Test
  void aResetIsAFailedRead() throws Exception {
    try (Pair pair = Pair.open()) {
      Peer.reset(pair.peer());
      assertThatThrownBy(() -> pair.wire().read(ByteBuffer.allocate(10)))
          .isInstanceOf(IOException.class)
          .satisfies(e -> assertThat(WireFailure.of((IOException) e)).isEqualTo(WireFailure.RST));
    }
  }

  @Test
  void aWriteIntoAResetFailsAndCountsOnlyWhatWasAccepted() throws Exception {
    try (Pair pair = Pair.open()) {
      pair.wire().write(ascii("x"));
      assertThat(pair.peer().getInputStream().read()).isEqualTo('x');
      Peer.reset(pair.peer());
      assertThatThrownBy(() -> pair.wire().write(ascii("more")))
          .isInstanceOf(IOException.class)
          .satisfies(e -> assertThat(WireFailure.of((IOException) e)).isEqualTo(WireFailure.RST));
      assertThat(pair.wire().sent()).isEqualTo(1);
    }
  }

  @Test
  void aWriteCutShortCountsWhatWasAccepted() throws Exception {
    try (Pair pair = Pair.open()) {
      Parked writer =
          Parked.on(Kind.VIRTUAL, () -> pair.wire().write(ByteBuffer.allocate(50_000_000)));
      pair.peer().getInputStream().readNBytes(1_000_000);
      Peer.reset(pair.peer());
      assertThat(WireFailure.of((IOException) writer.outcomeSoon())).isEqualTo(WireFailure.RST);
      assertThat(pair.wire().sent()).isBetween(1_000_000L, 49_999_999L);
    }
  }

  @Test
  void theProbeSeesAFin() throws Exception {
    try (Pair pair = Pair.open()) {
      assertThat(pair.wire().probe()).isEqualTo(Probe.ALIVE);
      pair.peer().close();
      soon().until(() -> pair.wire().probe() != Probe.ALIVE);
      assertThat(pair.wire().probe()).isEqualTo(Probe.FIN);
    }
  }

  @Test
  void theProbeSeesAReset() throws Exception {
    try (Pair pair = Pair.open()) {
      Peer.reset(pair.peer());
      soon().until(() -> pair.wire().probe() == Probe.RST);
    }
  }

  @Test
  void theProbeSeesAStrayOctet() throws Exception {
    try (Pair pair = Pair.open()) {
      pair.peer().getOutputStream().write('!');
      soon().until(() -> pair.wire().probe() == Probe.OCTETS);
    }
  }

  @Test
  void whatIsThereCanBeReadWithoutWaiting() throws Exception {
    try (Pair pair = Pair.open()) {
      ByteBuffer into = ByteBuffer.allocate(8);
      assertThat(pair.wire().readAvailable(into)).isZero();
      pair.peer().getOutputStream().write("ab".getBytes(US_ASCII));
      pair.peer().close();
      soon().until(() -> into.position() == 2 || pair.wire().readAvailable(into) == 2);
      soon().until(() -> pair.wire().readAvailable(into) == -1);
      assertThat(into.flip()).isEqualTo(ascii("ab"));
      assertThat(pair.wire().received()).isEqualTo(2);
    }
  }

  @Test
  void aReaderAndAWriterFindTheModeInWhichBothWait() throws Exception {
    try (Pair pair = Pair.open()) {
      assertThat(pair.wire().probe()).isEqualTo(Probe.ALIVE);
      assertThat(pair.wire().readNow(ByteBuffer.allocate(1))).as("waits for nothing").isZero();

      pair.wire().beginDuplex();

      Parked reader =
          Parked.on(Kind.VIRTUAL, () -> pair.wire().readNow(ByteBuffer.allocate(1))).awaitStuck();
      pair.wire().close();
      assertThat(reader.outcomeSoon()).isInstanceOf(AsynchronousCloseException.class);
    }
  }

  @Test
  void aResetIsTheFailureOfAReadThatDoesNotWait() throws Exception {
    try (Pair pair = Pair.open()) {
      Peer.reset(pair.peer());
      ByteBuffer into = ByteBuffer.allocate(8);
      soon()
          .untilAsserted(() ->
              assertThatThrownBy(() -> pair.wire().readAvailable(into))
                  .isInstanceOf(IOException.class)
                  .satisfies(
                      e -> assertThat(WireFailure.of((IOException) e)).isEqualTo(WireFailure.RST)));
    }
  }

  @Test
  void theProbeOfAClosedWireSaysSo() throws Exception {
    try (Pair pair = Pair.open()) {
      pair.wire().close();
      assertThat(pair.wire().probe()).isEqualTo(Probe.RST);
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void aProbeDisturbsNoLaterRead(Kind kind) throws Exception {
    try (Pair pair = Pair.open()) {
      for (int i = 0; i < 100; i++) {
        assertThat(pair.wire().probe()).isEqualTo(Probe.ALIVE);
        ByteBuffer into = ByteBuffer.allocate(1);
        Parked reader = Parked.on(kind, () -> assertThat(pair.wire().read(into)).isEqualTo(1));
        pair.peer().getOutputStream().write('a');
        assertThat(reader.outcomeSoon()).hasMessage("returned");
        assertThat(into.get(0)).isEqualTo((byte) 'a');
      }
    }
  }

  @Test
  void aProbeIsPossibleWithAnInterruptPending() throws Exception {
    try (Pair pair = Pair.open()) {
      Thread.currentThread().interrupt();
      assertThat(pair.wire().probe()).isEqualTo(Probe.ALIVE);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(pair.wire().isOpen()).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void closingEndsAParkedReader(Kind kind) throws Exception {
    try (Pair pair = Pair.open()) {
      Parked reader = Parked.on(kind, () -> pair.wire().read(ByteBuffer.allocate(10))).awaitStuck();
      pair.wire().close();
      assertThat(reader.outcomeSoon()).isExactlyInstanceOf(AsynchronousCloseException.class);
      assertThat(pair.peer().getInputStream().read()).isEqualTo(-1);
      assertThat(pair.wire().isOpen()).isFalse();
      assertThat(pair.wire().remote()).isEmpty();
      assertThat(pair.wire().local()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void closingEndsAParkedWriter(Kind kind) throws Exception {
    try (Pair pair = Pair.open()) {
      Parked writer = Parked.on(kind, () -> pair.wire().write(ByteBuffer.allocate(50_000_000)));
      Parked.awaitStalled(pair.wire());
      pair.wire().close();
      assertThat(writer.outcomeSoon()).isInstanceOf(ClosedChannelException.class);
      assertThat(pair.wire().sent()).isLessThan(50_000_000);
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void closingEndsAParkedConnect(Kind kind) throws Exception {
    try (BlackHole hole = new BlackHole()) {
      PlainWire wire = PlainWire.unconnected(Peer.settings(), hole.address());
      Parked connect = Parked.on(kind, () -> wire.connect(hole.address())).awaitStuck();
      wire.close();
      assertThat(connect.outcomeSoon()).isExactlyInstanceOf(AsynchronousCloseException.class);
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void anInterruptEndsAParkedReaderAndStaysSet(Kind kind) throws Exception {
    try (Pair pair = Pair.open()) {
      Parked reader = Parked.on(kind, () -> pair.wire().read(ByteBuffer.allocate(10))).awaitStuck();
      reader.thread().interrupt();
      assertThat(reader.outcomeSoon()).isInstanceOf(ClosedByInterruptException.class);
      assertThat(reader.interrupted()).isTrue();
      assertThat(pair.wire().isOpen()).isFalse();
      assertThat(pair.peer().getInputStream().read()).isEqualTo(-1);
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void anInterruptEndsAParkedWriter(Kind kind) throws Exception {
    try (Pair pair = Pair.open()) {
      Parked writer = Parked.on(kind, () -> pair.wire().write(ByteBuffer.allocate(50_000_000)));
      Parked.awaitStalled(pair.wire());
      writer.thread().interrupt();
      assertThat(writer.outcomeSoon()).isInstanceOf(ClosedByInterruptException.class);
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void anInterruptEndsAParkedConnect(Kind kind) throws Exception {
    try (BlackHole hole = new BlackHole()) {
      PlainWire wire = PlainWire.unconnected(Peer.settings(), hole.address());
      Parked connect = Parked.on(kind, () -> wire.connect(hole.address())).awaitStuck();
      connect.thread().interrupt();
      assertThat(connect.outcomeSoon()).isInstanceOf(ClosedByInterruptException.class);
      assertThat(wire.isOpen()).isFalse();
    }
  }

  @Test
  void aWatchdogEndsAStalledRead() throws Exception {
    Watchdog watchdog = new Watchdog();
    try (Pair pair = Pair.open()) {
      Watchdog.Alarm alarm = watchdog.alarm(pair.wire()::close);
      alarm.arm(System.nanoTime() + 20_000_000);
      assertThatThrownBy(() -> pair.wire().read(ByteBuffer.allocate(1)))
          .isInstanceOf(ClosedChannelException.class);
      assertThat(alarm.disarm()).isFalse();
      alarm.release();
    }
  }

  @Test
  void closingTwiceIsClosingOnce() throws Exception {
    try (Pair pair = Pair.open()) {
      pair.wire().close();
      pair.wire().close();
      assertThatThrownBy(() -> pair.wire().read(ByteBuffer.allocate(1)))
          .isExactlyInstanceOf(ClosedChannelException.class);
      assertThatThrownBy(() -> pair.wire().write(ascii("x")))
          .isExactlyInstanceOf(ClosedChannelException.class);
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void whoIsInterruptedDoesNotConnect(Kind kind) throws Exception {
    try (Peer peer = new Peer()) {
      PlainWire wire = PlainWire.unconnected(Peer.settings(), peer.address());
      Parked connect =
          Parked.on(
              kind,
              () -> {
                Thread.currentThread().interrupt();
                wire.connect(peer.address());
              });
      assertThat(connect.outcomeSoon()).isInstanceOf(ClosedByInterruptException.class);
      assertThat(connect.interrupted()).isTrue();
      assertThat(wire.isOpen()).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void aRefusedConnectIsClosed(Kind kind) throws Exception {
    InetSocketAddress nobody;
    try (Peer peer = new Peer()) {
      nobody = peer.address();
    }
    PlainWire wire = PlainWire.unconnected(Peer.settings(), nobody);
    Parked connect = Parked.on(kind, () -> wire.connect(nobody));
    assertThat(connect.outcomeSoon())
        .isInstanceOf(ConnectException.class)
        .satisfies(e -> assertThat(WireFailure.of((IOException) e)).isEqualTo(WireFailure.REFUSED));
    assertThat(wire.isOpen()).isFalse();
  }

  @Test
  void aSocketThatMeetsItselfIsRefused() throws Exception {
    InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    PlainWire wire =
        PlainWire.unconnected(
            new SocketSettings(Duration.ofSeconds(7), Duration.ofSeconds(3), 2, loopback, 0, 0),
            new InetSocketAddress(loopback, 9));
    InetSocketAddress own = (InetSocketAddress) wire.local().orElseThrow();
    assertThatThrownBy(() -> wire.connect(own))
        .isInstanceOf(ConnectException.class)
        .satisfies(e -> assertThat(WireFailure.of((IOException) e)).isEqualTo(WireFailure.REFUSED));
    assertThat(wire.isOpen()).isFalse();
  }

  @Test
  void anUnresolvedAddressIsAnUnknownHost() throws Exception {
    InetSocketAddress unresolved = InetSocketAddress.createUnresolved("no.such.host.invalid", 80);
    PlainWire wire = PlainWire.unconnected(Peer.settings(), unresolved);
    assertThatThrownBy(() -> wire.connect(unresolved))
        .isInstanceOf(UnknownHostException.class)
        .hasMessage("no.such.host.invalid");
    assertThat(wire.isOpen()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 1_000, 128 * 1024, 128 * 1024 + 1, 5_000_000})
  void largeAmountsGoBothWaysAtOnce(int size) throws Exception {
    byte[] there = new byte[size];
    byte[] back = new byte[size];
    new Random(1).nextBytes(there);
    new Random(2).nextBytes(back);
    try (Pair pair = Pair.open()) {
      var peerReads =
          CompletableFuture.supplyAsync(
              () -> unchecked(() -> pair.peer().getInputStream().readNBytes(size)));
      Parked peerWrites = Parked.on(Kind.PLATFORM, () -> pair.peer().getOutputStream().write(back));
      Parked writes = Parked.on(Kind.VIRTUAL, () -> pair.wire().write(ByteBuffer.wrap(there)));
      ByteBuffer into = ByteBuffer.allocate(size);
      while (into.hasRemaining()) assertThat(pair.wire().read(into)).isPositive();
      assertThat(into.array()).isEqualTo(back);
      assertThat(peerReads.get(10, TimeUnit.SECONDS)).isEqualTo(there);
      assertThat(writes.outcomeSoon()).hasMessage("returned");
      assertThat(peerWrites.outcomeSoon()).hasMessage("returned");
      assertThat(pair.wire().sent()).isEqualTo(size);
      assertThat(pair.wire().received()).isEqualTo(size);
    }
  }

  /**
   * After a look nothing waits; who comes first must not change that beneath the other for good.
   */
  @ParameterizedTest
  @EnumSource(Kind.class)
  void aReaderAndAWriterBeginAtOnceAfterALook(Kind kind) throws Exception {
    try (Pair pair = Pair.open()) {
      for (int round = 0; round < 200; round++) {
        assertThat(pair.wire().probe()).isEqualTo(Probe.ALIVE);
        CyclicBarrier begin = new CyclicBarrier(2);
        ByteBuffer into = ByteBuffer.allocate(10);
        Parked reader = Parked.on(kind, () -> pair.wire().read(met(begin, into)));
        Parked writer = Parked.on(kind, () -> pair.wire().write(met(begin, ascii("ask"))));

        assertThat(pair.peer().getInputStream().readNBytes(3)).asString().isEqualTo("ask");
        assertThat(writer.outcomeSoon()).hasMessage("returned");
        pair.peer().getOutputStream().write('!');

        assertThat(reader.outcomeSoon()).hasMessage("returned");
        assertThat(into.position()).isEqualTo(1);
      }
    }
  }

  private static ByteBuffer met(CyclicBarrier barrier, ByteBuffer buffer) {
    try {
      barrier.await(20, TimeUnit.SECONDS);
      return buffer;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void whoIsInterruptedWritesNothingAlsoAfterALook(Kind kind) throws Exception {
    try (Pair pair = Pair.open()) {
      assertThat(pair.wire().probe()).isEqualTo(Probe.ALIVE);
      Parked writer =
          Parked.on(
              kind,
              () -> {
                Thread.currentThread().interrupt();
                pair.wire().write(ascii("ask"));
              });

      assertThat(writer.outcomeSoon()).isExactlyInstanceOf(ClosedByInterruptException.class);
      assertThat(pair.peer().getInputStream().read()).isEqualTo(-1);
    }
  }

  /** More than the kernel takes at once, from where nothing waits. */
  @ParameterizedTest
  @EnumSource(Kind.class)
  void aReaderAndAWriterOfMuchGetOnAfterALook(Kind kind) throws Exception {
    byte[] much = new byte[5_000_000];
    new Random(1).nextBytes(much);
    try (Pair pair = Pair.open()) {
      assertThat(pair.wire().probe()).isEqualTo(Probe.ALIVE);
      Parked writer = Parked.on(kind, () -> pair.wire().write(ByteBuffer.wrap(much)));
      Parked.awaitStalled(pair.wire());
      ByteBuffer into = ByteBuffer.allocate(10);
      Parked reader = Parked.on(kind, () -> pair.wire().read(into)).awaitStuckReading();

      assertThat(pair.peer().getInputStream().readNBytes(much.length)).isEqualTo(much);
      assertThat(writer.outcomeSoon()).hasMessage("returned");
      pair.peer().getOutputStream().write('!');

      assertThat(reader.outcomeSoon()).hasMessage("returned");
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void closingEndsAReaderAndAWriterThatParkedAfterALook(Kind kind) throws Exception {
    try (Pair pair = Pair.open()) {
      assertThat(pair.wire().readAvailable(ByteBuffer.allocate(1))).isZero();
      Parked writer = Parked.on(kind, () -> pair.wire().write(ByteBuffer.allocate(50_000_000)));
      Parked.awaitStalled(pair.wire());
      Parked reader =
          Parked.on(kind, () -> pair.wire().read(ByteBuffer.allocate(10))).awaitStuckReading();

      pair.wire().close();

      assertThat(reader.outcomeSoon()).isInstanceOf(ClosedChannelException.class);
      assertThat(writer.outcomeSoon()).isInstanceOf(ClosedChannelException.class);
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void aWireThatNothingWaitsForIsClosedAtOnceAndForThePeerToo(Kind kind) throws Exception {
    try (Pair pair = Pair.open()) {
      assertThat(pair.wire().probe()).isEqualTo(Probe.ALIVE);

      assertThat(Parked.on(kind, () -> pair.wire().close()).outcomeSoon()).hasMessage("returned");

      assertThat(pair.peer().getInputStream().read()).isEqualTo(-1);
      assertThat(pair.wire().probe()).isEqualTo(Probe.RST);
    }
  }

  private interface Reading {
    byte[] run() throws IOException;
  }

  private static byte[] unchecked(Reading reading) {
    try {
      return reading.run();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static ByteBuffer ascii(String text) {
    return ByteBuffer.wrap(text.getBytes(US_ASCII));
  }
}
