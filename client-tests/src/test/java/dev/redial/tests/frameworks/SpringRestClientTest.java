package dev.redial.tests.frameworks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redial.tests.kit.Rig;
import dev.redial.tests.kit.ScriptedServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.web.client.HttpClientErrorException;
import org.springframework.web.client.RestClient;

/** Spring's RestClient, over its factory for the JDK's client. */
class SpringRestClientTest {
  @RegisterExtension final Rig rig = new Rig();
  private final PetShop shop = new PetShop();
  private ScriptedServer server;
  private RestClient rest;

  @BeforeEach
  void start() {
    server = rig.server(shop);
    JdkClientHttpRequestFactory factory = new JdkClientHttpRequestFactory(rig.client());
    factory.setReadTimeout(Duration.ofSeconds(10));
    factory.enableCompression(true);
    rest = RestClient.builder().requestFactory(factory).baseUrl(server.uri("").toString()).build();
  }

  @Test
  void getsPostsAndSeesErrorsOnOneConnection() {
    assertThat(rest.get().uri("/pets/7").retrieve().body(String.class)).isEqualTo(PetShop.ADA);
    assertThatThrownBy(() -> rest.get().uri("/pets/8").retrieve().body(String.class))
        .isInstanceOf(HttpClientErrorException.NotFound.class)
        .hasMessageContaining("no such pet");
    ResponseEntity<String> added =
        rest.post()
            .uri("/pets")
            .contentType(MediaType.APPLICATION_JSON)
            .body(PetShop.NEW_PET)
            .retrieve()
            .toEntity(String.class);
    assertThat(added.getStatusCode()).isEqualTo(HttpStatus.CREATED);
    assertThat(added.getBody()).isEqualTo(PetShop.NEW_PET);
    PetShop.assertNewPetArrived(server);
    PetShop.assertCarriedByRedial(server, 3);
  }

  @Test
  void streamsUp() {
    ResponseEntity<String> added =
        rest.post()
            .uri("/pets")
            .contentType(MediaType.APPLICATION_JSON)
            .body(out -> {
              for (byte octet : PetShop.NEW_PET.getBytes(StandardCharsets.UTF_8)) {
                out.write(octet);
                out.flush();
              }
            })
            .retrieve()
            .toEntity(String.class);
    assertThat(added.getBody()).isEqualTo(PetShop.NEW_PET);
    PetShop.assertNewPetArrived(server);
    PetShop.assertCarriedByRedial(server, 1);
  }

  @Test
  void streamsDownWhileTheAnswerIsStillComing() {
    List<String> lines = rest.get().uri("/events").exchange((request, answer) -> events(answer));
    assertThat(lines).containsExactly("data: one", "", "data: two", "");
    assertThat(rest.get().uri("/pets/7").retrieve().body(String.class)).isEqualTo(PetShop.ADA);
    PetShop.assertCarriedByRedial(server, 2);
  }

  @Test
  void unzipsInABodyStageThatReadsItsOwnStream() {
    for (int i = 0; i < 2; i++)
      assertThat(rest.get().uri("/gzip").retrieve().body(String.class)).isEqualTo(PetShop.ADA);
    assertThat(server.requests().getFirst().all("Accept-Encoding")).contains("gzip");
    PetShop.assertCarriedByRedial(server, 2);
  }

  private List<String> events(ClientHttpResponse response) throws IOException {
    List<String> lines = new ArrayList<>();
    BufferedReader reader =
        new BufferedReader(new InputStreamReader(response.getBody(), StandardCharsets.UTF_8));
    for (String line = reader.readLine(); line != null; line = reader.readLine()) {
      lines.add(line);
      shop.firstEventWasSeen();
    }
    return lines;
  }
}
