package dev.redial.jmh.report;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.redial.jmh.Exchange;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/**
 * One comparison: an exchange with a number of callers.
 *
 * @param exchange what they do
 * @param callers how many
 */
record Case(Exchange exchange, int callers) {
  /** What a client needs beside its connections. */
  private static final int OTHER_DESCRIPTORS = 500;

  /** The cases of an exchange. */
  static List<Case> of(Exchange exchange) {
    int[] callers =
        switch (exchange) {
          case GET -> new int[] {1, 64, 1_000, 10_000};
          case TLS, POST, CONNECT -> new int[] {64};
          case BYTES, FILE, STREAM -> new int[] {16};
          case ORIGINS, MANY_ORIGINS -> new int[] {1};
          case SPREAD -> new int[] {1_000, 2_000, 5_000, 10_000, mostConnections()};
        };
    List<Case> cases = new ArrayList<>();
    for (int count : callers) cases.add(new Case(exchange, count));
    return cases;
  }

  /** 20,000, or as many as the process may have descriptors for, in whole thousands. */
  private static int mostConnections() {
    long descriptors =
        ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
            ? unix.getMaxFileDescriptorCount()
            : Long.MAX_VALUE;
    return (int) Math.min(20_000, (descriptors - OTHER_DESCRIPTORS) / 1_000 * 1_000);
  }

  /** How many calls JMH waits for at a time: some milliseconds' worth. */
  int step() {
    return switch (exchange) {
      case GET, TLS, POST, ORIGINS, MANY_ORIGINS, SPREAD -> 200;
      case CONNECT -> 50;
      case BYTES, FILE, STREAM -> 5;
    };
  }

  String title() {
    return exchange.title()
        + ", "
        + String.format("%,d", callers)
        + (callers == 1 ? " caller" : " callers");
  }
}
