package dev.redial.tests.frameworks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redial.RedialClient;
import dev.redial.tests.kit.Rig;
import dev.redial.tests.kit.ScriptedServer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.client.reactive.JdkClientHttpConnector;
import org.springframework.http.client.reactive.JdkHttpClientResourceFactory;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.client.WebClientResponseException;
import reactor.core.publisher.Flux;

/** Spring's WebClient, over its connector for the JDK's client. */
class SpringWebClientTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  @RegisterExtension final Rig rig = new Rig();
  private final PetShop shop = new PetShop();
  private ScriptedServer server;
  private WebClient web;

  @BeforeEach
  void start() {
    server = rig.server(shop);
    web = over(new JdkClientHttpConnector(rig.client()));
  }

  @Test
  void getsPostsAndSeesErrorsOnOneConnection() {
    assertThat(get("/pets/7")).isEqualTo(PetShop.ADA);
    assertThatThrownBy(() -> get("/pets/8"))
        .isInstanceOfSatisfying(
            WebClientResponseException.NotFound.class,
            e -> assertThat(e.getResponseBodyAsString()).isEqualTo(PetShop.NO_SUCH_PET));
    ResponseEntity<String> added =
        web.post()
            .uri("/pets")
            .contentType(MediaType.APPLICATION_JSON)
            .bodyValue(PetShop.NEW_PET)
            .retrieve()
            .toEntity(String.class)
            .block(PATIENCE);
    assertThat(added.getStatusCode()).isEqualTo(HttpStatus.CREATED);
    assertThat(added.getBody()).isEqualTo(PetShop.NEW_PET);
    PetShop.assertNewPetArrived(server);
    PetShop.assertCarriedByRedial(server, 3);
  }

  @Test
  void streamsUp() {
    String added =
        web.post()
            .uri("/pets")
            .contentType(MediaType.APPLICATION_JSON)
            .body(Flux.fromArray(PetShop.NEW_PET.split("(?<=:)")), String.class)
            .retrieve()
            .bodyToMono(String.class)
            .block(PATIENCE);
    assertThat(added).isEqualTo(PetShop.NEW_PET);
    PetShop.assertNewPetArrived(server);
    assertThat(server.requests().getLast().field("Transfer-Encoding")).contains("chunked");
    PetShop.assertCarriedByRedial(server, 1);
  }

  @Test
  void streamsDownWhileTheAnswerIsStillComing() {
    List<String> seen =
        events().doOnNext(event -> shop.firstEventWasSeen()).collectList().block(PATIENCE);
    assertThat(seen).containsExactly("one", "two");
    assertThat(get("/pets/7")).isEqualTo(PetShop.ADA);
    PetShop.assertCarriedByRedial(server, 2);
  }

  @Test
  void buildsItsClientFromTheBuilder() throws Exception {
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      JdkHttpClientResourceFactory resources = new JdkHttpClientResourceFactory();
      resources.setExecutor(executor);
      web = over(new JdkClientHttpConnector(RedialClient.newBuilder(), resources));
      for (int i = 0; i < 2; i++) assertThat(get("/pets/7")).isEqualTo(PetShop.ADA);
      PetShop.assertCarriedByRedial(server, 2);
      // Nobody can close the client that the connector built, so the server ends its connection.
      server.close();
    }
  }

  private WebClient over(JdkClientHttpConnector connector) {
    return WebClient.builder()
        .clientConnector(connector)
        .baseUrl(server.uri("").toString())
        .build();
  }

  private String get(String target) {
    return web.get().uri(target).retrieve().bodyToMono(String.class).block(PATIENCE);
  }

  private Flux<String> events() {
    return web.get().uri("/events").retrieve().bodyToFlux(String.class);
  }
}
