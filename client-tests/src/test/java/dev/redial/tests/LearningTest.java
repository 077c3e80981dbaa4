package dev.redial.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redial.IdleLimit;
import dev.redial.IdleLimit.Source;
import dev.redial.KeepAlive;
import dev.redial.OriginStats;
import dev.redial.RedialClient;
import dev.redial.ResponseTimeoutException;
import dev.redial.tests.kit.Answers;
import dev.redial.tests.kit.ApacheHttpd;
import dev.redial.tests.kit.HaProxy;
import dev.redial.tests.kit.Nginx;
import dev.redial.tests.kit.NodeServer;
import dev.redial.tests.kit.RealServer;
import dev.redial.tests.kit.Requests;
import dev.redial.tests.kit.Rig;
import dev.redial.tests.kit.ScriptedServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;

/** How long servers keep idle connections, learned by watching them do it. */
class LearningTest {
  /** The servers' timers are late by as much, and a busy machine adds to it. */
  private static final Duration LATE = Duration.ofMillis(400);

  /** The client begins to count when it has read the answer: later than the server, if held up. */
  private static final Duration EARLY = Duration.ofMillis(250);

  @RegisterExtension final Rig rig = new Rig();

  @TempDir Path folder;

  private interface Starting {
    RealServer start(Path own) throws IOException;
  }

  /** A server that is being watched; or why it is not. */
  private record Subject(
      String name, Duration limit, Optional<RealServer> server, RedialClient client, URI uri) {}

  @TestFactory
  Stream<DynamicTest> theLimitOfEachServerIsLearned() throws Exception {
    String haProxyAnswer = "http-request return status 200 content-type text/plain string ok";
    List<Subject> subjects =
        IntStream.rangeClosed(1, 2)
            .boxed()
            .flatMap(seconds -> {
              String s = seconds + "s";
              return Stream.of(
                  subject(
                      "nginx-" + s,
                      seconds,
                      "/",
                      own ->
                          Nginx.start(
                              own,
                              "keepalive_timeout " + s + ";",
                              "location / { return 200 ok; }")),
                  subject(
                      "haproxy-" + s,
                      seconds,
                      "/",
                      own -> HaProxy.start(own, "timeout http-keep-alive " + s, haProxyAnswer)),
                  subject(
                      "httpd-" + s,
                      seconds,
                      "/file.txt",
                      own -> ApacheHttpd.start(own, "KeepAliveTimeout " + seconds)),
                  subject(
                      "node-" + s,
                      seconds + 1,
                      "/",
                      own ->
                          NodeServer.start(
                              own, "server.keepAliveTimeout = " + seconds * 1000 + ";")));
            })
            .toList();
    for (int close = 1; close <= 4; close++) {
      for (Subject subject : subjects) if (subject.server.isPresent()) callTwice(subject);
      for (Subject subject : subjects)
        Awaitility.await(subject.name).until(() -> subject.client.stats().total() == 0);
    }
    return subjects.stream().map(s -> DynamicTest.dynamicTest(s.name, () -> assertLearned(s)));
  }

  private static void assertLearned(Subject subject) {
    if (subject.server.isEmpty())
      throw new TestAbortedException(subject.name + " is not installed, so its test is skipped");
    IdleLimit limit = limit(subject.client);
    assertThat(limit.value()).isBetween(subject.limit.minus(EARLY), subject.limit.plus(LATE));
    assertThat(limit.source()).isIn(Source.CONFIRMED, Source.ANNOUNCED);
  }

  @Test
  void aLimitThatAReloadChangesIsLearnedAnew() throws Exception {
    Nginx.assumeInstalled();
    Nginx server = Nginx.start(folder, "keepalive_timeout 1s;", "location / { return 200 ok; }");
    Subject subject =
        new Subject(
            "nginx",
            Duration.ofSeconds(1),
            Optional.of(rig.watch(server, server.port())),
            rig.client(),
            server.uri("/"));
    for (int close = 1; close <= 3; close++) {
      callTwice(subject);
      Awaitility.await().until(() -> subject.client.stats().total() == 0);
    }
    assertThat(limit(subject.client).value()).isLessThan(Duration.ofMillis(1_500));

    reloadWith(server, "keepalive_timeout 1s;", "keepalive_timeout 3s;");
    callUntil(subject, limit -> limit.value().compareTo(Duration.ofMillis(2_700)) > 0);

    reloadWith(server, "keepalive_timeout 3s;", "keepalive_timeout 1s;");
    callUntil(subject, limit -> limit.value().compareTo(Duration.ofMillis(1_500)) < 0);
  }

  /** Calls, waits until the connections have ended, and again. */
  private static void callUntil(Subject subject, Predicate<IdleLimit> learned) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(40))
        .pollInterval(Duration.ofMillis(10))
        .until(() -> {
          if (subject.client.stats().total() == 0) callTwice(subject);
          return learned.test(limit(subject.client));
        });
  }

  private void reloadWith(Nginx server, String before, String after) throws Exception {
    Path config = folder.resolve("nginx.conf");
    Files.writeString(config, Files.readString(config).replace(before, after));
    server.reload();
  }

  @Test
  void whereAConnectionIsDroppedSilentlyWhatTheUserKnowsIsRespected() throws Exception {
    Duration dropsAfter = Duration.ofMillis(600);
    ScriptedServer server =
        rig.server(c -> {
          while (c.requestComesWithin(dropsAfter)) {
            c.readRequest();
            c.send(Answers.ok("ok"));
          }
          c.mark("forgotten");
          c.stall(); // no FIN, and no answer any more
        });
    RedialClient told =
        rig.client(
            b -> b.keepAlive(KeepAlive.defaults().withKnownLimit(server.uri(""), dropsAfter)));
    assertThat(told.send(Requests.get(server.uri("/1")), BodyHandlers.ofString()).body())
        .isEqualTo("ok");
    Awaitility.await("the connection to be given up before the server forgets it")
        .until(() -> told.stats().total() == 0);
    assertThat(told.send(Requests.get(server.uri("/2")), BodyHandlers.ofString()).body())
        .isEqualTo("ok");
    assertThat(told.send(Requests.post(server.uri("/3"), "c"), BodyHandlers.ofString()).body())
        .isEqualTo("ok");

    RedialClient untold = rig.client();
    int unused = untold.send(Requests.get(server.uri("/4")), BodyHandlers.ofString()).statusCode();
    server.await(server.connections(), "forgotten");
    HttpRequest late =
        HttpRequest.newBuilder(server.uri("/5")).timeout(Duration.ofMillis(300)).build();
    assertThat(Failures.failureOf(untold, late)).isInstanceOf(ResponseTimeoutException.class);
  }

  private Subject subject(String name, int seconds, String target, Starting starting) {
    try {
      Path own = Files.createDirectory(folder.resolve(name));
      RealServer server = starting.start(own);
      rig.watch(server, server.port());
      return new Subject(
          name, Duration.ofSeconds(seconds), Optional.of(server), rig.client(), server.uri(target));
    } catch (TestAbortedException e) {
      return new Subject(
          name,
          Duration.ofSeconds(seconds),
          Optional.empty(),
          rig.client(),
          URI.create("http://localhost"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void callTwice(Subject subject) throws Exception {
    for (String method : List.of("GET", "POST")) {
      HttpRequest request = Requests.request(method, subject.uri, BodyPublishers.noBody());
      assertThat(subject.client.send(request, BodyHandlers.discarding()).statusCode())
          .isEqualTo(200);
    }
  }

  private static IdleLimit limit(RedialClient client) {
    List<OriginStats> origins = client.stats().origins();
    assertThat(origins).hasSize(1);
    return origins.get(0).idleLimit().orElseThrow();
  }
}
