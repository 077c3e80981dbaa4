package dev.redial.internal.policy;

/**
 * How often a request was sent to its present target.
 *
 * @param made attempts, the one just ended included
 * @param raceMadeGood whether one of them was sent at once, to make good the keep-alive race
 */
public record Tries(int made, boolean raceMadeGood) {

  /** The first attempt has ended. */
  public static final Tries ONE = new Tries(1, false);

  /**
   * One more, at once.
   *
   * @return the next count
   */
  public Tries now() {
    return new Tries(made + 1, true);
  }

  /**
   * One more, after a back-off.
   *
   * @return the next count
   */
  public Tries later() {
    return new Tries(made + 1, raceMadeGood);
  }
}
