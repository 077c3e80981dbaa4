package dev.redial.tests.kit;

import dev.redial.RedialClient;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Hands a test its clients and servers, ends them afterwards, and then checks that nothing leaked:
 * no lent connection, no thread, no socket.
 *
 * <p>One for each test: {@code @RegisterExtension final Rig rig = new Rig();}
 */
public final class Rig implements AfterEachCallback {
  private final List<RedialClient> clients = new ArrayList<>();
  private final List<AutoCloseable> servers = new ArrayList<>();
  private final Set<Integer> ports = new TreeSet<>();

  /** A client with every default. */
  public RedialClient client() {
    return client(builder -> builder);
  }

  /** A client with settings of its own. */
  public RedialClient client(UnaryOperator<RedialClient.Builder> settings) {
    return watch(settings.apply(RedialClient.newBuilder()).build());
  }

  /** Closes that client, too, after the test. */
  public RedialClient watch(RedialClient client) {
    clients.add(client);
    return client;
  }

  /** A plain server; see {@link ScriptedServer}. */
  public ScriptedServer server(ScriptedServer.Script... scripts) {
    return watch(ScriptedServer.start(scripts));
  }

  /** A TLS server that {@link TlsMaterial#forLoopback()} trusts. */
  public ScriptedServer tlsServer(ScriptedServer.Script... scripts) {
    return watch(ScriptedServer.startTls(TlsMaterial.forLoopback().server(), scripts));
  }

  /** Closes that server, too, after the test. */
  public ScriptedServer watch(ScriptedServer server) {
    return watch(server, server.port());
  }

  /** Closes that server, too, after the test, and looks for connections to its port. */
  public <S extends AutoCloseable> S watch(S server, int port) {
    servers.add(server);
    ports.add(port);
    return server;
  }

  /**
   * The clients' ends of open connections to the test's servers; empty where the system does not
   * tell.
   */
  public List<String> openSockets() throws IOException {
    return LeakCheck.sockets(ports);
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    checkThreadsAfterTheClass(context);
    try {
      for (RedialClient client : clients) {
        assertNothingLent(client);
        close(client);
      }
      LeakCheck.assertNoThreadsButWatchdogs();
      LeakCheck.assertNoSockets(ports);
    } finally {
      closeServers();
    }
  }

  /** Once for each class, when its last test has ended. */
  private static void checkThreadsAfterTheClass(ExtensionContext context) {
    ExtensionContext testClass = context;
    while (testClass.getTestMethod().isPresent()) testClass = testClass.getParent().orElseThrow();
    testClass
        .getStore(ExtensionContext.Namespace.create(Rig.class))
        .getOrComputeIfAbsent(
            "threads", key -> (AutoCloseable) LeakCheck::assertNoThreadsThatLinger);
  }

  private static void assertNothingLent(RedialClient client) {
    Awaitility.await("connections lent")
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(10))
        .atMost(Duration.ofSeconds(5))
        .until(() -> client.stats().active() == 0);
  }

  private static void close(RedialClient client) throws InterruptedException {
    client.shutdown();
    if (client.awaitTermination(Duration.ofSeconds(5))) return;
    client.shutdownNow();
    throw new AssertionError("the client did not end within 5 s of shutdown(): " + client.stats());
  }

  private void closeServers() throws Exception {
    List<Throwable> failures = new ArrayList<>();
    for (AutoCloseable server : servers) {
      try {
        server.close();
      } catch (Exception | AssertionError e) {
        failures.add(e);
      }
    }
    if (failures.isEmpty()) return;
    AssertionError failure = new AssertionError("a server failed", failures.getFirst());
    failures.stream().skip(1).forEach(failure::addSuppressed);
    throw failure;
  }
}
