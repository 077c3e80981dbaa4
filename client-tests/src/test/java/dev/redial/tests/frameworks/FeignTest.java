package dev.redial.tests.frameworks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redial.RedialClient;
import dev.redial.tests.kit.RequestSeen;
import dev.redial.tests.kit.Rig;
import dev.redial.tests.kit.ScriptedServer;
import feign.AsyncFeign;
import feign.Feign;
import feign.FeignException;
import feign.Headers;
import feign.Param;
import feign.Request;
import feign.RequestLine;
import feign.Response;
import feign.http2client.Http2Client;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.http.HttpClient.Redirect;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Feign over feign-java11, which uses the client it was given only where that has the connect
 * time-out of Feign's options and follows redirects always or not as they say.
 */
class FeignTest {
  @RegisterExtension final Rig rig = new Rig();
  private final PetShop shop = new PetShop();

  interface Pets {
    @RequestLine("GET /pets/{id}")
    String pet(@Param("id") int id);

    @RequestLine("POST /pets")
    @Headers("Content-Type: application/json")
    String add(String pet);

    @RequestLine("GET /events")
    Response events();
  }

  interface AsyncPets {
    @RequestLine("GET /pets/{id}")
    CompletableFuture<String> pet(@Param("id") int id);

    @RequestLine("POST /pets")
    @Headers("Content-Type: application/json")
    CompletableFuture<String> add(String pet);
  }

  @Test
  void getsPostsAndSeesErrorsOnOneConnection() {
    ScriptedServer server = rig.server(shop);
    Pets pets =
        Feign.builder()
            .client(new Http2Client(clientWithFeignsDefaults()))
            .target(Pets.class, server.uri("").toString());
    assertThat(pets.pet(7)).isEqualTo(PetShop.ADA);
    assertThatThrownBy(() -> pets.pet(8))
        .isInstanceOfSatisfying(
            FeignException.NotFound.class,
            e -> assertThat(e.contentUTF8()).isEqualTo(PetShop.NO_SUCH_PET));
    assertThat(pets.add(PetShop.NEW_PET)).isEqualTo(PetShop.NEW_PET);
    PetShop.assertNewPetArrived(server);
    PetShop.assertCarriedByRedial(server, 3);
  }

  @Test
  void streamsDownWhileTheAnswerIsStillComing() throws IOException {
    ScriptedServer server = rig.server(shop);
    Pets pets =
        Feign.builder()
            .client(new Http2Client(clientWithFeignsDefaults()))
            .target(Pets.class, server.uri("").toString());
    try (Response response = pets.events();
        BufferedReader lines =
            new BufferedReader(response.body().asReader(StandardCharsets.UTF_8))) {
      assertThat(lines.readLine()).isEqualTo("data: one");
      shop.firstEventWasSeen();
      assertThat(lines.lines()).containsExactly("", "data: two", "");
    }
    assertThat(pets.pet(7)).isEqualTo(PetShop.ADA);
    PetShop.assertCarriedByRedial(server, 2);
  }

  @Test
  void callsAsynchronously() {
    ScriptedServer server = rig.server(shop);
    AsyncPets pets =
        AsyncFeign.builder()
            .client(new Http2Client(clientWithFeignsDefaults()))
            .target(AsyncPets.class, server.uri("").toString());
    assertThat(pets.pet(7).join()).isEqualTo(PetShop.ADA);
    assertThat(pets.add(PetShop.NEW_PET).join()).isEqualTo(PetShop.NEW_PET);
    assertThatThrownBy(() -> pets.pet(8).join()).hasCauseInstanceOf(FeignException.NotFound.class);
    PetShop.assertCarriedByRedial(server, 3);
  }

  @Test
  void usesTheClientWhereOptionsAreMadeFromIt() {
    ScriptedServer server = rig.server(shop);
    RedialClient client = rig.client(b -> b.connectTimeout(Duration.ofSeconds(3)));
    Pets pets =
        Feign.builder()
            .client(new Http2Client(client))
            .options(
                new Request.Options(
                    client.connectTimeout().orElseThrow(),
                    Duration.ofSeconds(10),
                    client.followRedirects() == Redirect.ALWAYS))
            .target(Pets.class, server.uri("").toString());
    assertThat(pets.pet(7)).isEqualTo(PetShop.ADA);
    PetShop.assertCarriedByRedial(server, 1);
  }

  @Test
  void buildsAClientOfTheJdksWhereOptionsDiffer() throws Exception {
    // Nobody can close the client that Feign builds, so its connection ends with the server.
    try (ScriptedServer server = ScriptedServer.start(shop)) {
      Pets pets =
          Feign.builder()
              .client(new Http2Client(rig.client()))
              .options(
                  new Request.Options(
                      3, TimeUnit.SECONDS, 10, TimeUnit.SECONDS, /* follow= */ true))
              .target(Pets.class, server.uri("").toString());
      assertThat(pets.pet(7)).isEqualTo(PetShop.ADA);
      RequestSeen request = server.requests().getFirst();
      assertThat(request.field("User-Agent").orElseThrow()).startsWith("Java-http-client/");
    }
  }

  private RedialClient clientWithFeignsDefaults() {
    return rig.client(
        b -> b.connectTimeout(Duration.ofSeconds(10)).followRedirects(Redirect.ALWAYS));
  }
}
