package dev.redial.jmh.peer;

import java.net.URI;
import java.nio.file.Path;

/**
 * A client, set up like the others: at most as many connections as it is told, no compression, no
 * cookies, no redirects, no logging. Each call builds its request anew, as a program would, and
 * checks the status.
 */
public interface Peer extends AutoCloseable {
  /**
   * A GET whose body is wanted as a byte array.
   *
   * @param uri of what
   * @return a call for one caller
   */
  Call get(URI uri);

  /**
   * A POST whose answer's body is wanted as a byte array.
   *
   * @param uri where to
   * @param body what is sent
   * @return a call for one caller
   */
  Call post(URI uri, byte[] body);

  /**
   * A GET whose body is wanted in a file.
   *
   * @param uri of what
   * @param file is overwritten
   * @return a call for one caller
   */
  Call download(URI uri, Path file);

  /**
   * A GET whose body is read as it comes and thrown away.
   *
   * @param uri of what
   * @return a call for one caller
   */
  Call stream(URI uri);

  /** Ends its connections and threads. */
  @Override
  void close();
}
