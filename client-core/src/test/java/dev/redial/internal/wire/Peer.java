package dev.redial.internal.wire;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;

/** A listener on loopback and what connects to it. */
final class Peer implements AutoCloseable {
  private final ServerSocket listener;

  Peer() {
    this(50);
  }

  private Peer(int backlog) {
    try {
      listener = new ServerSocket(0, backlog, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  InetSocketAddress address() {
    return (InetSocketAddress) listener.getLocalSocketAddress();
  }

  Socket accept() throws IOException {
    Socket socket = listener.accept();
    socket.setTcpNoDelay(true);
    return socket;
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }

  /** A wire to that address. */
  static PlainWire connect(InetSocketAddress address) throws IOException {
    PlainWire wire = PlainWire.unconnected(settings(), address);
    wire.connect(address);
    return wire;
  }

  static SocketSettings settings() {
    return new SocketSettings(Duration.ofSeconds(60), Duration.ofSeconds(15), 4);
  }

  /** Ends the connection by a reset. */
  static void reset(Socket socket) throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  /** A wire and its peer's end. */
  record Pair(PlainWire wire, Socket peer) implements AutoCloseable {
    static Pair open() throws IOException {
      return open(settings());
    }

    static Pair open(SocketSettings settings) throws IOException {
      try (Peer peer = new Peer()) {
        PlainWire wire = PlainWire.unconnected(settings, peer.address());
        wire.connect(peer.address());
        return new Pair(wire, peer.accept());
      }
    }

    @Override
    public void close() throws IOException {
      wire.close();
      peer.close();
    }
  }

  /** An address that answers no connection request: a listener whose queue is full. */
  static final class BlackHole implements AutoCloseable {
    private final Peer listener = new Peer(1);
    private final Socket[] queue = {new Socket(), new Socket()};

    BlackHole() throws IOException {
      for (Socket socket : queue) socket.connect(listener.address());
    }

    InetSocketAddress address() {
      return listener.address();
    }

    @Override
    public void close() throws IOException {
      for (Socket socket : queue) socket.close();
      listener.close();
    }
  }
}
