package dev.redial.tests.contract;

import dev.redial.RedialClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;

/** A program that makes one call, and tells whether the module of Flight Recorder is there. */
final class OneCall {
  private OneCall() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    boolean there = ModuleLayer.boot().findModule("jdk.jfr").isPresent();
    try (RedialClient client = RedialClient.newHttpClient()) {
      HttpRequest request = HttpRequest.newBuilder(URI.create(args[0])).build();
      String body = client.send(request, BodyHandlers.ofString()).body();
      System.out.println(body + ", with Flight Recorder: " + there);
    }
  }
}
