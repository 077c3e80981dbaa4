package dev.redial.tests.frameworks;

import static dev.redial.tests.frameworks.PetShop.get;
import static dev.redial.tests.frameworks.PetShop.newPet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redial.tests.kit.Rig;
import dev.redial.tests.kit.ScriptedServer;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.java11.instrument.binder.jdk.MicrometerHttpClient;
import java.net.http.HttpClient;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Iterator;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Micrometer's wrapper of an HttpClient, which sends asynchronously with a null push handler. */
class MicrometerTest {
  @RegisterExtension final Rig rig = new Rig();
  private final PetShop shop = new PetShop();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private ScriptedServer server;
  private HttpClient timed;

  @BeforeEach
  void start() {
    server = rig.server(shop);
    timed = MicrometerHttpClient.instrumentationBuilder(rig.client(), meters).build();
  }

  @Test
  void getsPostsAndSeesErrorsOnOneConnection() throws Exception {
    assertThat(timed.send(get(server.uri("/pets/7")), BodyHandlers.ofString()).body())
        .isEqualTo(PetShop.ADA);
    assertThat(timed.send(get(server.uri("/pets/8")), BodyHandlers.ofString()).statusCode())
        .isEqualTo(404);
    assertThat(timed.send(newPet(server.uri("/pets")), BodyHandlers.ofString()).body())
        .isEqualTo(PetShop.NEW_PET);
    PetShop.assertNewPetArrived(server);
    PetShop.assertCarriedByRedial(server, 3);
    assertTimed("GET", 200);
    assertTimed("GET", 404);
    assertTimed("POST", 201);
  }

  @Test
  void sendsAsynchronously() {
    assertThat(timed.sendAsync(get(server.uri("/pets/7")), BodyHandlers.ofString()).join().body())
        .isEqualTo(PetShop.ADA);
    assertThat(timed.sendAsync(newPet(server.uri("/pets")), BodyHandlers.ofString()).join().body())
        .isEqualTo(PetShop.NEW_PET);
    PetShop.assertCarriedByRedial(server, 2);
    assertTimed("GET", 200);
    assertTimed("POST", 201);
  }

  @Test
  void streamsDownWhileTheAnswerIsStillComing() throws Exception {
    try (Stream<String> lines =
        timed.send(get(server.uri("/events")), BodyHandlers.ofLines()).body()) {
      Iterator<String> line = lines.iterator();
      assertThat(line.next()).isEqualTo("data: one");
      shop.firstEventWasSeen();
      assertThat(line).toIterable().containsExactly("", "data: two", "");
    }
    PetShop.assertCarriedByRedial(server, 1);
    assertTimed("GET", 200);
  }

  private void assertTimed(String method, int status) {
    Awaitility.await("the meter of " + method + " " + status)
        .until(() -> count(method, status) == 1);
  }

  private long count(String method, int status) {
    Timer timer =
        meters
            .find("http.client.requests")
            .tag("method", method)
            .tag("status", String.valueOf(status))
            .timer();
    return timer == null ? 0 : timer.count();
  }
}
