package dev.redial.tests.kit;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Lets all tests look for a state more often than Awaitility does by itself, every 100 ms: hundreds
 * of them wait for a socket that closes within one. JUnit finds it as a service.
 */
public final class FrequentPolling implements BeforeAllCallback {
  private static final Duration INTERVAL = Duration.ofMillis(10);

  @Override
  public void beforeAll(ExtensionContext context) {
    Awaitility.setDefaultPollInterval(INTERVAL);
    Awaitility.setDefaultPollDelay(INTERVAL);
  }
}
