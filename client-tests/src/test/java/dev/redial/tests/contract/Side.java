package dev.redial.tests.contract;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.redial.RedialClient;
import java.net.http.HttpClient;

/**
 * The client under test: the JDK's, held to HTTP/1.1, which shows that a claim is true, or ours.
 */
enum Side {
  JDK {
    @Override
    HttpClient.Builder plainBuilder() {
      return HttpClient.newBuilder();
    }

    @Override
    HttpClient.Builder builder() {
      return plainBuilder().version(HttpClient.Version.HTTP_1_1);
    }
  },
  REDIAL {
    @Override
    HttpClient.Builder plainBuilder() {
      return RedialClient.newBuilder();
    }

    @Override
    HttpClient.Builder builder() {
      return plainBuilder();
    }
  };

  /**
   * Skips what is true of ours, but of the JDK's only since a version: that of 21 sends credentials
   * of the caller's own nowhere where it has an authenticator, for example.
   */
  void assumeSince(int version) {
    assumeTrue(
        this != JDK || Runtime.version().feature() >= version,
        () -> "not true of the JDK's client before version " + version);
  }

  /** A builder as it is handed out. */
  abstract HttpClient.Builder plainBuilder();

  /** A builder of clients that speak HTTP/1.1. */
  abstract HttpClient.Builder builder();
}
