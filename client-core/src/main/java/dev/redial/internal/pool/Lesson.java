package dev.redial.internal.pool;

import dev.redial.IdleLimit;
import dev.redial.IdleLimit.Source;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What one server taught about how long it keeps an idle connection. Confined to the pool's lock.
 */
final class Lesson {

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

  private Knowledge knowledge = Knowledge.NONE;

  /** What the user said, or unknown. */
  private final long preset;

  /** The latest promise. */
  private long promised;

  // The closes of one second.
  private Knowledge beforeBurst = Knowledge.NONE;
  private boolean inBurst;
  private boolean event;
  private long burstNanos;
  private long burstKept;
  private long burstEnded;

  // Early closes in a row.
  private int early;
  private long earlyNanos;

  Lesson(long presetNanos) {
    preset = presetNanos;
    promised = presetNanos;
  }

  /** What is believed now, or null. */
  @Nullable Belief believed(long now) {
    return knowledge.at(now);
  }

  /** The user's word, or {@link IdleRule#UNKNOWN}. */
  long presetNanos() {
    return preset;
  }

  /** What is known of the limit, by whatever means, or null; the value is for {@code stats()}. */
  @Nullable IdleLimit limit(long now) {
    Belief held = knowledge.at(now);
    long nanos = IdleRule.limitNanos(promised, held);
    if (nanos == Long.MAX_VALUE) return null;
    Source source = nanos == preset ? Source.PRESET : Source.ANNOUNCED;
    if (held != null && nanos != promised)
      source = held.confirmed() ? Source.CONFIRMED : Source.PROVISIONAL;
    return new IdleLimit(Duration.ofNanos(nanos), source);
  }

  /**
   * Told after each answer how long the server says that it keeps connections, or {@link
   * IdleRule#UNKNOWN}. One that says something else than before was configured anew, so that
   * nothing learned holds.
   *
   * @return for how long the server promises to keep the connection, by its own or the user's word,
   *     or {@link IdleRule#UNKNOWN}
   */
  long promised(long announced) {
    if (announced < 0) return preset;
    long least = preset < 0 ? announced : Math.min(announced, preset);
    if (least != promised) {
      promised = least;
      knowledge = Knowledge.NONE;
      beforeBurst = Knowledge.NONE;
    }
    return least;
  }

  /**
   * An idle connection was found ended.
   *
   * @param kept its idle age at the last look that found it alive, 0 if there was none
   * @param ended its idle age now
   * @param opened when it was opened
   * @param proven whether it had carried more than one exchange
   */
  void sawClose(long kept, long ended, long opened, boolean proven, long now) {
    if (kept < Reaper.PERIOD_NANOS && ended < EARLY_NANOS) {
      sawEarlyClose(opened, proven, now);
      return;
    }
    boolean witnessed = ended - kept <= Math.max(VAGUE_NANOS, ended / 10);
    learn(kept, ended, witnessed, now);
  }

  /**
   * A reused connection that the probe had found alive at this age was ended before the first octet
   * of a response.
   */
  void sawHangUp(long age, long opened, boolean proven, long now) {
    if (age < Reaper.PERIOD_NANOS) sawEarlyClose(opened, proven, now);
    else learn(age, age, false, now);
  }

  /** An exchange on a connection that had been idle for this long went well. */
  void sawReuse(long age, long now) {
    early = 0;
    Belief held = knowledge.at(now);
    if (held != null && held.refutedBy(age)) raise(age, now);
  }

  /**
   * A look found an idle connection of this age not ended. That is no proof where a middlebox may
   * have forgotten it, so it raises only what was promised, or learned from closes that were seen.
   */
  void sawAlive(long age, long now) {
    Belief held = knowledge.at(now);
    boolean outlives =
        held == null
            ? promised > 0 && age >= Belief.goneNanos(promised)
            : held.witnessed() && held.refutedBy(age);
    if (outlives) raise(age, now);
  }

  private void raise(long age, long now) {
    knowledge = new Knowledge(Belief.provisional(age, age, true, now), null);
  }

  private void sawEarlyClose(long opened, boolean proven, long now) {
    if (inBurst(now)) knowledge = beforeBurst;
    else startBurst(0, 0, now);
    event = true;
    if (proven) return; // this server does keep connections
    if (early > 0 && opened - earlyNanos < 0) return; // open already: not in a row
    early++;
    earlyNanos = now;
    if (early < Belief.ENOUGH) return;
    knowledge = knowledge.with(Belief.provisional(0, 0, false, now), now);
    beforeBurst = knowledge;
  }

  private void learn(long kept, long ended, boolean witnessed, long now) {
    boolean counts = !inBurst(now);
    if (counts) startBurst(kept, ended, now);
    if (event) return;
    if (Belief.apart(burstKept, burstEnded, kept, ended)) {
      event = true;
      knowledge = beforeBurst;
      return;
    }
    Belief held = knowledge.at(now);
    Belief next =
        held == null
            ? Belief.provisional(kept, ended, witnessed, now)
            : held.after(kept, ended, witnessed, counts, now);
    if (!next.equals(held)) knowledge = knowledge.with(next, now);
  }

  private boolean inBurst(long now) {
    return inBurst && now - burstNanos < BURST_NANOS;
  }

  private void startBurst(long kept, long ended, long now) {
    inBurst = true;
    event = false;
    burstNanos = now;
    burstKept = kept;
    burstEnded = ended;
    beforeBurst = knowledge;
  }
}
