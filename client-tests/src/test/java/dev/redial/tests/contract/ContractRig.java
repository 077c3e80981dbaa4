package dev.redial.tests.contract;

import dev.redial.RedialClient;
import dev.redial.tests.kit.RelayingProxy;
import dev.redial.tests.kit.Rig;
import dev.redial.tests.kit.ScriptedServer;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A {@link Rig} that hands out clients of either side; what leaks is looked for on ours alone, and
 * by the servers' ports, for which the JDK's clients are closed first.
 */
public final class ContractRig implements AfterEachCallback {
  /** Long enough for anything that is to happen at all. */
  static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Rig rig = new Rig();
  private final List<HttpClient> references = new ArrayList<>();

  HttpClient client(Side side) {
    return client(side, builder -> builder);
  }

  HttpClient client(Side side, UnaryOperator<HttpClient.Builder> settings) {
    return watch(settings.apply(side.builder()).build());
  }

  /** A client of ours, with settings that are ours alone. */
  RedialClient redial(UnaryOperator<RedialClient.Builder> settings) {
    return rig.client(settings);
  }

  /** Closes that client, too, after the test. */
  HttpClient watch(HttpClient client) {
    if (client instanceof RedialClient ours) return rig.watch(ours);
    references.add(client);
    return client;
  }

  ScriptedServer server(ScriptedServer.Script... scripts) {
    return rig.server(scripts);
  }

  ScriptedServer tlsServer(ScriptedServer.Script... scripts) {
    return rig.tlsServer(scripts);
  }

  /** Closes that server, too, after the test. */
  ScriptedServer watch(ScriptedServer server) {
    return rig.watch(server);
  }

  /** Closes that proxy, too, after the test. */
  RelayingProxy watch(RelayingProxy proxy) {
    return rig.watch(proxy, proxy.port());
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    for (HttpClient client : references) {
      client.shutdownNow();
      if (!client.awaitTermination(PATIENCE))
        throw new AssertionError("the JDK's client did not end: " + client);
    }
    rig.afterEach(context);
  }
}
