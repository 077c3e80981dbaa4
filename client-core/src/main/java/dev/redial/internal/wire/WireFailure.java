package dev.redial.internal.wire;

import java.io.EOFException;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.util.Locale;
import javax.net.ssl.SSLException;

/** What a failed connect, read or write means. */
public enum WireFailure {
  /**
   * The peer ended the stream in an orderly way where that could not be told by -1: inside TLS, or
   * in a TLS handshake.
   */
  FIN,
  /**
   * The peer, or a box on the way, reset the connection; a write finds out as "Broken pipe" if a
   * read has found out before.
   */
  RST,
  /** Another thread of this process closed the wire, or it was closed already. */
  CLOSED,
  /** The thread was interrupted, which closed the wire; its interrupt flag is still set. */
  INTERRUPTED,
  /** The kernel gave up after retransmissions or keep-alive probes without an answer. */
  TIMED_OUT,
  /** Nothing listens at the address. */
  REFUSED,
  /** There is no way to the address. */
  UNREACHABLE,
  /** The host name has no address. */
  UNKNOWN_HOST,
  /** The local address or port could not be had: not on this machine, or all ports are taken. */
  NO_LOCAL_ADDRESS,
  /** TLS found something wrong: a bad record, a bad certificate, an alert. */
  TLS,
  /**
   * Anything else. From a write, take it as {@link #RST}: systems may word a reset in the user's
   * language.
   */
  OTHER;

  /**
   * Tells what a failure of a wire means.
   *
   * @param failure as thrown by {@link PlainWire#connect}, {@link Wire#read} or {@link Wire#write}
   * @return its meaning
   */
  public static WireFailure of(IOException failure) {
    if (failure instanceof ClosedByInterruptException) return INTERRUPTED;
    if (failure instanceof ClosedChannelException) return CLOSED;
    if (failure instanceof EOFException || failure.getCause() instanceof EOFException) return FIN;
    if (failure instanceof SSLException) return TLS;
    if (failure instanceof UnknownHostException) return UNKNOWN_HOST;
    if (failure instanceof NoRouteToHostException) return UNREACHABLE;
    if (failure instanceof BindException) return NO_LOCAL_ADDRESS;
    if (failure instanceof SocketTimeoutException) return TIMED_OUT;
    String message = failure.getMessage();
    WireFailure worded = message == null ? OTHER : worded(message.toLowerCase(Locale.ROOT));
    return worded == OTHER && failure instanceof ConnectException ? REFUSED : worded;
  }

  private static WireFailure worded(String message) {
    if (message.contains("timed out")) return TIMED_OUT;
    if (message.contains("unreachable") || message.contains("no route")) return UNREACHABLE;
    if (message.contains("refused")) return REFUSED;
    if (message.contains("reset") || message.contains("broken pipe")) return RST;
    if (message.contains("aborted") || message.contains("forcibly closed")) return RST; // Windows
    if (message.contains("wrong type for socket"))
      return RST; // macOS, a write that races with the reset
    return OTHER;
  }
}
