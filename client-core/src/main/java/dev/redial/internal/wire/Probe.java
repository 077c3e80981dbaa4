package dev.redial.internal.wire;

/** What a look at an idle wire found. */
public enum Probe {
  /** Nothing: the wire can be used. */
  ALIVE,
  /** The peer has ended its side in an orderly way. */
  FIN,
  /** The wire was reset, has failed otherwise, or is no longer open. */
  RST,
  /** The peer has sent something that nobody asked for. */
  OCTETS
}
