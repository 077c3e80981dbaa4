package dev.redial.tests.contract;

import java.net.Authenticator;
import java.net.PasswordAuthentication;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** An authenticator that knows passwords, one after the other, and remembers who asked. */
final class Knowing extends Authenticator {
  final List<String> questions = new CopyOnWriteArrayList<>();
  private final List<String> passwords;

  /** The last password is given again and again; without any, nothing is known. */
  Knowing(String... passwords) {
    this.passwords = List.of(passwords);
  }

  int asked() {
    return questions.size();
  }

  @Override
  protected @Nullable PasswordAuthentication getPasswordAuthentication() {
    questions.add(
        getRequestorType()
            + " "
            + getRequestingScheme()
            + " "
            + getRequestingPrompt()
            + " "
            + getRequestingHost()
            + ":"
            + getRequestingPort());
    if (passwords.isEmpty()) return null;
    int next = Math.min(questions.size(), passwords.size()) - 1;
    return new PasswordAuthentication("user", passwords.get(next).toCharArray());
  }
}
