package dev.redial.internal.pool;

import java.io.IOException;

/** The pool was closed before, or while, a connection was asked for. */
public final class PoolClosed extends IOException {
  private static final long serialVersionUID = 1L;

  PoolClosed() {
    super("the client was shut down");
  }
}
