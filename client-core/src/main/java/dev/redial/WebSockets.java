package dev.redial;

import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The WebSockets of one client: the JDK's, on a client of the JDK's that is made for the first of
 * them, as it costs a thread and descriptors, and ends with ours.
 */
final class WebSockets {
  private final Supplier<HttpClient> maker;
  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by lock.
  private @Nullable HttpClient jdk;
  private Consumer<HttpClient> ending = open -> {};

  /**
   * None as yet.
   *
   * @param maker of the JDK's client
   */
  WebSockets(Supplier<HttpClient> maker) {
    this.maker = maker;
  }

  WebSocket.Builder newBuilder() {
    lock.lock();
    try {
      HttpClient made = jdk;
      if (made == null) {
        made = maker.get();
        jdk = made;
        ending.accept(made); // which then says by itself that it is closed
      }
      return made.newWebSocketBuilder();
    } finally {
      lock.unlock();
    }
  }

  void shutdown() {
    end(HttpClient::shutdown);
  }

  void shutdownNow() {
    end(HttpClient::shutdownNow);
  }

  private void end(Consumer<HttpClient> how) {
    lock.lock();
    try {
      ending = how;
      if (jdk != null) how.accept(jdk);
    } finally {
      lock.unlock();
    }
  }

  /** Once it was shut down: whether no WebSocket is open any more, waiting for that. */
  boolean awaitTermination(Duration limit) throws InterruptedException {
    HttpClient made = made();
    return made == null || made.awaitTermination(limit);
  }

  boolean isTerminated() {
    HttpClient made = made();
    return made == null || made.isTerminated();
  }

  private @Nullable HttpClient made() {
    lock.lock();
    try {
      return jdk;
    } finally {
      lock.unlock();
    }
  }
}
