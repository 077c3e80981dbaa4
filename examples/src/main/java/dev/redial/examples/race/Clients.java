package dev.redial.examples.race;

import dev.redial.RedialClient;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;

/** The two clients that race; all that differs is the line that creates them. */
final class Clients {
  private Clients() {}

  static HttpClient jdk() {
    return HttpClient.newBuilder().version(Version.HTTP_1_1).build();
  }

  static HttpClient redial() {
    return RedialClient.newBuilder().version(Version.HTTP_1_1).build();
  }
}
