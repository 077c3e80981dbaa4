package dev.redial.jmh.guard;

import dev.redial.RedialClient;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;

/** A process that sends so many GETs, one after the other, on a thread of the kind it is told. */
final class CountedCalls {
  private CountedCalls() {}

  public static void main(String[] args) throws Exception {
    URI uri = URI.create(args[0]);
    int calls = Integer.parseInt(args[1]);
    Thread.Builder builder = args[2].equals("virtual") ? Thread.ofVirtual() : Thread.ofPlatform();
    builder.start(() -> call(uri, calls)).join();
  }

  private static void call(URI uri, int calls) {
    HttpRequest request = HttpRequest.newBuilder(uri).build();
    try (HttpClient client = RedialClient.newHttpClient()) {
      for (int i = 0; i < calls; i++) client.send(request, BodyHandlers.ofByteArray());
    } catch (Exception e) {
      throw new IllegalStateException("a call failed", e);
    }
  }
}
