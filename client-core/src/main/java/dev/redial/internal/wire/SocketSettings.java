package dev.redial.internal.wire;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How sockets are set up: address and buffers before they connect, keep-alive by {@link Newcomers}.
 *
 * @param tcpIdle idle time after which the kernel probes the peer, in whole seconds
 * @param tcpInterval time between such probes, in whole seconds
 * @param tcpProbes unanswered probes after which the kernel gives the connection up
 * @param localAddress the address to connect from, or null for the kernel's choice
 * @param receiveBuffer size of the socket's receive buffer in octets, or 0 for the kernel's choice,
 *     which grows by itself
 * @param sendBuffer the same for the send buffer
 */
public record SocketSettings(
    Duration tcpIdle,
    Duration tcpInterval,
    int tcpProbes,
    @Nullable InetAddress localAddress,
    int receiveBuffer,
    int sendBuffer) {

  /** Checks that nothing is negative; the owner of the settings checks the rest. */
  public SocketSettings {
    Objects.requireNonNull(tcpIdle, "tcpIdle");
    Objects.requireNonNull(tcpInterval, "tcpInterval");
    if (receiveBuffer < 0)
      throw new IllegalArgumentException("receiveBuffer must not be negative: " + receiveBuffer);
    if (sendBuffer < 0)
      throw new IllegalArgumentException("sendBuffer must not be negative: " + sendBuffer);
  }

  /**
   * Settings with the kernel's choice of local address and buffer sizes.
   *
   * @param tcpIdle see {@link #tcpIdle()}
   * @param tcpInterval see {@link #tcpInterval()}
   * @param tcpProbes see {@link #tcpProbes()}
   */
  public SocketSettings(Duration tcpIdle, Duration tcpInterval, int tcpProbes) {
    this(tcpIdle, tcpInterval, tcpProbes, null, 0, 0);
  }
}
