package dev.redial.internal.policy;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many repetitions one origin may get: a bucket of tokens.
 *
 * <p>Each request puts a part of a token in, each repetition takes a whole one out, and a reserve
 * comes back by itself with time. So an origin at which everything fails gets little more than its
 * usual load. Safe for use by any number of threads; a healthy origin's bucket is full and merely
 * read.
 */
public final class RetryBudget {
  private static final long TOKEN = 1_000_000;
  private static final double NANOS_PER_SECOND = 1e9;

  private final long perRequest;
  private final long perSecond;
  private final long reserve;
  private final long most;
  private final AtomicLong tokens;
  private final AtomicLong refilled;

  /**
   * A bucket with its reserve in it.
   *
   * @param ratio tokens for each request
   * @param perSecond tokens that come back by themselves
   * @param reserve up to how many
   * @param most how many it holds
   * @param nowNanos on the scale of the later calls
   */
  public RetryBudget(double ratio, double perSecond, int reserve, int most, long nowNanos) {
    this.perRequest = Math.round(ratio * TOKEN);
    this.perSecond = Math.round(perSecond * TOKEN);
    this.reserve = reserve * TOKEN;
    this.most = Math.max(most * TOKEN, this.reserve);
    this.tokens = new AtomicLong(this.reserve);
    this.refilled = new AtomicLong(nowNanos);
  }

  /** A request is sent for the first time. */
  public void earn() {
    if (perRequest == 0 || tokens.get() >= most) return;
    long unused = tokens.updateAndGet(held -> Math.min(most, held + perRequest));
  }

  /**
   * A request is to be sent again.
   *
   * @param nowNanos monotonic
   * @return whether it may
   */
  public boolean spend(long nowNanos) {
    refill(nowNanos);
    while (true) {
      long held = tokens.get();
      if (held < TOKEN) return false;
      if (tokens.compareAndSet(held, held - TOKEN)) return true;
    }
  }

  private void refill(long nowNanos) {
    long last = refilled.get();
    long grown = (long) (perSecond * ((nowNanos - last) / NANOS_PER_SECOND));
    if (grown <= 0 || !refilled.compareAndSet(last, nowNanos)) return;
    long unused =
        tokens.updateAndGet(held -> held >= reserve ? held : Math.min(reserve, held + grown));
  }

  /**
   * Whether it is as good as new, so that it may be forgotten.
   *
   * @param nowNanos monotonic
   * @return whether nothing of the reserve is missing
   */
  public boolean isWhole(long nowNanos) {
    refill(nowNanos);
    return tokens.get() >= reserve;
  }
}
