package dev.redial.internal.pool;

import dev.redial.IdleLimit;
import dev.redial.KeepAlive;
import dev.redial.internal.pool.Poolable.Health;
import java.time.Duration;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Whether an idle connection is young enough: the idle rule applied to what its origin announced
 * and taught. Confined to the pool's lock.
 */
final class Freshness<R, C extends Poolable> {
  /** By how much the wall clock gains on the other at once if the machine was suspended. */
  private static final long SUSPENSION_NANOS = Duration.ofSeconds(1).toNanos();

  private final IdleRule rule;
  private final IdleMemory<R> memory;
  private final LongSupplier wallMillis;
  private boolean compared;
  private long wallOffsetNanos;

  /** For how long the machine was suspended in all. */
  private long suspendedNanos;

  Freshness(KeepAlive keepAlive, ToLongFunction<? super R> presets, LongSupplier wallMillis) {
    this.memory = new IdleMemory<>(IdleMemory.CAPACITY, presets);
    this.rule = IdleRule.of(keepAlive);
    this.wallMillis = wallMillis;
  }

  /** A connection was opened, to this server. */
  void board(Berth<R, C> berth, @Nullable Object server, long roundTripNanos) {
    berth.lesson = memory.lesson(berth.shelf.route, server);
    berth.roundTripNanos = roundTripNanos;
  }

  /** The last octet of a response was read just now. */
  void startIdle(Berth<R, C> berth, long announcedNanos, long now) {
    berth.promisedNanos = berth.lesson().promised(announcedNanos);
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
    Lesson lesson = berth.lesson();
    long allowed =
        rule.allowedNanos(
            repeatable, berth.promisedNanos, lesson.believed(now), berth.roundTripNanos);
    return lesson.presetNanos() < 0
        ? allowed
        : Math.min(allowed, IdleRule.underPresetNanos(lesson.presetNanos()));
  }

  /**
   * Whether it is worth a look how long this one is kept: nothing but what was learned or promised
   * is in the way of using it.
   */
  boolean mayOutlive(Berth<R, C> berth, long ageNanos, long now) {
    if (now - berth.expiresNanos >= 0 || berth.promisedNanos == 0) return false;
    if (berth.lesson().presetNanos() >= 0) return false;
    Belief held = berth.lesson().believed(now);
    return (held == null || held.witnessed())
        && ageNanos < rule.allowedNanos(true, IdleRule.UNKNOWN, null, 0);
  }

  /**
   * The age at which to look at a connection that was alive at this one, to learn when its server
   * ends it.
   */
  long nextLookNanos(Berth<R, C> berth, long aliveAgeNanos, long now) {
    Belief held = berth.lesson().believed(now);
    return held == null ? Long.MAX_VALUE : held.nextLookNanos(aliveAgeNanos);
  }

  /**
   * The idle age at which a connection that is alive proves that its server keeps them for longer
   * than was learned or promised.
   */
  long proofNanos(Berth<R, C> berth, long now) {
    Belief held = berth.lesson().believed(now);
    return held == null ? Belief.goneNanos(berth.promisedNanos) : held.goneNanos();
  }

  /** A look found an idle connection alive. */
  void sawAlive(Berth<R, C> berth, long ageNanos, long now) {
    berth.aliveNanos = now;
    berth.lesson().sawAlive(ageNanos, now);
  }

  /** An exchange on a used connection went well. */
  void sawReuse(Berth<R, C> berth, long wasIdleNanos, long now) {
    berth.proven = true;
    berth.lesson().sawReuse(wasIdleNanos, now);
  }

  /** A look found an idle connection ended, or with octets to read. */
  void sawEnd(Berth<R, C> berth, Health found, long now) {
    long aliveAt = berth.aliveNanos - berth.idleSinceNanos;
    long endedAt = now - berth.idleSinceNanos;
    // Octets right after a response are a stray answer; later ones are the 408 with which some
    // servers end an idle connection.
    if (found == Health.DIRTY && endedAt < Lesson.EARLY_NANOS) return;
    berth.lesson().sawClose(aliveAt, endedAt, berth.openedNanos, berth.proven, now);
  }

  /** The server ended a used connection under a request. */
  void sawHangUp(Berth<R, C> berth, long wasIdleNanos, long now) {
    berth.lesson().sawHangUp(wasIdleNanos, berth.openedNanos, berth.proven, now);
  }

  /** What is known of each route's limit. */
  Map<R, IdleLimit> limits(long now) {
    return memory.limits(now);
  }

  @Nullable Belief belief(R route, @Nullable Object server, long now) {
    return memory.lesson(route, server).believed(now);
  }
}
