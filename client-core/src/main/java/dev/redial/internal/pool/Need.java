package dev.redial.internal.pool;

/** Which connection a request can ride on. */
enum Need {
  /** Safe to repeat: any that the idle rule allows; a lost race costs one more attempt. */
  REPEATABLE,
  /** Must not be sent twice: a new one, or one that the server is sure to keep. */
  UNREPEATABLE,
  /** A new one only. */
  FRESH;

  static Need of(boolean repeatable, boolean freshOnly) {
    if (freshOnly) return FRESH;
    return repeatable ? REPEATABLE : UNREPEATABLE;
  }
}
