package dev.redial.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redial.ExchangeFailure;
import dev.redial.ExchangeStage;
import dev.redial.ServerActed;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/** Dials to addresses of the test's own, and what has to be told of those that fail. */
final class Dials {
  static final long NO_LIMIT = Long.MAX_VALUE;

  private Dials() {}

  static Dial dial(long deadline, InetSocketAddress... addresses) {
    return new Dial("GET http://a.example", 3, List.of(addresses), false, null, null, deadline);
  }

  static Dial dialTls(InetSocketAddress... addresses) {
    return dialTls(NO_LIMIT, addresses);
  }

  static Dial dialTls(long deadline, InetSocketAddress... addresses) {
    Dial.Peer peer = new Dial.Peer("a.example", 443);
    return new Dial("GET https://a.example", 1, List.of(addresses), false, peer, null, deadline);
  }

  static long in(long millis) {
    return System.nanoTime() + Duration.ofMillis(millis).toNanos();
  }

  static void isTold(Throwable thrown, ExchangeStage stage) {
    ExchangeFailure failure = (ExchangeFailure) thrown;
    assertThat(failure.serverActed()).isEqualTo(ServerActed.NO);
    assertThat(failure.evidence().stage()).isEqualTo(stage);
    assertThat(failure.evidence().bytesSent()).isZero();
    assertThat(thrown).hasMessageContaining(failure.evidence().toString());
  }
}
