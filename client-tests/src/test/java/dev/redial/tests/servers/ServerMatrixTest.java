package dev.redial.tests.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.redial.RedialClient;
import dev.redial.tests.kit.LaunchedProcess;
import dev.redial.tests.kit.RequestSeen;
import dev.redial.tests.kit.Requests;
import dev.redial.tests.kit.Rig;
import dev.redial.tests.servers.ServerKind.Place;
import java.net.BindException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.opentest4j.TestAbortedException;

/** Each server that people run, in each scenario. */
@Timeout(60)
class ServerMatrixTest {
  /** Longer than the pauses of a scenario on a busy machine, and short enough to wait for. */
  private static final Duration IDLE = Duration.ofSeconds(2);

  /** What servers log of their starts and stops; held, as the loggers are forgotten otherwise. */
  private static final List<Logger> CHATTY =
      Stream.of("org.apache", "io.undertow", "org.xnio", "org.jboss")
          .map(Logger::getLogger)
          .toList();

  private static final AtomicInteger REQUESTS = new AtomicInteger();
  private static final String IDLE_LIMIT = "IDLE_LIMIT";
  private static final Map<ServerKind, Map<String, String>> OUTCOMES =
      new EnumMap<>(ServerKind.class);
  private static final Map<ServerKind, Running> RUNNING = new EnumMap<>(ServerKind.class);

  @TempDir static Path folder;

  private static final Site SITE_BEHIND = new Site();
  private static JdkServer behind;

  @RegisterExtension final Rig rig = new Rig();

  /** A server of the matrix as it runs just now. */
  private static final class Running {
    final ServerKind kind;
    final Place place;
    RunningServer server;

    Running(ServerKind kind) throws Exception {
      this.kind = kind;
      this.place =
          new Place(
              kind.passesOn() ? SITE_BEHIND : new Site(),
              LaunchedProcess.freePort(),
              behind.port(),
              Files.createDirectory(folder.resolve(kind.name().toLowerCase(Locale.ROOT))),
              IDLE);
      this.server = kind.start(place);
    }
  }

  @BeforeAll
  static void startWhatIsBehindTheProxies() throws Exception {
    for (Logger logger : CHATTY) logger.setLevel(Level.OFF);
    behind = new JdkServer(SITE_BEHIND, 0);
  }

  @AfterAll
  static void stopAll() throws Exception {
    for (Running running : RUNNING.values()) running.server.stop();
    RUNNING.clear();
    behind.stop();
    if (OUTCOMES.values().stream().anyMatch(row -> row.containsValue("FAILED")))
      System.err.println(table());
    OUTCOMES.clear();
  }

  static Stream<Arguments> matrix() {
    return Stream.of(ServerKind.values())
        .flatMap(kind -> Stream.of(Scenario.values()).map(scenario -> arguments(kind, scenario)));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("matrix")
  void everyServerIsGotOnWith(ServerKind kind, Scenario scenario) throws Exception {
    note(kind, scenario.name(), "FAILED");
    assumeInstalled(kind, scenario.name());
    if (scenario == Scenario.EARLY_ANSWER && !kind.canAnswerEarly()) {
      note(kind, scenario.name(), "skipped");
      throw new TestAbortedException(kind + " of this version cannot answer early");
    }
    scenario.play(new Performance(running(kind)));
    note(kind, scenario.name(), "ok");
  }

  /** All at the same time, as each takes its time; not even a POST meets what has ended. */
  @Test
  void whatEachServerEndedWhileIdleIsNotUsedAgain() throws Exception {
    List<Performance> waiting = new ArrayList<>();
    for (ServerKind kind : ServerKind.values()) {
      if (!kind.limitsIdleTime() || !isInstalled(kind)) continue;
      note(kind, IDLE_LIMIT, "FAILED");
      Performance performance = new Performance(running(kind));
      Scenario.assertSmall(performance.get("/small"));
      waiting.add(performance);
    }
    for (Performance performance : waiting) {
      Awaitility.await("the idle limit of " + performance.running.kind)
          .until(() -> performance.client.stats().total() == 0);
      Scenario.assertSmall(performance.post("/small", BodyPublishers.ofString("content")));
      assertThat(performance.client.stats().opened()).isEqualTo(2);
      performance.assertExecutedOnce();
      note(performance.running.kind, IDLE_LIMIT, "ok");
    }
  }

  private static void note(ServerKind kind, String scenario, String outcome) {
    OUTCOMES.computeIfAbsent(kind, unused -> new TreeMap<>()).put(scenario, outcome);
  }

  private static void assumeInstalled(ServerKind kind, String scenario) {
    try {
      kind.assumeInstalled();
    } catch (TestAbortedException e) {
      note(kind, scenario, "skipped");
      throw e;
    }
  }

  private static boolean isInstalled(ServerKind kind) {
    try {
      assumeInstalled(kind, IDLE_LIMIT);
      return true;
    } catch (TestAbortedException e) {
      return false;
    }
  }

  private static Running running(ServerKind kind) throws Exception {
    Running running = RUNNING.get(kind);
    if (running == null) {
      running = new Running(kind);
      RUNNING.put(kind, running);
    }
    return running;
  }

  private static String table() {
    List<String> columns =
        Stream.concat(Stream.of(Scenario.values()).map(Scenario::name), Stream.of(IDLE_LIMIT))
            .toList();
    StringBuilder table = new StringBuilder("\n").append(cell(""));
    for (String column : columns) table.append(cell(column));
    OUTCOMES.forEach((kind, row) -> {
      table.append('\n').append(cell(kind.name()));
      for (String column : columns) table.append(cell(row.getOrDefault(column, "-")));
    });
    return table.toString();
  }

  private static String cell(String text) {
    return String.format(Locale.ROOT, "%-15s", text);
  }

  /** A scenario being played with one server. */
  private final class Performance implements Scenario.Stage {
    private final Running running;
    private final RedialClient client = rig.client();
    private final List<String> executed = new ArrayList<>();
    private final List<String> refused = new ArrayList<>();

    Performance(Running running) {
      this.running = running;
      AutoCloseable stays = rig.watch(() -> {}, running.place.port());
      assertThat(stays).isNotNull();
    }

    @Override
    public RedialClient client() {
      return client;
    }

    @Override
    public HttpResponse<byte[]> get(String path) throws Exception {
      return send("GET", path, BodyPublishers.noBody());
    }

    @Override
    public HttpResponse<byte[]> head(String path) throws Exception {
      return send("HEAD", path, BodyPublishers.noBody());
    }

    @Override
    public HttpResponse<byte[]> post(String path, BodyPublisher body) throws Exception {
      return send("POST", path, body);
    }

    private HttpResponse<byte[]> send(String method, String path, BodyPublisher body)
        throws Exception {
      String id = "r" + REQUESTS.incrementAndGet();
      (path.equals("/refused") ? refused : executed).add(id);
      URI uri = URI.create("http://127.0.0.1:" + running.place.port() + path);
      HttpRequest request =
          Requests.of(method, uri).method(method, body).header(RequestSeen.ID_FIELD, id).build();
      return client.send(request, BodyHandlers.ofByteArray());
    }

    @Override
    public void restart() throws Exception {
      running.server.stop();
      executed.clear(); // some servers forget with it
      // A connection of somebody else's may have its port for its own end at the moment.
      running.server =
          Awaitility.await("the server's port")
              .pollDelay(Duration.ZERO)
              .ignoreExceptionsMatching(thrown -> isPortTaken(thrown))
              .until(() -> running.kind.start(running.place), server -> true);
    }

    private static boolean isPortTaken(Throwable thrown) {
      Throwable cause = thrown;
      while (cause != null && !(cause instanceof BindException)) cause = cause.getCause();
      return cause != null;
    }

    @Override
    public void assertExecutedOnce() throws Exception {
      assertNothingTwice();
      assertThat(refused).isEmpty();
    }

    @Override
    public void assertNothingTwice() throws Exception {
      Awaitility.await("the log of what was executed")
          .untilAsserted(() -> {
            Map<String, Integer> executions = running.server.executions(running.place.site());
            assertThat(executed).allSatisfy(id -> assertThat(executions).containsEntry(id, 1));
            assertThat(refused)
                .allSatisfy(id -> assertThat(executions.getOrDefault(id, 1)).isEqualTo(1));
          });
    }
  }
}
