package dev.redial.tests.contract;

import dev.redial.RedialClient;
import dev.redial.tests.kit.Rig;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A test that runs with Redial and with the JDK's client. */
class BothClients {
  /** Long enough for anything that is to happen at all. */
  static final Duration PATIENCE = Duration.ofSeconds(10);

  @RegisterExtension final Rig rig = new Rig();
  private final List<HttpClient> ofTheJdk = new ArrayList<>();

  @AfterEach
  final void endTheJdkClients() throws InterruptedException {
    for (HttpClient client : ofTheJdk) {
      client.shutdownNow();
      if (!client.awaitTermination(PATIENCE)) throw new AssertionError("not ended: " + client);
    }
  }

  final HttpClient client(Side side) {
    return client(side, builder -> builder);
  }

  final HttpClient client(Side side, UnaryOperator<HttpClient.Builder> settings) {
    HttpClient client = settings.apply(side.builder()).build();
    if (client instanceof RedialClient redial) return rig.watch(redial);
    ofTheJdk.add(client);
    return client;
  }

  /** What the call throws; a call that returns fails the test. */
  static Throwable failureOf(Callable<?> call) {
    Object result;
    try {
      result = call.call();
    } catch (Throwable thrown) {
      return thrown;
    }
    throw new AssertionError("no failure but " + result);
  }

  /** The failure and everything that caused it. */
  static List<Throwable> chain(Throwable failure) {
    List<Throwable> chain = new ArrayList<>();
    for (Throwable t = failure; t != null && !chain.contains(t); t = t.getCause()) chain.add(t);
    return chain;
  }

  /** Whether some message in the chain has these words, in whatever case. */
  static boolean says(Throwable failure, String words) {
    return chain(failure).stream()
        .anyMatch(t -> String.valueOf(t.getMessage()).toLowerCase(Locale.ROOT).contains(words));
  }

  /** Threads that a test gives to a client, ended by whoever closes them. */
  static ExecutorService threads(int count) {
    return Executors.newFixedThreadPool(
        count, Thread.ofPlatform().name("contract-", 0).daemon().factory());
  }
}
