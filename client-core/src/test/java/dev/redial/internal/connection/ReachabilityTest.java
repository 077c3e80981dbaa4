package dev.redial.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Addresses are written as 4a, 4b, ... and 6a, 6b, ... */
class ReachabilityTest {
  private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

  private long now = 5;
  private final Reachability reachability = new Reachability(() -> now);

  private static InetSocketAddress address(String name) {
    String literal = (name.charAt(0) == '4' ? "192.0.2." : "2001:db8::") + (name.charAt(1) - '`');
    try {
      return new InetSocketAddress(InetAddress.getByName(literal), 80);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  private static List<InetSocketAddress> addresses(String names) {
    return Arrays.stream(names.split(" ")).map(ReachabilityTest::address).toList();
  }

  private void assertOrder(String found, String ordered) {
    assertThat(reachability.ordered(addresses(found))).isEqualTo(addresses(ordered));
  }

  @ParameterizedTest
  @CsvSource({
    "4a, 4a",
    "4c 4a 4b, 4c 4a 4b",
    "6a 6b 4a 4b, 6a 4a 6b 4b",
    "4a 6a 6b 6c, 4a 6a 6b 6c",
    "4a 4b 4c 6a, 4a 6a 4b 4c",
    "6a 6b 6c 4a 4b, 6a 4a 6b 4b 6c"
  })
  void theFamiliesTakeTurnsBeginningWithThatOfTheFirst(String found, String ordered) {
    assertOrder(found, ordered);
  }

  @Test
  void whatFailedLatelyIsTriedLast() {
    reachability.missed(address("6a"));
    reachability.missed(address("4b"));

    assertOrder("6a 6b 4a 4b", "6b 4a 6a 4b");
    assertOrder("6a 4b 4c", "4c 6a 4b");
    assertOrder("6a 4b", "6a 4b");
  }

  @Test
  void aFailureIsForgottenAfterAWhile() {
    reachability.missed(address("4a"));
    now += Reachability.MISS_NANOS;
    assertOrder("4a 4b", "4b 4a");

    now++;

    assertOrder("4a 4b", "4a 4b");
  }

  @Test
  void aSuccessMakesUpForAFailure() {
    reachability.missed(address("4a"));
    reachability.reached(address("4a"), MILLI);

    assertOrder("4a 4b", "4a 4b");
  }

  @Test
  void whatIsMuchSlowerIsTriedBehindItsFamily() {
    reachability.reached(address("4a"), 41 * MILLI);
    reachability.reached(address("4b"), 20 * MILLI);
    reachability.reached(address("4c"), 40 * MILLI);
    reachability.reached(address("6a"), 900 * MILLI);

    assertOrder("4a 4b 4c", "4b 4c 4a");
    assertOrder("4a 4d 4b", "4d 4b 4a");
    assertOrder("4a 6a 4b", "4b 6a 4a");
  }

  @Test
  void smallDifferencesLeaveTheOrderToTheResolver() {
    reachability.reached(address("4a"), 10 * MILLI);
    reachability.reached(address("4b"), MILLI / 10);

    assertOrder("4a 4b", "4a 4b");
    assertOrder("4b 4a", "4b 4a");
  }

  @Test
  void theFastestTimeCounts() {
    reachability.reached(address("4a"), 20 * MILLI);
    reachability.reached(address("4a"), 500 * MILLI);
    reachability.reached(address("4b"), 20 * MILLI);

    assertOrder("4a 4b", "4a 4b");
  }

  @Test
  void aTimeIsForgottenAfterAWhile() {
    reachability.reached(address("4a"), 500 * MILLI);
    reachability.reached(address("4b"), 20 * MILLI);
    assertOrder("4a 4b", "4b 4a");

    now += Reachability.MEASURE_NANOS + 1;
    assertOrder("4a 4b", "4a 4b");

    reachability.reached(address("4b"), 90 * MILLI);
    reachability.reached(address("4a"), 500 * MILLI);
    assertOrder("4a 4b", "4b 4a");
  }

  @Test
  void whatIsRememberedIsBounded() throws Exception {
    InetSocketAddress used = address("4a");
    reachability.missed(used);
    reachability.missed(address("4b"));
    for (int port = 1; port < Reachability.MOST; port++) {
      reachability.missed(new InetSocketAddress(InetAddress.getByName("192.0.2.99"), port));
      assertThat(reachability.ordered(List.of(used, address("4d"))))
          .containsExactly(address("4d"), used);
    }

    assertOrder("4b 4d", "4b 4d");
  }
}
