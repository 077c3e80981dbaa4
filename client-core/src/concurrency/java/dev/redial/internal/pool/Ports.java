package dev.redial.internal.pool;

/** What the stressed pools have in common. */
final class Ports {
  private Ports() {}

  static Lease<FakeConnection> lend(Harbour harbour) {
    try {
      return harbour.lend("a");
    } catch (Exception fault) {
      throw new AssertionError(fault);
    }
  }

  /** Borrows and gives back; how many owners there were meanwhile. */
  static int borrow(Harbour harbour) {
    Lease<FakeConnection> lease = lend(harbour);
    FakeConnection connection = lease.connection();
    int owners = connection.closed() ? -1 : connection.owners.incrementAndGet();
    connection.owners.decrementAndGet();
    lease.giveBack();
    return owners;
  }
}
