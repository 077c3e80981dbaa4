package dev.redial.jmh.server;

/** What the server has to offer. */
public enum Resource {
  /** 100 octets. */
  SMALL("/small"),
  /** Takes a body and answers with its length, in decimal. */
  LENGTH("/length"),
  /** 1 MiB. */
  BIG("/big"),
  /** 100 octets, after which the server closes the connection. */
  CLOSING("/closing"),
  /**
   * 100 octets as soon as so many requests wait for it as the path says: that many connections are
   * then open at once.
   */
  TOGETHER("/together/");

  /** Octets of {@link #SMALL}. */
  public static final int SMALL_LENGTH = 100;

  /** Octets of {@link #BIG}. */
  public static final int BIG_LENGTH = 1024 * 1024;

  private final String path;

  Resource(String path) {
    this.path = path;
  }

  /**
   * Where it is found.
   *
   * @return the path of its URI, with a leading slash
   */
  public String path() {
    return path;
  }
}
