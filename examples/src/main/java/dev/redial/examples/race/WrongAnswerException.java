package dev.redial.examples.race;

import java.io.IOException;

/** The answer that the client handed out belongs to another request. */
final class WrongAnswerException extends IOException {
  private static final long serialVersionUID = 1L;

  WrongAnswerException(String expected, String received) {
    super("expected the answer to " + expected + ", received: " + received);
  }
}
