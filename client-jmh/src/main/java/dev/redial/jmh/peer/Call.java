package dev.redial.jmh.peer;

/** Something one caller does over and over. Confined to its caller. */
@FunctionalInterface
public interface Call {
  /**
   * Sends a request, and reads the answer to its end.
   *
   * @return the length of the answer's body
   * @throws Exception if it fails, or the status is not 200
   */
  long run() throws Exception;
}
