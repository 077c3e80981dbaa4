package dev.redial.jmh.peer;

import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.Semaphore;

/**
 * A client whose callers queue before they call, as they have to if it knows no limit of its
 * connections, or none that lets those who wait have idle ones.
 */
final class CappedPeer implements Peer {
  private final Peer peer;
  private final Semaphore connections;

  CappedPeer(Peer peer, int connections) {
    this.peer = peer;
    this.connections = new Semaphore(connections);
  }

  @Override
  public Call get(URI uri) {
    return capped(peer.get(uri));
  }

  @Override
  public Call post(URI uri, byte[] body) {
    return capped(peer.post(uri, body));
  }

  @Override
  public Call download(URI uri, Path file) {
    return capped(peer.download(uri, file));
  }

  @Override
  public Call stream(URI uri) {
    return capped(peer.stream(uri));
  }

  @Override
  public void close() {
    peer.close();
  }

  private Call capped(Call call) {
    return () -> {
      connections.acquire();
      try {
        return call.run();
      } finally {
        connections.release();
      }
    };
  }
}
