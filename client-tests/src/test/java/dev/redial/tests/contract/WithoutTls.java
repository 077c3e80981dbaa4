package dev.redial.tests.contract;

import dev.redial.RedialClient;
import java.net.http.HttpClient;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** A program in a process whose default SSLContext cannot be made: tells how building fails. */
final class WithoutTls {
  private WithoutTls() {}

  public static void main(String[] args) {
    Side side = Side.valueOf(args[0]);
    tell("builder", () -> side.builder().build());
    tell(
        "newHttpClient",
        side == Side.JDK ? HttpClient::newHttpClient : RedialClient::newHttpClient);
  }

  private static void tell(String what, Supplier<HttpClient> building) {
    String outcome;
    try (HttpClient client = building.get()) {
      outcome = "built " + client;
    } catch (RuntimeException e) {
      outcome =
          Causes.of(e).stream()
              .limit(3)
              .map(t -> t.getClass().getName())
              .collect(Collectors.joining(", "));
    }
    System.out.println(what + ": " + outcome);
  }
}
