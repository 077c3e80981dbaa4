package dev.redial.jmh;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/**
 * Lets processes have the machine one at a time. In each round everyone who takes part has one
 * turn, in an order drawn anew, so that whatever happens on the machine happens to all of them.
 *
 * <p>A round begins when all who still take part have asked for their turn. Over a connection of
 * its own, each says which process it is, sends an octet to ask, gets one back when its turn
 * begins, and sends one when it ends; to close the connection ends it as well.
 *
 * <p>Whoever asks for it stands still until its turn begins. There are clients that read each idle
 * connection ten times a second, which takes a third of a core with a thousand of them, and would
 * be taken from whoever has its turn.
 *
 * <p>Thread-safe.
 */
public final class Turns implements AutoCloseable {
  static final int ASKS = 0;
  static final int ASKS_STANDING_STILL = 1;

  private final ServerSocket server;
  private final List<Semaphore> asking = new ArrayList<>(); // this and what follows by this lock
  private final Queue<Semaphore> round = new ArrayDeque<>();
  private final Set<Standstill> standstills = ConcurrentHashMap.newKeySet();
  private final Thread atExit = new Thread(this::endStandstills, "turns-exit");
  private volatile boolean over;
  private int takingPart;
  private boolean taken;

  /**
   * Begins to listen on the loopback interface.
   *
   * @param takingPart how many processes
   * @throws IOException if there is no port to be had
   */
  public Turns(int takingPart) throws IOException {
    this.takingPart = takingPart;
    this.server = new ServerSocket(0, takingPart, InetAddress.getLoopbackAddress());
    Runtime.getRuntime().addShutdownHook(atExit); // or processes would stand still for good
    Thread.ofVirtual().name("turns").start(this::accept);
  }

  /**
   * What tells a process to take part.
   *
   * @return an option of its JVM
   */
  public String option() {
    return "-D" + Turn.PORT + "=" + server.getLocalPort();
  }

  /** One of them has ended, whether or not it has ever asked. */
  public synchronized void left() {
    takingPart--;
    next();
  }

  /** Grants no turns any more. */
  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    endStandstills();
    try {
      boolean unused = Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      // it runs already
    }
  }

  private void endStandstills() {
    over = true;
    for (Standstill standstill : standstills) {
      try {
        standstill.close();
      } catch (IOException e) {
        System.err.println("A process may stand still: " + e);
      }
    }
  }

  private void accept() {
    try {
      while (true) {
        Socket process = server.accept();
        Thread.ofVirtual().name("turns-", 0).start(() -> serve(process));
      }
    } catch (IOException e) {
      if (!server.isClosed()) throw new UncheckedIOException(e);
    }
  }

  private void serve(Socket process) {
    try (process;
        Standstill standstill = standstill(process)) {
      int asked;
      while ((asked = process.getInputStream().read()) >= 0) {
        Semaphore turn = ask();
        try {
          await(turn, standstill, asked == ASKS_STANDING_STILL);
          process.getOutputStream().write(0);
          boolean unused = process.getInputStream().read() >= 0; // a closed connection ends it too
        } finally {
          end();
        }
      }
    } catch (IOException e) {
      // its process has ended, which whoever started it is told
    }
  }

  private Standstill standstill(Socket process) throws IOException {
    long id = new DataInputStream(process.getInputStream()).readLong();
    if (id != 0 && ProcessHandle.current().descendants().noneMatch(own -> own.pid() == id))
      throw new IOException("not a process of this one: " + id);
    Standstill standstill = new Standstill(id);
    standstills.add(standstill);
    if (over) standstill.close();
    return standstill;
  }

  private static void await(Semaphore turn, Standstill standstill, boolean wanted)
      throws IOException {
    if (turn.tryAcquire()) return;
    try {
      if (wanted) standstill.begin();
    } finally {
      turn.acquireUninterruptibly(); // its turn comes, and has to be passed on, in any case
    }
    standstill.end();
  }

  private synchronized Semaphore ask() {
    Semaphore turn = new Semaphore(0);
    asking.add(turn);
    next();
    return turn;
  }

  private synchronized void end() {
    taken = false;
    next();
  }

  private void next() {
    if (taken) return;
    if (round.isEmpty() && asking.size() >= takingPart) {
      Collections.shuffle(asking);
      round.addAll(asking);
      asking.clear();
    }
    Semaphore first = round.poll();
    if (first == null) return;
    taken = true;
    first.release();
  }
}
