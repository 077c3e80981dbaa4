package dev.redial.tests.kit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/**
 * An address at which connecting neither succeeds nor fails: a listener with a full queue that
 * nobody accepts from.
 */
public final class BlackHole implements AutoCloseable {
  private final ServerSocket listener;
  private final List<Socket> filling = new ArrayList<>();

  private BlackHole(InetAddress address, int port) throws IOException {
    listener = new ServerSocket(port, 1, address);
    while (fill()) {
      if (filling.size() > 100)
        throw new IOException("the queue of a listener never fills up here");
    }
  }

  /** Opens one. */
  public static BlackHole open() {
    return at(InetAddress.getLoopbackAddress(), 0);
  }

  /** Opens one at an address and port of this machine. */
  public static BlackHole at(InetAddress address, int port) {
    try {
      return new BlackHole(address, port);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The port. */
  public int port() {
    return listener.getLocalPort();
  }

  /** The address of a resource nobody will ever reach. */
  public URI uri(String target) {
    return URI.create("http://127.0.0.1:" + port() + target);
  }

  @Override
  public void close() throws IOException {
    for (Socket socket : filling) socket.close();
    listener.close();
  }

  private boolean fill() throws IOException {
    Socket socket = new Socket();
    filling.add(socket);
    try {
      socket.connect(listener.getLocalSocketAddress(), 100);
      return true;
    } catch (SocketTimeoutException e) {
      return false;
    }
  }
}
