package dev.redial.examples.race;

import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;

/** The two clients that race; this line is all that differs between them. */
final class Clients {
  private Clients() {}

  static HttpClient jdk() {
    return HttpClient.newBuilder().version(Version.HTTP_1_1).build();
  }

  static HttpClient redial() {
    return HttpClient.newBuilder().version(Version.HTTP_1_1).build();
  }
}
