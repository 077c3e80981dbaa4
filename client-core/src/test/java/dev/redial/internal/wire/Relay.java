package dev.redial.internal.wire;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A stretch of network between a client and a server that lets through as much towards the client
 * as it is told to.
 */
final class Relay implements Closeable {
  private final Peer front = new Peer();
  private final Socket back;
  private final Semaphore toClient = new Semaphore(0);
  private final AtomicLong writesFromClient = new AtomicLong();
  private final int piece;
  private volatile Socket client = new Socket();

  /** Passes on octets to the client in pieces of at most that size. */
  Relay(InetSocketAddress server, int piece) throws IOException {
    this.piece = piece;
    back = new Socket(server.getAddress(), server.getPort());
    back.setTcpNoDelay(true);
    Thread.ofPlatform().daemon().start(this::run);
  }

  InetSocketAddress address() {
    return front.address();
  }

  /** Lets so many more octets through. */
  void allow(int octets) {
    toClient.release(octets);
  }

  void allowEverything() {
    allow(1 << 29);
  }

  void forbid() {
    toClient.drainPermits();
  }

  /**
   * The reads that it took to take what the client has sent: the number of its writes, if they are
   * apart in time.
   */
  long writesFromClient() {
    return writesFromClient.get();
  }

  Socket client() {
    return client;
  }

  private void run() {
    try (Socket accepted = front.accept()) {
      client = accepted;
      Thread.ofPlatform().daemon().start(this::runUpwards);
      runDownwards(accepted);
    } catch (IOException | InterruptedException e) {
      // One of the ends has gone, so the other one goes too.
    } finally {
      close();
    }
  }

  private void runDownwards(Socket accepted) throws IOException, InterruptedException {
    InputStream in = back.getInputStream();
    OutputStream out = accepted.getOutputStream();
    byte[] buffer = new byte[64 * 1024];
    while (true) {
      int octets = in.read(buffer, 0, Math.min(piece, buffer.length));
      if (octets < 0) return;
      for (int i = 0; i < octets; ) {
        toClient.acquire();
        int more = toClient.tryAcquire(octets - i - 1) ? octets - i : 1;
        out.write(buffer, i, more);
        i += more;
      }
    }
  }

  private void runUpwards() {
    byte[] buffer = new byte[64 * 1024];
    try {
      InputStream in = client.getInputStream();
      OutputStream out = back.getOutputStream();
      for (int octets = in.read(buffer); octets >= 0; octets = in.read(buffer)) {
        writesFromClient.incrementAndGet();
        out.write(buffer, 0, octets);
      }
    } catch (IOException e) {
      // the client has gone
    } finally {
      close();
    }
  }

  @Override
  public void close() {
    try {
      client.close();
      back.close();
      front.close();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
