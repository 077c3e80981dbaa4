package dev.redial.tests.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.redial.KeepAlive;
import dev.redial.PoolLimits;
import dev.redial.RedialClient;
import dev.redial.Retries;
import dev.redial.tests.kit.Rig;
import dev.redial.tests.kit.TlsMaterial;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Many callers, all faults at once, servers that are restarted, a client that is shut down again
 * and again under its callers: whatever happens, every call ends, with its own answer or a failure
 * that says what happened, and nothing is left behind.
 *
 * <p>{@code mvn verify -P soak -Dsoak.minutes=10} runs the long one alone.
 */
class SoakTest {
  private static final Duration LONGEST_CALL = Duration.ofSeconds(60);
  private static final long HEAP_ALLOWANCE = 16 << 20;

  /**
   * By default the JDK keeps 20,480 of them for a day, each with those that were resumed from it,
   * and lets go of them only when memory runs short; that would look like a leak.
   */
  private static final int TLS_SESSIONS = 100;

  @RegisterExtension final Rig rig = new Rig();

  @Test
  void aShortOne() throws Exception {
    soak(200, 300, Duration.ofSeconds(8));
  }

  @Test
  @Tag("soak")
  @Timeout(value = 2, unit = TimeUnit.HOURS)
  void aLongOne() throws Exception {
    soak(1_000, 3_000, Duration.ofMinutes(Integer.getInteger("soak.minutes", 10)));
  }

  private void soak(int callers, long pauseMillis, Duration length) throws Exception {
    TlsMaterial tls = TlsMaterial.forLoopback();
    tls.client().getClientSessionContext().setSessionCacheSize(TLS_SESSIONS);
    tls.server().getServerSessionContext().setSessionCacheSize(TLS_SESSIONS);
    run(20, 20, Duration.ofMillis(800), 1); // so that what is opened once and kept is open
    Map<String, Integer> openBefore = OpenFiles.byKind();
    run(callers, pauseMillis, length, 2);
    await("descriptors").untilAsserted(() -> assertThat(OpenFiles.byKind()).isEqualTo(openBefore));
  }

  private void run(int count, long pauseMillis, Duration length, long seed) throws Exception {
    Executions executions = new Executions();
    RestartingServer plain = server(Optional.empty(), executions);
    RestartingServer tls = server(Optional.of(TlsMaterial.forLoopback().server()), executions);
    Soak soak =
        new Soak(
            executions,
            settings().stream().map(SoakTest::client).toList(),
            List.of(plain.uri(), plain.uri(), tls.uri()),
            pauseMillis);
    try {
      List<Thread> callers = callers(soak, count, seed);
      long heapBefore = strike(soak, List.of(plain, tls), length);
      awaitEnd(soak, callers);
      await("loans").until(() -> soak.clients().stream().allMatch(SoakTest::lendsNothing));
      long heapAfter = usedHeap();
      System.out.printf(
          "soak of %s, %d callers: %s; heap %d KiB, then %d KiB%n",
          length, count, soak, heapBefore >> 10, heapAfter >> 10);
      assertThat(soak.wrongs()).isEmpty();
      assertThat(executions.twice()).as("executed twice").isZero();
      assertThat(executions.wronglyDenied()).as("denied, though executed").isFalse();
      assertThat(heapAfter).isLessThan(heapBefore + HEAP_ALLOWANCE);
      for (RedialClient client : soak.clients()) end(client, soak.toString());
      await("the servers' side").until(() -> plain.openConnections() + tls.openConnections() == 0);
      assertThat(rig.openSockets()).isEmpty();
    } finally {
      soak.over.countDown();
      soak.clients().forEach(RedialClient::shutdownNow);
      plain.close();
      tls.close();
    }
  }

  private RestartingServer server(Optional<SSLContext> tls, Executions executions) {
    RestartingServer server = new RestartingServer(tls, c -> Fault.serve(c, executions));
    return rig.watch(server, server.port());
  }

  private static List<Thread> callers(Soak soak, int count, long seed) {
    List<Thread> callers = new ArrayList<>();
    SplittableRandom seeds = new SplittableRandom(seed);
    for (int i = 0; i < count; i++) {
      SoakCaller caller = new SoakCaller(soak, seeds.nextLong());
      callers.add(Thread.ofVirtual().start(caller::callUntilOver));
    }
    return callers;
  }

  private static void awaitEnd(Soak soak, List<Thread> callers) throws InterruptedException {
    soak.over.countDown();
    for (Thread caller : callers)
      assertThat(caller.join(LONGEST_CALL)).as(() -> "a call that never ends: " + soak).isTrue();
  }

  private static boolean lendsNothing(RedialClient client) {
    return client.stats().active() + client.stats().waiting() == 0;
  }

  private static List<UnaryOperator<RedialClient.Builder>> settings() {
    return List.of(
        b -> b,
        b ->
            b.pool(
                PoolLimits.defaults()
                    .withMaxConnections(24)
                    .withMaxPerOrigin(16)
                    .withMaxWaitersPerOrigin(100)
                    .withAcquireTimeout(Duration.ofSeconds(1))),
        b ->
            b.retries(Retries.off().withAttemptHeader(Soak.ATTEMPT))
                .keepAlive(KeepAlive.defaults().withIdleLimit(Duration.ofMillis(300))),
        SoakTest::replaced);
  }

  /** The last client is one that is shut down under its callers. */
  private static RedialClient.Builder replaced(RedialClient.Builder builder) {
    return builder.connectTimeout(Duration.ofSeconds(1));
  }

  private static RedialClient client(UnaryOperator<RedialClient.Builder> settings) {
    RedialClient.Builder builder =
        RedialClient.newBuilder()
            .sslContext(TlsMaterial.forLoopback().client())
            .retries(Retries.defaults().withAttemptHeader(Soak.ATTEMPT));
    return settings.apply(builder).build();
  }

  /** Restarts servers and ends clients until the time is up; returns the heap after the warm-up. */
  private static long strike(Soak soak, List<RestartingServer> servers, Duration length)
      throws Exception {
    long start = System.nanoTime();
    long warm = Math.min(length.toNanos() / 4, Duration.ofMinutes(1).toNanos());
    long heap = 0;
    for (int round = 0; System.nanoTime() - start < length.toNanos(); round++) {
      boolean unused = soak.over.await(700, TimeUnit.MILLISECONDS); // just the interval
      if (round % 3 == 0) servers.get(round / 3 % servers.size()).restart(100, soak.over);
      if (round % 3 == 1) {
        RedialClient replaced = soak.replaceLastClient(client(SoakTest::replaced));
        if (round % 2 == 0) replaced.shutdownNow();
        end(replaced, "round " + round);
      }
      if (heap == 0 && System.nanoTime() - start > warm) heap = usedHeap();
    }
    return heap;
  }

  private static void end(RedialClient client, String when) throws InterruptedException {
    client.shutdown();
    assertThat(client.awaitTermination(LONGEST_CALL))
        .as(() -> "terminated after " + when + ": " + client.stats())
        .isTrue();
  }

  private static long usedHeap() {
    for (int i = 0; i < 3; i++) System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
