package dev.redial.examples.race;

/**
 * The name of one request, sent in its {@value #HEADER} header; the same on every attempt.
 *
 * @param client who sends it
 * @param method its HTTP method
 * @param number its number among the requests of this client
 */
record RequestId(String client, String method, int number) {
  static final String HEADER = "X-Request-Id";

  /**
   * Reads what {@link #toString()} wrote.
   *
   * @throws IllegalArgumentException naming the text if it is anything else
   */
  static RequestId parse(String text) {
    String[] parts = text.split("-", -1);
    if (parts.length != 3) throw new IllegalArgumentException("not a request id: " + text);
    return new RequestId(parts[0], parts[1], Integer.parseInt(parts[2]));
  }

  @Override
  public String toString() {
    return client + "-" + method + "-" + number;
  }
}
