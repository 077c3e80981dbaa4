package dev.redial.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redial.RedialClient;
import dev.redial.tests.kit.ApacheHttpd;
import dev.redial.tests.kit.HaProxy;
import dev.redial.tests.kit.Nginx;
import dev.redial.tests.kit.NodeServer;
import dev.redial.tests.kit.RealServer;
import dev.redial.tests.kit.RequestSeen;
import dev.redial.tests.kit.Requests;
import dev.redial.tests.kit.Rig;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Servers that people run, as they come out of the box. */
class RealServersTest {
  private static final String ANSWERS = "location / { return 200 ok; }";

  @RegisterExtension final Rig rig = new Rig();

  @TempDir Path folder;

  @Test
  void apacheAnnouncesItsLimitAsEveryRequestAsksForIt() throws Exception {
    ApacheHttpd.assumeInstalled();
    ApacheHttpd server =
        watched(ApacheHttpd.start(folder, "KeepAliveTimeout 3\nMaxKeepAliveRequests 50"));
    RedialClient client = rig.client();
    for (int i = 0; i < 50; i++) {
      HttpResponse<String> answer =
          client.send(request("GET", server, "/file.txt", "a" + i), BodyHandlers.ofString());
      assertThat(answer.body()).isEqualTo("ok");
      if (i < 49)
        assertThat(answer.headers().firstValue("Keep-Alive").orElse(""))
            .startsWith("timeout=3, max=");
    }
    assertThat(client.stats().opened()).isEqualTo(1);
    Awaitility.await().until(() -> client.stats().total() == 0);
    assertExecuted(server, IntStream.range(0, 50).mapToObj(i -> "a" + i).toList());
  }

  @Test
  void whatApacheClosedIsFoundWhileIdle() throws Exception {
    ApacheHttpd.assumeInstalled();
    ApacheHttpd server = watched(ApacheHttpd.start(folder, "KeepAliveTimeout 1"));
    RedialClient client = rig.client();
    assertThat(
            client.send(request("GET", server, "/file.txt", "a"), BodyHandlers.ofString()).body())
        .isEqualTo("ok");
    Awaitility.await().pollInterval(Duration.ofMillis(10)).until(() -> client.stats().total() == 0);
    assertThat(client.stats().discardedStale()).isLessThanOrEqualTo(1);
    HttpRequest post = request("POST", server, "/file.txt", "b");
    int unused = client.send(post, BodyHandlers.discarding()).statusCode();
    assertThat(client.stats().opened()).isEqualTo(2);
    assertExecuted(server, List.of("a", "b"));
  }

  @Test
  void afterAReloadOfNginxNoPostIsLost() throws Exception {
    Nginx.assumeInstalled();
    Nginx server = watched(Nginx.start(folder, "", ANSWERS));
    RedialClient client = withIdleConnections(server);
    server.reload();
    Awaitility.await("the old worker to end its idle connections")
        .until(() -> client.stats().total() == 0);
    assertPostsSucceed(client, server);
  }

  @Test
  void afterACrashOfNginxWorkersNoPostIsLost() throws Exception {
    Nginx.assumeInstalled();
    Nginx server = watched(Nginx.start(folder, "", ANSWERS));
    RedialClient client = withIdleConnections(server);
    server.killWorkers();
    Awaitility.await("the worker's connections to end").until(() -> client.stats().total() == 0);
    assertPostsSucceed(client, server);
  }

  @Test
  void haProxyEndsConnectionsThatWereIdleAndNoPostIsLost() throws Exception {
    HaProxy.assumeInstalled();
    HaProxy server =
        watched(
            HaProxy.start(
                folder,
                "timeout http-keep-alive 300ms",
                "http-request return status 200 content-type text/plain string ok"));
    RedialClient client = withIdleConnections(server);
    Awaitility.await("HAProxy to end its idle connections")
        .until(() -> client.stats().total() == 0);
    assertPostsSucceed(client, server);
  }

  @Test
  void nodeAnnouncesItsLimitAndConnectionsAreUsedAgain() throws Exception {
    NodeServer.assumeInstalled();
    NodeServer server = watched(NodeServer.start(folder, "server.keepAliveTimeout = 5000;"));
    RedialClient client = rig.client();
    for (int i = 0; i < 20; i++) {
      HttpResponse<String> answer =
          client.send(request("POST", server, "/", "n" + i), BodyHandlers.ofString());
      assertThat(answer.body()).isEqualTo("ok");
      assertThat(answer.headers().firstValue("Keep-Alive")).hasValue("timeout=5");
    }
    assertThat(client.stats().opened()).isEqualTo(1);
    assertExecuted(server, IntStream.range(0, 20).mapToObj(i -> "n" + i).toList());
  }

  private RedialClient withIdleConnections(RealServer server) {
    RedialClient client = rig.client();
    List<CompletableFuture<HttpResponse<String>>> warm =
        IntStream.range(0, 5)
            .mapToObj(i ->
                client.sendAsync(request("GET", server, "/", "warm" + i), BodyHandlers.ofString()))
            .toList();
    for (CompletableFuture<HttpResponse<String>> each : warm)
      assertThat(each.join().body()).isEqualTo("ok");
    assertThat(client.stats().idle()).isPositive();
    return client;
  }

  private static void assertPostsSucceed(RedialClient client, RealServer server) throws Exception {
    List<String> ids = IntStream.range(0, 5).mapToObj(i -> "post" + i).toList();
    for (String id : ids) {
      assertThat(client.send(request("POST", server, "/", id), BodyHandlers.ofString()).body())
          .isEqualTo("ok");
    }
    assertExecuted(server, ids);
  }

  private static void assertExecuted(RealServer server, List<String> ids) {
    Awaitility.await()
        .untilAsserted(() -> {
          Map<String, Integer> executions = server.executions();
          assertThat(ids).allSatisfy(id -> assertThat(executions).containsEntry(id, 1));
        });
  }

  private <S extends RealServer> S watched(S server) throws IOException {
    return rig.watch(server, server.port());
  }

  private static HttpRequest request(String method, RealServer server, String target, String id) {
    HttpRequest.Builder request =
        Requests.of(method, server.uri(target)).header(RequestSeen.ID_FIELD, id);
    if (method.equals("POST")) request.POST(BodyPublishers.ofString("content"));
    return request.build();
  }
}
