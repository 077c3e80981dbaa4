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
    this(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0));
  }

  /** Fills the queue of a listener at an address. */
  public Backlog(InetSocketAddress at) throws IOException {
    listener = new ServerSocket(at.getPort(), 1, at.getAddress());
    for (Socket socket : queue) socket.connect(listener.getLocalSocketAddress());
  }

  /** Where nobody answers. */
  public InetSocketAddress address() {
    return (InetSocketAddress) listener.getLocalSocketAddress();
  }

  /** From now on it answers. */
  public void makeRoom() throws IOException {
    for (int i = 0; i < queue.length; i++) listener.accept().close();
  }

  @Override
  public void close() throws IOException {
    for (Socket socket : queue) socket.close();
    listener.close();
  }
}
