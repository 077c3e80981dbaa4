package dev.redial;

/** Why a client closed a connection. */
public enum CloseReason {
  /** The server had ended it while it was idle, in an orderly way or by a reset. */
  ENDED_WHILE_IDLE,
  /** There were octets on it, while it was idle, that nobody had asked for. */
  UNASKED_OCTETS,
  /** The server ended it under a request, before the head of its answer was complete. */
  HUNG_UP,
  /**
   * Its exchange failed otherwise, or was given up: a time-out, an interrupt, a body left unread.
   */
  BROKEN_OFF,
  /**
   * Its exchange ended well, and there can be no other on it: either side asked for that, or the
   * answer was followed by octets that belong to nobody.
   */
  LAST_EXCHANGE,
  /**
   * It was fit for use, and is not kept: it had been idle or open for too long, as long as one that
   * the server has just ended, or its place was needed.
   */
  RETIRED,
  /** The client was shut down. */
  SHUT_DOWN
}
