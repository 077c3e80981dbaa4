package dev.redial.examples.race;

import dev.redial.examples.race.Result.ServerView;
import java.io.PrintStream;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/** Runs both clients side by side: first to warm up the virtual machine, then for the record. */
final class Race {
  private static final String JDK = "JDK";
  private static final String REDIAL = "Redial";

  private static final Duration WARM_UP = Duration.ofSeconds(4);
  private static final Duration RESTART_EVERY = Duration.ofMillis(4700);
  private static final Duration TICK = Duration.ofMillis(200);

  private final Options options;
  private final PrintStream out;
  private final LiveLine live;
  private final long seed;

  /**
   * @param terminal whether {@code out} can rewrite a line in place
   * @param seed decides the pauses and the methods; the same for both clients
   */
  Race(Options options, PrintStream out, boolean terminal, long seed) {
    this.options = options;
    this.out = out;
    this.live = new LiveLine(out, terminal);
    this.seed = seed;
  }

  /** Both results of one race: the same load, at the same time. */
  record Results(Result jdk, Result redial) {}

  /** Runs the race to its end. */
  Results run() throws Exception {
    warmUp();
    if (options.url().isPresent()) {
      Target target = new Target(options.url().get(), options.post(), false);
      return race(target, Optional.empty());
    }
    try (DemoServer server = DemoServer.start()) {
      return race(new Target(server.uri(), true, true), Optional.of(server));
    }
  }

  /**
   * Has the code of both clients compiled, by calls without pauses. These clients and this server
   * are not used again, so nobody enters the race with knowledge of the server's keep-alive.
   */
  private void warmUp() throws Exception {
    out.println("Warming up both clients on a server of their own ...");
    try (DemoServer server = DemoServer.start();
        HttpClient jdk = Clients.jdk();
        HttpClient redial = Clients.redial()) {
      Target target = new Target(server.uri(), true, true);
      try (Load first = load(JDK, jdk, target, WARM_UP, Duration.ZERO);
          Load second = load(REDIAL, redial, target, WARM_UP, Duration.ZERO)) {
        first.await();
        second.await();
      }
    }
  }

  private Results race(Target target, Optional<DemoServer> server) throws Exception {
    introduce(target, server);
    try (HttpClient jdk = Clients.jdk();
        HttpClient redial = Clients.redial();
        Load first = load(JDK, jdk, target, options.duration(), options.pause());
        Load second = load(REDIAL, redial, target, options.duration(), options.pause())) {
      watch(first, second, server);
      return new Results(
          new Result(JDK, first.await(), server.map(it -> ServerView.of(it.seen(), JDK))),
          new Result(REDIAL, second.await(), server.map(it -> ServerView.of(it.seen(), REDIAL))));
    }
  }

  private Load load(
      String name, HttpClient client, Target target, Duration length, Duration pause) {
    Rounds rounds = new Rounds(options.threads(), length, pause, seed);
    return Load.start(name, client, target, options.threads(), rounds, seed);
  }

  private void introduce(Target target, Optional<DemoServer> server) {
    out.printf(
        Locale.ROOT,
        "%d virtual threads per client call %s for %d s in rounds, %d ms (+- 60 ms) apart.%n",
        options.threads(),
        target.uri(),
        options.duration().toSeconds(),
        options.pause().toMillis());
    if (server.isEmpty()) return;
    out.printf(
        Locale.ROOT,
        "The server closes idle connections after %d ms without announcing it, and is replaced by a"
            + " new one every %d ms.%n",
        DemoServer.KEEP_ALIVE.toMillis(),
        RESTART_EVERY.toMillis());
  }

  private void watch(Load first, Load second, Optional<DemoServer> server) throws Exception {
    long start = System.nanoTime();
    int restarts = 0;
    while (!first.isDone() || !second.isDone()) {
      Thread.sleep(TICK);
      Duration elapsed = Duration.ofNanos(System.nanoTime() - start);
      if (server.isPresent() && restartIsDue(elapsed, restarts)) {
        server.get().restart();
        restarts++;
      }
      live.show(progress(elapsed, first, second) + restarted(server, restarts));
    }
    Duration elapsed = Duration.ofNanos(System.nanoTime() - start);
    live.end(progress(elapsed, first, second) + restarted(server, restarts));
  }

  private boolean restartIsDue(Duration elapsed, int restarts) {
    Duration due = RESTART_EVERY.multipliedBy(restarts + 1L);
    return elapsed.compareTo(due) >= 0 && elapsed.compareTo(options.duration()) < 0;
  }

  private static String progress(Duration elapsed, Load first, Load second) {
    return String.format(
        Locale.ROOT,
        "%3d s | %s: %s | %s: %s",
        elapsed.toSeconds(),
        JDK,
        first.progress(),
        REDIAL,
        second.progress());
  }

  private static String restarted(Optional<DemoServer> server, int restarts) {
    return server.isEmpty() ? "" : String.format(Locale.ROOT, " | restarts: %d", restarts);
  }
}
