package dev.redial.internal.wire;

import static dev.redial.internal.wire.Parked.soon;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redial.internal.wire.Peer.Pair;
import java.net.StandardSocketOptions;
import java.time.Duration;
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
    Newcomers newcomers = new Newcomers(SETTINGS, TimeUnit.MILLISECONDS.toNanos(5));
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
    Newcomers newcomers = new Newcomers(SETTINGS, TimeUnit.HOURS.toNanos(1));
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
    Newcomers newcomers = new Newcomers(SETTINGS, TimeUnit.MILLISECONDS.toNanos(5));
    try (Pair gone = Pair.open(SETTINGS);
        Pair stays = Pair.open(SETTINGS)) {
      gone.wire().close();
      newcomers.add(gone.wire());
      newcomers.add(stays.wire());
      soon().until(newcomers::isEmpty);
      soon().until(() -> SocketOptions.of(stays.wire(), ExtendedSocketOptions.TCP_KEEPCOUNT) == 5);
    }
  }

  @Test
  void whoComesWhenAllOthersAreSettledIsAttendedToo() throws Exception {
    Newcomers newcomers = new Newcomers(SETTINGS, TimeUnit.MICROSECONDS.toNanos(200));
    for (int i = 0; i < 100; i++) {
      try (Pair pair = Pair.open(SETTINGS)) {
        newcomers.add(pair.wire());
        soon().until(() -> SocketOptions.of(pair.wire(), ExtendedSocketOptions.TCP_KEEPCOUNT) == 5);
      }
    }
    assertThat(newcomers.isEmpty()).isTrue();
  }
}
