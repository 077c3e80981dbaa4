package dev.redial.internal.pool;

import dev.redial.KeepAlive;
import dev.redial.internal.pool.Poolable.Health;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether an idle connection is young enough: the idle rule applied to what its origin announced
 * and taught. Confined to the pool's lock.
 */
final class Freshness<R, C extends Poolable> {
  /** By how much the wall clock gains on the other at once if the machine was suspended. */
  private static final long SUSPENSION_NANOS = Duration.ofSeconds(1).toNanos();

  private final IdleRule rule;
  private final IdleMemory<R> memory = new IdleMemory<>(IdleMemory.CAPACITY);
  private final LongSupplier wallMillis;
  private boolean compared;
  private long wallOffsetNanos;

  /** For how long the machine was suspended in all. */
  private long suspendedNanos;

  Freshness(KeepAlive keepAlive, LongSupplier wallMillis) {
    this.rule = IdleRule.of(keepAlive);
    this.wallMillis = wallMillis;
  }

  /** The last octet of a response was read just now. */
  void startIdle(Berth<R, C> berth, long announcedNanos, long now) {
    berth.announcedNanos = announcedNanos;
    berth.idleSinceNanos = now;
    berth.suspendedNanos = suspendedNanos;
    berth.aliveNanos = now;
    berth.rested = false;
  }

  /**
   * Compares the clocks; to be called before ages are asked for. The wall clock goes on while the
   * machine is suspended, the other does not; the server's timer does.
   */
  void noticeSuspension(long now) {
    long offset = wallMillis.getAsLong() * 1_000_000L - now;
    if (compared && offset - wallOffsetNanos > SUSPENSION_NANOS)
      suspendedNanos += offset - wallOffsetNanos;
    wallOffsetNanos = offset; // each time anew, as clocks drift and are set
    compared = true;
  }

  long idleNanos(Berth<R, C> berth, long now) {
    return now - berth.idleSinceNanos + (suspendedNanos - berth.suspendedNanos);
  }

  /** The idle age below which it may be lent for such a request; 0 means never. */
  long allowedNanos(Berth<R, C> berth, Need need, long now) {
    if (need == Need.FRESH || now - berth.expiresNanos >= 0) return 0;
    boolean repeatable = need == Need.REPEATABLE;
    Belief held = memory.recall(berth.shelf.route, now);
    if (held == null)
      return rule.allowedNanos(repeatable, berth.announcedNanos, IdleRule.UNKNOWN, false);
    return rule.allowedNanos(repeatable, berth.announcedNanos, held.limitNanos(), held.witnessed());
  }

  /** An exchange on a used connection went well. */
  void sawReuse(Berth<R, C> berth, long wasIdleNanos, long now) {
    berth.proven = true;
    memory.sawReuse(berth.shelf.route, wasIdleNanos, now);
  }

  /** A look found an idle connection ended, or with octets to read. */
  void sawEnd(Berth<R, C> berth, Health found, long now) {
    long aliveAt = berth.aliveNanos - berth.idleSinceNanos;
    long endedAt = now - berth.idleSinceNanos;
    // Octets right after a response are a stray answer; later ones are the 408 with which some
    // servers end an idle connection.
    if (found == Health.DIRTY && endedAt < IdleMemory.EARLY_NANOS) return;
    memory.sawClose(berth.shelf.route, aliveAt, endedAt, berth.openedNanos, berth.proven, now);
  }

  /** The server ended a used connection under a request. */
  void sawHangUp(Berth<R, C> berth, long wasIdleNanos, long now) {
    memory.sawHangUp(berth.shelf.route, wasIdleNanos, berth.openedNanos, berth.proven, now);
  }

  /**
   * The same where it is not known which connection it was; an early hang-up teaches nothing then.
   */
  void sawHangUp(R route, long wasIdleNanos, long now) {
    memory.sawHangUp(route, wasIdleNanos, now, true, now);
  }

  @Nullable Belief belief(R route, long now) {
    return memory.recall(route, now);
  }
}
