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
   * Servers end idle connections by a timer, so the ages at which they do are nearly the same. Too
   * short a belief costs a handshake, too long a one costs a request; so a belief falls at once and
   * rises only on proof.
   *
   * A close is known to lie between the ages at two looks: the last that found the connection alive
   * and the first that found it ended. A hang-up under a request is known exactly, as the look at
   * hand-out had found the connection alive; but it may be a middlebox that forgot the connection
   * long before, so it may shorten what is believed and never lengthen it ("not witnessed"). The same
   * holds if the looks were far apart.
   *
   *  1. Early: ended before the reaper ever looked at it, within a second of its last response. No
   *     timer is that short; this is a restart, or a server that keeps no connections and does not
   *     say so. The limit becomes zero only if three in a row, each opened after the one before had
   *     ended, are ended so before they were ever reused. Any reuse that works clears the suspicion.
   *  2. Event: two closes within a second whose ages differ by more than 10 % (and the jitter of
   *     timers), or an early close. A timer does not do that; a reload, a restart or a server under
   *     pressure does. The belief goes back to what it was before the first of them, and the rest of
   *     that second teaches nothing.
   *  3. Otherwise the close is believed at once, for 5 minutes. Where it contradicts a belief that
   *     was confirmed, for a minute only: then the confirmed one holds again, unless a second close
   *     has borne out the new one.
   *  4. Agreeing closes in three different seconds: confirmed, for an hour. Each narrows the bounds;
   *     where they disagree, by no more than the jitter, the lower holds.
   *  5. Seen alive beyond the upper bound, by a reuse that worked or a later close: the limit is that
   *     age, for 5 minutes.
   */

  static final int CAPACITY = 10_000;
  static final long BURST_NANOS = Duration.ofSeconds(1).toNanos();
  static final long EARLY_NANOS = Duration.ofSeconds(1).toNanos();
  static final long VAGUE_NANOS = Duration.ofMillis(500).toNanos();
  static final long CONTRADICTION_NANOS = Duration.ofMinutes(1).toNanos();

  /** The latest belief, and an older, confirmed one that holds when the latest lapses. */
  private record Knowledge(@Nullable Belief latest, @Nullable Belief settled) {
    static final Knowledge NONE = new Knowledge(null, null);

    @Nullable Belief at(long now) {
      if (latest != null && latest.valid(now)) return latest;
      return settled != null && settled.valid(now) ? settled : null;
    }

    Knowledge with(Belief next, long now) {
      if (next.confirmed()) return new Knowledge(next, next);
      if (next.closes() > 1 || settled == null || !settled.valid(now))
        return new Knowledge(next, null);
      long until = now + CONTRADICTION_NANOS;
      return new Knowledge(
          new Belief(next.keptNanos(), next.endedNanos(), next.witnessed(), next.closes(), until),
          settled);
    }
  }

  private static final class Lesson {
    Knowledge knowledge = Knowledge.NONE;

    // The closes of one second.
    Knowledge beforeBurst = Knowledge.NONE;
    boolean inBurst;
    boolean event;
    long burstNanos;
    long burstKept;
    long burstEnded;

    // Early closes in a row.
    int early;
    long earlyNanos;
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
    return lesson == null ? null : lesson.knowledge.at(now);
  }

  /**
   * An idle connection was found ended.
   *
   * @param kept its idle age at the last look that found it alive, 0 if there was none
   * @param ended its idle age now
   * @param opened when it was opened
   * @param proven whether it had carried more than one exchange
   */
  void sawClose(R route, long kept, long ended, long opened, boolean proven, long now) {
    Lesson lesson = lessons.computeIfAbsent(route, any -> new Lesson());
    if (kept < Reaper.PERIOD_NANOS && ended < EARLY_NANOS) {
      sawEarlyClose(lesson, opened, proven, now);
      return;
    }
    boolean witnessed = ended - kept <= Math.max(VAGUE_NANOS, ended / 10);
    learn(lesson, kept, ended, witnessed, now);
  }

  /**
   * A reused connection that the probe had found alive at this age was ended before the first octet
   * of a response.
   */
  void sawHangUp(R route, long age, long opened, boolean proven, long now) {
    Lesson lesson = lessons.computeIfAbsent(route, any -> new Lesson());
    if (age < Reaper.PERIOD_NANOS) sawEarlyClose(lesson, opened, proven, now);
    else learn(lesson, age, age, false, now);
  }

  /** An exchange on a connection that had been idle for this long went well. */
  void sawReuse(R route, long age, long now) {
    if (lessons.isEmpty()) return;
    Lesson lesson = lessons.get(route);
    if (lesson == null) return;
    lesson.early = 0;
    Belief held = lesson.knowledge.at(now);
    if (held != null && held.refutedBy(age))
      lesson.knowledge = new Knowledge(Belief.provisional(age, age, true, now), null);
  }

  int size() {
    return lessons.size();
  }

  private static void sawEarlyClose(Lesson lesson, long opened, boolean proven, long now) {
    if (inBurst(lesson, now)) lesson.knowledge = lesson.beforeBurst;
    else startBurst(lesson, 0, 0, now);
    lesson.event = true;
    if (proven) return; // this server does keep connections
    if (lesson.early > 0 && opened - lesson.earlyNanos < 0) return; // open already: not in a row
    lesson.early++;
    lesson.earlyNanos = now;
    if (lesson.early < Belief.ENOUGH) return;
    lesson.knowledge = lesson.knowledge.with(Belief.provisional(0, 0, false, now), now);
    lesson.beforeBurst = lesson.knowledge;
  }

  private static void learn(Lesson lesson, long kept, long ended, boolean witnessed, long now) {
    boolean counts = !inBurst(lesson, now);
    if (counts) startBurst(lesson, kept, ended, now);
    if (lesson.event) return;
    if (Belief.apart(lesson.burstKept, lesson.burstEnded, kept, ended)) {
      lesson.event = true;
      lesson.knowledge = lesson.beforeBurst;
      return;
    }
    Belief held = lesson.knowledge.at(now);
    Belief next =
        held == null
            ? Belief.provisional(kept, ended, witnessed, now)
            : held.after(kept, ended, witnessed, counts, now);
    if (!next.equals(held)) lesson.knowledge = lesson.knowledge.with(next, now);
  }

  private static boolean inBurst(Lesson lesson, long now) {
    return lesson.inBurst && now - lesson.burstNanos < BURST_NANOS;
  }

  private static void startBurst(Lesson lesson, long kept, long ended, long now) {
    lesson.inBurst = true;
    lesson.event = false;
    lesson.burstNanos = now;
    lesson.burstKept = kept;
    lesson.burstEnded = ended;
    lesson.beforeBurst = lesson.knowledge;
  }
}
