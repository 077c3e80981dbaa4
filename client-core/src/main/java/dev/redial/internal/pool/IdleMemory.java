package dev.redial.internal.pool;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the origins taught about how long they keep an idle connection. Holds a bounded number of
 * origins, the least recently asked for leaving first. Confined to the pool's lock.
 */
final class IdleMemory<R> {

  /*
   * Servers end idle connections by a timer, so the ages at which they do are nearly the same. Too short a belief costs a handshake,
   * too long a one costs a request; so a belief falls at once and rises only on proof.
   *
   * A close is known to within (aliveAt, endedAt], the ages at the last look that found the connection alive and at the first that
   * found it ended. A hang-up under a request is known exactly: the look at hand-out had found it alive.
   *
   *  1. Early: ended before the reaper ever looked at it, within a second of its last response. No timer is that short; this is
   *     a restart, or a server that does not keep connections and does not say so. Only if three in a row, each opened after
   *     the one before had ended, are ended so on their first reuse is the limit zero. Any reuse that works clears the suspicion.
   *  2. Event: two closes within a second whose ages differ by more than 10 % (and 250 ms). A timer does not do that, a reload,
   *     a restart or a server under pressure does. The belief goes back to what it was before the first of them; the rest
   *     of that second teaches nothing.
   *  3. Otherwise the limit is aliveAt, at once, for 5 minutes: it was kept that long, and perhaps not longer ("witnessed"). If the
   *     looks were too far apart, or no look saw it end (a hang-up), only the upper end is known: the limit is that, not witnessed,
   *     and serves to shorten, never to lengthen.
   *  4. Two more closes, in other seconds, within 250 ms or 3 % (or the looks' distance): confirmed, the least of them, for an hour.
   *  5. Seen alive beyond the limit (a reuse that worked, or a later close): the limit is that age, for 5 minutes.
   */

  static final int CAPACITY = 10_000;
  static final long TOLERANCE_NANOS = Duration.ofMillis(250).toNanos();
  static final long BURST_NANOS = Duration.ofSeconds(1).toNanos();
  static final long EARLY_NANOS = Duration.ofSeconds(1).toNanos();
  static final long VAGUE_NANOS = Duration.ofMillis(500).toNanos();
  static final long PROVISIONAL_NANOS = Duration.ofMinutes(5).toNanos();
  static final long CONFIRMED_NANOS = Duration.ofHours(1).toNanos();
  private static final int ENOUGH = 3;

  /**
   * What is held to be true of an origin.
   *
   * @param limitNanos the idle time after which it may close
   * @param witnessed whether it was seen to keep a connection that long
   * @param closes how many closes agree, one for each second
   * @param untilNanos when the belief lapses
   */
  record Belief(long limitNanos, boolean witnessed, int closes, long untilNanos) {
    boolean confirmed() {
      return closes >= ENOUGH;
    }
  }

  private static final class Lesson {
    @Nullable Belief belief;
    @Nullable Belief beforeBurst;
    boolean inBurst;
    boolean event;
    long burstNanos;
    long burstAliveAt;
    long burstEndedAt;
    int early;
    long earlyNanos;

    @Nullable Belief valid(long now) {
      Belief held = belief;
      return held == null || now - held.untilNanos >= 0 ? null : held;
    }
  }

  private final Map<R, Lesson> lessons;

  IdleMemory(int capacity) {
    lessons =
        new LinkedHashMap<>(16, 0.75f, true) {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<R, Lesson> eldest) {
            return size() > capacity;
          }
        };
  }

  /** What is believed of this origin now, or null. */
  @Nullable Belief recall(R route, long now) {
    if (lessons.isEmpty()) return null;
    Lesson lesson = lessons.get(route);
    return lesson == null ? null : lesson.valid(now);
  }

  /**
   * An idle connection was found ended.
   *
   * @param aliveAt its idle age at the last look that found it alive, 0 if there was none
   * @param endedAt its idle age now
   * @param opened when it was opened
   * @param proven whether it had carried more than one exchange
   */
  void sawClose(R route, long aliveAt, long endedAt, long opened, boolean proven, long now) {
    Lesson lesson = lessons.computeIfAbsent(route, any -> new Lesson());
    if (aliveAt < TOLERANCE_NANOS && endedAt < EARLY_NANOS) {
      sawEarlyClose(lesson, opened, proven, now);
      return;
    }
    boolean vague = endedAt - aliveAt > Math.max(VAGUE_NANOS, endedAt / 10);
    learn(lesson, aliveAt, endedAt, !vague, now);
  }

  /**
   * A reused connection that the probe had found alive at this age was ended before the first octet
   * of a response.
   */
  void sawHangUp(R route, long age, long opened, boolean proven, long now) {
    Lesson lesson = lessons.computeIfAbsent(route, any -> new Lesson());
    if (age < TOLERANCE_NANOS) sawEarlyClose(lesson, opened, proven, now);
    else learn(lesson, age, age, false, now);
  }

  /** An exchange on a connection that had been idle for this long went well. */
  void sawReuse(R route, long age, long now) {
    if (lessons.isEmpty()) return;
    Lesson lesson = lessons.get(route);
    if (lesson == null) return;
    lesson.early = 0;
    Belief held = lesson.valid(now);
    if (held != null && age > held.limitNanos + tolerance(held.limitNanos))
      lesson.belief = provisional(age, true, now);
  }

  int size() {
    return lessons.size();
  }

  private static void sawEarlyClose(Lesson lesson, long opened, boolean proven, long now) {
    if (proven) return; // this server does keep connections
    if (lesson.early > 0 && opened - lesson.earlyNanos < 0)
      return; // not in a row: open already when the one before was ended
    lesson.early++;
    lesson.earlyNanos = now;
    if (lesson.early >= ENOUGH) lesson.belief = provisional(0, false, now);
  }

  private static void learn(
      Lesson lesson, long aliveAt, long endedAt, boolean witnessed, long now) {
    boolean sameBurst = lesson.inBurst && now - lesson.burstNanos < BURST_NANOS;
    if (sameBurst && lesson.event) return;
    if (sameBurst && apart(lesson.burstAliveAt, lesson.burstEndedAt, aliveAt, endedAt)) {
      lesson.event = true;
      lesson.belief = lesson.beforeBurst;
      return;
    }
    if (!sameBurst) {
      lesson.inBurst = true;
      lesson.event = false;
      lesson.burstNanos = now;
      lesson.burstAliveAt = aliveAt;
      lesson.burstEndedAt = endedAt;
      lesson.beforeBurst = lesson.belief;
    }
    lesson.belief = adjust(lesson.valid(now), aliveAt, endedAt, witnessed, !sameBurst, now);
  }

  private static Belief adjust(
      @Nullable Belief held,
      long aliveAt,
      long endedAt,
      boolean witnessed,
      boolean counts,
      long now) {
    long limit = witnessed ? aliveAt : endedAt;
    if (held == null) return provisional(limit, witnessed, now);
    long tolerance = Math.max(tolerance(held.limitNanos), witnessed ? endedAt - aliveAt : 0);
    if (limit < held.limitNanos - tolerance) return provisional(limit, witnessed, now);
    if (limit > held.limitNanos + tolerance)
      return witnessed ? provisional(limit, true, now) : held;
    int closes = held.closes + (counts ? 1 : 0);
    long until = now + (closes >= ENOUGH ? CONFIRMED_NANOS : PROVISIONAL_NANOS);
    return new Belief(Math.min(limit, held.limitNanos), witnessed || held.witnessed, closes, until);
  }

  private static Belief provisional(long limit, boolean witnessed, long now) {
    return new Belief(limit, witnessed, 1, now + PROVISIONAL_NANOS);
  }

  /** Whether no one timer, give or take a tenth, can have ended both. */
  private static boolean apart(long aliveAt, long endedAt, long otherAliveAt, long otherEndedAt) {
    long gap = Math.max(aliveAt - otherEndedAt, otherAliveAt - endedAt);
    return gap > Math.max(TOLERANCE_NANOS, Math.max(endedAt, otherEndedAt) / 10);
  }

  private static long tolerance(long limit) {
    return Math.max(TOLERANCE_NANOS, limit * 3 / 100);
  }
}
