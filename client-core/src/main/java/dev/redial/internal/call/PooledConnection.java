package dev.redial.internal.call;

import dev.redial.CloseReason;
import dev.redial.ConnectionClosed;
import dev.redial.ConnectionOpened;
import dev.redial.internal.connection.Connection;
import dev.redial.internal.pool.Poolable;
import dev.redial.internal.route.Origin;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A connection as the pool knows it, which tells of its opening and of its end. */
final class PooledConnection implements Poolable {
  final Connection connection;
  private final Origin origin;
  private final Engine engine;
  private final long openedNanos = System.nanoTime();
  private final AtomicBoolean told = new AtomicBoolean();

  /**
   * Set by the first who knows why it has to go; if nobody does, the pool just keeps it no more.
   */
  private final AtomicReference<@Nullable CloseReason> reason = new AtomicReference<>();

  // Confined to whoever owns the connection; a client that is shut down at once may see old values.
  private boolean idle;
  private long idleSinceNanos;

  PooledConnection(Connection connection, Origin origin, Engine engine) {
    this.connection = connection;
    this.origin = origin;
    this.engine = engine;
  }

  /**
   * To be called once, before anything else.
   *
   * @param begunNanos when somebody began to open it
   */
  void tellOpened(long begunNanos) {
    Duration took = Duration.ofNanos(openedNanos - begunNanos);
    engine
        .events()
        .connectionOpened(
            new ConnectionOpened(connection.label(), origin.toString(), address(), took));
  }

  void goesIntoUse() {
    idle = false;
  }

  void goesIdle() {
    idle = true;
    idleSinceNanos = System.nanoTime();
  }

  /** It cannot be used again; the first reason counts. */
  void leaves(CloseReason why) {
    reason.compareAndSet(null, why);
  }

  @Override
  public Health probe() {
    return switch (connection.probe()) {
      case ALIVE -> Health.ALIVE;
      case ENDED -> {
        leaves(CloseReason.ENDED_WHILE_IDLE);
        yield Health.ENDED;
      }
      case DIRTY -> {
        leaves(CloseReason.UNASKED_OCTETS);
        yield Health.DIRTY;
      }
    };
  }

  @Override
  public void close() {
    boolean first = told.compareAndSet(false, true);
    CloseReason known = reason.get(); // asked before others fail over its end
    connection.close();
    if (first) engine.events().connectionClosed(closed(known == null ? unasked() : known));
  }

  private CloseReason unasked() {
    return engine.isShutDown() ? CloseReason.SHUT_DOWN : CloseReason.RETIRED;
  }

  private ConnectionClosed closed(CloseReason why) {
    long now = System.nanoTime();
    return new ConnectionClosed(
        connection.label(),
        origin.toString(),
        address(),
        why,
        Duration.ofNanos(now - openedNanos),
        idle ? Duration.ofNanos(now - idleSinceNanos) : Duration.ZERO);
  }

  /** A connector knows where it connected to. */
  private InetSocketAddress address() {
    return Objects.requireNonNull(connection.server());
  }

  @Override
  public void rest() {
    connection.rest();
  }

  @Override
  public long announcedIdleNanos() {
    return connection.announcedIdleNanos();
  }

  @Override
  public @Nullable Object server() {
    return connection.server();
  }

  @Override
  public long roundTripNanos() {
    return connection.connectRttNanos();
  }
}
