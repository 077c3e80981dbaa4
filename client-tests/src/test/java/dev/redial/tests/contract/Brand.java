package dev.redial.tests.contract;

import dev.redial.RedialClient;
import java.net.http.HttpClient;

/** Whose client a test runs with: what the JDK's does, held to HTTP/1.1, is the contract. */
enum Brand {
  REDIAL {
    @Override
    HttpClient.Builder builder() {
      return RedialClient.newBuilder();
    }
  },
  JDK {
    @Override
    HttpClient.Builder builder() {
      return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1);
    }
  };

  abstract HttpClient.Builder builder();
}
