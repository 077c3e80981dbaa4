package dev.redial.internal.call;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;

/** An address that answers no connection request: a listener whose queue is full. */
final class Backlog implements AutoCloseable {
  private final ServerSocket listener;
  private final Socket[] queue = {new Socket(), new Socket()};

  Backlog() throws IOException {
    listener = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
    for (Socket socket : queue) socket.connect(listener.getLocalSocketAddress());
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + listener.getLocalPort() + "/");
  }

  @Override
  public void close() throws IOException {
    for (Socket socket : queue) socket.close();
    listener.close();
  }
}
