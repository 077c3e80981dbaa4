package dev.redial.jmh;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import org.jspecify.annotations.Nullable;

/** This process's part in {@link Turns}; a process that takes no part has its turn at any time. */
final class Turn implements AutoCloseable {
  static final String PORT = "redial.jmh.turns";

  private final @Nullable Socket turns;
  private boolean mine;

  private Turn(@Nullable Socket turns) {
    this.turns = turns;
  }

  /** Of a process that takes no part. */
  static Turn alone() {
    return new Turn(null);
  }

  static Turn ofThisProcess() throws IOException {
    Integer port = Integer.getInteger(PORT);
    return port == null ? alone() : in(port);
  }

  static Turn in(int port) throws IOException {
    return new Turn(new Socket(InetAddress.getLoopbackAddress(), port));
  }

  /** Waits until it is this process's turn, unless it is. */
  void begin() throws IOException {
    if (mine) return;
    mine = true;
    if (turns == null) return;
    turns.getOutputStream().write(0);
    if (turns.getInputStream().read() < 0) throw new EOFException("nobody grants turns any more");
  }

  void end() throws IOException {
    mine = false;
    if (turns != null) turns.getOutputStream().write(0);
  }

  @Override
  public void close() throws IOException {
    if (turns != null) turns.close();
  }
}
