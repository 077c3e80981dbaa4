package dev.redial.internal.wire;

import java.io.EOFException;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.ProtocolException;
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
  FIN("ECONNRESET"),
  /**
   * The peer, or a box on the way, reset the connection; a write finds out as "Broken pipe" if a
   * read has found out before.
   */
  RST("ECONNRESET"),
  /** Another thread of this process closed the wire, or it was closed already. */
  CLOSED("ECANCELED"),
  /** The thread was interrupted, which closed the wire; its interrupt flag is still set. */
  INTERRUPTED("EINTR"),
  /** The kernel gave up after retransmissions or keep-alive probes without an answer. */
  TIMED_OUT("ETIMEDOUT"),
  /** Nothing listens at the address. */
  REFUSED("ECONNREFUSED"),
  /** The network is there, the host is not. */
  HOST_UNREACHABLE("EHOSTUNREACH"),
  /** There is no way to the network of the address. */
  NETWORK_UNREACHABLE("ENETUNREACH"),
  /** The host name has no address. */
  UNKNOWN_HOST("ENOTFOUND"),
  /** The local address or port could not be had: not on this machine, or all ports are taken. */
  NO_LOCAL_ADDRESS("EADDRNOTAVAIL"),
  /** The local address and port are another socket's. */
  LOCAL_ADDRESS_IN_USE("EADDRINUSE"),
  /** Sockets of this machine, or of this process, do not speak the address's version of IP. */
  UNSUPPORTED_FAMILY("EAFNOSUPPORT"),
  /** The process, or the machine, has as many files and sockets open as it may. */
  NO_DESCRIPTOR("EMFILE"),
  /** The operating system does not allow it. */
  DENIED("EACCES"),
  /** A packet filter of this machine does not allow it. */
  FILTERED("EPERM"),
  /** TLS found something wrong: a bad record, a bad certificate, an alert. */
  TLS("EPROTO"),
  /** The peer did not keep to the protocol. */
  PROTOCOL("EPROTO"),
  /**
   * Anything else. From a write, take it as {@link #RST}: systems may word a reset in the user's
   * language.
   */
  OTHER("EIO");

  private final String code;

  WireFailure(String code) {
    this.code = code;
  }

  /**
   * The name that the C library, or Node.js, has for it.
   *
   * @return for instance {@code ECONNREFUSED}
   */
  public String code() {
    return code;
  }

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
    if (failure instanceof SocketTimeoutException) return TIMED_OUT;
    if (failure instanceof ProtocolException) return PROTOCOL;
    String message = failure.getMessage();
    WireFailure worded = message == null ? OTHER : worded(message.toLowerCase(Locale.ROOT));
    return worded == OTHER ? typed(failure) : worded;
  }

  /**
   * Whether a write found that nothing can be written any more, as the peer had ended the stream
   * before, or this side had learned of a reset.
   *
   * @param failure as thrown by {@link Wire#write}
   * @return true if that is what the system said
   */
  public static boolean isBrokenPipe(IOException failure) {
    String message = failure.getMessage();
    return message != null && message.toLowerCase(Locale.ROOT).contains("broken pipe");
  }

  /** The JDK has the system word a failure, and gives few of them a type of their own. */
  private static WireFailure worded(String message) {
    if (message.contains("timed out")) return TIMED_OUT;
    if (message.contains("network is")) return NETWORK_UNREACHABLE; // unreachable, or down
    if (message.contains("unreachable") || message.contains("no route")) return HOST_UNREACHABLE;
    if (message.contains("host is down")) return HOST_UNREACHABLE;
    if (message.contains("refused")) return REFUSED;
    if (message.contains("reset") || message.contains("broken pipe")) return RST;
    if (message.contains("aborted") || message.contains("forcibly closed")) return RST; // Windows
    if (message.contains("wrong type for socket"))
      return RST; // macOS, a write that races with the reset
    if (message.contains("already in use")) return LOCAL_ADDRESS_IN_USE;
    if (message.contains("address family")) return UNSUPPORTED_FAMILY;
    if (message.contains("too many open files")) return NO_DESCRIPTOR;
    if (message.contains("permission denied")) return DENIED;
    if (message.contains("not permitted")) return FILTERED;
    return OTHER;
  }

  private static WireFailure typed(IOException failure) {
    if (failure instanceof NoRouteToHostException) return HOST_UNREACHABLE;
    if (failure instanceof BindException) return NO_LOCAL_ADDRESS;
    if (failure instanceof ConnectException) return REFUSED;
    return OTHER;
  }
}
