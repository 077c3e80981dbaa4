package dev.redial.jmh;

import java.io.DataOutputStream;
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
    return port == null ? alone() : in(port, ProcessHandle.current().pid());
  }

  /** Of a process that may be stopped; of one that may not if it is 0. */
  static Turn in(int port, long process) throws IOException {
    Socket turns = new Socket(InetAddress.getLoopbackAddress(), port);
    new DataOutputStream(turns.getOutputStream()).writeLong(process);
    return new Turn(turns);
  }

  /**
   * Waits until it is this process's turn, unless it is.
   *
   * @param still whether the process stands still meanwhile
   */
  void begin(boolean still) throws IOException {
    if (mine) return;
    mine = true;
    if (turns == null) return;
    turns.getOutputStream().write(still ? Turns.ASKS_STANDING_STILL : Turns.ASKS);
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
