package dev.redial.internal.wire;

import static dev.redial.internal.wire.Parked.soon;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redial.internal.wire.Peer.Pair;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** When TCP keep-alive begins. */
@Timeout(60)
@ExtendWith(OpenSockets.class)
class NewcomersTest {
  private static final SocketSettings SETTINGS =
      new SocketSettings(Duration.ofSeconds(61), Duration.ofSeconds(17), 5);

  @Test
  void whoStaysIsProbedByTheKernelAsSet() throws Exception {
    Newcomers newcomers = new Newcomers(SETTINGS, new Watchdog(), TimeUnit.MILLISECONDS.toNanos(5));
    try (Pair pair = Pair.open(SETTINGS)) {
      PlainWire wire = pair.wire();
      assertThat(SocketOptions.of(wire, StandardSocketOptions.SO_KEEPALIVE)).isFalse();
      newcomers.add(wire);
      soon().until(() -> SocketOptions.of(wire, ExtendedSocketOptions.TCP_KEEPCOUNT) == 5);
      assertThat(SocketOptions.of(wire, StandardSocketOptions.SO_KEEPALIVE)).isTrue();
      assertThat(SocketOptions.of(wire, ExtendedSocketOptions.TCP_KEEPIDLE)).isEqualTo(61);
      assertThat(SocketOptions.of(wire, ExtendedSocketOptions.TCP_KEEPINTERVAL)).isEqualTo(17);
      assertThat(newcomers.isEmpty()).isTrue();
    }
  }

  @Test
  void whoLeavesAtOnceIsForgottenAtOnce() throws Exception {
    Newcomers newcomers = new Newcomers(SETTINGS, new Watchdog(), TimeUnit.HOURS.toNanos(1));
    try (Pair pair = Pair.open(SETTINGS);
        Pair another = Pair.open(SETTINGS)) {
      newcomers.add(pair.wire());
      newcomers.add(another.wire());
      pair.wire().close();
      assertThat(newcomers.isEmpty()).isFalse();
      another.wire().close();
      assertThat(newcomers.isEmpty()).isTrue();
    }
  }

  @Test
  void whoHasLeftDoesNotKeepOthersFromTheirs() throws Exception {
    Newcomers newcomers = new Newcomers(SETTINGS, new Watchdog(), TimeUnit.MILLISECONDS.toNanos(5));
    try (Pair gone = Pair.open(SETTINGS);
        Pair stays = Pair.open(SETTINGS)) {
      gone.wire().close();
      newcomers.add(gone.wire());
      newcomers.add(stays.wire());
      soon().until(newcomers::isEmpty);
      soon().until(() -> SocketOptions.of(stays.wire(), ExtendedSocketOptions.TCP_KEEPCOUNT) == 5);
    }
  }

  /** Who comes in the very moment in which the last has been settled finds somebody leaving. */
  @Test
  void whoComesWhenAllOthersAreSettledIsAttendedToo() throws Exception {
    Random delays = new Random(1);
    try (Crowd crowd = new Crowd(100)) {
      for (int i = 0; i < crowd.wires.size(); i += 2) {
        Newcomers newcomers = new Newcomers(SETTINGS, new Watchdog(), 0);
        newcomers.add(crowd.wires.get(i));
        while (!newcomers.isEmpty()) Thread.onSpinWait();
        for (int spins = delays.nextInt(400); spins > 0; spins--) Thread.onSpinWait();
        newcomers.add(crowd.wires.get(i + 1));
        awaitKeepAlive(crowd.wires.get(i + 1));
      }
    }
  }

  @Test
  void aCrowdIsServedInSlices() throws Exception {
    Newcomers newcomers = new Newcomers(SETTINGS, new Watchdog(), 0);
    try (Crowd crowd = new Crowd(300)) {
      for (PlainWire wire : crowd.wires) newcomers.add(wire);
      for (PlainWire wire : crowd.wires) awaitKeepAlive(wire);
      assertThat(newcomers.isEmpty()).isTrue();
    }
  }

  private static void awaitKeepAlive(PlainWire wire) {
    soon().until(() -> SocketOptions.of(wire, ExtendedSocketOptions.TCP_KEEPCOUNT) == 5);
  }

  /** Many wires to one peer. */
  private static final class Crowd implements AutoCloseable {
    final List<PlainWire> wires = new ArrayList<>();
    private final List<Pair> pairs = new ArrayList<>();

    Crowd(int size) throws IOException {
      for (int i = 0; i < size; i++) {
        Pair pair = Pair.open(SETTINGS);
        pairs.add(pair);
        wires.add(pair.wire());
      }
    }

    @Override
    public void close() throws IOException {
      for (Pair pair : pairs) pair.close();
    }
  }
}
