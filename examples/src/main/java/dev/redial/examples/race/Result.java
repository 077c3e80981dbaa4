package dev.redial.examples.race;

import java.util.Optional;

/**
 * How one client did.
 *
 * @param client its name
 * @param outcome what it saw
 * @param server what the server saw of it; empty if the server does not tell
 */
record Result(String client, Outcome outcome, Optional<ServerView> server) {

  /**
   * What the server saw of one client.
   *
   * @param repeatedGets GETs that it executed more than once
   * @param repeatedPosts POSTs that it executed more than once
   * @param connections connections on which a request came
   */
  record ServerView(int repeatedGets, int repeatedPosts, int connections) {
    static ServerView of(ServerRecord seen, String client) {
      return new ServerView(
          seen.repeated(client, "GET"), seen.repeated(client, "POST"), seen.connections(client));
    }
  }

  /** GETs that ended in an exception; nothing forbids to send a GET again, so none should. */
  int lostGets() {
    return outcome.failed("GET");
  }

  int repeatedPosts() {
    return server.map(ServerView::repeatedPosts).orElse(0);
  }

  /** Whether no GET was lost, no POST repeated and no answer given to the wrong request. */
  boolean isSound() {
    return lostGets() == 0 && repeatedPosts() == 0 && outcome.wrongAnswers() == 0;
  }
}
