package dev.redial.internal.call;

import dev.redial.internal.connection.Connection;
import dev.redial.internal.pool.Poolable;
import org.jspecify.annotations.Nullable;

/** A connection as the pool knows it. */
final class PooledConnection implements Poolable {
  final Connection connection;

  PooledConnection(Connection connection) {
    this.connection = connection;
  }

  @Override
  public Health probe() {
    return switch (connection.probe()) {
      case ALIVE -> Health.ALIVE;
      case ENDED -> Health.ENDED;
      case DIRTY -> Health.DIRTY;
    };
  }

  @Override
  public void close() {
    connection.close();
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
