package dev.redial.examples;

import dev.redial.ExchangeFailure;
import dev.redial.RedialClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;

/** The migration from the JDK's client: the line that creates it, and nothing else. */
public final class QuickStart {
  private QuickStart() {}

  /**
   * Gets a URL and prints what came back, or why nothing did.
   *
   * @param args the URL
   * @throws InterruptedException if the program is to end
   */
  public static void main(String[] args) throws InterruptedException {
    URI uri = URI.create(args.length > 0 ? args[0] : "http://localhost:8080/");

    // Was: HttpClient client = HttpClient.newHttpClient();
    try (HttpClient client = RedialClient.newHttpClient()) {
      HttpRequest request = HttpRequest.newBuilder(uri).build();
      HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
      System.out.println(response.statusCode() + " " + response.body());
    } catch (IOException e) {
      System.out.println(explain(e));
    }
  }

  /** What a caller can learn from a failure beyond the type that it has always caught. */
  private static String explain(IOException e) {
    if (!(e instanceof ExchangeFailure failure)) return e.toString();
    return failure.code()
        + ": "
        + e.getMessage()
        + switch (failure.serverActed()) {
          case NO -> "\nThe server did not act on the request; it may be sent again.";
          case MAYBE -> "\nThe server may have acted on the request.";
          case YES -> "\nThe server did act on the request.";
        };
  }
}
