package dev.redial.internal.connection;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** An address that answers no connection request: a listener whose queue is full. */
public final class Backlog implements AutoCloseable {
  private final ServerSocket listener;
  private final Socket[] queue = {new Socket(), new Socket()};

  /** Fills the queue. */
  public Backlog() throws IOException {
    listener = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
    for (Socket socket : queue) socket.connect(listener.getLocalSocketAddress());
  }

  /** Where nobody answers. */
  public InetSocketAddress address() {
    return (InetSocketAddress) listener.getLocalSocketAddress();
  }

  @Override
  public void close() throws IOException {
    for (Socket socket : queue) socket.close();
    listener.close();
  }
}
