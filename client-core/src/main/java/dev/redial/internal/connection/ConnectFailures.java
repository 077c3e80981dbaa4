package dev.redial.internal.connection;

import dev.redial.ConnectFailedException;
import dev.redial.ConnectTimeoutException;
import dev.redial.ExchangeEvidence;
import dev.redial.ExchangeFailure;
import dev.redial.ExchangeStage;
import dev.redial.ServerActed;
import dev.redial.TlsHandshakeException;
import dev.redial.internal.wire.WireFailure;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * What went wrong at each address of a dial, and the one exception that tells it all.
 *
 * <p>Confined to the thread that dials.
 */
final class ConnectFailures {
  private static final String TIMED_OUT = "HTTP connect timed out";

  private final Dial dial;
  private final Map<InetSocketAddress, Miss> misses = new LinkedHashMap<>();

  /**
   * @param reason in a few words
   * @param failure typed
   */
  private record Miss(String reason, IOException failure) {}

  ConnectFailures(Dial dial) {
    this.dial = dial;
  }

  /** Evidence of a connection that never came about. */
  ExchangeEvidence evidence(ExchangeStage stage) {
    return new ExchangeEvidence(
        dial.label(),
        dial.attempt(),
        stage,
        false,
        Duration.ZERO,
        Duration.ZERO,
        0,
        0,
        ServerActed.NO);
  }

  /** The attempt at an address failed before there was a connection. */
  ConnectFailedException failed(InetSocketAddress address, IOException e) {
    ExchangeEvidence evidence = evidence(ExchangeStage.CONNECTING);
    ConnectFailedException failure =
        new ConnectFailedException(
            e.getMessage() + "; " + named(address) + "; " + evidence,
            evidence,
            WireFailure.of(e).code(),
            e);
    add(address, String.valueOf(e.getMessage()), failure);
    return failure;
  }

  /** The TLS handshake with an address failed. */
  TlsHandshakeException handshakeFailed(InetSocketAddress address, boolean hungUp, IOException e) {
    ExchangeEvidence evidence = evidence(ExchangeStage.TLS_HANDSHAKE);
    String reason = "TLS handshake failed: " + withRoot(e);
    TlsHandshakeException failure =
        new TlsHandshakeException(
            reason + "; " + named(address) + "; " + evidence, evidence, hungUp, e);
    add(address, reason, failure);
    return failure;
  }

  /** The JDK says that a certificate is not valid, and only the root says since when. */
  private static String withRoot(IOException e) {
    String told = String.valueOf(e.getMessage());
    Throwable root = e;
    while (root.getCause() != null) root = root.getCause();
    String reason = String.valueOf(root.getMessage());
    return told.contains(reason) ? told : told + " (" + reason + ")";
  }

  /** The kernel, or the client, gave up waiting for an address to answer. */
  ConnectTimeoutException timedOut(
      InetSocketAddress address, long waitedNanos, @Nullable IOException e) {
    String reason = "no answer in " + seconds(waitedNanos);
    String what = TIMED_OUT + ": " + reason;
    return timedOut(address, ExchangeStage.CONNECTING, what, reason, e);
  }

  /**
   * The client gave up waiting for the TLS handshake with an address.
   *
   * @param limit of the handshake alone that has expired, in words; empty if it was that of all
   */
  ConnectTimeoutException handshakeTimedOut(
      InetSocketAddress address, long waitedNanos, String limit, IOException e) {
    String reason = limit.isEmpty() ? "TLS handshake not done in " + seconds(waitedNanos) : limit;
    String what = TIMED_OUT + ": " + reason;
    return timedOut(address, ExchangeStage.TLS_HANDSHAKE, what, reason, e);
  }

  private ConnectTimeoutException timedOut(
      InetSocketAddress address,
      ExchangeStage stage,
      String what,
      String reason,
      @Nullable IOException e) {
    ExchangeEvidence evidence = evidence(stage);
    ConnectTimeoutException failure =
        new ConnectTimeoutException(
            what + "; " + named(address) + "; " + evidence, evidence, timedOut(e));
    add(address, reason, failure);
    return failure;
  }

  private static ConnectException timedOut(@Nullable Throwable e) {
    ConnectException cause = new ConnectException(TIMED_OUT);
    if (e != null) cause.initCause(e);
    return cause;
  }

  private static String seconds(long nanos) {
    return TimeText.seconds(nanos);
  }

  private void add(InetSocketAddress address, String reason, IOException failure) {
    misses.remove(address); // one that is tried again goes to the end
    misses.put(address, new Miss(reason, failure));
  }

  /** The failure of one address that ends the dial, with those before it. */
  IOException last(IOException failure) {
    for (Miss miss : misses.values())
      if (!miss.failure.equals(failure)) failure.addSuppressed(miss.failure);
    return failure;
  }

  /**
   * The failure of all of them.
   *
   * @param late whether the time is up; those that are missing here were not tried then
   */
  IOException all(boolean late) {
    List<Miss> told = new ArrayList<>(misses.values());
    if (dial.addresses().size() == 1 && told.size() == 1) return told.get(0).failure;
    IOException failure = all(late, told);
    for (Miss miss : told) failure.addSuppressed(miss.failure);
    return failure;
  }

  private IOException all(boolean late, List<Miss> told) {
    ExchangeEvidence evidence = evidence(stage(told));
    String what = list() + "; " + evidence;
    if (late || allAre(ConnectTimeoutException.class, told))
      return new ConnectTimeoutException(TIMED_OUT + ": " + what, evidence, timedOut(null));
    IOException first = told.get(0).failure;
    Throwable cause = Objects.requireNonNullElse(first.getCause(), first);
    if (allAre(TlsHandshakeException.class, told))
      return new TlsHandshakeException("TLS handshake failed: " + what, evidence, true, cause);
    return new ConnectFailedException(
        "no connection: " + what, evidence, ((ExchangeFailure) first).code(), cause);
  }

  private static ExchangeStage stage(List<Miss> told) {
    return told.isEmpty()
        ? ExchangeStage.CONNECTING
        : ((ExchangeFailure) told.get(told.size() - 1).failure).evidence().stage();
  }

  private static boolean allAre(Class<? extends IOException> type, List<Miss> told) {
    return !told.isEmpty() && told.stream().allMatch(miss -> type.isInstance(miss.failure));
  }

  private String list() {
    StringJoiner list = new StringJoiner(", ");
    misses.forEach((address, miss) -> list.add(named(address) + " " + miss.reason));
    for (InetSocketAddress address : dial.addresses())
      if (!misses.containsKey(address)) list.add(named(address) + " not tried");
    return list.toString();
  }

  private String named(InetSocketAddress address) {
    return dial.toProxy() ? "proxy " + address : address.toString();
  }
}
