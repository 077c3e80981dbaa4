package dev.redial.tests.soak;

import static org.awaitility.Awaitility.await;

import dev.redial.tests.kit.ScriptedServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;

/** A server that is stopped now and then, and started anew on the same port a little later. */
final class RestartingServer implements AutoCloseable {
  private final Optional<SSLContext> tls;
  private final ScriptedServer.Script script;
  private final int port;
  private ScriptedServer running; // confined to whoever restarts, then to whoever closes

  RestartingServer(Optional<SSLContext> tls, ScriptedServer.Script script) {
    this.tls = tls;
    this.script = script;
    this.running = ScriptedServer.startForgetful(tls, 0, script);
    this.port = running.port();
  }

  int port() {
    return port;
  }

  URI uri() {
    return running.uri("/");
  }

  int openConnections() {
    return running.openConnections();
  }

  /** Stops, refuses connections for a while, starts again. */
  void restart(long pauseMillis, CountDownLatch over) throws IOException, InterruptedException {
    running.close();
    boolean unused = over.await(pauseMillis, TimeUnit.MILLISECONDS);
    // A connection of somebody else's may have that port for its own end at the moment.
    running =
        await()
            .pollDelay(Duration.ZERO)
            .ignoreExceptionsInstanceOf(UncheckedIOException.class)
            .until(() -> ScriptedServer.startForgetful(tls, port, script), server -> true);
  }

  @Override
  public void close() throws IOException {
    running.close();
  }
}
