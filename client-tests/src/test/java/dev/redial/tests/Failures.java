package dev.redial.tests;

import dev.redial.RedialClient;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Catches failures and takes them apart. */
final class Failures {
  private Failures() {}

  /** The failure of a request that must not succeed. */
  static Exception failureOf(RedialClient client, HttpRequest request) throws InterruptedException {
    return failureOf(client, request, BodyHandlers.ofString());
  }

  /** The failure of a request that must not succeed, with that handler. */
  static Exception failureOf(
      RedialClient client, HttpRequest request, HttpResponse.BodyHandler<?> handler)
      throws InterruptedException {
    HttpResponse<?> answer;
    try {
      answer = client.send(request, handler);
    } catch (IOException | RuntimeException e) {
      return e;
    }
    throw new AssertionError("no failure but " + answer + " with " + answer.body());
  }

  /** The failure of a request that must not succeed, to be waited for; many may be under way. */
  static CompletableFuture<Exception> failing(RedialClient client, HttpRequest request) {
    CompletableFuture<Exception> failing = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          try {
            failing.complete(failureOf(client, request));
          } catch (InterruptedException | AssertionError e) {
            failing.completeExceptionally(e);
          }
        });
    return failing;
  }

  /** The failure and everything that caused it. */
  static List<Throwable> chain(Throwable failure) {
    List<Throwable> chain = new ArrayList<>();
    for (Throwable t = failure; t != null && !chain.contains(t); t = t.getCause()) chain.add(t);
    return chain;
  }
}
