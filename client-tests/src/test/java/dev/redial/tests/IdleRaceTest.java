package dev.redial.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertAll;

import dev.redial.tests.kit.Answers;
import dev.redial.tests.kit.HaProxy;
import dev.redial.tests.kit.Nginx;
import dev.redial.tests.kit.NodeServer;
import dev.redial.tests.kit.RealServer;
import dev.redial.tests.kit.Rig;
import dev.redial.tests.kit.ScriptedServer;
import dev.redial.tests.kit.ScriptedServer.Script;
import dev.redial.tests.kit.ServedConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/**
 * The main job: calls with pauses around the time after which the server closes an idle connection.
 * No GET is lost, no POST is executed twice, and a POST fails at most while nobody can know the
 * server's limit yet.
 */
class IdleRaceTest {
  private static final Duration IDLE_LIMIT = Duration.ofSeconds(1);
  private static final int JITTER_MILLIS = 60;

  /** The first connections are closed after about one limit, the close is noticed soon after. */
  private static final Duration LEARNING_TIME = IDLE_LIMIT.multipliedBy(3);

  @RegisterExtension final Rig rig = new Rig();

  @TempDir Path folder;

  /** The loads, each with a way to ask its server how often it executed a request. */
  private final Map<RacingLoad, Supplier<ToIntFunction<String>>> loads = new LinkedHashMap<>();

  @Test
  void noGetIsLostAndNoPostIsExecutedTwice() throws Exception {
    race(Duration.ofSeconds(12));
  }

  @Test
  @Tag("soak")
  @Timeout(120)
  void noGetIsLostAndNoPostIsExecutedTwiceInAMinute() throws Exception {
    race(Duration.ofSeconds(60));
  }

  private void race(Duration length) throws Exception {
    addScripted("raw FIN", length, ServedConnection::fin);
    addScripted("raw RST", length, ServedConnection::rst);
    addScripted("raw 408", length, IdleRaceTest::timeOut);
    addNginx("nginx silent", length, "keepalive_timeout 1s;");
    addNginx("nginx announced", length, "keepalive_timeout 1s 1s;");
    addNode("node", length, "server.keepAliveTimeout = 1000; server.keepAliveTimeoutBuffer = 0;");
    addHaProxy("haproxy", length, "timeout http-keep-alive 1s");
    loads.keySet().forEach(RacingLoad::start);
    for (RacingLoad load : loads.keySet()) load.await();
    for (RacingLoad load : loads.keySet()) System.out.println(load.figures());
    assertAll(loads.entrySet().stream().flatMap(e -> checks(e.getKey(), e.getValue().get())));
  }

  private static Stream<Executable> checks(RacingLoad load, ToIntFunction<String> executions) {
    return Stream.of(
        () -> assertThat(load.calls()).as("calls").isGreaterThan(300),
        () -> assertThat(load.lostGets()).as("lost GETs").isEmpty(),
        () -> assertThat(load.wronglyExecuted(executions)).as("executions").isEmpty(),
        () -> assertThat(load.oddFailures()).as("failures other than a hang-up").isEmpty(),
        () ->
            assertThat(load.postsFailedAfter(LEARNING_TIME))
                .as("POSTs failed though the limit was known")
                .isEmpty());
  }

  /** How a server ends a connection that was idle for too long. */
  @FunctionalInterface
  private interface End {
    void end(ServedConnection connection) throws IOException;
  }

  private static void timeOut(ServedConnection connection) throws IOException {
    connection.send(Answers.status("408 Request Timeout", "", "Connection: close"));
    connection.fin();
  }

  private void addScripted(String name, Duration length, End end) {
    Random random = new Random(name.hashCode());
    Script script =
        c -> {
          while (c.requestComesWithin(
              IDLE_LIMIT.plusMillis(random.nextInt(-JITTER_MILLIS, JITTER_MILLIS + 1)))) {
            c.readRequest();
            c.send(Answers.ok("ok"));
          }
          end.end(c);
        };
    ScriptedServer server = rig.server(script);
    add(name, server.uri("/"), length, () -> server::executions);
  }

  private void addNginx(String name, Duration length, String http) throws IOException {
    Path own = Files.createDirectory(folder.resolve(name.replace(' ', '-')));
    addReal(name, length, Nginx.start(own, http, "location / { return 200 ok; }"));
  }

  private void addNode(String name, Duration length, String settings) throws IOException {
    Path own = Files.createDirectory(folder.resolve(name));
    addReal(name, length, NodeServer.start(own, settings));
  }

  private void addHaProxy(String name, Duration length, String defaults) throws IOException {
    Path own = Files.createDirectory(folder.resolve(name));
    String answer = "http-request return status 200 content-type text/plain string ok";
    addReal(name, length, HaProxy.start(own, defaults, answer));
  }

  private void addReal(String name, Duration length, RealServer server) {
    RealServer watched = rig.watch(server, server.port());
    add(name, watched.uri("/"), length, () -> executions(watched));
  }

  private static ToIntFunction<String> executions(RealServer server) {
    try {
      Map<String, Integer> counts = server.executions();
      return id -> counts.getOrDefault(id, 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void add(
      String name, URI uri, Duration length, Supplier<ToIntFunction<String>> executions) {
    Random random = new Random(~name.hashCode());
    loads.put(new RacingLoad(name, rig.client(), uri, IDLE_LIMIT, length, random), executions);
  }
}
