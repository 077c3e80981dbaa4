package dev.redial.internal.http1;

/** A field line that many requests have in common, checked and encoded once. Immutable. */
public final class FieldLine {
  private final byte[] octets;

  /**
   * A field line.
   *
   * @param name a token
   * @param value sent in ISO-8859-1
   * @throws IllegalArgumentException if one of them is not what {@link Syntax} allows
   */
  public FieldLine(String name, String value) {
    Octets encoded = new Octets();
    RequestWriter.field(encoded, name, value);
    this.octets = encoded.toArray();
  }

  /**
   * Adds the line.
   *
   * @param to where to
   */
  public void writeTo(Octets to) {
    to.bytes(octets, 0, octets.length);
  }
}
