package dev.redial.tests.frameworks;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.mizosoft.methanol.Methanol;
import com.github.mizosoft.methanol.MutableRequest;
import dev.redial.RedialClient;
import dev.redial.tests.kit.Rig;
import dev.redial.tests.kit.ScriptedServer;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Iterator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Methanol around a client of ours. */
class MethanolTest {
  @RegisterExtension final Rig rig = new Rig();
  private final PetShop shop = new PetShop();
  private ScriptedServer server;
  private RedialClient client;
  private Methanol methanol;

  @BeforeEach
  void start() {
    server = rig.server(shop);
    client = rig.client();
    methanol =
        Methanol.newBuilder(client)
            .baseUri(server.uri("/"))
            .headersTimeout(Duration.ofSeconds(10))
            .readTimeout(Duration.ofSeconds(10))
            .build();
  }

  @Test
  void getsPostsAndSeesErrorsOnOneConnection() throws Exception {
    assertThat(methanol.underlyingClient()).isSameAs(client);
    assertThat(get("pets/7").body()).isEqualTo(PetShop.ADA);
    HttpResponse<String> missing = get("pets/8");
    assertThat(missing.statusCode()).isEqualTo(404);
    assertThat(missing.body()).isEqualTo(PetShop.NO_SUCH_PET);
    HttpResponse<String> added = methanol.send(newPet(), BodyHandlers.ofString());
    assertThat(added.statusCode()).isEqualTo(201);
    assertThat(added.body()).isEqualTo(PetShop.NEW_PET);
    PetShop.assertNewPetArrived(server);
    PetShop.assertCarriedByRedial(server, 3);
  }

  @Test
  void sendsAsynchronously() {
    assertThat(methanol.sendAsync(newPet(), BodyHandlers.ofString()).join().body())
        .isEqualTo(PetShop.NEW_PET);
    PetShop.assertNewPetArrived(server);
    PetShop.assertCarriedByRedial(server, 1);
  }

  @Test
  void streamsDownWhileTheAnswerIsStillComing() throws Exception {
    try (Stream<String> lines =
        methanol.send(MutableRequest.GET("events"), BodyHandlers.ofLines()).body()) {
      Iterator<String> line = lines.iterator();
      assertThat(line.next()).isEqualTo("data: one");
      shop.firstEventWasSeen();
      assertThat(line).toIterable().containsExactly("", "data: two", "");
    }
    assertThat(get("pets/7").body()).isEqualTo(PetShop.ADA);
    PetShop.assertCarriedByRedial(server, 2);
  }

  @Test
  void unzips() throws Exception {
    for (int i = 0; i < 2; i++) assertThat(get("gzip").body()).isEqualTo(PetShop.ADA);
    assertThat(server.requests().getFirst().field("Accept-Encoding").orElseThrow())
        .contains("gzip");
    PetShop.assertCarriedByRedial(server, 2);
  }

  private HttpResponse<String> get(String target) throws Exception {
    return methanol.send(MutableRequest.GET(target), BodyHandlers.ofString());
  }

  private static MutableRequest newPet() {
    return MutableRequest.POST("pets", BodyPublishers.ofString(PetShop.NEW_PET))
        .header("Content-Type", "application/json");
  }
}
