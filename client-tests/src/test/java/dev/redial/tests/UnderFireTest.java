package dev.redial.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redial.HangUpException;
import dev.redial.HangUpException.Ending;
import dev.redial.RedialClient;
import dev.redial.Retries;
import dev.redial.ServerActed;
import dev.redial.tests.kit.Crowd;
import dev.redial.tests.kit.Nginx;
import dev.redial.tests.kit.RequestSeen;
import dev.redial.tests.kit.Requests;
import dev.redial.tests.kit.Rig;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Calls without a pause while nginx is reloaded, or its workers are killed, again and again. */
class UnderFireTest {
  private static final int THREADS = 64;

  @RegisterExtension final Rig rig = new Rig();

  @TempDir Path folder;

  private final AtomicInteger calls = new AtomicInteger();
  private final AtomicInteger blows = new AtomicInteger();

  /** What is done to the server. */
  private enum Blow {
    RELOAD,
    KILL
  }

  @Test
  void reloads() throws Exception {
    assertNothingLost(Blow.RELOAD, Duration.ofSeconds(4), Duration.ofMillis(800));
  }

  @Test
  void deathsOfWorkers() throws Exception {
    assertNothingLost(Blow.KILL, Duration.ofSeconds(4), Duration.ofMillis(800));
  }

  /** nginx resets what it has not read, and nothing else stands between. */
  @ParameterizedTest
  @EnumSource
  void whereAResetMeansUnreadNothingIsLostToOne(Blow blow) throws Exception {
    assertNothingResetIsLost(blow, Duration.ofSeconds(4), Duration.ofMillis(800));
  }

  @Test
  @Tag("soak")
  void manyReloads() throws Exception {
    assertNothingLost(Blow.RELOAD, Duration.ofSeconds(30), Duration.ofSeconds(2));
  }

  @ParameterizedTest
  @EnumSource
  @Tag("soak")
  void whereAResetMeansUnreadNothingIsLostToManyOfThem(Blow blow) throws Exception {
    assertNothingResetIsLost(blow, Duration.ofSeconds(30), Duration.ofSeconds(2));
  }

  @Test
  @Tag("soak")
  void manyDeathsOfWorkers() throws Exception {
    assertNothingLost(Blow.KILL, Duration.ofSeconds(30), Duration.ofSeconds(2));
  }

  private void assertNothingLost(Blow blow, Duration length, Duration interval) throws Exception {
    Map<String, IOException> lost = lost(blow, length, interval, Retries.defaults());
    // A worker of nginx that ends its idle connections drops requests that it has not looked at
    // yet: at most those that were under way.
    assertThat(lost.size()).isLessThanOrEqualTo(blows.get() * THREADS);
    if (length.toSeconds() >= 30)
      assertThat(lost.size()).isLessThanOrEqualTo(calls.get() / 2 / 200);
  }

  /** What is left crossed with the orderly end of an idle connection, or had been read. */
  private void assertNothingResetIsLost(Blow blow, Duration length, Duration interval)
      throws Exception {
    Retries unread = Retries.defaults().withResetsAsUnread(true);
    Map<String, IOException> lost = lost(blow, length, interval, unread);
    assertThat(lost.values()).noneMatch(UnderFireTest::isReset);
    assertThat(lost.size()).isLessThanOrEqualTo(blows.get());
  }

  /** The POSTs that were lost; that none was executed twice, and no GET lost, is checked. */
  private Map<String, IOException> lost(
      Blow blow, Duration length, Duration interval, Retries retries) throws Exception {
    Nginx.assumeInstalled();
    Nginx server = Nginx.start(folder, "", "location / { return 200 ok; }");
    rig.watch(server, server.port());
    RedialClient client = rig.client(b -> b.retries(retries));
    Map<String, IOException> failed = new ConcurrentHashMap<>();
    CountDownLatch over = new CountDownLatch(1);
    Thread striking = Thread.ofPlatform().start(() -> strike(server, blow, length, interval, over));
    Crowd.run(
        THREADS,
        THREADS,
        thread -> {
          for (int i = 0; over.getCount() > 0; i++) {
            String id = (i % 2 == 0 ? "get-" : "post-") + thread + "-" + i;
            calls.incrementAndGet();
            try {
              assertThat(client.send(request(server, id), BodyHandlers.ofString()).body())
                  .isEqualTo("ok");
            } catch (IOException e) {
              failed.put(id, e);
            }
          }
        });
    striking.join();

    long posts = failed.keySet().stream().filter(id -> id.startsWith("post-")).count();
    System.out.printf(
        "%s every %d ms%s: %d calls, %d GETs and %d POSTs lost (by reset %d), %d connections opened%n",
        blow,
        interval.toMillis(),
        retries.resetsAsUnread() ? ", resets taken as unread" : "",
        calls.get(),
        failed.size() - posts,
        posts,
        failed.values().stream().filter(UnderFireTest::isReset).count(),
        client.stats().opened());
    assertThat(failed).allSatisfy((id, failure) -> assertThat(id).startsWith("post-"));
    assertThat(failed.values())
        .allSatisfy(failure -> {
          assertThat(failure).isInstanceOf(HangUpException.class);
          assertThat(((HangUpException) failure).serverActed()).isEqualTo(ServerActed.MAYBE);
        });
    assertThat(server.executions())
        .as("no POST was executed twice")
        .allSatisfy((id, times) -> {
          if (id.startsWith("post-")) assertThat(times).as(id).isEqualTo(1);
        });
    return failed;
  }

  private static boolean isReset(IOException failure) {
    return failure instanceof HangUpException hangUp && hangUp.ending() == Ending.RST;
  }

  private static HttpRequest request(Nginx server, String id) {
    HttpRequest.Builder request =
        Requests.of("GET", server.uri("/")).header(RequestSeen.ID_FIELD, id);
    return id.startsWith("post-")
        ? request.POST(BodyPublishers.ofString("content")).build()
        : request.GET().build();
  }

  private void strike(
      Nginx server, Blow blow, Duration length, Duration interval, CountDownLatch over) {
    long end = System.nanoTime() + length.toNanos();
    try {
      while (System.nanoTime() < end) {
        boolean unused = over.await(interval.toNanos(), TimeUnit.NANOSECONDS); // just the interval
        blows.incrementAndGet();
        switch (blow) {
          case RELOAD -> server.reload();
          case KILL -> server.killWorkers();
        }
      }
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException("the server could not be struck", e);
    } finally {
      over.countDown();
    }
  }
}
