package dev.redial;

/**
 * Whether the server may have acted on a request that failed.
 *
 * <p>It answers the one question that decides if a caller may send the request again by itself (RFC
 * 9110, section 9.2.2).
 */
public enum ServerActed {
  /** The server cannot have acted: it provably never had the whole request head. */
  NO,
  /** Nobody can tell from here: the request went out and no answer came back. */
  MAYBE,
  /** The server has acted: at least a part of its final answer arrived. */
  YES
}
