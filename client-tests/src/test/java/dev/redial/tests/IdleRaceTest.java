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
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
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

  /** A load, and what its server can tell. */
  private record Lane(
      RacingLoad load, Supplier<ToIntFunction<String>> executions, IntSupplier connections) {}

  private final List<Racer> racers = new ArrayList<>();
  private final List<Lane> lanes = new ArrayList<>();

  @AfterEach
  void closeRacers() throws IOException {
    for (Racer racer : racers) racer.close();
  }

  @Test
  void noGetIsLostAndNoPostIsExecutedTwice() throws Exception {
    race("redial", () -> Racer.redial(rig.client()), Duration.ofSeconds(12));
    assertAll(lanes.stream().flatMap(IdleRaceTest::checks));
  }

  @Test
  @Tag("soak")
  @Timeout(600)
  void noGetIsLostAndNoPostIsExecutedTwiceInAMinute() throws Exception {
    Duration length = Duration.ofSeconds(Integer.getInteger("race.seconds", 60));
    race("redial", () -> Racer.redial(rig.client()), length);
    assertAll(lanes.stream().flatMap(IdleRaceTest::checks));
    double own = connectionsPerRequest();
    List<Double> others = new ArrayList<>();
    race("jdk", Racer::jdk, length);
    others.add(connectionsPerRequest());
    race("okhttp", Racer::okHttp, length);
    others.add(connectionsPerRequest());
    race("apache", Racer::apache, length);
    others.add(connectionsPerRequest());
    assertThat(own).isLessThanOrEqualTo(1.1 * Collections.min(others));
  }

  /** One client after the other, as all servers at once keep the machine busy enough. */
  private void race(String client, Supplier<Racer> racer, Duration length) throws Exception {
    lanes.clear();
    Path own = Files.createDirectory(folder.resolve(client));
    addScripted("raw FIN", length, racer, ServedConnection::fin);
    addScripted("raw RST", length, racer, ServedConnection::rst);
    addScripted("raw 408", length, racer, IdleRaceTest::timeOut);
    addNginx("nginx silent", length, racer, own, "keepalive_timeout 1s;");
    addNginx("nginx announced", length, racer, own, "keepalive_timeout 1s 1s;");
    addNode("node", length, racer, own);
    addHaProxy("haproxy", length, racer, own);
    for (Lane lane : lanes) lane.load.start();
    for (Lane lane : lanes) lane.load.await();
    for (Lane lane : lanes) System.out.println(figures(client, lane));
    System.out.printf(
        Locale.ROOT,
        "%-8s %-16s %.3f connections per call%n",
        client,
        "all",
        connectionsPerRequest());
  }

  private double connectionsPerRequest() {
    int calls = lanes.stream().mapToInt(lane -> lane.load.calls()).sum();
    return (double) lanes.stream().mapToInt(lane -> lane.connections.getAsInt()).sum() / calls;
  }

  private static String figures(String client, Lane lane) {
    RacingLoad load = lane.load;
    ToIntFunction<String> executions = lane.executions.get();
    return String.format(
        Locale.ROOT,
        "%-8s %-16s %5d calls, %d lost GETs, %d failed POSTs, %d POSTs and %d GETs executed twice, %d connections, %.3f per call",
        client,
        load.name(),
        load.calls(),
        load.lostGets().size(),
        load.failedPosts(),
        load.repeated(true, executions),
        load.repeated(false, executions),
        lane.connections.getAsInt(),
        (double) lane.connections.getAsInt() / load.calls());
  }

  private static Stream<Executable> checks(Lane lane) {
    RacingLoad load = lane.load;
    ToIntFunction<String> executions = lane.executions.get();
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

  private void addScripted(String name, Duration length, Supplier<Racer> racer, End end) {
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
    add(name, server.uri("/"), length, racer, () -> server::executions, server::connections);
  }

  private void addNginx(
      String name, Duration length, Supplier<Racer> racer, Path folder, String http)
      throws IOException {
    Path own = Files.createDirectory(folder.resolve(name.replace(' ', '-')));
    addReal(name, length, racer, Nginx.start(own, http, "location / { return 200 ok; }"));
  }

  private void addNode(String name, Duration length, Supplier<Racer> racer, Path folder)
      throws IOException {
    Path own = Files.createDirectory(folder.resolve(name));
    String settings = "server.keepAliveTimeout = 1000; server.keepAliveTimeoutBuffer = 0;";
    addReal(name, length, racer, NodeServer.start(own, settings));
  }

  private void addHaProxy(String name, Duration length, Supplier<Racer> racer, Path folder)
      throws IOException {
    Path own = Files.createDirectory(folder.resolve(name));
    String answer = "http-request return status 200 content-type text/plain string ok";
    addReal(name, length, racer, HaProxy.start(own, "timeout http-keep-alive 1s", answer));
  }

  private void addReal(String name, Duration length, Supplier<Racer> racer, RealServer server) {
    RealServer watched = rig.watch(server, server.port());
    add(
        name,
        watched.uri("/"),
        length,
        racer,
        () -> executions(watched),
        () -> connections(watched));
  }

  private static ToIntFunction<String> executions(RealServer server) {
    try {
      Map<String, Integer> counts = server.executions();
      return id -> counts.getOrDefault(id, 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int connections(RealServer server) {
    try {
      return server.connections();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void add(
      String name,
      URI uri,
      Duration length,
      Supplier<Racer> racer,
      Supplier<ToIntFunction<String>> executions,
      IntSupplier connections) {
    Random random = new Random(~name.hashCode());
    Racer client = racer.get();
    racers.add(client);
    RacingLoad load = new RacingLoad(name, client, uri, IDLE_LIMIT, length, random);
    lanes.add(new Lane(load, executions, connections));
  }
}
